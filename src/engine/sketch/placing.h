// Where things stand: composition in depth on the ground plane, in the air and in the water.
// Threads: pure functions.
#pragma once

#include "engine/sketch/stage.h"

namespace plantain::engine::sketch {

// Fills stage.placed, one entry for each individual of the scene, far ones first, and sets the
// camera's eye height and the focus to suit the subject.
void place_actors(const Scene& scene, Stage& stage);

// Signs along a street: the scene's lettering first, else what the town's shops say.
void hang_signs(const Scene& scene, Stage& stage);

// A drawing that shows a head or a bust and no body: "fox", "woman-astronaut".
bool is_head_only(std::string_view part, Kind kind);

}  // namespace plantain::engine::sketch
