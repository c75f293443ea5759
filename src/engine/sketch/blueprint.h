// A blueprint: things as white lines on blue, on a grid, with their measures.
// Threads: pure functions but for the watch.
#pragma once

#include "engine/sketch/figure.h"
#include "engine/sketch/stage.h"
#include "engine/sketch/watch.h"

namespace plantain::engine::sketch {

// The blue sheet with its grid and frame.
void paint_blueprint_sheet(Canvas& canvas, const Stage& stage, Watch& watch);

// Replaces a figure's colours by the lines of its drawing.
void outline_figure(Figure& figure, float line_px, Watch& watch);

// Arrows with the measures of the nearest thing, and the block that says what it is.
void paint_measures(Canvas& canvas, const Scene& scene, const Stage& stage, Watch& watch);

}  // namespace plantain::engine::sketch
