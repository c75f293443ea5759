// What light a scene has: the heaven, the lamps and the haze, from place, time and weather.
// Threads: pure functions.
#pragma once

#include "engine/sketch/stage.h"

namespace plantain::engine::sketch {

// Fills heaven, light and falling; needs place, time, neon and the picture's size to be decided.
void plan_light(const Scene& scene, Stage& stage);

// The colours neon signs have, n-th of the seed's palette.
Rgb neon_colour(const Stage& stage, int n);

}  // namespace plantain::engine::sketch
