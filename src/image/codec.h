// Pictures as files: PNG, JPEG and WebP, sRGB, with XMP provenance.
// Threads: pure functions; callable from anywhere.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "image/pixels.h"

namespace plantain::image {

enum class Format { kPng, kJpeg, kWebp };

std::optional<Format> format_from_name(std::string_view name);  // "png", "jpeg", "webp"
std::string_view content_type(Format format);                   // "image/png" …
std::string_view extension(Format format);                      // ".png", ".jpg", ".webp"

// What a file says of its making. Never an id or a time: the same seed gives the same bytes.
struct Provenance {
  std::string digital_source_type;  // an IPTC term: "algorithmicMedia", "trainedAlgorithmicMedia"
  std::string engine;               // "sketch"
  std::string weights;              // empty: the engine has none
  int64_t seed = 0;
};

// PNG: 8 bit, lossless, with an sRGB chunk. JPEG: quality 92, 4:4:4, WebP: quality 90; both with
// an sRGB profile. XMP as the format's own specification places it (PNG iTXt, JPEG APP1, WebP
// chunk). The same input gives the same bytes. kInvalidInput: a side beyond what the format holds.
Result<std::string> encode(const Pixels& pixels, Format format, const Provenance& provenance);

// The XMP packet that encode() writes.
std::string xmp_packet(const Provenance& provenance);

// The XMP packet inside a file, or nothing. For tests and for people who ask what a file says.
std::optional<std::string> read_xmp(std::string_view file);

// What a file is, by its bytes alone, without decoding pixels. The sides are those stored, before
// any EXIF orientation. Reads headers only, in constant memory; any bytes will do.
struct FileKind {
  Format format;
  int width;
  int height;
};
std::optional<FileKind> identify(std::string_view file);

// The pixels of a file of one of the three formats: first frame, 8 bit, over white where it is
// transparent, turned upright by its EXIF orientation. The numbers are taken as sRGB: profiles and
// gamma inside the file are ignored, four inks (CMYK) are converted by the plain formula.
// Refuses before it allocates: sides and pixels beyond base/limits.h. Refuses on the way: JPEGs
// with more than 100 scans, files cut short, pixels that a decoder would have to make up.
// kFileUnreachable: not a picture, broken, or too large; the message says which.
Result<Pixels> decode(std::string_view file);

}  // namespace plantain::image
