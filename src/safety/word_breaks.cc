#include "safety/word_breaks.h"

#include <unicode/brkiter.h>
#include <unicode/unistr.h>
#include <unicode/uscript.h>

#include <memory>
#include <string_view>

#include "base/check.h"

namespace plantain::safety {
namespace {

// ICU's iterators are stateful: one for each thread.
icu::BreakIterator& iterator() {
  thread_local const std::unique_ptr<icu::BreakIterator> words = [] {
    UErrorCode error = U_ZERO_ERROR;
    std::unique_ptr<icu::BreakIterator> made(
        icu::BreakIterator::createWordInstance(icu::Locale::getRoot(), error));
    CHECK(U_SUCCESS(error));
    return made;
  }();
  return *words;
}

bool is_katakana(char32_t c) { return c >= 0x30A1 && c <= 0x30FF; }

// Whether `at` splits a Han compound of four or more, which the dictionaries hold as one word, into
// parts of two or more.
bool splits_compound(const icu::UnicodeString& text, int32_t at) {
  const int32_t begin = iterator().preceding(at);
  const int32_t end = iterator().following(at);
  if (at - begin < 2 || end - at < 2) return false;
  for (int32_t i = begin; i < end; i = text.moveIndex32(i, 1)) {
    UErrorCode error = U_ZERO_ERROR;
    if (uscript_getScript(text.char32At(i), &error) != USCRIPT_HAN) return false;
  }
  return true;
}

bool is_boundary(std::u32string_view text, size_t place) {
  icu::UnicodeString utf16;
  int32_t at = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (i == place) at = utf16.length();
    utf16.append(static_cast<UChar32>(text[i]));
  }
  iterator().setText(utf16);
  const bool found = iterator().isBoundary(at) || splits_compound(utf16, at);
  iterator().setText(icu::UnicodeString());  // it keeps a reference
  return found;
}

}  // namespace

bool WordBreaks::between(size_t at) {
  CHECK(at > 0 && at < text_.text.size());
  // Katakana is a script for whole words.
  if (is_katakana(text_.text[at - 1]) != is_katakana(text_.text[at])) return true;
  Look look = around(at);
  for (const Look& earlier : looks_) {
    if (earlier.place == look.place && earlier.around == look.around) return earlier.found;
  }
  if (looks_.size() == kLooksMax) return true;
  look.found = is_boundary(look.around, look.place);
  looks_.push_back(look);
  return looks_.back().found;
}

WordBreaks::Look WordBreaks::around(size_t at) const {
  size_t begin = at - 1;
  size_t end = at + 1;
  while (begin > 0 && at - begin < kAround && text_.has(begin - 1, kUnspaced)) --begin;
  while (end < text_.text.size() && end - at < kAround && text_.has(end, kUnspaced)) ++end;
  return {std::u32string_view(text_.text).substr(begin, end - begin), at - begin, false};
}

}  // namespace plantain::safety
