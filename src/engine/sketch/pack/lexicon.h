// The curated lexicon: text files that say which drawing or meaning everyday words have.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/files.h"

namespace plantain::engine::sketch::pack {

// One meaning of a phrase; the classes are listed in words.h.
struct Meaning {
  std::string kind;   // "thing", "noun", "set" …
  std::string value;  // "cat", "woman", "place=beach"
  friend auto operator<=>(const Meaning&, const Meaning&) = default;
};

using Phrases = std::map<std::string, std::vector<Meaning>>;  // phrase -> meanings

struct Lexicon {
  std::map<std::string, Phrases> phrases;  // by language
  // drawing -> "kind height [bust] [face=drawing]"
  std::map<std::string, std::string> facts;
  // drawing -> how early it is listed; the commonest things come first
  std::map<std::string, int> order;
};

// The languages that have a file of their own, and simplified Chinese, which follows from
// traditional.
inline constexpr const char* kLexiconLanguages[] = {"en", "zh_Hant", "zh", "ja", "es", "de", "fr"};

// Reads things.txt, people.txt (English) and LANGUAGE.txt below `folder`.
Result<Lexicon> read_lexicon(const Path& folder);

}  // namespace plantain::engine::sketch::pack
