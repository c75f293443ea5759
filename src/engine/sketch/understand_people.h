// How a described person is drawn.
#pragma once

#include <optional>
#include <string>

#include "engine/sketch/scene.h"

namespace plantain::engine::sketch {

struct Looks {
  std::string noun;     // "woman", "girl", "old-man" …; empty: told by the trade alone
  std::string trade;    // "astronaut" …
  std::string sex;      // "woman", "man" or empty, where the trade says so
  std::string age;      // "old", "young", "child"
  std::string tone;     // "medium-dark" …; empty: unsaid
  std::string hair;     // "blond-hair" …
  std::string act;      // "running" …
  std::optional<Rgb> top, bottom;  // clothes
};

// Sets the drawing, the height and the pose. `close`: the picture shows the face.
void draw_person(const Looks& looks, bool close, Actor& actor);

// "#rrggbb" as linear light.
Rgb linear_rgb(std::string_view hex);

}  // namespace plantain::engine::sketch
