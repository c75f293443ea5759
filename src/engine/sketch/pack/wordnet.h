// WordNet: which English nouns are kinds of what is drawn. A labrador is a dog, a skiff a boat.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/files.h"
#include "engine/sketch/pack/lexicon.h"

namespace plantain::engine::sketch::pack {

// For nouns of `folder` (WordNet's index.noun, data.noun …) that `known` lacks: the meaning of the
// nearest kind above them that `known` has. Handed down are things, people and single places;
// `facts` tells what kind a drawing is of, so that "seal" hands down the animal and not the stamp.
// A noun counts by its commonest sense, and not at all where the word is commoner as a verb or an
// adjective. Towns, rivers and mountains come as instances of their kinds.
Result<Phrases> kinds_of(const Path& folder, const Phrases& known,
                         const std::map<std::string, std::string>& facts);

}  // namespace plantain::engine::sketch::pack
