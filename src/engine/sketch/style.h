// How things are drawn, beyond light: wash, ink, strokes, pixels, posters.
// Threads: pure functions but for the watch.
#pragma once

#include "engine/sketch/stage.h"
#include "engine/sketch/watch.h"

namespace plantain::engine::sketch {

// Drawn on paper or cut from it: no lens, no film, no grain.
bool is_drawn(Style style);
// The stage is composed of flat sheets (paper.h) instead of the painted backdrops.
bool is_flat(Style style);

// Redraws the finished light in the stage's style; styles of light (cinematic) leave it alone.
// Afterwards a drawn style's canvas holds what the paper shows, 0 … 1.
void apply_style(Canvas& canvas, const Stage& stage, Watch& watch);

}  // namespace plantain::engine::sketch
