// How a described person is drawn.
#pragma once

#include <string>
#include <string_view>

#include "engine/sketch/scene.h"

namespace plantain::engine::sketch {

// Chooses the drawing and the height of an actor that is a person. `close`: the picture shows the
// face.
void draw_person(bool close, Actor& actor);

// The noun for the age that was said: an old woman is an "old-woman".
std::string noun_for_age(const Person& person);

// The hair of that colour: "golden" -> "blond-hair"; empty for colours that no hair has.
std::string_view hair_of_colour(std::string_view colour);

// "#rrggbb" as linear light.
Rgb linear_rgb(std::string_view hex);

}  // namespace plantain::engine::sketch
