// sRGB as an ICC profile. Threads: pure function.
#pragma once

#include <string>

namespace plantain::image {

// An ICC version 4 display profile of IEC 61966-2-1, with the exact curve (not a table of it).
// Always the same bytes; its date is a constant.
const std::string& srgb_profile();

}  // namespace plantain::image
