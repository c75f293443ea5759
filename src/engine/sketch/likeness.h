// A person's head and shoulders, painted by the engine itself for portraits: a face with volume,
// eyes that catch the light, hair in strands. Everything else keeps its drawing.
// Threads: pure functions.
#pragma once

#include <optional>
#include <string_view>

#include "engine/sketch/figure.h"
#include "engine/sketch/watch.h"

namespace plantain::engine::sketch {

// Whether the part names a plain person: "woman-light-skin-tone", "old-man", "boy".
bool has_likeness(std::string_view part);

// Width over height of the picture that paint_likeness() gives.
inline constexpr float kLikenessAspect = 0.98f;

// The person the part names, `height` pixels from above the hair to the chest.
Figure paint_likeness(const Placed& placed, const Stage& stage, int height, Watch& watch);

}  // namespace plantain::engine::sketch
