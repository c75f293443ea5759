#include "engine/sketch/light_plan.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "engine/sketch/maths.h"

namespace plantain::engine::sketch {
namespace {

struct Palette {
  Rgb top, middle, bottom, sun, cloud_light, cloud_shade, key, sky_light, ground_light;
};

// By hour: day, dawn, sunset, night. Two of each, mixed by the seed.
const std::array<std::array<Palette, 2>, 4>& palettes() {
  static const std::array<std::array<Palette, 2>, 4> kPalettes = {{
      {{{rgb(0x1f6fd6),
         rgb(0x5aa8f0),
         rgb(0xc6e6fb),
         {9, 8.2f, 6.6f},
         rgb(0xffffff),
         rgb(0xa9bdd4),
         {1.9f, 1.75f, 1.5f},
         {0.42f, 0.55f, 0.75f},
         {0.30f, 0.27f, 0.20f}},
        {rgb(0x1590c8),
         rgb(0x63c3e6),
         rgb(0xe4f4ee),
         {9, 8, 6},
         rgb(0xfffaf0),
         rgb(0xaac3cf),
         {2.0f, 1.75f, 1.4f},
         {0.42f, 0.58f, 0.68f},
         {0.32f, 0.28f, 0.2f}}}},
      {{{rgb(0x4a6fb5),
         rgb(0xd8a6b8),
         rgb(0xffd9a8),
         {8, 5, 2.6f},
         rgb(0xffd7c4),
         rgb(0x9a8fb5),
         {1.7f, 1.25f, 0.85f},
         {0.38f, 0.42f, 0.62f},
         {0.28f, 0.22f, 0.22f}},
        {rgb(0x5c6bc0),
         rgb(0xf2a7a0),
         rgb(0xffe3b0),
         {8, 5.2f, 3},
         rgb(0xffe0d0),
         rgb(0xa394c0),
         {1.65f, 1.2f, 0.9f},
         {0.4f, 0.4f, 0.62f},
         {0.28f, 0.22f, 0.24f}}}},
      {{{rgb(0x2b2f77),
         rgb(0xb24a78),
         rgb(0xff9a3c),
         {9, 4, 1.2f},
         rgb(0xff9e6b),
         rgb(0x5e3b6e),
         {2.0f, 1.05f, 0.45f},
         {0.34f, 0.26f, 0.5f},
         {0.28f, 0.16f, 0.14f}},
        {rgb(0x31225e),
         rgb(0xc8435a),
         rgb(0xffc05a),
         {9, 4.4f, 1.4f},
         rgb(0xffb27a),
         rgb(0x6a3560),
         {2.0f, 1.1f, 0.5f},
         {0.34f, 0.24f, 0.46f},
         {0.3f, 0.17f, 0.13f}}}},
      {{{rgb(0x070b24),
         rgb(0x101a44),
         rgb(0x2a3a70),
         {0.9f, 1.0f, 1.25f},
         rgb(0x3a4670),
         rgb(0x0c1230),
         {0.42f, 0.52f, 0.78f},
         {0.10f, 0.13f, 0.25f},
         {0.05f, 0.06f, 0.09f}},
        {rgb(0x0a0920),
         rgb(0x1a1648),
         rgb(0x3d3470),
         {0.95f, 1.0f, 1.2f},
         rgb(0x463f70),
         rgb(0x100e2c),
         {0.46f, 0.5f, 0.78f},
         {0.12f, 0.12f, 0.25f},
         {0.06f, 0.05f, 0.09f}}}},
  }};
  return kPalettes;
}

Palette mixed_palette(TimeOfDay time, float t) {
  const size_t row = time == TimeOfDay::kDawn     ? 1
                     : time == TimeOfDay::kSunset ? 2
                     : time == TimeOfDay::kNight  ? 3
                                                  : 0;
  const Palette& a = palettes()[row][0];
  const Palette& b = palettes()[row][1];
  return {mix(a.top, b.top, t),
          mix(a.middle, b.middle, t),
          mix(a.bottom, b.bottom, t),
          mix(a.sun, b.sun, t),
          mix(a.cloud_light, b.cloud_light, t),
          mix(a.cloud_shade, b.cloud_shade, t),
          mix(a.key, b.key, t),
          mix(a.sky_light, b.sky_light, t),
          mix(a.ground_light, b.ground_light, t)};
}

Rgb greyed(const Rgb& c, float by) {
  const float y = luminance(c);
  return mix(c, Rgb{y * 0.97f, y, y * 1.05f}, by);
}

bool has(const Scene& scene, Weather weather) {
  return std::find(scene.weather.begin(), scene.weather.end(), weather) != scene.weather.end();
}

bool has(const Scene& scene, Light light) {
  return std::find(scene.lights.begin(), scene.lights.end(), light) != scene.lights.end();
}

void plan_falling(const Scene& scene, Stage& stage) {
  Chance chance = stage.chance("falling");
  Falling& f = stage.falling;
  if (has(scene, Weather::kStorm)) f.rain = 1;
  if (has(scene, Weather::kRain)) f.rain = std::max(f.rain, 0.7f);
  if (has(scene, Weather::kSnow)) f.snow = 1;
  if (has(scene, Weather::kFog)) f.fog = 1;
  f.slant = chance.between(-0.16f, 0.16f) +
            (has(scene, Weather::kWind) || has(scene, Weather::kStorm) ? chance.sign() * 0.25f : 0);
  const bool open = stage.place == Place::kForest || stage.place == Place::kGarden ||
                    stage.place == Place::kField || stage.place == Place::kStreet;
  if (open && scene.season == Season::kAutumn) f.leaves = 1;
  if (open && scene.season == Season::kSpring) f.petals = 1;
}

bool is_closed(const Scene& scene, const Stage& stage) {
  return stage.falling.rain > 0 || stage.falling.snow > 0 || has(scene, Weather::kStorm) ||
         has(scene, Weather::kCloudy);
}

// What weather and air do to the sky's colours.
void cloud_over(const Scene& scene, Stage& stage) {
  Heaven& h = stage.heaven;
  const bool night = stage.time == TimeOfDay::kNight, closed = is_closed(scene, stage);
  if (closed) {
    h.clouds = has(scene, Weather::kCloudy) ? 0.8f : 0.95f;
    const float grey = night ? 0.35f : 0.75f, dark = has(scene, Weather::kStorm) ? 0.35f : 0.75f;
    for (Rgb* c : {&h.top, &h.middle, &h.bottom, &h.cloud_light, &h.cloud_shade})
      *c = greyed(*c, grey) * dark;
  }
  if (stage.falling.fog > 0 && !closed) {
    h.clouds = 0.45f;
    for (Rgb* c : {&h.top, &h.middle, &h.bottom, &h.cloud_light, &h.cloud_shade})
      *c = greyed(*c, 0.35f);
  }
  if (stage.place_name == "mars" && !night) {
    h.top = rgb(0xb98a68);
    h.middle = rgb(0xd9a880);
    h.bottom = rgb(0xf0cfa8);
    h.clouds = 0;
  }
}

void plan_lights_of_heaven(const Scene& scene, Stage& stage, Chance& chance) {
  Heaven& h = stage.heaven;
  const bool night = stage.time == TimeOfDay::kNight, closed = is_closed(scene, stage);
  h.sun = !night && !closed;
  if (stage.place_name == "red-sun") h.sun_colour = {3.2f, 0.34f, 0.2f};
  h.moon = night && !closed && stage.place_name != "milky-way";
  h.stars = night ? (closed ? 0.0f : stage.neon ? 0.25f : 1.0f) : 0.0f;
  const float w = static_cast<float>(stage.width);
  h.sun_x = w * (chance.odds(0.5f) ? chance.between(0.12f, 0.36f) : chance.between(0.64f, 0.88f));
  const float low = stage.time == TimeOfDay::kDay || night ? chance.between(0.25f, 0.5f)
                                                           : chance.between(0.82f, 0.93f);
  h.sun_y = stage.camera.horizon * low;
  if (stage.neon && night) {
    const Rgb glow = mix(neon_colour(stage, 0), neon_colour(stage, 1), 0.5f);
    h.bottom = h.bottom * 0.5f + glow * 0.10f;
    h.middle = h.middle * 0.5f + glow * 0.035f;
  }
}

void plan_heaven(const Scene& scene, Stage& stage, const Palette& p) {
  Chance chance = stage.chance("heaven");
  Heaven& h = stage.heaven;
  h = {p.top,
       p.middle,
       p.bottom,
       chance.between(0.25f, 0.6f),
       p.cloud_light,
       p.cloud_shade,
       false,
       false,
       0,
       0,
       p.sun,
       0};
  if (has(scene, Weather::kClear)) h.clouds = 0.15f;
  cloud_over(scene, stage);
  plan_lights_of_heaven(scene, stage, chance);
}

void plan_lamps(const Scene& scene, Stage& stage, const Palette& p) {
  LightPlan& l = stage.light;
  const bool night = stage.time == TimeOfDay::kNight;
  const float from = stage.heaven.sun_x < static_cast<float>(stage.width) / 2 ? -1.0f : 1.0f;
  l.sky_light = p.sky_light;
  l.ground_light = p.ground_light;
  const float dull = stage.heaven.clouds > 0.7f ? 0.45f : 1.0f;
  const bool low = stage.time == TimeOfDay::kSunset || stage.time == TimeOfDay::kDawn;
  l.lamps.push_back({p.key * dull, from * (low ? 0.75f : 0.5f), low ? 0.35f : 0.7f, 0.55f});
  if (low) l.lamps.push_back({p.key * 0.5f, from * 0.8f, 0.25f, -0.45f});
  l.lamps.push_back({p.sky_light * 0.5f, -from * 0.8f, 0.3f, 0.15f});
  if (stage.neon) {
    const float much = night ? 1.0f : 0.35f;
    l.lamps[0].colour = l.lamps[0].colour * (night ? 0.2f : 0.5f);
    // A sign beside each cheek, the nearer one further in front; a shop window before the face.
    l.lamps.push_back({neon_colour(stage, 0) * ((from < 0 ? 1.15f : 1.8f) * much), -0.90f, 0.22f,
                       from < 0 ? 0.42f : -0.05f});
    l.lamps.push_back({neon_colour(stage, 1) * ((from < 0 ? 1.8f : 1.15f) * much), 0.90f, 0.25f,
                       from < 0 ? -0.05f : 0.42f});
    l.lamps.push_back({Rgb{0.42f, 0.32f, 0.26f} * much, from * 0.25f, 0.35f, 0.9f});
    if (night) l.sky_light = l.sky_light * 0.55f;
  } else if (stage.candle) {
    for (Lamp& lamp : l.lamps) lamp.colour = lamp.colour * 0.3f;
    l.sky_light = l.sky_light * 0.4f;
    l.lamps.push_back({{1.5f, 0.82f, 0.32f}, 0.55f, -0.25f, 0.75f});
  } else if (has(scene, Light::kStudio)) {
    l.lamps.push_back({{1.2f, 1.2f, 1.25f}, -0.6f, 0.5f, 0.7f});
  } else if (night && stage.place != Place::kRoom && stage.place != Place::kSpace) {
    l.lamps.push_back({{0.34f, 0.30f, 0.26f}, -from * 0.2f, 0.5f, 0.8f});
  }
  for (Lamp& lamp : l.lamps) {
    const float n = 1 / std::sqrt(lamp.x * lamp.x + lamp.y * lamp.y + lamp.z * lamp.z);
    lamp.x *= n;
    lamp.y *= n;
    lamp.z *= n;
  }
}

void plan_air(const Scene& scene, Stage& stage) {
  LightPlan& l = stage.light;
  const bool night = stage.time == TimeOfDay::kNight;
  l.haze =
      mix(stage.heaven.bottom, stage.heaven.middle, 0.3f) * (stage.falling.fog > 0 ? 0.8f : 1.0f);
  l.haze_per_m = stage.falling.fog > 0    ? 0.03f
                 : stage.falling.snow > 0 ? 0.014f
                 : stage.falling.rain > 0 ? 0.008f
                                          : 0.0022f;
  l.exposure = night ? 1.25f : 1.0f;
  l.bloom = night ? 1.0f : 0.45f;
  l.shadow = stage.heaven.clouds > 0.7f ? 0.35f : night ? 0.4f : 0.55f;
  if (has(scene, Light::kMoon)) stage.heaven.moon = true;
}

void plan_room(Stage& stage) {
  LightPlan& l = stage.light;
  const bool night = stage.time == TimeOfDay::kNight;
  l.sky_light = night ? Rgb{0.34f, 0.25f, 0.18f} : Rgb{0.55f, 0.53f, 0.5f};
  l.ground_light = night ? Rgb{0.2f, 0.13f, 0.08f} : Rgb{0.34f, 0.27f, 0.2f};
  if (stage.candle) {
    l.sky_light = {0.13f, 0.085f, 0.06f};
    l.ground_light = {0.16f, 0.085f, 0.04f};
  } else if (night) {
    for (Lamp& lamp : l.lamps) lamp.colour = lamp.colour * 0.5f;
    l.lamps.push_back({{0.85f, 0.60f, 0.36f}, -0.5f, 0.6f, 0.62f});
  } else {
    for (Lamp& lamp : l.lamps) lamp.colour = lamp.colour * 0.75f;
    l.lamps.push_back({{0.5f, 0.47f, 0.42f}, 0.2f, 0.4f, 0.9f});
  }
  l.haze_per_m = 0;
  l.exposure = 1.05f;
}

// Places whose light is not that of the hour's sky.
void plan_apart(Stage& stage) {
  LightPlan& l = stage.light;
  if (stage.place == Place::kRoom && stage.studio) {
    l.sky_light = {0.34f, 0.34f, 0.36f};
    l.ground_light = {0.16f, 0.15f, 0.15f};
    l.lamps = {{{1.9f, 1.82f, 1.7f}, -0.55f, 0.6f, 0.58f},
               {{0.55f, 0.6f, 0.75f}, 0.8f, 0.25f, 0.2f}};
    l.haze_per_m = 0;
  } else if (stage.place == Place::kSpace) {
    l.sky_light = {0.05f, 0.06f, 0.10f};
    l.ground_light = {0.05f, 0.08f, 0.16f};
    l.lamps = {{{2.2f, 2.1f, 1.95f}, -0.62f, 0.55f, 0.56f},
               {{0.25f, 0.45f, 0.9f}, 0.75f, -0.6f, 0.1f}};
    l.haze_per_m = 0;
    l.bloom = 0.8f;
  } else if (stage.place == Place::kUnderwater) {
    l.sky_light = {0.35f, 0.75f, 0.85f};
    l.ground_light = {0.08f, 0.22f, 0.30f};
    l.lamps = {{{0.85f, 1.2f, 1.15f}, -0.2f, 0.93f, 0.3f}};
    l.haze = rgb(0x14668f);
    l.haze_per_m = 0.05f;
    l.bloom = 0.6f;
  } else if (stage.place == Place::kRoom) {
    plan_room(stage);
  }
}

}  // namespace

Rgb neon_colour(const Stage& stage, int n) {
  static const Rgb kColours[] = {{0.06f, 0.82f, 1.0f}, {1.0f, 0.10f, 0.46f}, {1.0f, 0.42f, 0.08f},
                                 {0.70f, 0.18f, 1.0f}, {0.12f, 1.0f, 0.45f}, {1.0f, 0.16f, 0.10f},
                                 {0.45f, 0.55f, 1.0f}};
  static const int kPairs[][2] = {{0, 1}, {0, 1}, {1, 0}, {1, 6}, {0, 3}, {2, 0}};
  Chance chance = stage.chance("neon");
  const int pair = chance.below(6);
  if (n < 2) return kColours[kPairs[pair][n]];
  return kColours[(n + pair) % 7];
}

void plan_light(const Scene& scene, Stage& stage) {
  Chance chance = stage.chance("palette");
  const Palette palette = mixed_palette(stage.time, chance.uniform());
  plan_falling(scene, stage);
  plan_heaven(scene, stage, palette);
  plan_lamps(scene, stage, palette);
  plan_air(scene, stage);
  plan_apart(stage);
}

}  // namespace plantain::engine::sketch
