// What falls and drifts between the actors and the eye. Threads: pure functions but for the watch.
#pragma once

#include "engine/sketch/stage.h"
#include "engine/sketch/watch.h"

namespace plantain::engine::sketch {

// Fog that thickens towards the ground; lies before what is far and behind what is near.
void paint_fog(Canvas& canvas, const Stage& stage, Watch& watch);
// Rain, snow, leaves and petals in three depths, before everything.
void paint_falling(Canvas& canvas, const Stage& stage, Watch& watch);

}  // namespace plantain::engine::sketch
