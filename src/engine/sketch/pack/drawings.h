// The drawings of a Noto Emoji icon set, as the sections the program reads them from.
#pragma once

#include <string>
#include <vector>

#include "base/files.h"
#include "base/json.h"

namespace plantain::engine::sketch::pack {

struct Drawings {
  std::string parts;  // PartEntry …
  std::string names;
  std::string streams;
  std::vector<std::string> listed;  // the names in order
};

// `icons` is the content of icons.json; icons that the set hides (renamed or withdrawn) are left
// out. `own` holds drawings of ours as NAME.svg, each what goes inside an <svg> of 128 by 128.
Result<Drawings> pack_drawings(const Json& icons, const Path& own);

// "woman-light-skin-tone" -> "woman"; a name without a skin tone stays what it is.
std::string without_skin_tones(std::string_view name);

}  // namespace plantain::engine::sketch::pack
