#include "image/codec.h"

#include "base/limits.h"
#include "base/text.h"
#include "image/formats.h"
#include "image/upright.h"

namespace plantain::image {

namespace {

struct FormatRow {
  Format format;
  std::string_view name;
  std::string_view content_type;
  std::string_view extension;
  int side_max;  // what the format, or its library, can hold
  Result<std::string> (*encode)(const Pixels&, std::string_view xmp);
  Result<Pixels> (*decode)(std::string_view file, const FileKind&);
};

constexpr FormatRow kFormats[] = {
    {Format::kPng, "png", "image/png", ".png", 0x7FFFFFFF, encode_png, decode_png},
    {Format::kJpeg, "jpeg", "image/jpeg", ".jpg", 65500, encode_jpeg, decode_jpeg},
    {Format::kWebp, "webp", "image/webp", ".webp", 16383, encode_webp, decode_webp},
};

const FormatRow& row_of(Format format) {
  for (const FormatRow& row : kFormats) {
    if (row.format == format) return row;
  }
  CHECK(false);
  return kFormats[0];
}

// One segment of a JPEG less its length and the prefix of XMP. The other formats could hold more,
// but what fits must not depend on the format somebody asks for.
constexpr size_t kXmpMax_bytes = 65533 - 29;

Result<void> check_sides(const FileKind& kind) {
  const int64_t pixels = int64_t{kind.width} * kind.height;
  if (kind.width <= limits::kImageSideMax_px && kind.height <= limits::kImageSideMax_px &&
      pixels <= limits::kImageMax_px) {
    return {};
  }
  return Error{ErrorCode::kFileUnreachable,
               concat("this picture is too large: ", kind.width, " x ", kind.height,
                      " pixels; a side may have ", limits::kImageSideMax_px, ", the whole ",
                      limits::kImageMax_px)};
}

}  // namespace

std::optional<Format> format_from_name(std::string_view name) {
  for (const FormatRow& row : kFormats) {
    if (row.name == name) return row.format;
  }
  return std::nullopt;
}

std::string_view content_type(Format format) { return row_of(format).content_type; }

std::string_view extension(Format format) { return row_of(format).extension; }

Result<std::string> encode(const Pixels& pixels, Format format, const Provenance& provenance) {
  CHECK(pixels.width >= 1 && pixels.height >= 1);
  CHECK(pixels.rgb.size() == size_t{3} * pixels.width * pixels.height);
  const FormatRow& row = row_of(format);
  if (pixels.width > row.side_max || pixels.height > row.side_max) {
    return invalid(concat("a ", row.name, " file holds sides up to ", row.side_max,
                          " pixels; this picture has ", pixels.width, " x ", pixels.height));
  }
  const std::string xmp = xmp_packet(provenance);
  if (xmp.size() > kXmpMax_bytes) {
    return invalid(concat("the provenance takes ", xmp.size(), " bytes; at most ", kXmpMax_bytes,
                          " fit into a file"));
  }
  return row.encode(pixels, xmp);
}

Result<Pixels> decode(std::string_view file) {
  if (!identify(file)) {
    return Error{ErrorCode::kFileUnreachable,
                 "this is not a picture: neither PNG nor JPEG nor WebP, or cut within its header"};
  }
  const FileKind kind = *identify(file);
  if (Result<void> sides = check_sides(kind); !sides.ok()) return sides.error();
  Result<Pixels> stored = row_of(kind.format).decode(file, kind);
  if (!stored.ok()) return stored.error();
  return turn_upright(std::move(stored).value(), exif_orientation(file));
}

}  // namespace plantain::image
