// EXIF orientation: which way a camera was held. Threads: pure functions.
#pragma once

#include <string_view>

#include "image/pixels.h"

namespace plantain::image {

// The orientation (1 to 8) that a file of one of the three formats states; 1, upright, when it
// states none or nonsense.
int exif_orientation(std::string_view file);

// The picture as it is meant to be seen. `orientation` lies in 1 to 8.
Pixels turn_upright(Pixels pixels, int orientation);

}  // namespace plantain::image
