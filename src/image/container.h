// The three file formats as sequences of labelled stretches, without any decoding.
// Hostile bytes are fine everywhere: a walk reads each byte at most once, allocates nothing and
// ends where the file stops making sense.
// Threads: pure functions.
#pragma once

#include <optional>
#include <string_view>

#include "image/codec.h"

namespace plantain::image {

inline constexpr std::string_view kPngSignature = "\x89PNG\r\n\x1A\n";

// What each format puts before the payload that it shares with the others.
inline constexpr std::string_view kPngXmp{"XML:com.adobe.xmp\0\0\0\0\0", 22};  // uncompressed
inline constexpr std::string_view kJpegXmp{"http://ns.adobe.com/xap/1.0/\0", 29};
inline constexpr std::string_view kJpegExif{"Exif\0\0", 6};

// The format that the first bytes promise.
std::optional<Format> format_of(std::string_view file);

// What follows `prefix` in the first whole chunk or segment of that kind that starts with it.
// PNG: `type` is four letters. Check sums are not checked.
std::optional<std::string_view> find_in_png(std::string_view file, std::string_view type,
                                            std::string_view prefix = {});
// JPEG: only segments before the first scan, where Exif and XMP must be.
std::optional<std::string_view> find_in_jpeg(std::string_view file, int marker,
                                             std::string_view prefix);
// WebP: `type` is four letters.
std::optional<std::string_view> find_in_webp(std::string_view file, std::string_view type);

}  // namespace plantain::image
