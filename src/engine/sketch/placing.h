// Where things stand: composition in depth on the ground plane, in the air and in the water.
// Threads: pure functions.
#pragma once

#include "engine/sketch/stage.h"

namespace plantain::engine::sketch {

// Fills stage.placed, one entry for each individual of the scene, far ones first, and sets the
// camera's eye height and the focus to suit the subject.
void place_actors(const Scene& scene, Stage& stage);

// Signs along a street: the scene's lettering first, else what the town's shops say. Elsewhere only
// what the scene wants written. After place_actors(), because a sign may stand above a house.
void hang_signs(const Scene& scene, Stage& stage);

// Whether the subject fills the picture: a portrait, a close-up, a macro.
bool is_close(const Scene& scene);

// Whether the scene is of one person who reads, writes, eats or drinks at a table.
bool sits_at_table(const Scene& scene);

// How far away that table's far edge is: who sits at it is further, what lies on it nearer.
inline constexpr float kTable_m = 1.1f;

// Whether everything in the scene would stand on a table.
bool fits_a_table(const Scene& scene);

}  // namespace plantain::engine::sketch
