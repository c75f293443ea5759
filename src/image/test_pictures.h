// For tests: pictures to encode, PNG files and Exif blocks as others write them, and readers of the
// three containers that share no code with the writers under test.
// Threads: pure functions.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "image/codec.h"
#include "image/pixels.h"

namespace plantain::image {

constexpr Format kAllFormats[] = {Format::kPng, Format::kJpeg, Format::kWebp};

inline Provenance test_provenance() {
  return {"trainedAlgorithmicMedia", "diffusion", "black-forest-labs/FLUX.2-klein-4B@sha256:0a1b",
          7};
}

inline std::string encoded(const Pixels& pixels, Format format) {
  return encode(pixels, format, test_provenance()).value();
}

inline Pixels noise(int width, int height, unsigned seed = 1) {
  std::mt19937 random(seed);
  Pixels out{width, height, std::vector<uint8_t>(size_t{3} * width * height)};
  for (uint8_t& value : out.rgb) value = static_cast<uint8_t>(random());
  return out;
}

// What pictures are made of: slow gradients, saturated discs with hard edges, a little grain.
inline Pixels test_picture(int width, int height) {
  std::mt19937 random(3);
  Pixels out{width, height, {}};
  out.rgb.reserve(size_t{3} * width * height);
  const double radius = std::min(width, height) / 5.0;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const double u = (x + 0.5) / width, v = (y + 0.5) / height;
      double rgb[3] = {60 + 150 * u, 90 + 100 * v, 200 - 120 * u * v};
      const double dx = x - 0.35 * width, dy = y - 0.5 * height, ex = x - 0.7 * width;
      if (dx * dx + dy * dy < radius * radius) rgb[0] = 230, rgb[1] = 40, rgb[2] = 30;
      if (ex * ex + dy * dy < radius * radius) rgb[0] = 20, rgb[1] = 60, rgb[2] = 210;
      const double grain = static_cast<double>(random() % 7) - 3;
      for (const double value : rgb)
        out.rgb.push_back(static_cast<uint8_t>(std::lround(value + grain)));
    }
  }
  return out;
}

// Peak signal-to-noise ratio in dB over all channels; infinite for equal pictures.
inline double psnr(const Pixels& a, const Pixels& b) {
  EXPECT_EQ(a.rgb.size(), b.rgb.size());
  double sum = 0;
  for (size_t i = 0; i < a.rgb.size(); ++i) {
    const double difference = static_cast<double>(a.rgb[i]) - b.rgb[i];
    sum += difference * difference;
  }
  return 10 * std::log10(255.0 * 255.0 * static_cast<double>(a.rgb.size()) / sum);
}

// ---- Containers, read ----

struct Part {
  std::string name;   // of a PNG or WebP chunk; of a JPEG segment its marker: "e1"
  std::string bytes;  // without name, length and check sum
};

inline std::vector<std::string> names_of(const std::vector<Part>& parts) {
  std::vector<std::string> names;
  for (const Part& part : parts) names.push_back(part.name);
  return names;
}

inline uint32_t number(std::string_view bytes, size_t at, int count, bool big) {
  uint32_t value = 0;
  for (int i = 0; i < count; ++i) {
    const auto byte = static_cast<uint8_t>(bytes.at(at + (big ? i : count - 1 - i)));
    value = value * 256 + byte;
  }
  return value;
}

inline std::string digits(uint32_t value, int count, bool big) {
  std::string out;
  for (int i = 0; i < count; ++i) {
    out += static_cast<char>(value >> 8 * (big ? count - 1 - i : i) & 0xFF);
  }
  return out;
}

// The CRC of the PNG specification, annex D.
inline uint32_t png_check_sum(std::string_view bytes) {
  static const std::array<uint32_t, 256> table = [] {
    std::array<uint32_t, 256> out{};
    for (uint32_t n = 0; n < 256; ++n) {
      uint32_t c = n;
      for (int k = 0; k < 8; ++k) c = (c & 1) != 0 ? 0xEDB88320u ^ c >> 1 : c >> 1;
      out[n] = c;
    }
    return out;
  }();
  uint32_t crc = 0xFFFFFFFFu;
  for (const char byte : bytes) crc = table[(crc ^ static_cast<uint8_t>(byte)) & 0xFF] ^ crc >> 8;
  return ~crc;
}

inline std::vector<Part> png_parts(std::string_view file) {
  std::vector<Part> parts;
  EXPECT_EQ(file.substr(0, 8), "\x89PNG\r\n\x1A\n");
  size_t at = 8;
  while (at + 12 <= file.size()) {
    const size_t length = number(file, at, 4, true);
    if (length > file.size() - at - 12) break;
    parts.push_back(
        {std::string(file.substr(at + 4, 4)), std::string(file.substr(at + 8, length))});
    EXPECT_EQ(png_check_sum(file.substr(at + 4, 4 + length)),
              number(file, at + 8 + length, 4, true));
    at += 12 + length;
  }
  EXPECT_EQ(at, file.size()) << "bytes behind the last chunk";
  return parts;
}

