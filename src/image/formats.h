// The three libraries, each wrapped in one file: png_file.cc, jpeg_file.cc, webp_file.cc. Only
// those name a library; codec.cc checks sizes before and turns pictures upright after.
// Threads: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/text.h"
#include "image/codec.h"
#include "image/pixels.h"

namespace plantain::image {

// `pixels` has sides from 1 to what the format holds; `xmp` fits a JPEG segment.
Result<std::string> encode_png(const Pixels& pixels, std::string_view xmp);
Result<std::string> encode_jpeg(const Pixels& pixels, std::string_view xmp);
Result<std::string> encode_webp(const Pixels& pixels, std::string_view xmp);

// `kind` is what identify() says of `file`, and its sides lie within limits: a file whose own
// decoder then sees other sides is refused. Pixels as stored, over white.
Result<Pixels> decode_png(std::string_view file, const FileKind& kind);
Result<Pixels> decode_jpeg(std::string_view file, const FileKind& kind);
Result<Pixels> decode_webp(std::string_view file, const FileKind& kind);

// The one way to say that a file's bytes are wrong.
inline Error broken(std::string_view format, std::string_view why) {
  return Error{ErrorCode::kFileUnreachable, concat("this ", format, " file is broken: ", why)};
}

// What encoders and decoders of this folder work on, sized and not yet filled.
inline Pixels blank(int width, int height) {
  return Pixels{width, height, std::vector<uint8_t>(size_t{3} * width * height)};
}

// One channel over white.
inline uint8_t over_white(uint8_t value, uint8_t alpha) {
  return static_cast<uint8_t>((value * alpha + 255 * (255 - alpha) + 127) / 255);
}

}  // namespace plantain::image
