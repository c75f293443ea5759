#include "engine/sketch/pack/font.h"

#include <hb-subset.h>
#include <hb.h>
#include <unicode/ucnv.h>

#include <memory>
#include <utility>

#include "base/text.h"

namespace plantain::engine::sketch::pack {
namespace {

// The collection's order is JP, KR, SC, TC, HK.
constexpr unsigned kTraditionalChineseFace = 3;

constexpr std::pair<hb_codepoint_t, hb_codepoint_t> kRanges[] = {
    {0x20, 0x24f},     // Latin
    {0x370, 0x52f},    // Greek, Cyrillic
    {0x2010, 0x2122},  // punctuation, currency
    {0x2190, 0x21ff},  // arrows
    {0x25a0, 0x266f},  // shapes, stars, notes
    {0x3000, 0x30ff},  // CJK punctuation, kana
    {0x3105, 0x312f},  // Bopomofo
    {0xff01, 0xff9f},  // full and half width
};

// The everyday characters of the national sets: their first levels, ordered by how common they are.
struct Level {
  const char* charset;
  int first_lead, last_lead, first_trail;
};
constexpr Level kLevels[] = {
    {"Big5", 0xa4, 0xc6, 0x40},
    {"EUC-JP", 0xb0, 0xcf, 0xa1},
    {"GB2312", 0xb0, 0xd7, 0xa1},
    {"EUC-KR", 0xb0, 0xc8, 0xa1},
};

Result<void> add_level(const Level& level, hb_set_t* characters) {
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<UConverter, decltype(&ucnv_close)> converter(
      ucnv_open(level.charset, &status), ucnv_close);
  if (U_FAILURE(status)) return invalid(concat("ICU has no converter for ", level.charset));
  for (int lead = level.first_lead; lead <= level.last_lead; ++lead) {
    for (int trail = level.first_trail; trail <= 0xfe; ++trail) {
      const char bytes[] = {static_cast<char>(lead), static_cast<char>(trail)};
      const char* at = bytes;
      status = U_ZERO_ERROR;
      ucnv_reset(converter.get());
      const UChar32 character = ucnv_getNextUChar(converter.get(), &at, bytes + 2, &status);
      const bool whole = U_SUCCESS(status) && at == bytes + 2;
      if (whole && character >= 0x3400 && character < 0xe000)
        hb_set_add(characters, static_cast<hb_codepoint_t>(character));
    }
  }
  return {};
}

// Signs are set glyph by glyph: no shaping tables, no hints.
void drop_what_signs_do_not_need(hb_subset_input_t* input) {
  hb_set_t* drop = hb_subset_input_set(input, HB_SUBSET_SETS_DROP_TABLE_TAG);
  for (const char* tag : {"GSUB", "GPOS", "GDEF", "BASE", "VORG", "vhea", "vmtx", "DSIG"}) {
    hb_set_add(drop, hb_tag_from_string(tag, -1));
  }
  hb_subset_input_set_flags(input, HB_SUBSET_FLAGS_NO_HINTING);
}

}  // namespace

Result<std::string> lettering_subset(const std::string& collection) {
  const std::unique_ptr<hb_blob_t, decltype(&hb_blob_destroy)> blob(
      hb_blob_create(collection.data(), static_cast<unsigned>(collection.size()),
                     HB_MEMORY_MODE_READONLY, nullptr, nullptr),
      hb_blob_destroy);
  if (hb_face_count(blob.get()) <= kTraditionalChineseFace)
    return invalid("the font collection lacks its Traditional Chinese face");
  const std::unique_ptr<hb_face_t, decltype(&hb_face_destroy)> face(
      hb_face_create(blob.get(), kTraditionalChineseFace), hb_face_destroy);
  const std::unique_ptr<hb_subset_input_t, decltype(&hb_subset_input_destroy)> input(
      hb_subset_input_create_or_fail(), hb_subset_input_destroy);
  CHECK(input != nullptr);
  hb_set_t* characters = hb_subset_input_unicode_set(input.get());
  for (const auto& [first, last] : kRanges) hb_set_add_range(characters, first, last);
  for (const Level& level : kLevels) {
    const Result<void> added = add_level(level, characters);
    if (!added.ok()) return added.error();
  }
  drop_what_signs_do_not_need(input.get());
  const std::unique_ptr<hb_face_t, decltype(&hb_face_destroy)> subset(
      hb_subset_or_fail(face.get(), input.get()), hb_face_destroy);
  if (subset == nullptr) return invalid("the font cannot be cut down");
  const std::unique_ptr<hb_blob_t, decltype(&hb_blob_destroy)> bytes(
      hb_face_reference_blob(subset.get()), hb_blob_destroy);
  unsigned size = 0;
  const char* data = hb_blob_get_data(bytes.get(), &size);
  return std::string(data, size);
}

}  // namespace plantain::engine::sketch::pack
