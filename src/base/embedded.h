// Files that are linked into the program. cmake/embed.cmake generates, for each set, a function
// `std::span<const EmbeddedFile> plantain::embedded::NAME()`; who uses a set declares it.
#pragma once

#include <string_view>

namespace plantain {

struct EmbeddedFile {
  std::string_view path;   // below the root of its set, with slashes
  std::string_view bytes;  // lives as long as the program
};

}  // namespace plantain
