#include "engine/sketch/retouch.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/text.h"
#include "engine/sketch/light_plan.h"
#include "engine/sketch/maths.h"
#include "engine/sketch/strokes.h"
#include "engine/sketch/style.h"
#include "image/resize.h"

namespace plantain::engine::sketch {
namespace {

bool says(const std::vector<Weather>& said, Weather weather) {
  return std::find(said.begin(), said.end(), weather) != said.end();
}
bool says(const std::vector<Light>& said, Light light) {
  return std::find(said.begin(), said.end(), light) != said.end();
}

// sRGB bytes as linear light.
const std::array<float, 256>& linear_table() {
  static const std::array<float, 256> kTable = [] {
    std::array<float, 256> table{};
    for (uint32_t i = 0; i < 256; ++i) table[i] = rgb(i).b;
    return table;
  }();
  return kTable;
}

Pixel pixel_at(const image::Pixels& from, int x, int y) {
  x = std::clamp(x, 0, from.width - 1);
  y = std::clamp(y, 0, from.height - 1);
  const uint8_t* p =
      from.rgb.data() +
      3 * (static_cast<size_t>(y) * static_cast<size_t>(from.width) + static_cast<size_t>(x));
  const std::array<float, 256>& linear = linear_table();
  return {linear[p[0]], linear[p[1]], linear[p[2]]};
}

Pixel sample_bytes(const image::Pixels& from, float x, float y) {
  const int ix = floor_of(x - 0.5f), iy = floor_of(y - 0.5f);
  const float tx = x - 0.5f - static_cast<float>(ix), ty = y - 0.5f - static_cast<float>(iy);
  return mix(mix(pixel_at(from, ix, iy), pixel_at(from, ix + 1, iy), tx),
             mix(pixel_at(from, ix, iy + 1), pixel_at(from, ix + 1, iy + 1), tx), ty);
}

// A picture made small enough that sampling between its pixels loses none of them.
image::Pixels prepared(const image::Pixels& from, float scale) {
  if (scale > 0.6f) return from;
  const auto side = [&](int length) {
    return std::max(1, static_cast<int>(std::lround(static_cast<float>(length) * scale)));
  };
  return image::resize(from, side(from.width), side(from.height));
}

Pixel greyed(Pixel p, float by) {
  const float y = luminance(p);
  return mix(p, Pixel(y, y, y), by);
}

// A place's light at another hour; `down` is 0 at the upper edge, 1 at the lower.
Pixel at_hour(Pixel p, TimeOfDay time, float down) {
  const float y = luminance(p);
  switch (time) {
    case TimeOfDay::kNight:  // lamps stay warm, all else is dim and blue
      return greyed(p, 0.35f) * Pixel(0.13f, 0.18f, 0.34f) +
             Pixel(1.0f, 0.72f, 0.36f, 0) *
                 (0.5f * smooth(0.75f, 1.0f, y) * smooth(0.3f, 0.6f, down));
    case TimeOfDay::kSunset:
      return p * Pixel(1.22f, 0.80f, 0.55f) +
             Pixel(0.42f, 0.15f, 0.04f, 0) * (0.55f * exp_of(-square((down - 0.45f) * 3.2f)));
    case TimeOfDay::kDawn:
      return p * Pixel(1.06f, 0.93f, 0.94f) +
             Pixel(0.30f, 0.18f, 0.16f, 0) * (0.40f * exp_of(-square((down - 0.40f) * 3.0f)));
    case TimeOfDay::kDay:
      return p * Pixel(1.10f, 1.09f, 1.06f);
    case TimeOfDay::kUnsaid:
      break;
  }
  return p;
}

// Leaves turn, or lose their colour under snow.
Pixel in_season(Pixel p, Season season) {
  const float y = luminance(p),
              green = smooth(0.0f, 0.4f,
                             (p.g() - std::max(p.r() * 0.95f, p.b())) / std::max(p.g(), 1e-3f));
  if (season == Season::kAutumn)
    return mix(p * Pixel(1.06f, 0.98f, 0.85f), Pixel(y * 1.9f, y * 0.85f, y * 0.22f), green);
  if (season == Season::kWinter)
    return mix(greyed(p, 0.4f) * Pixel(0.97f, 1.02f, 1.12f),
               Pixel(y, y, y) + Pixel(0.42f, 0.45f, 0.5f, 0), green);
  if (season == Season::kSpring) return p * Pixel(1.03f, 1.06f, 1.0f);
  if (season == Season::kSummer) return greyed(p, -0.18f) * Pixel(1.06f, 1.03f, 0.95f);
  return p;
}

class Grading {
 public:
  Grading(const Retouch& retouch, const Stage& stage) : retouch_(retouch) {
    for (int side = 0; side < 2; ++side) neon_[side] = Pixel(neon_colour(stage, side), 0);
  }

