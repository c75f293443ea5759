// Numbers and colours in languages that have no lexicon of their own.
#pragma once

#include <string>
#include <vector>

#include "engine/sketch/pack/annotations.h"
#include "engine/sketch/pack/lexicon.h"

namespace plantain::engine::sketch::pack {

// The number words of `language` from one to twelve, in every gender that ICU's spellout rules
// know.
Phrases numbers_of(const std::string& language);

// The colour words: what the names of the red circle and the red square share, and so on. `colours`
// holds the English colour meanings by the English word.
Phrases colours_of(const std::vector<Annotation>& annotations, const Phrases& english);

}  // namespace plantain::engine::sketch::pack
