#include "media/file_kind.h"

#include <gtest/gtest.h>

#include <string>

namespace plantain::media {
namespace {

using namespace std::string_literals;

std::string be32(uint32_t value) {
  std::string bytes(4, '\0');
  for (int i = 0; i < 4; ++i)
    bytes[static_cast<std::size_t>(i)] = static_cast<char>(value >> (24 - 8 * i));
  return bytes;
}

std::string png(uint32_t width, uint32_t height) {
  return "\x89PNG\r\n\x1a\n\0\0\0\x0DIHDR"s + be32(width) + be32(height) + "\x08\x02\0\0\0"s +
         "crc!"s;
}

std::string jpeg_segment(char marker, const std::string& content) {
  const std::size_t length = content.size() + 2;
  return "\xFF"s + marker + static_cast<char>(length >> 8) + static_cast<char>(length) + content;
}

std::string jpeg(const std::string& before_frame) {
  return "\xFF\xD8"s + before_frame +
         jpeg_segment('\xC2', "\x08\x01\x02\x03\x04\x03"s + "componen"s);
}

std::string box(const std::string& name, const std::string& content) {
  return be32(static_cast<uint32_t>(content.size() + 8)) + name + content;
}

std::string track(uint32_t width, uint32_t height) {
  return box("trak", box("tkhd", std::string(76, '\0') + be32(width << 16) + be32(height << 16)));
}

std::string mp4(const std::string& movie, const std::string& brand = "isom") {
  return box("ftyp", brand + "\0\0\0\0"s) + box("mdat", std::string(100, 'x')) + box("moov", movie);
}

std::string element(const std::string& id, const std::string& content) {
  return id + static_cast<char>(0x80 | content.size()) + content;
}

std::string webm(const std::string& type = "webm") {
  const std::string video =
      element("\xE0", element("\xB0", "\x02\x80"s) + element("\xBA", "\x01\x68"s));
  return element("\x1A\x45\xDF\xA3", element("\x42\x82", type)) + "\x18\x53\x80\x67\xFF"s +
         element("\xEC", "void") +
         element("\x16\x54\xAE\x6B", element("\xAE", "") + element("\xAE", video));
}

void expect_kind(const std::string& file, std::string_view type, int width, int height) {
  const auto kind = identify(file);
  ASSERT_TRUE(kind) << type;
  EXPECT_EQ(kind->content_type, type);
  EXPECT_EQ(kind->width, width);
  EXPECT_EQ(kind->height, height);
}

TEST(FileKind, APngIsToldByItsHeader) { expect_kind(png(640, 480), "image/png", 640, 480); }

TEST(FileKind, AJpegIsToldByItsFrameWhateverComesBeforeIt) {
  expect_kind(jpeg(""), "image/jpeg", 772, 258);
  const std::string exif = jpeg_segment('\xE1', std::string(300, '\xFF'));
  expect_kind(jpeg(exif + "\xFF\xFF\xFF"s + jpeg_segment('\xC4', "table").substr(1)), "image/jpeg",
              772, 258);
}

TEST(FileKind, AGifIsToldByItsHeader) {
  expect_kind("GIF89a\x0A\x00\x14\x00\xF0\0\0"s, "image/gif", 10, 20);
}

TEST(FileKind, AWebpOfEachOfTheThreeFormsIsTold) {
  const auto riff = [](const std::string& chunk) {
    return "RIFF\0\0\0\0WEBP"s + chunk + std::string(20, '\0');
  };
  expect_kind(riff("VP8X\x0A\0\0\0\0\0\0\0\x0F\0\0\x1F\0\0"s), "image/webp", 16, 32);
  expect_kind(riff("VP8L\x08\0\0\0\x2F\x0F\xC0\x07\0"s), "image/webp", 16, 32);
  expect_kind(riff("VP8 \x10\0\0\0\0\0\0\x9D\x01\x2A\x10\0\x20\0"s), "image/webp", 16, 32);
}

TEST(FileKind, AnMp4IsToldByItsFirstPictureTrack) {
  expect_kind(mp4(box("mvhd", "") + track(0, 0) + track(1920, 1080)), "video/mp4", 1920, 1080);
}

TEST(FileKind, StillPicturesInTheSameContainerAreNoFilms) {
  EXPECT_FALSE(identify(mp4(track(1920, 1080), "avif")));
  EXPECT_FALSE(identify(mp4(track(1920, 1080), "heic")));
}

TEST(FileKind, AWebmIsToldByItsVideoTrack) {
  expect_kind(webm(), "video/webm", 640, 360);
  EXPECT_FALSE(identify(webm("matroska")));
}

TEST(FileKind, APictureWithoutSidesIsNone) {
  EXPECT_FALSE(identify(png(0, 480)));
  EXPECT_FALSE(identify(png(640, 0x80000000u)));
  EXPECT_FALSE(identify(mp4(track(0, 0))));
}

TEST(FileKind, WhatIsNoFileOfAKnownKindIsNone) {
  for (const std::string& other :
       {""s, "hello"s, "<svg xmlns='http://www.w3.org/2000/svg'/>"s, "%PDF-1.7"s, "BM"s,
        std::string(1000, '\0'), std::string(1000, '\xFF')}) {
    EXPECT_FALSE(identify(other)) << other.substr(0, 20);
  }
}

// Every cut of every kind: a file is its whole header or nothing, and no read goes past the end.
TEST(FileKind, AHeaderCutShortIsNone) {
  for (const std::string& whole :
       {png(640, 480), jpeg(jpeg_segment('\xE0', "JFIF")), mp4(track(64, 64)), webm()}) {
    ASSERT_TRUE(identify(whole));
    for (std::size_t length = 0; length + 20 < whole.size(); ++length) {
      const std::string cut = whole.substr(0, length);
      const auto kind = identify(cut);
      if (!kind) continue;
      EXPECT_EQ(kind->width, identify(whole)->width) << length;
    }
  }
}

TEST(FileKind, LengthsBeyondTheFileEndTheWalk) {
  std::string huge = mp4(track(64, 64));
  huge.replace(16, 4, "\xFF\xFF\xFF\xFF"s);  // mdat claims four gigabytes
  EXPECT_FALSE(identify(huge));
  EXPECT_FALSE(identify(box("ftyp", "isom\0\0\0\0"s) + be32(1) + "moov" + std::string(8, '\xFF')));
}

}  // namespace
}  // namespace plantain::media
