// How things are drawn, beyond light: wash, ink, paper, pixels, posters.
// Threads: pure functions but for the watch.
#pragma once

#include "engine/sketch/stage.h"
#include "engine/sketch/watch.h"

namespace plantain::engine::sketch {

// Redraws the finished light in the stage's style; cinematic and unsaid leave it alone.
void apply_style(Canvas& canvas, const Stage& stage, Watch& watch);

}  // namespace plantain::engine::sketch
