#include <algorithm>
#include <cmath>
#include <vector>

#include "engine/sketch/backdrop.h"
#include "engine/sketch/light_plan.h"
#include "engine/sketch/maths.h"
#include "engine/sketch/noise.h"
#include "engine/sketch/raster.h"
#include "engine/sketch/style.h"

namespace plantain::engine::sketch {
namespace {

struct Board {
  float x, y, w, h;
};

Board board_of(const Stage& stage, const Sign& sign) {
  const Camera& c = stage.camera;
  const float k = c.focal / sign.z_m;
  return {c.x(sign.x_m, sign.z_m) - sign.width_m * k / 2, c.y(sign.low_m + sign.height_m, sign.z_m),
          sign.width_m * k, sign.height_m * k};
}

// The line that a board's posts stand on: a roof below it, else the ground.
float foot_of(const Stage& stage, const Sign& sign, const Board& b) {
  const float low = b.y + b.h * 1.35f;
  if (sign.hung || stage.place == Place::kRoom) return low;
  for (const Placed& p : stage.placed) {
    const float top = p.base - p.height;
    if (std::fabs(p.x - b.x - b.w / 2) < 0.5f * p.height && top > b.y + 0.5f * b.h &&
        top < b.y + 2.2f * b.h)
      return std::max(low, top + 0.05f * p.height);
  }
  return std::max(low, stage.camera.y(0, sign.z_m));
}

// What carries the board: arms from the wall, or two posts.
void draw_bracket(const Sheet& sheet, const Stage& stage, const Sign& sign, const Board& b) {
  if (!sign.hung) {
    if (stage.place == Place::kRoom) return;
    const float foot = foot_of(stage, sign, b);
    for (const float at : {0.15f, 0.85f}) {
      cairo_move_to(sheet.pen(), b.x + b.w * at, b.y + b.h * 0.5f);
      cairo_line_to(sheet.pen(), b.x + b.w * at, foot);
    }
    sheet.stroke(Rgb{0.02f, 0.02f, 0.025f}, b.h * 0.06f);
    return;
  }
  const float wall = stage.camera.x(sign.x_m < 0 ? -kStreetHalf_m : kStreetHalf_m, sign.z_m);
  const float edge = sign.x_m < 0 ? b.x : b.x + b.w;
  for (const float at : {0.12f, 0.88f}) {
    cairo_move_to(sheet.pen(), edge, b.y + b.h * at);
    cairo_line_to(sheet.pen(), wall, b.y + b.h * at);
  }
  sheet.stroke(Rgb{0.02f, 0.02f, 0.025f}, b.w * 0.04f);
}

// Tubes of light: white at the core, coloured around it.
void add_tubes(Canvas& board, const Field& tubes, const Rgb& colour, float strength) {
  for (int y = 0; y < board.height; ++y) {
    for (int x = 0; x < board.width; ++x) {
      const float t = tubes.row(y)[x];
      if (t <= 0) continue;
      const Rgb light = colour * (3.0f * t) + Rgb{0.55f, 0.55f, 0.55f} * (t * t);
      Pixel& p = board.row(y)[x];
      p = Pixel((p * (1 - t)).v + Pixel(light * strength, 0).v);
      p.v[3] = std::max(p.v[3], t);
    }
  }
}

// A sign that has been drawn: its light, and where its corner lies on the canvas.
struct Drawn {
  Canvas light;
  int left, top;
};

Drawn draw_sign(const Stage& stage, const Sign& sign, const Typeface& typeface, float scale,
                float blur_px) {
  const Board b = board_of(stage, sign);
  const float margin = std::min(b.w, b.h) * 0.6f + 2 * blur_px;
  const bool lit = stage.neon && !is_flat(stage.style);
  const float left = b.x - margin, top = b.y - margin, wide = b.w + 2 * margin,
              tall = std::max(b.h, foot_of(stage, sign, b) - b.y) + 2 * margin;
  const Sheet panel(left, top, wide, tall, scale);
  draw_bracket(panel, stage, sign, b);
  panel.rectangle(b.x, b.y, b.w, b.h, std::min(b.w, b.h) * 0.14f);
  panel.fill(lit ? sign.colour * 0.03f + Rgb{0.008f, 0.008f, 0.012f}
                 : mix(sign.colour, Rgb{0.05f, 0.05f, 0.06f}, 0.35f) * stage.light.sky_light);
  Drawn drawn{panel.canvas(), panel.left(), panel.top()};
  const Sheet tubes(left, top, wide, tall, scale);
  const float short_side = std::min(b.w, b.h), inset = short_side * 0.08f;
  tubes.rectangle(b.x + inset, b.y + inset, b.w - 2 * inset, b.h - 2 * inset, short_side * 0.1f);
  tubes.stroke(Rgb{1, 1, 1}, short_side * 0.035f);
  const float inner = short_side * 0.15f;
  typeface.set(tubes, sign.text, b.x + inner, b.y + inner * (sign.upright ? 0.6f : 1.0f),
               b.w - 2 * inner, b.h - 2 * inner * (sign.upright ? 0.6f : 1.0f), sign.upright);
  tubes.fill(Rgb{1, 1, 1});
  add_tubes(drawn.light, tubes.cover(), lit ? sign.colour : Rgb{0.3f, 0.3f, 0.28f},
            lit ? (stage.time == TimeOfDay::kNight ? 1.0f : 0.7f)
                : luminance(stage.light.sky_light) * 1.2f);
  blur_disc(drawn.light, blur_px * scale);
  return drawn;
}

bool is_seen(const Board& b, const Stage& stage) {
  return b.x < static_cast<float>(stage.width) && b.x + b.w > 0 &&
         b.y < static_cast<float>(stage.height) && b.y + b.h > 0;
}

// What the signs' light does to the air around them, near and wide.
void add_glow(Canvas& canvas, const Stage& stage, const std::vector<Drawn>& signs, Watch& watch) {
  const int n = std::max(1, static_cast<int>(canvas.scale * stage.side / 300));
  Canvas near = canvas_for(stage.width, stage.height, canvas.scale / static_cast<float>(n));
  const float share = 1 / static_cast<float>(n * n);
  for (const Drawn& sign : signs) {
    const int first_x = std::max(0, -sign.left),
              last_x = std::min(sign.light.width, canvas.width - sign.left);
    for (int y = std::max(0, -sign.top); y < std::min(sign.light.height, canvas.height - sign.top);
         ++y) {
      const Pixel* from = sign.light.row(y);
      Pixel* to = near.row((y + sign.top) / n);
      for (int x = first_x; x < last_x; ++x) {
        Pixel& p = to[(x + sign.left) / n];
        p = p + from[x] * share;
      }
    }
  }
  Canvas wide = reduced(near, 3);
  const float unit = stage.side / 1000;
  blur(near, 11 * unit * near.scale, 11 * unit * near.scale);
  blur(wide, 55 * unit * wide.scale, 55 * unit * wide.scale);
  for (Pixel& p : near.pixels) p = p * 0.55f;
  add_scaled(near, wide, 1.5f);
  add_scaled(canvas, near, 1, &watch);
}

// A place of wet ground z metres away: how its image waves (red) and shakes (green), -½ … ½, and
// how much water stands there (blue), 0 … 1.
Pixel wetness_at(const Stage& stage, float px, float py, float z, uint32_t salt) {
  const float x_m = (px - stage.camera.centre) * z / stage.camera.focal, unit = 1000 / stage.side;
  return {noise(x_m * 1.3f, z * 9, salt) - 0.5f,
          noise(px * 0.02f * unit, py * 0.12f * unit, salt + 3) - 0.5f,
          cloud(x_m * 0.55f, z * 0.42f, salt + 5, 2)};
}

}  // namespace

void paint_signs(Canvas& canvas, const Stage& stage, Watch& watch, float blur_px) {
  if (stage.signs.empty()) return;
  const Typeface typeface;
  std::vector<Drawn> drawn;  // far ones first
  for (size_t i = stage.signs.size(); i-- > 0 && watch.row(100'000);) {
    if (is_seen(board_of(stage, stage.signs[i]), stage))
      drawn.push_back(draw_sign(stage, stage.signs[i], typeface, canvas.scale, blur_px));
  }
  if (watch.stopped()) return;
  if (stage.neon && !is_flat(stage.style)) add_glow(canvas, stage, drawn, watch);
  for (const Drawn& sign : drawn) lay_over(canvas, sign.light, sign.left, sign.top, &watch);
}

void paint_lights(Canvas& canvas, const Stage& stage, Watch& watch) {
  if (!stage.neon && stage.time != TimeOfDay::kNight) return;
  Chance chance = stage.chance("lights");
  const Camera& c = stage.camera;
  const float blur = std::max(stage.blur_px * 1.5f, stage.side * 0.0022f);
  for (int i = 0; i < 46 && watch.row(20'000); ++i) {
    const float z = chance.between(9, 26) * (1 + 2 * square(chance.uniform()));
    const bool car = i % 3 == 0;
    const float x_m = car ? chance.between(-3, 3) : chance.sign() * chance.between(3.6f, 6);
    const float y_m = car ? 0.7f : chance.between(1.6f, 5.2f);
    const Rgb colour = car ? (chance.odds(0.5f) ? Rgb{1.0f, 0.9f, 0.75f} : Rgb{1.0f, 0.12f, 0.06f})
                       : chance.odds(0.45f) ? Rgb{1.0f, 0.75f, 0.42f}
                                            : neon_colour(stage, chance.below(6));
    const float strength = (stage.blur_px > 0 ? 0.42f : 2.4f) * chance.between(0.4f, 1.1f) *
                           (stage.time == TimeOfDay::kNight ? 1.0f : 0.3f);
    const float x = c.x(x_m, z), y = c.y(y_m, z), r = blur * chance.between(0.8f, 1.15f);
    const int x0 = static_cast<int>((x - r) * canvas.scale) - 1,
              x1 = static_cast<int>((x + r) * canvas.scale) + 1;
    const int y0 = static_cast<int>((y - r) * canvas.scale) - 1,
              y1 = static_cast<int>((y + r) * canvas.scale) + 1;
    for (int j = std::max(0, y0); j <= std::min(y1, canvas.height - 1); ++j) {
      for (int k = std::max(0, x0); k <= std::min(x1, canvas.width - 1); ++k) {
        const float d = std::sqrt(square(canvas.x_of(k) - x) + square(canvas.y_of(j) - y));
        const float cover = clamp01((r - d) * canvas.scale + 0.5f);
        if (cover <= 0) continue;
        const float ring = 0.8f + 0.5f * smooth(0.7f, 0.95f, d / r);
        canvas.row(j)[k] = canvas.row(j)[k] + Pixel(colour * (strength * ring * cover), 0);
      }
    }
  }
}

void paint_wet_ground(Canvas& canvas, const Stage& stage, Watch& watch) {
  const Camera& c = stage.camera;
  const bool street = stage.place == Place::kStreet || stage.place == Place::kCity;
  // What is mirrored, smeared upright as a rough wet ground does.
  Canvas mirror =
      reduced(canvas, std::max(1, static_cast<int>(canvas.scale * stage.side / 400)), &watch);
  const float unit = stage.side / 1000 * mirror.scale;
  blur(mirror, 1.6f * unit, 9 * unit);
  const auto salt = static_cast<uint32_t>(stage.chance("puddles").bits());
  std::vector<Pixel> wetness(static_cast<size_t>(canvas.width / 2 + 2));
  for (int y = 0; y < canvas.height && watch.row(canvas.width * 3); ++y) {
    const float py = canvas.y_of(y);
    if (py <= c.y(0, kStreetEnd_m)) continue;
    const float z = c.distance_of_ground(py),
                near =
                    clamp01((py - c.horizon) / (static_cast<float>(stage.height) - c.horizon + 1));
    Pixel* row = canvas.row(y);
    // How the wet ground moves and holds its image changes slowly: every other column is asked.
    for (int x = 0; x < canvas.width + 2; x += 2)
      wetness[static_cast<size_t>(x / 2)] = wetness_at(stage, canvas.x_of(x), py, z, salt);
    for (int x = 0; x < canvas.width; ++x) {
      const float px = canvas.x_of(x), x_m = (px - c.centre) * z / c.focal;
      if (street && std::fabs(x_m) > kStreetHalf_m) continue;
      const float wall_z =
          street ? std::min(c.focal * kStreetHalf_m / std::max(std::fabs(px - c.centre), 1e-3f),
                            kStreetEnd_m)
                 : kStreetEnd_m;
      const float foot = c.y(0, wall_z);
      const Pixel wet = mix(wetness[static_cast<size_t>(x / 2)],
                            wetness[static_cast<size_t>(x / 2 + 1)], x % 2 == 0 ? 0.0f : 0.5f);
      const float wave = wet.r(), shake = wet.g(), pool = smooth(0.50f, 0.56f, wet.b());
      const float rough = mix(1.0f, 0.15f, pool) * stage.side / 1000;
      const float my = 2 * foot - py + (wave * 26 + shake * 16) * rough * near,
                  mx = px + shake * 9 * rough * (0.3f + near);
      const Pixel image = sample(mirror, mx * mirror.scale, std::max(my, 0.0f) * mirror.scale);
      // Fresnel: the flatter the look, the better the mirror.
      const float mirrored = mix(0.42f, 0.86f, pool) * mix(1.0f, 0.55f, near);
      const float rim = pool * (1 - pool) * 0.8f;
      row[x] = row[x] * (mix(0.55f, 0.28f, pool)) + image * (mirrored * (1 + rim));
      row[x].v[3] = 1;
    }
  }
}

}  // namespace plantain::engine::sketch
