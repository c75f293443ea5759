#include "engine/sketch/sights.h"

#include <algorithm>
#include <cmath>

#include "engine/sketch/maths.h"
#include "engine/sketch/noise.h"
#include "engine/sketch/raster.h"

namespace plantain::engine::sketch {
namespace {

constexpr float kFineSide_px = 900;  // what is fine is painted up to this size, and enlarged

Rgb daylight(const Stage& stage) {
  Rgb sum = stage.light.sky_light * 0.8f;
  for (const Lamp& lamp : stage.light.lamps)
    sum = sum + lamp.colour * (0.7f * std::max(0.0f, lamp.y));
  return sum;
}

// The crowns of a wood seen from above; sizes in shares of the picture's side.
class Canopy {
 public:
  Canopy(const Stage& stage, uint32_t salt) : salt_(salt) {
    const bool autumn = stage.season == Season::kAutumn;
    const bool cold = stage.season == Season::kWinter || stage.falling.snow > 0;
    dark_ = cold ? rgb(0x6f8494) : autumn ? rgb(0x8a4a1c) : rgb(0x1f4a26);
    pale_ = cold ? rgb(0xe8eef5) : autumn ? rgb(0xe0a03a) : rgb(0x6fa23f);
  }

  Rgb at(float u, float v) const {
    constexpr float kCrown = 0.024f;
    const float x = u / kCrown, y = v / kCrown;
    const int ix = floor_of(x), iy = floor_of(y);
    float best = -1, lit = 0, own = 0;
    for (int j = iy - 1; j <= iy + 1; ++j) {
      for (int i = ix - 1; i <= ix + 1; ++i) {
        const float dx = x - (static_cast<float>(i) + hash01(i, j, salt_)),
                    dy = y - (static_cast<float>(j) + hash01(i, j, salt_ + 1)),
                    kind = hash01(i, j, salt_ + 2), r = 0.62f + 0.45f * kind;
        const float d = (dx * dx + dy * dy) / (r * r);
        if (d >= 1) continue;
        const float top = std::sqrt(1 - d) * r + 0.35f * kind;
        if (top <= best) continue;
        best = top;
        own = kind;
        lit = 0.5f - 0.55f * (dx + dy) / r * 0.7f - 0.35f * d;
      }
    }
    if (best < 0) return dark_ * 0.35f;
    const float leaf = noise(u * 420, v * 420, salt_ + 3) - 0.5f;
    return mix(dark_, pale_, clamp01(0.25f + 0.5f * lit + 0.3f * (own - 0.5f) + 0.35f * leaf)) *
           (0.5f + 0.6f * clamp01(lit + 0.3f));
  }

 private:
  uint32_t salt_;
  Rgb dark_, pale_;
};

// A river that winds from the upper edge to the lower one.
struct River {
  float middle, swing, turns, phase, half;
  uint32_t salt;

