#include "engine/sketch/words_text.h"

#include <unicode/normalizer2.h>
#include <unicode/translit.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <memory>

#include "base/check.h"

namespace plantain::engine::sketch {
namespace {

icu::UnicodeString from_utf8(std::string_view utf8) {
  return icu::UnicodeString::fromUTF8(
      icu::StringPiece(utf8.data(), static_cast<int32_t>(utf8.size())));
}

}  // namespace

std::string fold_words(std::string_view utf8) {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* nfkc = icu::Normalizer2::getNFKCCasefoldInstance(status);
  CHECK(U_SUCCESS(status));
  const icu::UnicodeString folded = nfkc->normalize(from_utf8(utf8), status);
  CHECK(U_SUCCESS(status));
  std::string out;
  folded.toUTF8String(out);
  return out;
}

std::string to_simplified(std::string_view utf8) {
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<icu::Transliterator> rule(
      icu::Transliterator::createInstance("Traditional-Simplified", UTRANS_FORWARD, status));
  CHECK(U_SUCCESS(status));
  icu::UnicodeString text = from_utf8(utf8);
  rule->transliterate(text);
  std::string out;
  text.toUTF8String(out);
  return out;
}

bool is_kana(char32_t character) { return character >= 0x3041 && character <= 0x30ff; }

bool is_hangul(char32_t character) { return character >= 0xac00 && character <= 0xd7a3; }

bool is_unspaced(char32_t character) {
  const bool south_east_asian = (character >= 0x0e00 && character <= 0x0eff) ||
                                (character >= 0x1000 && character <= 0x109f) ||
                                (character >= 0x1780 && character <= 0x17ff);
  return south_east_asian || is_kana(character) || (character >= 0x3400 && character <= 0x9fff) ||
         character == 0x3005 || (character >= 0xf900 && character <= 0xfaff) ||
         (character >= 0x20000 && character <= 0x3ffff);
}

bool is_letter_or_digit(char32_t character) {
  const auto code = static_cast<UChar32>(character);
  const int8_t type = u_charType(code);
  return u_isalnum(code) || type == U_NON_SPACING_MARK || type == U_COMBINING_SPACING_MARK;
}

}  // namespace plantain::engine::sketch
