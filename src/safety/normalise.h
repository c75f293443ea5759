// A prompt brought to one spelling, so that the lexicon needs one entry for what can be written in
// a hundred ways.
//
// What is made equal: width and compatibility forms (NFKC), case, characters that cannot be seen,
// the accents of Latin, Greek, Cyrillic, Arabic and Hebrew letters (but ñ, which tells words apart:
// año, ano), look-alike letters of other scripts and of decorative alphabets (Unicode confusables,
// TR39), digits of every script, runs of more than three of a letter. What separates words becomes
// one space. Nothing is removed from scripts whose marks are letters (Devanagari, Thai, kana).
// Threads: pure functions; tables are built at the first use.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace plantain::safety {

// How a character of the normalised text may be read, besides as itself.
enum Mark : uint8_t {
  kJoint = 1,     // a space that may be a letter-splitter: "p o r n", "po-rn"
  kSentence = 2,  // a space that ends a sentence
  kLong = 4,      // of three equal letters in a row: "soooo", kept as "sooo"
  kUnspaced =
      8,  // a letter of a script that does not write spaces between words: Han, kana, Thai, …
  kDigit = 16,    // '0' to '9'
  kHidden = 32,   // a symbol inside a word that stands for an unknown letter: "f*ck"
  kSymbol = 64,   // a symbol inside a word that may stand for a letter, or separate after all:
                  // "$ex", "sh!t"
  kAccent = 128,  // a Latin letter that has lost an accent or a stroke: é, ø
};

struct Normalised {
  std::u32string text;         // words with one space between, none at the ends
  std::vector<uint8_t> marks;  // of each character of `text`: Mark, or-ed

  bool has(size_t at, Mark mark) const { return (marks[at] & mark) != 0; }
};

// Bytes that are not UTF-8 separate words.
Normalised normalise(std::string_view utf8);

// The letters that a digit or symbol inside a word is often written for ("p0rn", "$ex"): at most
// two; none for a letter.
std::u32string_view letters_written_as(char32_t character);

}  // namespace plantain::safety
