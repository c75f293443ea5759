// CLDR's annotations: what people of one language call each emoji.
#pragma once

#include <string>
#include <vector>

#include "base/files.h"

namespace plantain::engine::sketch::pack {

struct Annotation {
  std::string emoji;                  // code points in hexadecimal joined by '-', without U+FE0F
  std::string name;                   // its short name, folded
  std::vector<std::string> keywords;  // folded
};

// Both files of `language` below `cldr`, in the files' order.
Result<std::vector<Annotation>> read_annotations(const Path& cldr, std::string_view language);

}  // namespace plantain::engine::sketch::pack
