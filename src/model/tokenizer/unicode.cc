#include "model/tokenizer/unicode.h"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include "base/check.h"

namespace plantain::model {

std::u32string composed(std::u32string_view text) {
  UErrorCode failed = U_ZERO_ERROR;
  const icu::Normalizer2* nfc = icu::Normalizer2::getNFCInstance(failed);
  CHECK(U_SUCCESS(failed));  // only when ICU's own data is missing
  const icu::UnicodeString wide = icu::UnicodeString::fromUTF32(
      reinterpret_cast<const UChar32*>(text.data()), static_cast<int32_t>(text.size()));
  const icu::UnicodeString done = nfc->normalize(wide, failed);
  CHECK(U_SUCCESS(failed));
  std::u32string result(static_cast<size_t>(done.countChar32()), U'\0');
  done.toUTF32(reinterpret_cast<UChar32*>(result.data()), static_cast<int32_t>(result.size()),
               failed);
  CHECK(U_SUCCESS(failed) || failed == U_STRING_NOT_TERMINATED_WARNING);
  return result;
}

std::u32string lowered(std::u32string_view text) {
  std::u32string result;
  result.reserve(text.size());
  for (const char32_t c : text) {
    result += static_cast<char32_t>(u_tolower(static_cast<UChar32>(c)));
    // The one character whose lower case is two: İ is i with a dot above.
    if (c == U'\u0130') result += U'\u0307';
  }
  return result;
}

bool is_letter(char32_t c) { return (U_GET_GC_MASK(static_cast<UChar32>(c)) & U_GC_L_MASK) != 0; }
bool is_number(char32_t c) { return (U_GET_GC_MASK(static_cast<UChar32>(c)) & U_GC_N_MASK) != 0; }
bool is_blank(char32_t c) { return u_isUWhiteSpace(static_cast<UChar32>(c)); }

}  // namespace plantain::model