  Pixel graded(Pixel p, float across, float down) const {
    p = in_season(p, retouch_.season);
    if (retouch_.grey || retouch_.rain) p = greyed(p, 0.45f) * Pixel(0.74f, 0.79f, 0.86f);
    if (retouch_.snow)
      p = greyed(p, 0.35f) * Pixel(0.96f, 1.0f, 1.08f) + Pixel(0.05f, 0.055f, 0.065f, 0);
    p = at_hour(p, retouch_.time, down);
    if (retouch_.candle) p = p * Pixel(0.75f, 0.46f, 0.22f);
    if (retouch_.neon)
      p = p + (neon_[0] * (1 - across) + neon_[1] * across) * (0.06f + 0.45f * luminance(p));
    if (retouch_.fog) {
      const float bright = retouch_.time == TimeOfDay::kNight ? 0.12f : 0.62f;
      p = mix(p, Pixel(bright, bright * 1.02f, bright * 1.06f), mix(0.72f, 0.30f, down));
    }
    if (retouch_.tint) {
      const float y = luminance(p), own = std::max(luminance(*retouch_.tint), 0.04f);
      p = mix(p, Pixel(*retouch_.tint * std::min(y / own, 4.0f)), 0.6f);
    }
    return Pixel(std::max(p.r(), 0.0f), std::max(p.g(), 0.0f), std::max(p.b(), 0.0f));
  }

