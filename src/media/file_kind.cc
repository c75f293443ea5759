#include "media/file_kind.h"

#include <cstdint>
#include <utility>

#include "media/big_endian.h"
#include "media/video_walk.h"

namespace plantain::media {
namespace {

using Sides = std::pair<uint64_t, uint64_t>;
constexpr uint64_t kSideMax_px = 0x7FFFFFFF;

std::optional<Sides> png_sides(std::string_view file) {
  constexpr std::string_view kBegin("\x89PNG\r\n\x1a\n\0\0\0\x0DIHDR", 16);
  if (!file.starts_with(kBegin) || !has(file, 16, 17)) return std::nullopt;
  return Sides{big_endian(file, 16, 4), big_endian(file, 20, 4)};
}

std::optional<Sides> gif_sides(std::string_view file) {
  if (!file.starts_with("GIF87a") && !file.starts_with("GIF89a")) return std::nullopt;
  if (!has(file, 6, 7)) return std::nullopt;
  return Sides{little_endian(file, 6, 2), little_endian(file, 8, 2)};
}

std::optional<Sides> webp_sides(std::string_view file) {
  if (!has(file, 0, 30) || !file.starts_with("RIFF") || file.substr(8, 4) != "WEBP")
    return std::nullopt;
  const std::string_view chunk = file.substr(12, 4);
  if (chunk == "VP8X") return Sides{little_endian(file, 24, 3) + 1, little_endian(file, 27, 3) + 1};
  if (chunk == "VP8L" && file[20] == 0x2F) {
    const uint64_t bits = little_endian(file, 21, 4);
    return Sides{(bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1};
  }
  if (chunk == "VP8 " && file.substr(23, 3) == "\x9D\x01\x2A")
    return Sides{little_endian(file, 26, 2) & 0x3FFF, little_endian(file, 28, 2) & 0x3FFF};
  return std::nullopt;
}

// A marker that begins a frame; the others in its range are tables.
bool begins_frame(uint8_t marker) {
  return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
}

bool stands_alone(uint8_t marker) { return marker == 0x01 || (marker >= 0xD0 && marker <= 0xD7); }

std::optional<Sides> jpeg_sides(std::string_view file) {
  if (!file.starts_with("\xFF\xD8\xFF")) return std::nullopt;
  std::size_t at = 2;
  while (has(file, at, 4)) {
    if (static_cast<uint8_t>(file[at]) != 0xFF) return std::nullopt;
    const uint8_t marker = static_cast<uint8_t>(file[at + 1]);
    if (marker == 0xFF || stands_alone(marker)) {
      at += marker == 0xFF ? 1 : 2;
      continue;
    }
    const uint64_t length = big_endian(file, at + 2, 2);
    if (length < 2 || marker == 0xD9 || marker == 0xDA) return std::nullopt;
    if (begins_frame(marker)) {
      if (length < 8 || !has(file, at + 5, 4)) return std::nullopt;
      return Sides{big_endian(file, at + 7, 2), big_endian(file, at + 5, 2)};
    }
    at += 2 + length;
  }
  return std::nullopt;
}

struct Walk {
  std::optional<Sides> (*sides)(std::string_view file);
  Medium medium;
  std::string_view content_type;
  std::string_view extension;
};
constexpr Walk kWalks[] = {
    {png_sides, Medium::kImage, "image/png", ".png"},
    {jpeg_sides, Medium::kImage, "image/jpeg", ".jpg"},
    {webp_sides, Medium::kImage, "image/webp", ".webp"},
    {gif_sides, Medium::kImage, "image/gif", ".gif"},
    {mp4_sides, Medium::kVideo, "video/mp4", ".mp4"},
    {webm_sides, Medium::kVideo, "video/webm", ".webm"},
};

}  // namespace

std::optional<FileKind> identify(std::string_view file) {
  for (const Walk& walk : kWalks) {
    const auto sides = walk.sides(file);
    if (!sides) continue;
    const auto [width, height] = *sides;
    if (width == 0 || height == 0 || width > kSideMax_px || height > kSideMax_px)
      return std::nullopt;
    return FileKind{walk.medium, walk.content_type, walk.extension, static_cast<int>(width),
                    static_cast<int>(height)};
  }
  return std::nullopt;
}

std::string_view known_kinds() { return "PNG, JPEG, WebP, GIF, MP4 and WebM"; }

}  // namespace plantain::media
