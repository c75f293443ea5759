#include <algorithm>
#include <cmath>

#include "engine/sketch/backdrop.h"
#include "engine/sketch/maths.h"
#include "engine/sketch/noise.h"

namespace plantain::engine::sketch {
namespace {

Pixel heaven_colour(const Heaven& h, float up) {
  // up: 0 at the horizon, 1 at the top.
  const float low = smooth(0, 0.42f, up), high = smooth(0.3f, 1.05f, up);
  return mix(mix(Pixel(h.bottom), Pixel(h.middle), low), Pixel(h.top), high);
}

// A flat layer of clouds seen from below, so that they draw together towards the horizon.
Canvas clouds(const Canvas& like, const Stage& stage, Watch& watch) {
  const float scale =
      std::min(like.scale, 420.0f / static_cast<float>(std::max(stage.width, stage.height)));
  Canvas layer = canvas_for(stage.width, stage.height, scale);
  const Heaven& h = stage.heaven;
  Chance chance = stage.chance("clouds");
  const auto salt = static_cast<uint32_t>(chance.bits());
  const float horizon = stage.camera.horizon, drift = chance.between(0, 50), unit = 1 / stage.side;
  const float threshold = mix(0.66f, 0.30f, h.clouds), soft = mix(0.14f, 0.32f, h.clouds);
  const float toward = h.sun_x < static_cast<float>(stage.width) / 2 ? -1.0f : 1.0f;
  for (int y = 0; y < layer.height && watch.row(layer.width * 8); ++y) {
    const float below = (horizon - layer.y_of(y)) * unit;
    if (below <= 0.004f) break;
    const float depth = 0.42f / (below + 0.10f);
    for (int x = 0; x < layer.width; ++x) {
      const float u = (layer.x_of(x) - stage.camera.centre) * unit * depth * 1.7f + drift,
                  v = depth * 2.6f;
      const float d = cloud(u, v, salt, 5);
      const float cover = smooth(threshold, threshold + soft, d) * smooth(0, 0.05f, below);
      if (cover <= 0.002f) continue;
      const float lit = clamp01(0.55f + 3.2f * (d - cloud(u + toward * 0.16f, v + 0.2f, salt, 3)) +
                                0.5f * (1 - cover));
      layer.row(y)[x] = Pixel(mix(h.cloud_shade, h.cloud_light, lit)) * (cover * 0.94f);
    }
  }
  return layer;
}

void add_glow(Canvas& canvas, const Stage& stage, const Rgb& colour, float radius, float strength) {
  const Heaven& h = stage.heaven;
  for (int y = 0; y < canvas.height; ++y) {
    for (int x = 0; x < canvas.width; ++x) {
      const float d =
          (square(canvas.x_of(x) - h.sun_x) + square(canvas.y_of(y) - h.sun_y)) / square(radius);
      const float g = strength / (1 + 3 * d + 6 * d * d);
      if (g < 0.002f) continue;
      canvas.row(y)[x] = canvas.row(y)[x] + Pixel(colour * g, 0);
    }
  }
}

void paint_disc(Canvas& canvas, const Stage& stage) {
  const Heaven& h = stage.heaven;
  const float r = stage.side * (h.moon ? 0.042f : stage.time == TimeOfDay::kDay ? 0.040f : 0.055f);
  const int x0 = static_cast<int>((h.sun_x - r) * canvas.scale) - 2,
            x1 = static_cast<int>((h.sun_x + r) * canvas.scale) + 2;
  const int y0 = static_cast<int>((h.sun_y - r) * canvas.scale) - 2,
            y1 = static_cast<int>((h.sun_y + r) * canvas.scale) + 2;
  for (int y = std::max(0, y0); y < std::min(y1, canvas.height); ++y) {
    if (canvas.y_of(y) > stage.camera.horizon) break;
    for (int x = std::max(0, x0); x < std::min(x1, canvas.width); ++x) {
      const float dx = canvas.x_of(x) - h.sun_x, dy = canvas.y_of(y) - h.sun_y,
                  d = std::sqrt(dx * dx + dy * dy);
      // The sun's edge is lost in its own light.
      const float cover = h.moon ? clamp01((r - d) * canvas.scale + 0.5f) : smooth(r, 0.62f * r, d);
      if (cover <= 0) continue;
      float bright = 1;
      if (h.moon)
        bright = (0.72f + 0.5f * cloud(dx / r * 2.2f + 9, dy / r * 2.2f + 4, 71, 4)) *
                 (0.8f + 0.2f * std::sqrt(std::max(0.0f, 1 - square(d / r))));
      canvas.row(y)[x] = mix(canvas.row(y)[x], Pixel(h.sun_colour * bright), cover);
    }
  }
}

void add_star(Canvas& canvas, float x, float y, float radius, const Rgb& colour) {
  const float r = std::max(radius * canvas.scale, 0.55f),
              strength = std::min(1.0f, square(radius * canvas.scale / r));
  const int x0 = static_cast<int>(x * canvas.scale - 3 * r),
            x1 = static_cast<int>(x * canvas.scale + 3 * r) + 1;
  const int y0 = static_cast<int>(y * canvas.scale - 3 * r),
            y1 = static_cast<int>(y * canvas.scale + 3 * r) + 1;
  for (int j = std::max(0, y0); j <= std::min(y1, canvas.height - 1); ++j) {
    for (int i = std::max(0, x0); i <= std::min(x1, canvas.width - 1); ++i) {
      const float d = (square(static_cast<float>(i) + 0.5f - x * canvas.scale) +
                       square(static_cast<float>(j) + 0.5f - y * canvas.scale)) /
                      (r * r);
      canvas.row(j)[i] = canvas.row(j)[i] + Pixel(colour * (strength * exp_of(-d * 1.4f)), 0);
    }
  }
}

void paint_stars(Canvas& canvas, const Stage& stage, float bottom, float much) {
  Chance chance = stage.chance("stars");
  const int n = static_cast<int>(900 * much);
  for (int i = 0; i < n; ++i) {
    const float x = chance.uniform() * static_cast<float>(stage.width),
                y = chance.uniform() * bottom;
    const float magnitude = power(chance.uniform(), 16.0f);
    const float fade = smooth(0, 0.25f, 1 - y / bottom * 0.9f);
    const Rgb tint = mix(Rgb{0.75f, 0.85f, 1.1f}, Rgb{1.1f, 0.9f, 0.7f}, chance.uniform());
    add_star(canvas, x, y, stage.side * (0.00055f + 0.0011f * magnitude),
             tint * ((0.12f + 0.5f * chance.uniform() + 2.0f * magnitude) * fade));
  }
}

}  // namespace

void paint_heaven(Canvas& canvas, const Stage& stage, Watch& watch) {
  const Heaven& h = stage.heaven;
  for (int y = 0; y < canvas.height && watch.row(canvas.width); ++y) {
    const float up =
        clamp01((stage.camera.horizon - canvas.y_of(y)) / std::max(stage.camera.horizon, 1.0f));
    std::fill(canvas.row(y), canvas.row(y) + canvas.width, heaven_colour(h, up));
  }
  if (h.stars > 0) paint_stars(canvas, stage, stage.camera.horizon, h.stars);
  if (h.sun || h.moon) {
    Canvas glow = canvas_for(stage.width, stage.height, std::min(canvas.scale, 300 / stage.side));
    const bool low = stage.time == TimeOfDay::kSunset || stage.time == TimeOfDay::kDawn;
    add_glow(glow, stage,
             h.sun_colour * Rgb{1, 0.92f, 0.72f} *
                 (h.moon ? 0.16f
                  : low  ? 0.11f
                         : 0.10f),
             stage.side * (low ? 0.42f : 0.24f), 1);
    add_scaled(canvas, glow, 1, &watch);
    paint_disc(canvas, stage);
  }
  if (h.clouds > 0.05f) lay_scaled_over(canvas, clouds(canvas, stage, watch), 1, &watch);
}

namespace {

void paint_nebula(Canvas& canvas, const Stage& stage, uint32_t salt, float hue, Chance& chance,
                  Watch& watch) {
  const float tilt = chance.between(-0.7f, 0.7f), unit = 1 / stage.side;
  const Rgb a = from_hsv(hue, 0.75f, 0.16f), b = from_hsv(fraction(hue + 0.22f), 0.7f, 0.12f);
  Canvas nebula = canvas_for(stage.width, stage.height, std::min(canvas.scale, 420 / stage.side));
  for (int y = 0; y < nebula.height && watch.row(nebula.width * 10); ++y) {
    for (int x = 0; x < nebula.width; ++x) {
      const float u = nebula.x_of(x) * unit, v = nebula.y_of(y) * unit;
      const float warp = cloud(u * 2, v * 2, salt, 3);
      const float band =
          exp_of(-square((v - 0.5f + tilt * (u - 0.5f) + 0.5f * (warp - 0.5f)) * 2.6f));
      const float d = cloud(u * 3 + warp * 1.6f, v * 3, salt + 9, 5),
                  e = cloud(u * 4 + 7, v * 4 - warp, salt + 20, 5);
      const Rgb glow = a * (band * square(d) * 3.2f) + b * (band * square(e) * 2.6f) +
                       Rgb{0.004f, 0.006f, 0.014f};
      nebula.row(y)[x] = Pixel(glow * smooth(0.75f, 0.45f, e * d * 1.6f));
    }
  }
  enlarge(canvas, nebula, &watch);
}

void paint_planet(Canvas& canvas, const Stage& stage, uint32_t salt, float hue, Chance& chance,
                  Watch& watch) {
  // A planet's limb below, lit from the upper left; from the moon, the whole earth in the sky.
  const bool far = stage.lunar;
  const float r = stage.side * (far ? 0.11f : chance.between(0.95f, 1.25f));
  const float cx = static_cast<float>(stage.width) *
                   (far ? (chance.odds(0.5f) ? 0.24f : 0.76f) : chance.between(0.35f, 0.75f)),
              cy = static_cast<float>(stage.height) * (far ? 0.22f : 0.80f) + (far ? 0 : r);
  Rgb sea = from_hsv(fraction(hue + chance.between(-0.06f, 0.1f)), 0.8f, 0.22f),
      land = from_hsv(chance.between(0.05f, 0.32f), 0.5f, 0.25f);
  if (stage.home || far) {
    sea = rgb(0x12508f);
    land = rgb(0x4f7a3a);
  }
  for (int y = 0; y < canvas.height && watch.row(canvas.width * 4); ++y) {
    for (int x = 0; x < canvas.width; ++x) {
      const float dx = (canvas.x_of(x) - cx) / r, dy = (canvas.y_of(y) - cy) / r,
                  d2 = dx * dx + dy * dy;
      if (d2 > 1.06f) continue;
      const float d = std::sqrt(d2), edge = clamp01((1 - d) * r * canvas.scale + 0.5f);
      const float lit = smooth(-0.35f, 0.85f, -0.55f * dx - 0.75f * dy + 0.1f);
      const float air = exp_of(-std::fabs(1 - d) * (d > 1 ? 60.0f : 16.0f)) * lit;
      Pixel out = canvas.row(y)[x];
      if (edge > 0) {
        const float ground = cloud(dx * 9 + 3, dy * 13, salt + 40, 5),
                    cover = smooth(0.52f, 0.68f, cloud(dx * 14, dy * 26, salt + 50, 5));
        const Rgb surface = mix(mix(sea, land, smooth(0.5f, 0.56f, ground)),
                                Rgb{0.85f, 0.88f, 0.92f}, cover * 0.85f);
        out = mix(out, Pixel(surface * (0.03f + 1.25f * lit)), edge);
      }
      canvas.row(y)[x] = out + Pixel(Rgb{0.22f, 0.5f, 1.0f} * (air * 0.8f), 0);
    }
  }
}

}  // namespace

void paint_space(Canvas& canvas, const Stage& stage, Watch& watch) {
  Chance chance = stage.chance("space");
  const auto salt = static_cast<uint32_t>(chance.bits());
  const float hue = chance.between(0.52f, 0.9f);
  paint_nebula(canvas, stage, salt, hue, chance, watch);
  paint_stars(canvas, stage, static_cast<float>(stage.height) * 1.3f, 1.7f);
  paint_planet(canvas, stage, salt, hue, chance, watch);
}

}  // namespace plantain::engine::sketch
