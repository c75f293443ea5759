// How words are compared: prompts and the word table are folded alike.
// Threads: pure functions, callable from anywhere.
#pragma once

#include <string>
#include <string_view>

namespace plantain::engine::sketch {

// Compatibility forms unified (NFKC) and case folded: "Ｃａｆé" and "café" become one.
std::string fold_words(std::string_view utf8);

// Chinese written in traditional characters -> in simplified ones.
std::string to_simplified(std::string_view utf8);

// Text of Chinese, Japanese, Thai, Lao, Khmer or Burmese writing, which has no spaces between
// words.
bool is_unspaced(char32_t character);
bool is_hangul(char32_t character);
bool is_kana(char32_t character);
bool is_letter_or_digit(char32_t character);

}  // namespace plantain::engine::sketch
