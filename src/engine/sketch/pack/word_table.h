// The word table: what the words of a prompt can mean, from the curated lexicon, CLDR and WordNet.
#pragma once

#include <string>
#include <vector>

#include "base/files.h"
#include "base/json.h"

namespace plantain::engine::sketch::pack {

struct WordSources {
  const std::vector<std::string>& parts;  // the names of the drawings
  const Json& characters;                 // code points of an emoji -> the name of its drawing
  const Json& metadata;                   // category -> names
  Path cldr;
  Path lexicon;
  Path wordnet;
};

// The content of Section::kWords; its form is described in words.h.
Result<std::string> word_table(const WordSources& sources);

}  // namespace plantain::engine::sketch::pack
