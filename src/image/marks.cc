#include "image/marks.h"

#include <algorithm>

#include "image/codec.h"
#include "image/container.h"

namespace plantain::image {
namespace {

constexpr int kJpegApp11 = 0xEB;  // where JUMBF boxes travel (ISO 19566-5)
constexpr std::string_view kJumbf = "JP";
constexpr std::string_view kTerms = "newscodes/digitalsourcetype/";
constexpr std::size_t kTermMax_bytes = 64;

bool has_c2pa(std::string_view file) {
  const std::optional<Format> format = format_of(file);
  if (!format) return false;
  switch (*format) {
    case Format::kPng:
      return find_in_png(file, "caBX").has_value();
    case Format::kJpeg:
      return find_in_jpeg(file, kJpegApp11, kJumbf).has_value();
    case Format::kWebp:
      return find_in_webp(file, "C2PA").has_value();
  }
  return false;
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

}  // namespace

Marks marks_of(std::string_view file) {
  Marks marks;
  marks.c2pa = has_c2pa(file);
  const std::optional<std::string> xmp = read_xmp(file);
  marks.xmp = xmp.has_value();
  if (!xmp) return marks;
  const std::size_t at = xmp->find(kTerms);
  if (at == std::string::npos) return marks;
  const auto begin = xmp->begin() + static_cast<std::ptrdiff_t>(at + kTerms.size());
  const auto end = std::find_if_not(begin, xmp->end(), is_letter);
  if (static_cast<std::size_t>(end - begin) <= kTermMax_bytes)
    marks.digital_source_type.assign(begin, end);
  return marks;
}

}  // namespace plantain::image
