// What an actor looks like before light falls on it: its drawing, recoloured, with the body a bust
// lacks; or, for a portrait of a person, a painted likeness.
// Threads: pure functions.
#pragma once

#include "engine/sketch/raster.h"
#include "engine/sketch/stage.h"

namespace plantain::engine::sketch {

// A small bright reflection, in fractions of the figure's width and height; the radius of its
// height.
struct Glint {
  float x, y, radius;
  Rgb light;
};

struct Figure {
  Canvas colours;  // premultiplied linear albedo, cut to its ink
  Field relief;  // its own height field at a size of its own (fractions of its width); empty: from
                 // its outline
  bool painted = false;  // its colours already hold its edges: only `relief` gives volume
  bool runs_on = false;  // it is cut by the picture's lower edge, not by its own
  std::vector<Glint> glints;
};

// How the actor's drawing is completed where a whole figure has to stand or float.
Posture posture_of(const Actor& actor, const Stage& stage);

// Width over height of the ink, as make_figure() will draw it.
float figure_aspect(const std::string& part, Kind kind, Posture posture);

// How far below the top of its ink a drawing begins at a place across it, both 0 … 1.
float ink_top(const std::string& part, float across);

// The line of the hip of a figure that sits or rides, as a share of its height from below.
inline constexpr float kSeatShare = 0.30f;

// The figure `height` pixels high.
Figure make_figure(const Placed& placed, Kind kind, int height, Watch* watch = nullptr);

}  // namespace plantain::engine::sketch
