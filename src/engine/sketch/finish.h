// From light to picture: bloom, tone, grading, vignette, grain, and 8 bits.
// Threads: pure functions but for the watch.
#pragma once

#include "engine/sketch/stage.h"
#include "engine/sketch/watch.h"
#include "image/pixels.h"

namespace plantain::engine::sketch {

// Adds what bright things spill; `canvas` stays light.
void add_bloom(Canvas& canvas, const Stage& stage);

// Turns light into 8-bit sRGB.
image::Pixels develop(const Canvas& canvas, const Stage& stage, Watch& watch);

}  // namespace plantain::engine::sketch