 private:
  const Retouch& retouch_;
  Pixel neon_[2];
};

// The light that the film curve turns into `shown`, 0 … 1.
float unfilmed(float shown) {
  const float y = std::min(shown, 0.985f), a = 2.51f - 2.43f * y, b = 0.03f - 0.59f * y,
              c = -0.14f * y;
  return (-b + std::sqrt(std::max(b * b - 4 * a * c, 0.0f))) / (2 * a);
}

// Flat styles have no wash or stroke to redraw a picture with: they reduce it to a few tones.
Pixel flattened(Pixel p) {
  const float y = power(luminance(p), 0.45f),
              step = (static_cast<float>(floor_of(y * 6)) + 0.5f) / 6;
  return greyed(p * (power(step, 1 / 0.45f) / std::max(luminance(p), 1e-3f)), -0.1f);
}

// How the canvas holds a colour that shall look so in the end.
Pixel held(Pixel shown, const Stage& stage) {
  if (stage.style == Style::kBlueprint) return shown;
  if (is_flat(stage.style)) return flattened(shown);
  const float gain = 1 / (1.12f * stage.light.exposure);
  return Pixel(unfilmed(shown.r()) * gain, unfilmed(shown.g()) * gain, unfilmed(shown.b()) * gain);
}

// The picture's edges as pale lines on blue.
void draft(Canvas& canvas, const Stage& stage, Watch& watch) {
  const Field edges = edges_of(canvas, std::max(1.0f, stage.side * 0.0015f), watch);
  const Pixel sheet(rgb(0x1c4f9c)), line(rgb(0xdbe8f6));
  for (int y = 0; y < canvas.height && watch.row(canvas.width); ++y) {
    for (int x = 0; x < canvas.width; ++x)
      canvas.row(y)[x] = mix(sheet, line, smooth(0.10f, 0.5f, edges.row(y)[x]));
  }
}

// One more picture as a print with a white border.
void lay_print(Canvas& canvas, const image::Pixels& print, float left, float bottom, float wide,
               const Stage& stage, Watch& watch) {
  const float scale = wide / static_cast<float>(std::max(print.width, print.height)),
              w = static_cast<float>(print.width) * scale,
              h = static_cast<float>(print.height) * scale, border = 0.05f * wide;
  const image::Pixels small = prepared(print, scale);
  const float step = static_cast<float>(small.width) / w;
  const float x0 = left + border, y0 = bottom - border - h;
  for (int y = std::max(0, static_cast<int>(y0 - border));
       y < std::min(canvas.height, static_cast<int>(bottom)) && watch.row(static_cast<int>(w));
       ++y) {
    for (int x = std::max(0, static_cast<int>(left));
         x < std::min(canvas.width, static_cast<int>(x0 + w + border)); ++x) {
      const float u = canvas.x_of(x) - x0, v = canvas.y_of(y) - y0;
      const bool inside = u >= 0 && v >= 0 && u < w && v < h;
      canvas.row(y)[x] = held(
          inside ? sample_bytes(small, u * step, v * step) : Pixel(0.88f, 0.87f, 0.84f), stage);
    }
  }
}

// What the reader would make of a word before a thing: its colour, if it is one.
std::optional<Rgb> colour_named(const std::string& word) {
  const Scene scene = understand(concat(word, " car"));
  return scene.actors.size() == 1 ? scene.actors[0].colour : std::nullopt;
}

}  // namespace

Retouch retouch_of(const Scene& scene, std::string* tint_word) {
  Retouch retouch;
  retouch.time = scene.time;
  retouch.season = scene.season;
  retouch.rain = says(scene.weather, Weather::kRain) || says(scene.weather, Weather::kStorm);
  retouch.snow = says(scene.weather, Weather::kSnow);
  retouch.fog = says(scene.weather, Weather::kFog);
  retouch.grey = says(scene.weather, Weather::kCloudy);
  retouch.neon = says(scene.lights, Light::kNeon);
  retouch.candle = says(scene.lights, Light::kCandle);
  if (says(scene.lights, Light::kGolden) && retouch.time == TimeOfDay::kUnsaid)
    retouch.time = TimeOfDay::kSunset;
  for (const std::string& word : scene.ignored) {
    retouch.tint = colour_named(word);
    if (!retouch.tint) continue;
    if (tint_word != nullptr) *tint_word = word;
    break;
  }
  return retouch;
}

Scene over_a_picture(Scene scene) {
  if (scene.place == Place::kUnsaid) scene.place = Place::kField;
  if (scene.shot == Shot::kUnsaid) scene.shot = Shot::kWide;
  scene.other_places.clear();
  return scene;
}

void paint_given(Canvas& canvas, const std::vector<image::Pixels>& given, const Retouch& retouch,
                 const Stage& stage, Watch& watch) {
  const float w = static_cast<float>(stage.width), h = static_cast<float>(stage.height);
  const float scale =
      std::max(w / static_cast<float>(given[0].width), h / static_cast<float>(given[0].height));
  const image::Pixels picture = prepared(given[0], scale);
  const float step_x =
                  static_cast<float>(picture.width) / (static_cast<float>(given[0].width) * scale),
              step_y = static_cast<float>(picture.height) /
                       (static_cast<float>(given[0].height) * scale);
  const float left = (static_cast<float>(given[0].width) * scale - w) / 2,
              top = (static_cast<float>(given[0].height) * scale - h) / 2;
  const Grading grading(retouch, stage);
  for (int y = 0; y < canvas.height && watch.row(canvas.width * 3); ++y) {
    const float py = canvas.y_of(y);
    for (int x = 0; x < canvas.width; ++x) {
      const float px = canvas.x_of(x);
      canvas.row(y)[x] =
          held(grading.graded(sample_bytes(picture, (px + left) * step_x, (py + top) * step_y),
                              px / w, py / h),
               stage);
    }
  }
  if (stage.style == Style::kBlueprint) draft(canvas, stage, watch);
  const float count = static_cast<float>(given.size() - 1),
              room = 0.94f * w / std::max(count, 1.0f);
  for (size_t k = 1; k < given.size(); ++k)
    lay_print(canvas, given[k], 0.03f * w + room * static_cast<float>(k - 1), 0.97f * h,
              std::min(0.9f * room, 0.24f * stage.side) * 0.9f, stage, watch);
}

}  // namespace plantain::engine::sketch
