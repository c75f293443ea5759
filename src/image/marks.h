// What a picture's file says of its making, found without decoding it.
// Threads: pure functions; any bytes will do.
#pragma once

#include <string>
#include <string_view>

namespace plantain::image {

struct Marks {
  bool c2pa = false;  // it holds content credentials; whether they are valid is not looked at
  bool xmp = false;
  std::string digital_source_type;  // the IPTC term of its XMP, a single word; empty: none
};

Marks marks_of(std::string_view file);

}  // namespace plantain::image
