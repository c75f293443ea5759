#include "worker/picture_reader.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <iterator>

#include "base/exchange_limits.h"
#include "base/limits.h"
#include "image/codec.h"

namespace plantain::worker {
namespace {

// This program is its own decoder: run as "… read-picture" it becomes one before main().
const bool is_child = [] {
  std::ifstream file("/proc/self/cmdline", std::ios::binary);
  const std::string line((std::istreambuf_iterator<char>(file)), {});
  const std::size_t word = line.find('\0') + 1;
  if (line.substr(word, line.find('\0', word) - word) == kReadPictureWord) read_picture_child();
  return false;
}();

const Path kProgram = "/proc/self/exe";
const std::atomic<bool> kGoOn = false;

image::Pixels two_colours(int width, int height) {
  image::Pixels pixels{width, height, {}};
  for (int i = 0; i < width * height; ++i) {
    const bool left = i % width < width / 2;
    pixels.rgb.insert(pixels.rgb.end(), {static_cast<uint8_t>(left ? 250 : 10), 20,
                                         static_cast<uint8_t>(left ? 10 : 250)});
  }
  return pixels;
}

std::string file_of(const image::Pixels& pixels, image::Format format = image::Format::kPng) {
  return *image::encode(pixels, format, {});
}

TEST(PictureReader, APictureComesBackPixelByPixel) {
  const image::Pixels picture = two_colours(60, 40);
  const auto read = read_picture(kProgram, file_of(picture), kGoOn);
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(read->width, 60);
  EXPECT_EQ(read->height, 40);
  EXPECT_EQ(read->rgb, picture.rgb);
}

TEST(PictureReader, EveryFormatIsRead) {
  for (const image::Format format :
       {image::Format::kPng, image::Format::kJpeg, image::Format::kWebp}) {
    const auto read = read_picture(kProgram, file_of(two_colours(64, 64), format), kGoOn);
    ASSERT_TRUE(read.ok()) << read.error().message;
    EXPECT_GT(read->rgb[0], 200);
  }
}

TEST(PictureReader, ALargePictureIsMadeSmaller) {
  const auto read = read_picture(kProgram, file_of(two_colours(6000, 100)), kGoOn);
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(read->width, limits::kReferenceSideMax_px);
  EXPECT_EQ(read->height, 68);
}

TEST(PictureReader, WhatIsNoPictureIsRefusedWithTheDecodersReason) {
  const std::string whole = file_of(two_colours(60, 40));
  for (const std::string& bad :
       {std::string("hello"), std::string(), whole.substr(0, whole.size() / 2)}) {
    const auto read = read_picture(kProgram, bad, kGoOn);
    ASSERT_FALSE(read.ok());
    EXPECT_EQ(read.error().code, ErrorCode::kFileUnreachable);
    EXPECT_FALSE(read.error().message.empty());
  }
}

TEST(PictureReader, AChildThatSaysNothingIsAFailureOfThePicture) {
  const auto read = read_picture("/bin/true", file_of(two_colours(60, 40)), kGoOn);
  ASSERT_FALSE(read.ok());
  EXPECT_EQ(read.error().code, ErrorCode::kFileUnreachable);
}

TEST(PictureReader, AStopEndsTheChild) {
  const std::atomic<bool> stop = true;
  const auto read = read_picture("/bin/cat", "bytes", stop);
  ASSERT_FALSE(read.ok());
  EXPECT_EQ(read.error().code, ErrorCode::kCancelled);
}

TEST(PictureReader, WithoutAProgramThereIsNoChild) {
  EXPECT_EQ(read_picture("/nowhere/at/all", "x", kGoOn).error().code, ErrorCode::kUnavailable);
}

}  // namespace
}  // namespace plantain::worker
