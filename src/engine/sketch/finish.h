// From light to picture: bloom, tone, grading, vignette, grain, and 8 bits.
// Threads: pure functions but for the watch.
#pragma once

#include <optional>

#include "engine/sketch/stage.h"
#include "engine/sketch/watch.h"
#include "image/pixels.h"

namespace plantain::engine::sketch {

// What bright things spill, small; nothing for drawn styles.
std::optional<Canvas> bloom_of(const Canvas& canvas, const Stage& stage, Watch& watch);

// Light as a film shows it: 0 … 1, still linear. For styles that draw on paper what the light gave.
void expose(Canvas& canvas, const Stage& stage, Watch& watch);

// Turns light, or what a drawn style left on the paper, into 8-bit sRGB.
image::Pixels develop(const Canvas& canvas, const std::optional<Canvas>& bloom, const Stage& stage,
                      Watch& watch);

}  // namespace plantain::engine::sketch
