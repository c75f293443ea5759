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

struct Lexicon {
  // language -> phrase -> meanings, in the files' order
  std::map<std::string, std::map<std::string, std::vector<Meaning>>> phrases;
  // drawing -> "kind height [bust] [face=drawing]"
  std::map<std::string, std::string> facts;
  // drawing -> how early it is listed; the commonest things come first
  std::map<std::string, int> order;
};

// Reads things.txt, people.txt (English) and LANGUAGE.txt below `folder`.
Result<Lexicon> read_lexicon(const Path& folder);

}  // namespace plantain::engine::sketch::pack
