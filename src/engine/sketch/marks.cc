// What a scene asks of its stage beyond the place: a rainbow, lightning, a road, a village, the
// ground of the moon, a studio.
#include <algorithm>
#include <cmath>

#include "engine/sketch/backdrop.h"
#include "engine/sketch/maths.h"
#include "engine/sketch/noise.h"
#include "engine/sketch/raster.h"

namespace plantain::engine::sketch {
namespace {

Rgb daylight(const Stage& stage) {
  Rgb sum = stage.light.sky_light;
  for (const Lamp& lamp : stage.light.lamps)
    sum = sum + lamp.colour * std::max(0.0f, lamp.y) * 0.7f;
  return sum;
}

// One gabled house, its lower left corner at (x, y).
void draw_house(const Sheet& sheet, const Stage& stage, float x, float y, float wide, float tall,
                Chance& chance) {
  static const uint32_t kWalls[] = {0xe9dcc3, 0xd9b48f, 0xc9cdd2, 0xe3c9b5, 0xb8785a};
  static const uint32_t kRoofs[] = {0x8c3f34, 0x6d4a3c, 0x4f5a66, 0xa05a3c};
  const bool night = stage.time == TimeOfDay::kNight || stage.time == TimeOfDay::kSunset,
             snow = stage.falling.snow > 0 || stage.place == Place::kSnowfield ||
                    stage.season == Season::kWinter;
  const Rgb light = daylight(stage), wall = rgb(kWalls[chance.below(5)]) * light,
            roof = (snow ? rgb(0xe8eef6) : rgb(kRoofs[chance.below(4)])) * light;
  cairo_t* pen = sheet.pen();
  const float eaves = y - tall * 0.58f, side = wide * 0.62f;
  sheet.rectangle(x, eaves, wide, tall * 0.58f);
  sheet.fill(wall * 0.78f);
  sheet.rectangle(x, eaves, side, tall * 0.58f);
  sheet.fill(wall);
  cairo_move_to(pen, x - wide * 0.05f, eaves);
  cairo_line_to(pen, x + side / 2, y - tall);
  cairo_line_to(pen, x + side, eaves);
  sheet.fill(wall);
  cairo_move_to(pen, x + side / 2, y - tall * 1.03f);
  cairo_line_to(pen, x + wide * 0.86f, y - tall * 1.03f);
  cairo_line_to(pen, x + wide * 1.06f, eaves + tall * 0.03f);
  cairo_line_to(pen, x + side * 1.04f, eaves + tall * 0.03f);
  sheet.fill(roof);
  cairo_move_to(pen, x - wide * 0.06f, eaves + tall * 0.03f);
  cairo_line_to(pen, x + side / 2, y - tall * 1.02f);
  cairo_line_to(pen, x + side * 1.04f, eaves + tall * 0.03f);
  sheet.stroke(roof * 0.85f, tall * 0.06f);
  const Rgb pane = night ? Rgb{2.6f, 1.5f, 0.5f} : Rgb{0.16f, 0.2f, 0.26f} * light;
  for (const float at : {0.12f, 0.36f, 0.70f, 0.84f}) {
    sheet.rectangle(x + wide * at, eaves + tall * 0.14f, wide * 0.10f, tall * 0.16f);
    sheet.fill(pane);
  }
  sheet.rectangle(x + side * 0.42f, y - tall * 0.24f, wide * 0.10f, tall * 0.24f);
  sheet.fill(wall * 0.35f);
}

// A jagged way down, with branches that die out.
void strike(const Sheet& sheet, float x, float y, float end, float width, Chance& chance,
            int depth) {
  cairo_t* pen = sheet.pen();
  cairo_move_to(pen, x, y);
  const float step = (end - y) / 14;
  for (int i = 0; i < 14; ++i) {
    x += step * chance.between(-0.9f, 0.9f);
    y += step;
    cairo_line_to(pen, x, y);
    if (depth > 0 || !chance.odds(0.28f)) continue;
    cairo_save(pen);
    sheet.stroke(Rgb{1, 1, 1}, width);
    strike(sheet, x, y, y + step * chance.between(2.5f, 5.0f), width * 0.5f, chance, depth + 1);
    cairo_restore(pen);
    cairo_move_to(pen, x, y);
  }
  sheet.stroke(Rgb{1, 1, 1}, width);
}

}  // namespace

void paint_rainbow(Canvas& canvas, const Stage& stage, Watch& watch) {
  const float w = static_cast<float>(stage.width),
              r = std::min(0.46f * w, 0.95f * stage.camera.horizon), wide = 0.15f * r,
              cx = w * 0.5f, cy = stage.camera.horizon + 0.1f * r;
  for (int y = 0; y < canvas.height && watch.row(canvas.width); ++y) {
    const float py = canvas.y_of(y);
    if (py > stage.camera.horizon) break;
    for (int x = 0; x < canvas.width; ++x) {
      const float d = std::sqrt(square(canvas.x_of(x) - cx) + square(py - cy)), t = (r - d) / wide;
      if (t < -0.1f || t > 1.1f) continue;
      const float much = 0.5f * smooth(-0.1f, 0.12f, t) * smooth(1.1f, 0.88f, t) *
                         smooth(0.0f, 0.35f, (stage.camera.horizon - py) / r);
      const Rgb band = from_hsv(0.80f * clamp01(t), 0.8f, 0.95f);
      Pixel& p = canvas.row(y)[x];
      p = mix(p, Pixel(band) + p * 0.35f, much);
    }
  }
}

void paint_lightning(Canvas& canvas, const Stage& stage, Watch& watch) {
  Chance chance = stage.chance("lightning");
  const float w = static_cast<float>(stage.width), horizon = stage.camera.horizon;
  const float x =
      w * (chance.odds(0.5f) ? chance.between(0.2f, 0.38f) : chance.between(0.62f, 0.8f));
  const Sheet sheet(0, 0, w, horizon, canvas.scale);
  strike(sheet, x, -0.02f * horizon, horizon, stage.side * 0.0045f, chance, 0);
  const Field bolt = sheet.cover();
  Canvas light(canvas.width, bolt.height, canvas.scale);
  for (int y = 0; y < std::min(bolt.height, canvas.height) && watch.row(canvas.width); ++y) {
    for (int px = 0; px < std::min(bolt.width, canvas.width); ++px)
      light.row(y)[px] = Pixel(Rgb{3.4f, 3.5f, 4.6f} * bolt.row(y)[px], 0);
  }
  Canvas glow = reduced(light, std::max(1, static_cast<int>(canvas.scale * stage.side / 260)));
  const float unit = stage.side / 1000 * canvas.scale * static_cast<float>(glow.width) /
                     static_cast<float>(light.width);
  blur(glow, 26 * unit, 26 * unit);
  Enlarged wide(glow, canvas.width,
                static_cast<float>(glow.width) / static_cast<float>(light.width));
  for (int y = 0; y < std::min(light.height, canvas.height) && watch.row(canvas.width); ++y) {
    const Pixel* air = wide.row(y);
    for (int px = 0; px < canvas.width; ++px)
      canvas.row(y)[px] = canvas.row(y)[px] + light.row(y)[px] + air[px] * 0.8f;
  }
}

void paint_road(Canvas& canvas, const Stage& stage, Watch& watch) {
  const Camera& c = stage.camera;
  const float h = static_cast<float>(stage.height), depth = h - c.horizon,
              half = stage.side * 0.24f;
  const Rgb light = daylight(stage);
  const auto salt = static_cast<uint32_t>(stage.chance("road").bits());
  for (int y = 0; y < canvas.height && watch.row(canvas.width); ++y) {
    const float py = canvas.y_of(y), near = (py - c.horizon) / depth;
    if (near <= 0.004f) continue;
    const float wide = half * near * 1.5f, z = 1 / near,
                soft = std::max(1.0f / canvas.scale, wide * 0.03f);
    const float bend = c.centre + stage.side * 0.10f * sin_of(near * 2.4f + 0.6f) * (1 - near);
    for (int x = 0; x < canvas.width; ++x) {
      const float off = std::fabs(canvas.x_of(x) - bend),
                  cover = smooth(wide + soft, wide - soft, off);
      if (cover <= 0) continue;
      const float across = off / wide,
                  grain = 0.9f + 0.2f * noise(canvas.x_of(x) * z * 0.02f, z * 30, salt);
      Rgb tar = Rgb{0.085f, 0.085f, 0.09f} * grain;
      const bool line = (across < 0.022f && fraction(z * 0.9f + 0.2f) < 0.55f) ||
                        (across > 0.90f && across < 0.94f);
      if (line) tar = across < 0.5f ? Rgb{0.75f, 0.55f, 0.12f} : Rgb{0.6f, 0.6f, 0.58f};
      canvas.row(y)[x] =
          mix(canvas.row(y)[x],
              mix(Pixel(tar * light), Pixel(stage.light.haze), 0.5f * exp_of(-near * 9)), cover);
    }
  }
}

void paint_village(Canvas& canvas, const Stage& stage, Watch& watch) {
  Chance chance = stage.chance("village");
  const float w = static_cast<float>(stage.width), horizon = stage.camera.horizon,
              depth = static_cast<float>(stage.height) - horizon;
  const Sheet sheet(0, 0, w, static_cast<float>(stage.height), canvas.scale);
  for (int row = 0; row < 3; ++row) {
    const float tall = stage.side * (0.045f + 0.030f * static_cast<float>(row)),
                base = horizon + depth * (0.03f + 0.075f * static_cast<float>(row));
    float x = w * chance.between(0.0f, 0.08f);
    while (x < w * 0.97f && watch.row(3000)) {
      const float own = tall * chance.between(0.85f, 1.2f),
                  wide = own * chance.between(1.0f, 1.35f);
      if (chance.odds(row == 2 ? 0.45f : 0.75f))
        draw_house(sheet, stage, x, base + own * chance.between(-0.1f, 0.12f), wide, own, chance);
      x += wide * chance.between(1.05f, 1.6f);
    }
  }
  sheet.lay_on(canvas, &watch);
}

void paint_studio(Canvas& canvas, const Stage& stage, Watch& watch) {
  Chance chance = stage.chance("studio");
  const float w = static_cast<float>(stage.width), h = static_cast<float>(stage.height),
              edge = 0.70f * h;
  const Rgb sheet = from_hsv(chance.uniform(), chance.between(0.12f, 0.4f), 0.42f);
  const float x0 = w * 0.5f;
  for (int y = 0; y < canvas.height && watch.row(canvas.width * 2); ++y) {
    const float py = canvas.y_of(y), below = clamp01((py - edge) / (h - edge));
    for (int x = 0; x < canvas.width; ++x) {
      const float px = canvas.x_of(x);
      // A pool of light on the sheet behind, another on the floor below the lamp.
      const float wall = exp_of(-(square((px - x0) / (0.42f * stage.side)) +
                                  square((py - 0.42f * h) / (0.40f * stage.side)))),
                  floor = exp_of(-(square((px - x0) / (0.36f * stage.side)) +
                                   square((py - 0.86f * h) / (0.10f * stage.side))));
      const float bright = 0.16f + 1.0f * wall * (1 - 0.5f * below) + 0.9f * floor * below;
      canvas.row(y)[x] = Pixel(sheet * bright);
    }
  }
}

void paint_moonscape(Canvas& canvas, const Stage& stage, Watch& watch) {
  const Camera& c = stage.camera;
  const float w = static_cast<float>(stage.width), h = static_cast<float>(stage.height),
              depth = h - c.horizon;
  const auto salt = static_cast<uint32_t>(stage.chance("moonscape").bits());
  const auto height_at = [&](float u, float v) {
    float sum = 0.8f * cloud(u * 0.5f, v * 0.5f, salt, 4);
    for (int k = 0; k < 3; ++k) {  // craters: one at most in each cell of three sizes of grid
      const float size = 1.6f / static_cast<float>(1 << k);
      const float gu = u / size, gv = v / size;
      const int iu = floor_of(gu), iv = floor_of(gv);
      const uint32_t own = salt + 40 + static_cast<uint32_t>(k);
      if (hash01(iu, iv, own) < 0.45f) continue;
      const float cu = static_cast<float>(iu) + 0.35f + 0.3f * hash01(iu, iv, own + 7),
                  cv = static_cast<float>(iv) + 0.35f + 0.3f * hash01(iu, iv, own + 9);
      const float d = std::sqrt(square(gu - cu) + square(gv - cv)) / 0.33f;
      if (d < 1.25f)
        sum += size * (d < 1 ? -0.30f * (1 - d * d) + 0.10f * d : 0.10f * (1.25f - d) * 4);
    }
    return sum;
  };
  for (int y = 0; y < canvas.height && watch.row(canvas.width * 12); ++y) {
    const float py = canvas.y_of(y), hill = c.horizon;
    for (int x = 0; x < canvas.width; ++x) {
      const float px = canvas.x_of(x);
      const float top = hill - stage.side * 0.05f * (cloud(px / w * 5, 3, salt + 2, 4) - 0.35f);
      if (py < top) continue;
      const float near = std::max((py - hill) / depth, 0.0f), z = 1 / (near + 0.05f),
                  u = (px - c.centre) / stage.side * z * 1.6f, v = z * 1.7f;
      const float slope = height_at(u, v) - height_at(u + 0.05f, v + 0.02f);
      const float lit =
          clamp01(0.42f + slope * 4.5f * smooth(0, 0.12f, near) +
                  0.12f * (noise(u * 40, v * 40, salt + 5) - 0.5f) * smooth(0, 0.4f, near));
      canvas.row(y)[x] = Pixel(Rgb{0.60f, 0.59f, 0.57f} * (0.06f + 0.95f * lit));
    }
  }
}

}  // namespace plantain::engine::sketch
