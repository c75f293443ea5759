// The lettering font: one face of a font collection, cut down to the characters signs are made of.
#pragma once

#include <string>

#include "base/result.h"

namespace plantain::engine::sketch::pack {

// Keeps Latin, Greek, Cyrillic, kana, Bopomofo, the everyday Hangul and about 8000 everyday Han
// characters of the Traditional Chinese face in `collection` (the bytes of NotoSansCJK-Bold.ttc).
Result<std::string> lettering_subset(const std::string& collection);

}  // namespace plantain::engine::sketch::pack
