#include "image/upright.h"

#include <algorithm>
#include <optional>

#include "base/check.h"
#include "image/bytes.h"
#include "image/container.h"

namespace plantain::image {

namespace {

std::optional<std::string_view> exif_of(std::string_view file) {
  const std::optional<Format> format = format_of(file);
  if (format == Format::kPng) return find_in_png(file, "eXIf");
  if (format == Format::kJpeg) return find_in_jpeg(file, 0xE1, kJpegExif);
  if (format != Format::kWebp) return std::nullopt;
  std::optional<std::string_view> exif = find_in_webp(file, "EXIF");
  // Some writers copy JPEG's prefix along.
  if (exif && exif->starts_with(kJpegExif)) exif->remove_prefix(kJpegExif.size());
  return exif;
}

}  // namespace

int exif_orientation(std::string_view file) {
  constexpr size_t kEntry_bytes = 12;
  constexpr uint32_t kOrientationTag = 0x0112;
  constexpr uint32_t kShort = 3;
  const std::string_view tiff = exif_of(file).value_or(std::string_view());
  if (tiff.size() < 8) return 1;
  const bool big = tiff.starts_with("MM");
  if (!big && !tiff.starts_with("II")) return 1;
  const auto number = [&](size_t at, int count) {
    return big ? big_endian(tiff, at, count) : little_endian(tiff, at, count);
  };
  const size_t directory = number(4, 4);
  if (directory > tiff.size() - 2) return 1;
  const size_t entries = number(directory, 2);
  for (size_t i = 0; i < entries; ++i) {
    const size_t at = directory + 2 + i * kEntry_bytes;
    if (at + kEntry_bytes > tiff.size()) return 1;
    if (number(at, 2) != kOrientationTag || number(at + 2, 2) != kShort) continue;
    const int orientation = static_cast<int>(number(at + 8, 2));
    return orientation >= 1 && orientation <= 8 ? orientation : 1;
  }
  return 1;
}

Pixels turn_upright(Pixels pixels, int orientation) {
  CHECK(orientation >= 1 && orientation <= 8);
  if (orientation == 1) return pixels;
  // Where the stored row 0 and column 0 are to be seen, by the EXIF table: 1 top left, 2 top right,
  // 3 bottom right, 4 bottom left, 5 to 8 the same with rows and columns exchanged.
  const bool swapped = orientation >= 5;
  const bool flip_x = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
  const bool flip_y = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
  const int width = swapped ? pixels.height : pixels.width;
  const int height = swapped ? pixels.width : pixels.height;
  Pixels out{width, height, std::vector<uint8_t>(pixels.rgb.size())};
  uint8_t* to = out.rgb.data();
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const int column = swapped ? y : x;
      const int row = swapped ? x : y;
      const size_t from_x = flip_x ? pixels.width - 1 - column : column;
      const size_t from_y = flip_y ? pixels.height - 1 - row : row;
      to = std::copy_n(&pixels.rgb[3 * (from_y * pixels.width + from_x)], 3, to);
    }
  }
  return out;
}

}  // namespace plantain::image
