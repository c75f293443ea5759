// Flat drawings become bodies: a height from the outline and the drawing's own edges, lit by lamps.
// Threads: pure functions.
#pragma once

#include "engine/sketch/figure.h"
#include "engine/sketch/stage.h"

namespace plantain::engine::sketch {

// The distance of every point to the nearest one that is outside (value < ½), in pixels. Linear
// time.
Field distance_inside(const Field& cover);

// Replaces the figure's colours by what the eye sees under the plan's light.
// `volume`: 1 a rounded body, 0 flat paper.
void light_figure(Figure& figure, const LightPlan& light, float volume, Watch* watch = nullptr);

}  // namespace plantain::engine::sketch
