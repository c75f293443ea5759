// Resampling. Threads: pure functions.
#pragma once

#include "image/pixels.h"

namespace plantain::image {

// Lanczos-3 when it shrinks, Catmull-Rom when it grows; separable, in linear light, edges clamped.
// width, height >= 1.
Pixels resize(const Pixels& from, int width, int height);

// The largest picture of the same shape whose longer side is at most `side`; never larger than
// `from`.
Pixels fit_within(const Pixels& from, int side);

}  // namespace plantain::image