  // How far a place is from its middle, in halves of its width.
  float off(float u, float v) const {
    const float bend = v * turns + phase,
                x = middle + swing * (sin_of(bend) + 0.35f * sin_of(2.3f * bend + 1)),
                slope = swing * turns * (cos_of(bend) + 0.8f * cos_of(2.3f * bend + 1));
    const float wide = half * (0.85f + 0.4f * noise(v * 5, 1, salt));
    return std::fabs(u - x + 0.012f * (noise(u * 30, v * 30, salt + 1) - 0.5f)) /
           (wide * std::sqrt(1 + slope * slope));
  }
};

}  // namespace

void paint_aerial(Canvas& canvas, const Stage& stage, Watch& watch) {
  Chance chance = stage.chance("aerial");
  const auto salt = static_cast<uint32_t>(chance.bits());
  const Canopy canopy(stage, salt);
  const float unit = 1 / stage.side, wide = static_cast<float>(stage.width) * unit;
  const River river{wide * chance.between(0.42f, 0.58f),
                    0.16f * wide * chance.sign(),
                    chance.between(4.2f, 6.0f),
                    chance.between(0, 6),
                    0.065f,
                    salt + 20};
  const Rgb light = daylight(stage), sand = rgb(0xcdb684), deep = rgb(0x14536b),
            shallow = rgb(0x4fa3a8);
  Canvas fine =
      canvas_for(stage.width, stage.height, std::min(canvas.scale, kFineSide_px / stage.side));
  for (int y = 0; y < fine.height && watch.row(fine.width * 12); ++y) {
    for (int x = 0; x < fine.width; ++x) {
      const float u = fine.x_of(x) * unit, v = fine.y_of(y) * unit, off = river.off(u, v);
      if (off > 1.3f) {
        fine.row(y)[x] = Pixel(canopy.at(u, v) * light);
        continue;
      }
      const float ripple = noise(u * 60, v * 160, salt + 7), glint = smooth(0.78f, 0.95f, ripple);
      Rgb c = mix(deep, shallow, smooth(0.35f, 1.0f, off + 0.2f * (ripple - 0.5f)));
      c = c + Rgb{0.5f, 0.55f, 0.6f} * (0.25f * glint);
      c = mix(c, sand * (0.8f + 0.3f * noise(u * 300, v * 300, salt + 8)),
              smooth(0.97f, 1.04f, off));
      c = mix(c, canopy.at(u, v),
              smooth(1.14f, 1.26f, off + 0.2f * (noise(u * 70, v * 70, salt) - 0.5f)));
      fine.row(y)[x] = Pixel(c * light);
    }
  }
  enlarge(canvas, fine, &watch);
}

void paint_waterfall(Canvas& canvas, const Stage& stage, Watch& watch) {
  Chance chance = stage.chance("waterfall");
  const auto salt = static_cast<uint32_t>(chance.bits());
  const float w = static_cast<float>(stage.width), horizon = stage.camera.horizon, s = stage.side,
              middle = w * chance.between(0.44f, 0.56f), half = 0.085f * s, brink = 0.24f * horizon;
  const Rgb light = daylight(stage), rock = rgb(0x5a5f58), moss = rgb(0x3f6b35);
  for (int y = 0; y < canvas.height && watch.row(canvas.width * 6); ++y) {
    const float py = canvas.y_of(y);
    if (py > horizon + 1) break;
    for (int x = 0; x < canvas.width; ++x) {
      const float px = canvas.x_of(x), off = std::fabs(px - middle) / half, u = px / s, v = py / s;
      // The cliff falls away to both sides of the brink.
      const float edge = brink + 0.10f * s * square(std::max(off - 1.2f, 0.0f)) * 0.12f +
                         0.05f * s * (cloud(u * 7, 3, salt, 4) - 0.5f) * smooth(0.8f, 1.6f, off);
      const float cover = clamp01((py - edge) * canvas.scale + 0.5f);
      if (cover <= 0) continue;
      const float crack = cloud(u * 16, v * 5, salt + 1, 4), ledge = noise(u * 5, v * 26, salt + 2);
      Rgb c = mix(rock * (0.35f + 1.1f * crack), moss * (0.5f + 0.8f * ledge),
                  smooth(0.45f, 0.62f, cloud(u * 6, v * 8, salt + 3, 3) + 0.12f * ledge)) *
              light;
      const float down = clamp01((py - brink) / (horizon - brink)),
                  spread = 0.85f + 0.35f * down + 0.10f * (noise(u * 22, v * 6, salt + 4) - 0.5f);
      const float fall = smooth(spread, spread - 0.18f, off);
      if (fall > 0) {
        const float thread = cloud(u * 90, v * 7, salt + 5, 3),
                    fine = noise(u * 260, v * 16, salt + 6);
        const Rgb water =
            mix(rgb(0x8fb9c9), Rgb{1, 1, 1}, clamp01(0.2f + 0.9f * thread + 0.3f * (fine - 0.5f)));
        c = mix(c, water * light * 0.95f, fall);
      }
      const float mist = exp_of(-square((off - 0.2f) * 0.5f)) * smooth(0.62f, 1.0f, down) *
                         (0.5f + 0.5f * cloud(u * 6, v * 6, salt + 7, 3));
      canvas.row(y)[x] =
          mix(canvas.row(y)[x], mix(Pixel(c), Pixel(light * 0.9f), 0.75f * mist), cover);
    }
  }
}

void paint_fireworks(Canvas& canvas, const Stage& stage, Watch& watch) {
  Chance chance = stage.chance("fireworks");
  static constexpr float kHues[] = {0.0f, 0.13f, 0.55f, 0.86f, 0.36f, 0.08f};
  const float w = static_cast<float>(stage.width), horizon = stage.camera.horizon;
  Canvas light = canvas_for(stage.width, stage.height, canvas.scale);
  const int first = chance.below(6);
  for (int k = 0; k < 5; ++k) {
    const float r = stage.side * chance.between(0.10f, 0.19f) * (k == 0 ? 1.15f : 1.0f),
                x = w * (0.12f + 0.19f * static_cast<float>(k)) + 0.05f * w * chance.between(-1, 1),
                y = std::max(horizon * chance.between(0.22f, 0.6f), r * 0.8f);
    const Rgb colour = from_hsv(kHues[(first + k) % 6], 0.75f, 1);
    const Sheet sheet(x - 1.2f * r, y - 1.2f * r, 2.4f * r, 2.6f * r, canvas.scale);
    for (int i = 0; i < 64 && watch.row(2000); ++i) {
      const float a = 6.2831853f * (static_cast<float>(i) + chance.uniform()) / 64,
                  reach = r * chance.between(0.7f, 1.0f),
                  from = reach * chance.between(0.15f, 0.4f);
      const float ex = x + cos_of(a) * reach, ey = y + sin_of(a) * reach + 0.16f * r;
      cairo_move_to(sheet.pen(), x + cos_of(a) * from, y + sin_of(a) * from);
      cairo_curve_to(sheet.pen(), x + cos_of(a) * reach * 0.6f, y + sin_of(a) * reach * 0.6f,
                     x + cos_of(a) * reach * 0.9f, y + sin_of(a) * reach * 0.9f, ex, ey);
      sheet.stroke(mix(colour, Rgb{1, 0.9f, 0.7f}, 0.35f * chance.uniform()), stage.side * 0.0022f);
      sheet.ellipse(ex, ey, stage.side * 0.0034f, stage.side * 0.0034f);
      sheet.fill(mix(colour, Rgb{1, 1, 1}, 0.5f));
    }
    sheet.lay_on(light, &watch);
  }
  Canvas glow =
      reduced(light, std::max(1, static_cast<int>(canvas.scale * stage.side / 260)), &watch);
  const float unit = stage.side / 1000 * glow.scale;
  blur(glow, 14 * unit, 14 * unit);
  add_scaled(canvas, light, 2.2f, &watch);
  add_scaled(canvas, glow, 1.8f, &watch);
}

void paint_milky_way(Canvas& canvas, const Stage& stage, Watch& watch) {
  Chance chance = stage.chance("milky way");
  const auto salt = static_cast<uint32_t>(chance.bits());
  const float w = static_cast<float>(stage.width), horizon = stage.camera.horizon,
              unit = 1 / stage.side, lean = chance.sign() * chance.between(0.45f, 0.8f),
              foot = w * (0.5f - 0.28f * lean);
  Canvas band = canvas_for(stage.width, stage.height, std::min(canvas.scale, 460 / stage.side));
  for (int y = 0; y < band.height && watch.row(band.width * 8); ++y) {
    const float up = horizon - band.y_of(y);
    if (up < 0) break;
    for (int x = 0; x < band.width; ++x) {
      const float u = band.x_of(x) * unit, v = band.y_of(y) * unit;
      const float across =
          (band.x_of(x) - foot - lean * up) * unit + 0.10f * (cloud(u * 4, v * 4, salt, 3) - 0.5f);
      const float body = exp_of(-square(across / 0.14f)), core = exp_of(-square(across / 0.05f));
      const float dust = smooth(0.46f, 0.62f, cloud(u * 9 + 3, v * 9, salt + 4, 5)) * core,
                  cloudy = 0.45f + 0.9f * cloud(u * 13, v * 13, salt + 9, 4);
      const Rgb glow = Rgb{0.10f, 0.12f, 0.24f} * (body * cloudy) +
                       Rgb{0.34f, 0.25f, 0.24f} * (core * cloudy * (1 - 0.85f * dust));
      band.row(y)[x] = Pixel(glow * smooth(0, 0.1f, up * unit), 0);
    }
  }
  add_scaled(canvas, band, 1, &watch);
  for (int i = 0; i < 1100 && watch.row(60); ++i) {
    const float up = horizon * chance.uniform(),
                aside = (chance.uniform() + chance.uniform() + chance.uniform() - 1.5f) * 0.22f,
                x = (foot + lean * up + aside * stage.side) * canvas.scale,
                y = (horizon - up) * canvas.scale;
    const int px = floor_of(x), py = floor_of(y);
    if (px < 0 || py < 0 || px >= canvas.width || py >= canvas.height) continue;
    Pixel& p = canvas.row(py)[px];
    p = p + Pixel(Rgb{0.9f, 0.92f, 1.0f} * (0.15f + 0.7f * square(chance.uniform())), 0);
  }
}

Canvas draw_eiffel_tower(int height, bool night) {
  const float h = static_cast<float>(height), w = kEiffelAspect * h, x = w / 2;
  const Sheet sheet(0, 0, w - 1, h - 1, 1);
  cairo_t* pen = sheet.pen();
  const Rgb iron = night ? rgb(0xc98a2e) : rgb(0x6e5540),
            lit = night ? rgb(0xffd98a) : rgb(0x8d7055);
  // Half the tower's width at a height, a curve as the wind bends it.
  const auto half = [&](float up) { return w * (0.012f + 0.47f * power(1 - up, 3.1f)); };
  const auto y_of = [&](float up) { return h * (0.995f - 0.93f * up); };
  constexpr int kSteps = 44;
  // Each leg is as wide as a share of the whole, until they meet above the second platform.
  for (const float side : {-1.0f, 1.0f}) {
    const auto inner = [&](float up) {
      return half(up) * clamp01(0.62f - 0.25f * up - 3 * std::max(0.0f, up - 0.34f));
    };
    for (int i = 0; i <= kSteps; ++i) {
      const float up = static_cast<float>(i) / kSteps;
      cairo_line_to(pen, x + side * half(up), y_of(up));
    }
    for (int i = kSteps; i >= 0; --i) {
      const float up = static_cast<float>(i) / kSteps;
      cairo_line_to(pen, x + side * inner(up), y_of(up));
    }
    cairo_close_path(pen);
    sheet.fill(iron * 0.62f);
    for (int i = 0; i < kSteps; ++i) {
      const float low = static_cast<float>(i) / kSteps, high = static_cast<float>(i + 1) / kSteps;
      cairo_move_to(pen, x + side * half(low), y_of(low));
      cairo_line_to(pen, x + side * inner(high), y_of(high));
      cairo_move_to(pen, x + side * inner(low), y_of(low));
      cairo_line_to(pen, x + side * half(high), y_of(high));
      sheet.stroke(lit, 0.0042f * h);
    }
    for (int i = 0; i <= kSteps; ++i) {
      const float up = static_cast<float>(i) / kSteps;
      cairo_line_to(pen, x + side * half(up), y_of(up));
    }
    sheet.stroke(lit * 1.1f, 0.007f * h);
  }
  // The arch between the feet, the platforms and the mast.
  cairo_move_to(pen, x - half(0.02f) * 0.62f, y_of(0.02f));
  cairo_curve_to(pen, x - half(0.1f) * 0.5f, y_of(0.17f), x + half(0.1f) * 0.5f, y_of(0.17f),
                 x + half(0.02f) * 0.62f, y_of(0.02f));
  sheet.stroke(iron, 0.014f * h);
  for (const float up : {0.18f, 0.36f, 0.86f}) {
    const float wide = half(up) * (up > 0.5f ? 2.2f : 1.16f);
    sheet.rectangle(x - wide, y_of(up) - 0.012f * h, 2 * wide, 0.026f * h, 0.003f * h);
    sheet.fill(iron * 0.9f);
    sheet.rectangle(x - wide, y_of(up) - 0.012f * h, 2 * wide, 0.007f * h);
    sheet.fill(lit);
  }
  cairo_move_to(pen, x, y_of(0.99f));
  cairo_line_to(pen, x, 0.004f * h);
  sheet.stroke(iron, 0.006f * h);
  return sheet.canvas();
}

}  // namespace plantain::engine::sketch
