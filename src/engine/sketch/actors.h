// Actors on the stage: lit, in their distance's haze and blur, with shadow and mirror image.
// Threads: pure functions but for the watch.
#pragma once

#include "engine/sketch/stage.h"
#include "engine/sketch/watch.h"

namespace plantain::engine::sketch {

// Paints one individual over the canvas. False: the watch said stop.
bool paint_actor(Canvas& canvas, const Stage& stage, const Placed& placed, const Actor& actor,
                 Watch& watch);

}  // namespace plantain::engine::sketch
