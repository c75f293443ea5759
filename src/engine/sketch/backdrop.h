// The stage's own painting: heavens, grounds, waters, towns and rooms, everything but the actors.
// Every painter fills or adds to a canvas of the whole picture at whatever scale the canvas has.
// Threads: pure functions but for the watch.
#pragma once

#include "engine/sketch/stage.h"
#include "engine/sketch/watch.h"

namespace plantain::engine::sketch {

// All that lies behind the actors, sharp everywhere.
void paint_backdrop(Canvas& canvas, const Stage& stage, Watch& watch);

// The pieces, in the order they are used.
void paint_heaven(Canvas& canvas, const Stage& stage, Watch& watch);
void paint_space(Canvas& canvas, const Stage& stage, Watch& watch);
void paint_underwater(Canvas& canvas, const Stage& stage, Watch& watch);
void paint_room(Canvas& canvas, const Stage& stage, Watch& watch);
void paint_table(Canvas& canvas, const Stage& stage,
                 Watch& watch);  // the table somebody sits at, over what is behind it
void paint_mountains(Canvas& canvas, const Stage& stage, Watch& watch, float tallest, int ridges);
void paint_treeline(Canvas& canvas, const Stage& stage, Watch& watch, float tallest);
void paint_skyline(Canvas& canvas, const Stage& stage, Watch& watch, float tallest);
void paint_land(Canvas& canvas, const Stage& stage, Watch& watch);  // field, garden, desert, snow
void paint_water(Canvas& canvas, const Stage& stage,
                 Watch& watch);  // sea and lake: mirrors what is painted above
void paint_beach(Canvas& canvas, const Stage& stage, Watch& watch);
void paint_firs(Canvas& canvas, const Stage& stage,
                Watch& watch);  // a few at either side, nearer than the treeline
void paint_forest(Canvas& canvas, const Stage& stage, Watch& watch);
void paint_street(Canvas& canvas, const Stage& stage,
                  Watch& watch);  // canyon, road, passers-by and cars

// What the scene asks for beyond its place (marks.cc).
void paint_rainbow(Canvas& canvas, const Stage& stage, Watch& watch);
void paint_lightning(Canvas& canvas, const Stage& stage, Watch& watch);
void paint_road(Canvas& canvas, const Stage& stage, Watch& watch);  // over land
void paint_village(Canvas& canvas, const Stage& stage, Watch& watch);
void paint_studio(Canvas& canvas, const Stage& stage, Watch& watch);
void paint_moonscape(Canvas& canvas, const Stage& stage, Watch& watch);  // below a sky of stars

// Layers of the street that need a blur of their own, or none.
void paint_signs(Canvas& canvas, const Stage& stage, Watch& watch, float blur_px);
void paint_wet_ground(Canvas& canvas, const Stage& stage, Watch& watch);
void paint_lights(Canvas& canvas, const Stage& stage,
                  Watch& watch);  // points of light in the distance

// Half the width of a street between its walls, in metres, and how far it goes.
inline constexpr float kStreetHalf_m = 5.4f;
inline constexpr float kStreetEnd_m = 110;

}  // namespace plantain::engine::sketch
