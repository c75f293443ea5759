// Editing: a given picture takes the place of the stage's own painting, graded as the words say;
// actors, lettering, weather and styles come over it as over any other.
// Threads: pure functions but for the watch.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/sketch/stage.h"
#include "engine/sketch/watch.h"
#include "image/pixels.h"

namespace plantain::engine::sketch {

// What an edit's words ask of the picture as a whole.
struct Retouch {
  TimeOfDay time = TimeOfDay::kUnsaid;
  Season season = Season::kUnsaid;
  bool rain = false, snow = false, fog = false, grey = false, neon = false, candle = false;
  std::optional<Rgb> tint;  // a colour that was said of nothing in particular
};

// `tint_word`, where given, is set to the word of `scene.ignored` that the tint was taken from.
Retouch retouch_of(const Scene& scene, std::string* tint_word = nullptr);

// The scene as it is staged over a given picture: on open ground, its things small enough to leave
// the picture to see.
Scene over_a_picture(Scene scene);

// The first of `given`, not empty, filling the canvas (its middle, where the shapes differ),
// graded; the others as prints along the lower edge.
void paint_given(Canvas& canvas, const std::vector<image::Pixels>& given, const Retouch& retouch,
                 const Stage& stage, Watch& watch);

}  // namespace plantain::engine::sketch
