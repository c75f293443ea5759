#include "image/container.h"

#include <algorithm>

#include "image/bytes.h"

namespace plantain::image {

namespace {

constexpr int kAnyFrame = -1;  // any of JPEG's start-of-frame markers

bool is_frame_start(int marker) {
  const bool other_table = marker == 0xC4 || marker == 0xC8 || marker == 0xCC;
  return marker >= 0xC0 && marker <= 0xCF && !other_table;
}

bool stands_alone(int marker) { return marker <= 0x01 || (marker >= 0xD0 && marker <= 0xD8); }

bool ends_the_headers(int marker) { return marker == 0xD9 || marker == 0xDA; }

std::optional<FileKind> kind(Format format, uint32_t width, uint32_t height) {
  constexpr uint32_t kMax = 0x7FFFFFFF;  // what an int and a PNG can say
  if (width == 0 || height == 0 || width > kMax || height > kMax) return std::nullopt;
  return FileKind{format, static_cast<int>(width), static_cast<int>(height)};
}

std::optional<FileKind> identify_png(std::string_view file) {
  constexpr size_t kHeaderEnd = 8 + 8 + 13 + 4;
  if (file.size() < kHeaderEnd || file.substr(12, 4) != "IHDR" || big_endian(file, 8, 4) != 13) {
    return std::nullopt;
  }
  return kind(Format::kPng, big_endian(file, 16, 4), big_endian(file, 20, 4));
}

std::optional<FileKind> identify_jpeg(std::string_view file) {
  const std::optional<std::string_view> frame = find_in_jpeg(file, kAnyFrame, {});
  if (!frame || frame->size() < 6) return std::nullopt;
  return kind(Format::kJpeg, big_endian(*frame, 3, 2), big_endian(*frame, 1, 2));
}

std::optional<FileKind> identify_webp(std::string_view file) {
  if (file.size() < 20) return std::nullopt;
  const std::string_view type = file.substr(12, 4);
  const std::string_view payload = file.substr(20);
  if (type == "VP8X" && payload.size() >= 10) {
    return kind(Format::kWebp, little_endian(payload, 4, 3) + 1, little_endian(payload, 7, 3) + 1);
  }
  if (type == "VP8 " && payload.size() >= 10 && payload.substr(3, 3) == "\x9D\x01\x2A") {
    return kind(Format::kWebp, little_endian(payload, 6, 2) & 0x3FFF,
                little_endian(payload, 8, 2) & 0x3FFF);
  }
  if (type == "VP8L" && payload.size() >= 5 && payload[0] == 0x2F) {
    const uint32_t sides = little_endian(payload, 1, 4);
    return kind(Format::kWebp, (sides & 0x3FFF) + 1, (sides >> 14 & 0x3FFF) + 1);
  }
  return std::nullopt;
}

}  // namespace

std::optional<Format> format_of(std::string_view file) {
  if (file.starts_with(kPngSignature)) return Format::kPng;
  if (file.starts_with("\xFF\xD8\xFF")) return Format::kJpeg;
  if (file.starts_with("RIFF") && file.size() >= 12 && file.substr(8, 4) == "WEBP") {
    return Format::kWebp;
  }
  return std::nullopt;
}

std::optional<FileKind> identify(std::string_view file) {
  const std::optional<Format> format = format_of(file);
  if (!format) return std::nullopt;
  switch (*format) {
    case Format::kPng:
      return identify_png(file);
    case Format::kJpeg:
      return identify_jpeg(file);
    case Format::kWebp:
      return identify_webp(file);
  }
  CHECK(false);
  return std::nullopt;
}

std::optional<std::string> read_xmp(std::string_view file) {
  const std::optional<Format> format = format_of(file);
  std::optional<std::string_view> packet;
  if (format == Format::kPng) packet = find_in_png(file, "iTXt", kPngXmp);
  if (format == Format::kJpeg) packet = find_in_jpeg(file, 0xE1, kJpegXmp);
  if (format == Format::kWebp) packet = find_in_webp(file, "XMP ");
  if (!packet) return std::nullopt;
  return std::string(*packet);
}

std::optional<std::string_view> find_in_png(std::string_view file, std::string_view type,
                                            std::string_view prefix) {
  std::string_view rest = file.substr(std::min(file.size(), kPngSignature.size()));
  while (rest.size() >= 12) {  // a length, a type and a check sum
    const size_t length = big_endian(rest, 0, 4);
    if (length > rest.size() - 12) return std::nullopt;
    const std::string_view payload = rest.substr(8, length);
    if (rest.substr(4, 4) == type && payload.starts_with(prefix)) {
      return payload.substr(prefix.size());
    }
    rest.remove_prefix(12 + length);
  }
  return std::nullopt;
}

std::optional<std::string_view> find_in_jpeg(std::string_view file, int marker,
                                             std::string_view prefix) {
  std::string_view rest = file;
  for (;;) {
    // Anything before a marker is skipped, as libjpeg does; a marker may be preceded by 0xFF.
    rest.remove_prefix(std::min(rest.size(), rest.find('\xFF')));
    rest.remove_prefix(std::min(rest.size(), rest.find_first_not_of('\xFF')));
    if (rest.empty()) return std::nullopt;
    const int found = static_cast<uint8_t>(rest[0]);
    rest.remove_prefix(1);
    if (ends_the_headers(found)) return std::nullopt;
    if (stands_alone(found)) continue;
    if (rest.size() < 2) return std::nullopt;
    const size_t length = big_endian(rest, 0, 2);
    if (length < 2 || length > rest.size()) return std::nullopt;
    const std::string_view payload = rest.substr(2, length - 2);
    const bool wanted = marker == kAnyFrame ? is_frame_start(found) : found == marker;
    if (wanted && payload.starts_with(prefix)) return payload.substr(prefix.size());
    rest.remove_prefix(length);
  }
}

std::optional<std::string_view> find_in_webp(std::string_view file, std::string_view type) {
  std::string_view rest = file.substr(std::min<size_t>(file.size(), 12));
  while (rest.size() >= 8) {
    const size_t length = little_endian(rest, 4, 4);
    if (length > rest.size() - 8) return std::nullopt;
    if (rest.substr(0, 4) == type) return rest.substr(8, length);
    rest.remove_prefix(std::min(rest.size(), 8 + length + length % 2));  // chunks are padded
  }
  return std::nullopt;
}

}  // namespace plantain::image
