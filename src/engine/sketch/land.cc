#include <algorithm>
#include <cmath>

#include "engine/sketch/backdrop.h"
#include "engine/sketch/maths.h"
#include "engine/sketch/noise.h"
#include "engine/sketch/raster.h"

namespace plantain::engine::sketch {
namespace {

Rgb daylight(const Stage& stage, float up = 0.7f) {
  Rgb sum = stage.light.sky_light * (0.5f + 0.5f * up) + stage.light.ground_light * (0.5f - 0.5f * up);
  for (const Lamp& lamp : stage.light.lamps) sum = sum + lamp.colour * (std::max(0.0f, lamp.y) * 0.8f);
  return sum;
}

bool snowy(const Stage& stage) { return stage.place == Place::kSnowfield || stage.season == Season::kWinter || stage.falling.snow > 0; }

struct Ground {
  Rgb far, near, accent;
};

Ground ground_of(const Stage& stage) {
  if (stage.place == Place::kDesert) return {rgb(0xe8b878), rgb(0xd9a05c), rgb(0xb97a42)};
  if (snowy(stage)) return {rgb(0xdfe8f4), rgb(0xf2f6fb), rgb(0xa9c0de)};
  if (stage.season == Season::kAutumn) return {rgb(0xb79a4a), rgb(0x8c7a34), rgb(0xb5632a)};
  if (stage.season == Season::kSpring) return {rgb(0x9cc85e), rgb(0x6faa3c), rgb(0xd7e68a)};
  return {rgb(0x8fae5c), rgb(0x4f7f34), rgb(0xb4b866)};
}

// Blades at the viewer's feet, in clumps, with the light behind their tips.
void paint_grass(Canvas& canvas, const Stage& stage, Watch& watch) {
  Chance chance = stage.chance("grass");
  const Ground ground = ground_of(stage);
  const Rgb light = daylight(stage);
  const float w = static_cast<float>(stage.width), h = static_cast<float>(stage.height), unit = stage.side / 1000;
  const float top = h * 0.72f;
  const Sheet sheet(0, top, w, h - top, canvas.scale);
  const int n = 900;
  for (int i = 0; i < n && watch.row(900); ++i) {
    const float near = std::sqrt((static_cast<float>(i) + chance.uniform()) / static_cast<float>(n));
    const float x = chance.between(-0.02f, 1.02f) * w, y = mix(h * 0.86f, h * 1.04f, near);
    const float tall = unit * mix(10, 46, near * near) * chance.between(0.6f, 1.3f), lean = tall * chance.between(-0.4f, 0.5f);
    cairo_move_to(sheet.pen(), x, y);
    cairo_curve_to(sheet.pen(), x, y - tall * 0.5f, x + lean * 0.4f, y - tall * 0.8f, x + lean, y - tall);
    sheet.stroke(mix(ground.near * 0.55f, ground.accent, chance.uniform() * 0.5f) * light, unit * mix(1.0f, 3.2f, near) * chance.between(0.6f, 1.1f));
    if (i % 23 != 0 || (stage.season == Season::kAutumn)) continue;
    const Rgb petal = from_hsv(chance.odds(0.5f) ? chance.between(0.08f, 0.16f) : chance.between(0.75f, 1.0f), chance.between(0.2f, 0.85f), 0.9f);
    const float r = unit * mix(2.5f, 7, near);
    for (int k = 0; k < 5; ++k) sheet.ellipse(x + lean + r * 0.75f * cos_of(static_cast<float>(k) * 1.2566f), y - tall + r * 0.6f * sin_of(static_cast<float>(k) * 1.2566f), r * 0.5f, r * 0.42f);
    sheet.fill(petal * light);
    sheet.ellipse(x + lean, y - tall, r * 0.34f, r * 0.3f);
    sheet.fill(Rgb{0.85f, 0.5f, 0.05f} * light);
  }
  sheet.lay_on(canvas);
}

// A skyline of peaks: sharp above, broken into smaller ones.
float ridge(float x, uint32_t salt, int octaves) {
  return 1 - std::fabs(2 * cloud(x, 0.5f, salt, octaves) - 1) * 1.5f;
}

}  // namespace

void paint_mountains(Canvas& canvas, const Stage& stage, Watch& watch, float tallest, int ridges) {
  Chance chance = stage.chance("mountains");
  const float horizon = stage.camera.horizon;
  const float sun_side = stage.light.lamps.front().x < 0 ? -1.0f : 1.0f;
  const Rgb light = daylight(stage, 0.3f);
  for (int k = 0; k < ridges; ++k) {
    const float near = static_cast<float>(k) / static_cast<float>(std::max(1, ridges - 1));
    const auto salt = static_cast<uint32_t>(chance.bits());
    const float tall = stage.side * tallest * mix(1.0f, 0.35f, near), wide = 1 / (stage.side * mix(0.34f, 0.24f, near)), shift = chance.between(0, 90);
    const bool peaks = tallest > 0.2f && near < 0.7f;
    const Rgb rock = mix(stage.place == Place::kDesert ? rgb(0xa2664a) : rgb(0x556074), near > 0.6f ? (snowy(stage) ? rgb(0xc9d6e8) : rgb(0x47663f)) : rgb(0x5d6478), near) * light;
    const float haze = mix(0.52f, 0.16f, near) + (stage.falling.fog > 0 ? 0.2f : 0.0f);
    std::vector<float> tops(static_cast<size_t>(canvas.width));
    for (int x = 0; x < canvas.width && watch.row(20); ++x) {
      const float u = canvas.x_of(x) * wide + shift, d = ridge(u, salt, 6);
      tops[static_cast<size_t>(x)] = horizon - tall * (peaks ? 0.1f + 0.95f * d * d : 0.2f + 0.75f * d);
    }
    for (int y = 0; y < canvas.height && watch.row(canvas.width * 3); ++y) {
      const float py = canvas.y_of(y);
      if (py > horizon + 1) break;
      for (int x = 0; x < canvas.width; ++x) {
        const float top = tops[static_cast<size_t>(x)], cover = clamp01((py - top) * canvas.scale + 0.5f);
        if (cover <= 0) continue;
        const float px = canvas.x_of(x), down = (py - top);
        // Ridges run down from the peaks: which way the ridge above slopes says which side is lit.
        const float u = px * wide + shift, s = 0.012f;
        const float face = (ridge(u + down * wide * 0.35f + s, salt, 3) - ridge(u + down * wide * 0.35f - s, salt, 3)) / s * 0.16f + (cloud(px * wide * 7, py * wide * 9, salt + 8, 3) - 0.5f) * 1.5f;
        const float lit = 0.72f + 0.5f * std::clamp(face * sun_side * -0.8f, -0.8f, 0.8f);
        Rgb c = rock * lit;
        if (peaks && stage.place != Place::kDesert) {
          const float snow = smooth(0.42f, 0.2f, (py - (horizon - tall * 1.2f)) / tall + (noise(px * wide * 12, py * wide * 8, salt + 3) - 0.5f) * 0.3f);
          c = mix(c, Rgb{0.92f, 0.95f, 1.0f} * light * (0.75f * lit + 0.2f), snow);
        }
        const float low = clamp01((py - top) / std::max(horizon - top, 1.0f));
        canvas.row(y)[x] = mix(canvas.row(y)[x], mix(Pixel(c), Pixel(stage.light.haze), clamp01(haze * (0.65f + 0.5f * low))), cover);
      }
    }
  }
}

void paint_treeline(Canvas& canvas, const Stage& stage, Watch& watch, float tallest) {
  Chance chance = stage.chance("treeline");
  const float w = static_cast<float>(stage.width), horizon = stage.camera.horizon;
  const Rgb light = daylight(stage, 0.2f);
  const Rgb leaf = stage.season == Season::kAutumn ? rgb(0xa8642c) : snowy(stage) ? rgb(0x5d7482) : rgb(0x355e33);
  for (int layer = 0; layer < 2; ++layer) {
    const Sheet sheet(0, horizon - stage.side * tallest * 2.2f, w, stage.side * tallest * 2.4f, canvas.scale);
    float x = -0.02f * w;
    while (x < w * 1.02f && watch.row(2000)) {
      const float tall = stage.side * tallest * chance.between(0.5f, 1.25f) * (layer == 0 ? 1.2f : 0.8f), wide = tall * chance.between(0.28f, 0.6f);
      const bool conifer = chance.odds(stage.place == Place::kLake || stage.place == Place::kMountains || snowy(stage) ? 0.85f : 0.15f);
      if (conifer) {
        cairo_move_to(sheet.pen(), x - wide * 0.5f, horizon + 2);
        cairo_line_to(sheet.pen(), x, horizon - tall * 1.5f);
        cairo_line_to(sheet.pen(), x + wide * 0.5f, horizon + 2);
      } else {
        sheet.ellipse(x, horizon - tall * 0.45f, wide, tall * 0.5f);
        sheet.ellipse(x + wide * 0.4f, horizon - tall * 0.25f, wide, tall * 0.35f);
      }
      const Rgb c = mix(leaf * light * chance.between(0.75f, 1.2f), stage.light.haze, layer == 0 ? 0.32f : 0.12f);
      sheet.fill(c);
      x += wide * chance.between(0.35f, 0.9f);
    }
    sheet.lay_on(canvas);
  }
}

void paint_land(Canvas& canvas, const Stage& stage, Watch& watch) {
  const Camera& c = stage.camera;
  const Ground g = ground_of(stage);
  const Rgb light = daylight(stage, 0.8f);
  const bool dunes = stage.place == Place::kDesert || snowy(stage);
  const auto salt = static_cast<uint32_t>(stage.chance("land").bits());
  const float sun = stage.light.lamps.front().x, depth = static_cast<float>(stage.height) - c.horizon;
  for (int y = 0; y < canvas.height && watch.row(canvas.width * 4); ++y) {
    const float py = canvas.y_of(y);
    if (py < c.horizon) continue;
    // Land is painted by the picture's own perspective: a distance in units, whatever the eye's height.
    const float near = (py - c.horizon) / depth, z = 1 / (near + 0.02f), fine = clamp01(near * 2.2f);
    const Rgb base = mix(g.far, g.near, smooth(0, 0.6f, near));
    for (int x = 0; x < canvas.width; ++x) {
      const float u = (canvas.x_of(x) - c.centre) / stage.side * z * 1.8f, v = z * 2.2f;
      Rgb colour = base;
      if (dunes) {
        const float wave = cloud(u * 0.8f + 3, v * 0.9f, salt, 3), slope = wave - cloud(u * 0.8f + 3 + 0.12f * (sun < 0 ? 1.0f : -1.0f), v * 0.9f + 0.05f, salt, 3);
        const float ripple = stage.place == Place::kDesert ? sin_of((u * 3 + v * 16 + 5 * wave)) * 0.05f * fine : (noise(u * 60, v * 60, salt + 4) - 0.5f) * 0.05f * fine;
        const float lit = std::clamp(0.5f + slope * 5 + ripple * 3, 0.0f, 1.0f);
        colour = mix(g.accent, base * 1.06f, lit);
      } else {
        const float patch = cloud(u * 0.9f, v * 0.8f, salt, 4), tuft = noise(u * 26, v * 34, salt + 7), blade = noise(canvas.x_of(x) / stage.side * mix(500, 190, near), py / stage.side * mix(160, 46, near), salt + 9);
        colour = mix(base, g.accent, smooth(0.45f, 0.75f, patch) * 0.6f) * (0.72f + 0.28f * tuft * fine + 0.34f * blade);
      }
      canvas.row(y)[x] = mix(Pixel(colour * light), Pixel(stage.light.haze), clamp01(0.55f * exp_of(-near * 9) + (stage.falling.fog > 0 ? 0.3f * exp_of(-near * 3) : 0.0f)));
    }
  }
  if (!dunes) paint_grass(canvas, stage, watch);
}

}  // namespace plantain::engine::sketch
