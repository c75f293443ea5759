// A stage is a scene with everything decided: where the camera stands, what lights there are, where
// each actor stands and how large it is. Scene says what; the seed says the rest.
// Threads: values and pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/sketch/attire.h"
#include "engine/sketch/canvas.h"
#include "engine/sketch/chance.h"
#include "engine/sketch/scene.h"

namespace plantain::engine::sketch {

// A pinhole above flat ground. Metres: X to the right of the camera, Y up from the ground, Z away.
struct Camera {
  float horizon = 0;  // the line at eye height, in pixels of the picture
  float centre = 0;   // the column of the vanishing point
  float focal = 1;    // pixels
  float eye_m = 1.6f;

  float x(float x_m, float z_m) const { return centre + focal * x_m / z_m; }
  float y(float y_m, float z_m) const { return horizon + focal * (eye_m - y_m) / z_m; }
  float distance_of_ground(float y_px) const {
    return focal * eye_m / std::max(y_px - horizon, 1e-3f);
  }
};

// A far light that shades bodies: (x, y, z) points towards it, y up, z towards the camera.
struct Lamp {
  Rgb colour;
  float x, y, z;
};

struct LightPlan {
  Rgb sky_light;     // from above
  Rgb ground_light;  // from below
  std::vector<Lamp> lamps;
  Rgb haze;
  float haze_per_m = 0;
  float exposure = 1;
  float bloom = 1;
  float shadow = 0.5f;  // how dark a contact shadow is
};

struct Heaven {
  Rgb top, middle, bottom;
  float clouds = 0;  // 0 none … 1 overcast
  Rgb cloud_light, cloud_shade;
  bool sun = false, moon = false;
  float sun_x = 0, sun_y = 0;  // pixels
  Rgb sun_colour;
  float stars = 0;
};

struct Falling {
  float rain = 0, snow = 0, fog = 0, leaves = 0, petals = 0;
  float slant = 0;  // sideways per unit of fall
};

// What the actor is on.
enum class Footing { kGround, kAir, kWater, kHeaven, kHeld };

// How a drawing that ends at the neck or the chest is completed.
enum class Posture { kAsDrawn, kStanding, kHolding, kSitting, kAstride };

struct Placed {
  int actor = 0;     // index in the scene
  std::string part;  // the drawing
  float x = 0;       // middle, pixels
  float base = 0;    // the line it stands on, pixels
  float height = 0;  // pixels of its ink
  float depth_m = 10;
  float tilt = 0;  // radians, clockwise
  bool mirrored = false;
  bool tethered = false;  // a string runs from it to a hand, pixels
  float hand_x = 0, hand_y = 0;
  bool prop = false;   // not the actor itself but what it needs: a chair, a book
  bool bough = false;  // it sits on a branch that comes from the picture's side
  Attire attire = Attire::kOwn;
  bool portrait = false;  // a bust that runs out of the picture below
  Footing footing = Footing::kGround;
  Posture posture = Posture::kAsDrawn;
  std::string colour_word;  // recolouring, as the scene says it
  std::optional<Rgb> colour;
  uint64_t chance = 0;  // this one's own seed
};

struct Sign {
  std::string text;
  bool upright = true;
  bool hung = true;  // from a wall beside it; else it stands on what is below
  Rgb colour;
  float x_m, low_m, width_m, height_m, z_m;
};

struct Stage {
  int width = 0, height = 0;
  uint64_t seed = 0;
  float side = 0;  // the square root of the area: sizes are fractions of it
  Place place = Place::kField;
  std::string place_name;
  TimeOfDay time = TimeOfDay::kDay;
  Season season = Season::kUnsaid;
  Style style = Style::kUnsaid;
  Camera camera;
  LightPlan light;
  Heaven heaven;
  Falling falling;
  bool neon = false;
  bool wet = false;
  bool tabletop = false;  // a room's ground is the top of a table
  float table_y =
      0;  // somebody sits behind a table whose far edge is this line, in pixels; 0: nobody
  bool candle = false;   // lit by flames
  bool home = false;     // space: the planet below is the earth
  bool lunar = false;    // space: seen from the ground of the moon
  bool studio = false;   // before a plain sheet under lamps
  bool village = false;  // houses stand in the middle distance
  bool road = false;     // a road runs to the horizon
  bool rainbow = false;
  bool lightning = false;
  bool fireworks = false;
  bool aerial = false;     // seen from straight above: no horizon
  bool retouched = false;  // painted over a given picture, whose tones are kept
  float focus_m = 5;
  float blur_px = 0;           // radius of the blur of what is infinitely far; 0: all is sharp
  bool crowd = false;          // passers-by in the middle distance
  std::vector<Placed> placed;  // far ones first
  std::vector<Sign> signs;

  Chance chance(std::string_view stream) const { return Chance(seed, stream); }
  // Radius of the blur of something at a distance.
  float blur_at(float z_m) const;
  // How much haze covers something at a distance, 0 … 1.
  float haze_at(float z_m) const;
};

Stage stage(const Scene& scene, int width, int height, int64_t seed);

}  // namespace plantain::engine::sketch