// The last two are the scan (named "da", its header and its coded pixels) and "d9", for a file with
// one scan.
inline std::vector<Part> jpeg_parts(std::string_view file) {
  std::vector<Part> parts;
  EXPECT_EQ(file.substr(0, 2), "\xFF\xD8");
  size_t at = 2;
  while (at + 4 <= file.size() && file[at] == '\xFF') {
    const std::string name = to_hex(file.substr(at + 1, 1));
    if (name == "da") break;
    const size_t length = number(file, at + 2, 2, true);
    parts.push_back({name, std::string(file.substr(at + 4, length - 2))});
    at += 2 + length;
  }
  EXPECT_EQ(file.substr(at, 2), "\xFF\xDA");
  EXPECT_EQ(file.substr(file.size() - 2), "\xFF\xD9");
  parts.push_back({"da", std::string(file.substr(at + 2, file.size() - at - 4))});
  parts.push_back({"d9", {}});
  return parts;
}

inline std::vector<Part> webp_parts(std::string_view file) {
  std::vector<Part> parts;
  EXPECT_EQ(file.substr(0, 4), "RIFF");
  EXPECT_EQ(number(file, 4, 4, false), file.size() - 8);
  EXPECT_EQ(file.substr(8, 4), "WEBP");
  size_t at = 12;
  while (at + 8 <= file.size()) {
    const size_t length = number(file, at + 4, 4, false);
    if (length > file.size() - at - 8) break;
    parts.push_back({std::string(file.substr(at, 4)), std::string(file.substr(at + 8, length))});
    at += 8 + length + length % 2;
  }
  EXPECT_EQ(at, file.size()) << "bytes behind the last chunk";
  return parts;
}

inline std::vector<Part> parts_of(std::string_view file, Format format) {
  if (format == Format::kPng) return png_parts(file);
  return format == Format::kJpeg ? jpeg_parts(file) : webp_parts(file);
}

// What follows `prefix` in the one part of this name that begins with it.
inline std::string only_part(const std::vector<Part>& parts, std::string_view name,
                             std::string_view prefix = {}) {
  std::vector<std::string_view> found;
  for (const Part& part : parts) {
    if (part.name == name && part.bytes.starts_with(prefix)) found.push_back(part.bytes);
  }
  EXPECT_EQ(found.size(), 1u) << name;
  return found.empty() ? "" : std::string(found[0].substr(prefix.size()));
}

// ---- Files, written ----

inline std::string png_chunk(std::string_view type, std::string_view bytes) {
  const std::string inside = concat(type, bytes);
  return concat(digits(static_cast<uint32_t>(bytes.size()), 4, true), inside,
                digits(png_check_sum(inside), 4, true));
}

// A zlib stream that compresses nothing.
inline std::string zlib_stored(std::string_view bytes) {
  std::string out("\x78\x01", 2);
  uint32_t a = 1, b = 0;
  for (const char byte : bytes) {
    a = (a + static_cast<uint8_t>(byte)) % 65521;
    b = (b + a) % 65521;
  }
  do {
    const std::string_view block = bytes.substr(0, 65535);
    bytes.remove_prefix(block.size());
    const auto length = static_cast<uint32_t>(block.size());
    out += bytes.empty() ? '\1' : '\0';
    out += concat(digits(length, 2, false), digits(~length & 0xFFFF, 2, false), block);
  } while (!bytes.empty());
  return out + digits(b << 16 | a, 4, true);
}

struct PngHeader {
  uint32_t width = 1;
  uint32_t height = 1;
  int depth = 8;
  int colour = 2;  // 0 grey, 2 RGB, 3 palette, 4 grey and alpha, 6 RGB and alpha
  bool interlaced = false;
};

inline std::string png_start(const PngHeader& header) {
  const char rest[] = {static_cast<char>(header.depth), static_cast<char>(header.colour), 0, 0,
                       header.interlaced};
  return concat(
      "\x89PNG\r\n\x1A\n",
      png_chunk("IHDR", concat(digits(header.width, 4, true), digits(header.height, 4, true),
                               std::string_view(rest, sizeof rest))));
}

// `rows`: each with its filter type in front, as the specification lays them out.
inline std::string png_file(const PngHeader& header, std::string_view rows,
                            std::string_view chunks_before = {}) {
  return concat(png_start(header), chunks_before, png_chunk("IDAT", zlib_stored(rows)),
                png_chunk("IEND", ""));
}

// A directory of two entries, of which the second is the orientation.
inline std::string exif_block(uint32_t orientation, bool big) {
  const auto entry = [&](uint32_t tag, uint32_t value) {
    return concat(digits(tag, 2, big), digits(3, 2, big), digits(1, 4, big), digits(value, 2, big),
                  digits(0, 2, big));
  };
  return concat(big ? "MM" : "II", digits(42, 2, big), digits(8, 4, big), digits(2, 2, big),
                entry(0x0103, 6), entry(0x0112, orientation), digits(0, 4, big));
}

// `file` with an Exif block where its format wants it. `file` is one of encode()'s.
inline std::string with_exif(std::string_view file, Format format, std::string_view exif) {
  if (format == Format::kPng) {
    return concat(file.substr(0, 33), png_chunk("eXIf", exif), file.substr(33));
  }
  if (format == Format::kJpeg) {
    const std::string segment = concat(std::string_view("Exif\0\0", 6), exif);
    return concat("\xFF\xD8\xFF\xE1", digits(static_cast<uint32_t>(segment.size() + 2), 2, true),
                  segment, file.substr(2));
  }
  std::string out =
      concat(file, "EXIF", digits(static_cast<uint32_t>(exif.size()), 4, false), exif);
  if (exif.size() % 2 != 0) out += '\0';
  out.replace(4, 4, digits(static_cast<uint32_t>(out.size() - 8), 4, false));
  out[20] = static_cast<char>(out[20] | 0x08);
  return out;
}

}  // namespace plantain::image
