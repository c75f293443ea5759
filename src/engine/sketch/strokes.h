// The drawn styles' ways of putting a picture on paper. Canvases hold linear colour, 0 … 1.
// Threads: pure functions but for the watch.
#pragma once

#include "engine/sketch/stage.h"
#include "engine/sketch/watch.h"

namespace plantain::engine::sketch {

// How strong the edges of a picture are, about 0 … 1, measured over `reach` pixels.
Field edges_of(const Canvas& canvas, float reach, Watch& watch);

// The grain of drawing paper at a place of the picture, around 1.
float paper_grain(float x, float y, float side, uint32_t salt);

void paint_watercolour(Canvas& canvas, const Stage& stage, Watch& watch);
void paint_ink(Canvas& canvas, const Stage& stage, Watch& watch);
void paint_oil(Canvas& canvas, const Stage& stage, Watch& watch);
void paint_pixels(Canvas& canvas, const Stage& stage, Watch& watch);
void paint_poster(Canvas& canvas, const Stage& stage, Watch& watch);

}  // namespace plantain::engine::sketch
