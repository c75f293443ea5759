// Places and things of the sky that have a look of their own, beside what backdrop.h has.
// Every painter adds to a canvas of the whole picture at whatever scale the canvas has.
// Threads: pure functions but for the watch.
#pragma once

#include <string_view>

#include "engine/sketch/stage.h"
#include "engine/sketch/watch.h"

namespace plantain::engine::sketch {

// A river between trees, from straight above: fills the canvas.
void paint_aerial(Canvas& canvas, const Stage& stage, Watch& watch);
// A cliff behind the lake and the water that falls from it; below a painted heaven.
void paint_waterfall(Canvas& canvas, const Stage& stage, Watch& watch);
void paint_fireworks(Canvas& canvas, const Stage& stage, Watch& watch);
// The band of the galaxy across a night.
void paint_milky_way(Canvas& canvas, const Stage& stage, Watch& watch);

// The Eiffel Tower is no drawing of the set: its name as a part, with "+lit" behind it at night,
// and its width over its height.
inline constexpr std::string_view kEiffelTower = "eiffel-tower";
inline constexpr float kEiffelAspect = 0.46f;
// `height` pixels high.
Canvas draw_eiffel_tower(int height, bool night);

}  // namespace plantain::engine::sketch
