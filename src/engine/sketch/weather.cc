#include "engine/sketch/weather.h"

#include <algorithm>
#include <cmath>

#include "engine/sketch/maths.h"
#include "engine/sketch/noise.h"
#include "engine/sketch/raster.h"

namespace plantain::engine::sketch {
namespace {

// A streak from (x, y) downwards that brightens what is behind it.
void add_streak(Canvas& canvas, const Canvas& behind, float x, float y, float length, float width,
                float slant, float strength) {
  const float w = std::max(width, 0.7f), faint = strength * std::min(1.0f, width / w);
  const int first = std::max(0, static_cast<int>(y)),
            last = std::min(canvas.height - 1, static_cast<int>(y + length));
  for (int j = first; j <= last; ++j) {
    const float t = (static_cast<float>(j) - y) / length,
                middle = x + slant * (static_cast<float>(j) - y);
    const float body = faint * 4 * t * (1 - t) * (0.4f + 0.6f * t);
    const int from = std::max(0, static_cast<int>(std::floor(middle - w))),
              to = std::min(canvas.width - 1, static_cast<int>(std::ceil(middle + w)));
    if (from > to) continue;
    const float k = behind.scale / canvas.scale;
    const Pixel light = sample(behind, middle * k, (static_cast<float>(j) - 0.6f * length) * k);
    for (int i = from; i <= to; ++i) {
      const float cover = clamp01(1 - std::fabs(static_cast<float>(i) + 0.5f - middle) / w) * body;
      canvas.row(j)[i] =
          canvas.row(j)[i] +
          Pixel((light * cover).v + Pixel::Four{0.04f, 0.045f, 0.055f, 0} * four(cover));
    }
  }
}

void paint_rain(Canvas& canvas, const Stage& stage, Watch& watch) {
  Chance chance = stage.chance("rain");
  const Canvas behind = thinned(canvas, std::max(1, static_cast<int>(stage.side / 128)));
  struct Depth {
    int drops;
    float length, width, strength;
  };
  const float unit = stage.side / 1000;
  for (const Depth& d :
       {Depth{900, 24, 0.75f, 0.42f}, Depth{260, 70, 1.1f, 0.5f}, Depth{46, 190, 2.6f, 0.34f}}) {
    const int n = static_cast<int>(static_cast<float>(d.drops) * stage.falling.rain);
    for (int i = 0; i < n && watch.row(static_cast<int>(d.length * unit * 8)); ++i) {
      const float x = chance.between(-0.15f, 1.15f) * static_cast<float>(canvas.width),
                  y = chance.between(-0.15f, 1) * static_cast<float>(canvas.height);
      const float size = chance.between(0.6f, 1.3f);
      add_streak(canvas, behind, x, y, d.length * unit * size,
                 d.width * unit * chance.between(0.7f, 1.2f),
                 stage.falling.slant + chance.between(-0.015f, 0.015f),
                 d.strength * chance.between(0.4f, 1.1f));
    }
  }
}

void add_flake(Canvas& canvas, float x, float y, float radius, float softness, const Rgb& colour,
               float strength) {
  const float r = std::max(radius, 0.8f);
  for (int j = std::max(0, static_cast<int>(y - r));
       j <= std::min(canvas.height - 1, static_cast<int>(y + r)); ++j) {
    for (int i = std::max(0, static_cast<int>(x - r));
         i <= std::min(canvas.width - 1, static_cast<int>(x + r)); ++i) {
      const float d = std::sqrt(square(static_cast<float>(i) + 0.5f - x) +
                                square(static_cast<float>(j) + 0.5f - y)) /
                      r;
      const float cover = strength * smooth(1, 1 - softness, d);
      if (cover > 0) canvas.row(j)[i] = mix(canvas.row(j)[i], Pixel(colour), cover);
    }
  }
}

void paint_snow(Canvas& canvas, const Stage& stage, Watch& watch) {
  Chance chance = stage.chance("snow");
  const float unit = stage.side / 1000;
  const Rgb white = stage.light.sky_light * 1.3f + Rgb{0.25f, 0.25f, 0.27f};
  struct Depth {
    int flakes;
    float radius, softness, strength;
  };
  for (const Depth& d : {Depth{900, 1.3f, 0.7f, 0.75f}, Depth{260, 3.0f, 0.7f, 0.8f},
                         Depth{40, 9.5f, 0.9f, 0.42f}}) {
    for (int i = 0;
         i < d.flakes && watch.row(static_cast<int>(d.radius * d.radius * unit * unit * 8)); ++i) {
      add_flake(canvas, chance.uniform() * static_cast<float>(canvas.width),
                chance.uniform() * static_cast<float>(canvas.height),
                d.radius * unit * chance.between(0.6f, 1.4f), d.softness, white,
                d.strength * chance.between(0.6f, 1));
    }
  }
}

// Leaves or petals tumbling: small ovals at all angles.
void paint_tumbling(Canvas& canvas, const Stage& stage, bool petals) {
  Chance chance = stage.chance(petals ? "petals" : "leaves");
  const float unit = stage.side / 1000;
  const float light = luminance(stage.light.sky_light) + 0.5f;
  for (int i = 0; i < 70; ++i) {
    const float near = square(chance.uniform()), r = unit * mix(4, 15, near) * (petals ? 0.7f : 1);
    const float x = chance.uniform() * static_cast<float>(stage.width),
                y = chance.uniform() * static_cast<float>(stage.height);
    const Sheet sheet(x - 2 * r, y - 2 * r, 4 * r, 4 * r, canvas.scale);
    cairo_translate(sheet.pen(), x, y);
    cairo_rotate(sheet.pen(), chance.between(0, 6.28f));
    const float fold = chance.between(0.25f, 0.8f);
    cairo_move_to(sheet.pen(), -r, 0);
    cairo_curve_to(sheet.pen(), -r * 0.3f, -r * fold, r * 0.5f, -r * fold, r, 0);
    cairo_curve_to(sheet.pen(), r * 0.5f, r * fold, -r * 0.3f, r * fold, -r, 0);
    const Rgb colour =
        petals ? mix(rgb(0xffd7e3), rgb(0xf7a1bd), chance.uniform())
               : from_hsv(chance.between(0.0f, 0.12f), 0.9f, chance.between(0.35f, 0.8f));
    sheet.fill(colour * light, mix(0.95f, 0.8f, near));
    Canvas leaf = sheet.canvas();
    if (near > 0.5f) blur(leaf, r * 0.12f * canvas.scale, r * 0.12f * canvas.scale);
    lay_over(canvas, leaf, sheet.left(), sheet.top());
  }
}

}  // namespace

void paint_fog(Canvas& canvas, const Stage& stage, Watch& watch) {
  if (stage.falling.fog <= 0) return;
  const auto salt = static_cast<uint32_t>(stage.chance("fog").bits());
  Canvas veil = canvas_for(stage.width, stage.height, std::min(canvas.scale, 220 / stage.side));
  const float unit = 1 / stage.side;
  for (int y = 0; y < veil.height && watch.row(veil.width * 6); ++y) {
    // A bank lies along the horizon and thins out above it and before it.
    const float from = (veil.y_of(y) - stage.camera.horizon) / stage.side;
    const float band = exp_of(-square(from * (from > 0 ? 6.0f : 8.0f)));
    for (int x = 0; x < veil.width; ++x) {
      const float d = cloud(veil.x_of(x) * unit * 2, veil.y_of(y) * unit * 9, salt, 4),
                  wisp = smooth(
                      0.45f, 0.75f,
                      cloud(veil.x_of(x) * unit * 1.4f + 4, veil.y_of(y) * unit * 6, salt + 9, 4));
      const float cover =
          clamp01(band * (0.05f + 0.95f * d) + 0.4f * wisp * exp_of(-square(from * 2.8f)));
      veil.row(y)[x] = Pixel(stage.light.haze * 1.05f) * (cover * 0.8f * stage.falling.fog);
    }
  }
  lay_scaled_over(canvas, veil, 1, &watch);
}

void paint_falling(Canvas& canvas, const Stage& stage, Watch& watch) {
  if (stage.falling.rain > 0) paint_rain(canvas, stage, watch);
  if (stage.falling.snow > 0) paint_snow(canvas, stage, watch);
  if (stage.falling.leaves > 0) paint_tumbling(canvas, stage, false);
  if (stage.falling.petals > 0) paint_tumbling(canvas, stage, true);
}

}  // namespace plantain::engine::sketch
