// The stage as flat sheets laid one before the other: for paper cuts, flat pictures and posters.
// Threads: pure functions but for the watch.
#pragma once

#include "engine/sketch/stage.h"
#include "engine/sketch/watch.h"

namespace plantain::engine::sketch {

// Everything behind the actors.
void paint_paper_stage(Canvas& canvas, const Stage& stage, Watch& watch);

// The soft dark that `layer`, whose corner lies at (left, top) of the canvas, throws on what is
// below it. Nothing for styles without depth.
void drop_shadow(Canvas& canvas, const Stage& stage, const Canvas& layer, int left, int top,
                 Watch& watch);

// What light does to a flat colour on this stage: a tint around 1.
Rgb paper_tint(const Stage& stage);

}  // namespace plantain::engine::sketch
