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
    sum = sum + lamp.colour * (std::max(0.0f, lamp.y) * 0.7f);
  return sum;
}

// One row's worth of water: heaven mirrored at the slope of each wave, deep colour between.
class Water {
 public:
  Water(const Canvas& canvas, const Stage& stage, float bottom)
      : stage_(stage),
        mirror_(reduced(canvas, std::max(1, static_cast<int>(canvas.scale * stage.side / 420)))),
        bottom_(bottom),
        salt_(static_cast<uint32_t>(stage.chance("waves").bits())) {
    blur(mirror_, 2, 1);
    const bool tropic = stage.place == Place::kBeach && stage.time == TimeOfDay::kDay;
    deep_ = (tropic                        ? rgb(0x0a7f9c)
             : stage.place == Place::kLake ? rgb(0x1c4f5c)
                                           : rgb(0x0b4a72)) *
            daylight(stage) * 0.8f;
    shallow_ = (tropic ? rgb(0x4fd6cf) : rgb(0x2f8c9c)) * daylight(stage) * 0.75f;
    calm_ = stage.place == Place::kLake ? 0.25f : 1.0f;
  }

  Pixel at(float px, float py) const {
    const Camera& c = stage_.camera;
    const float near = clamp01((py - c.horizon) / std::max(bottom_ - c.horizon, 1.0f)),
                z = 1 / (near + 0.015f);
    const float u = (px - c.centre) / stage_.side * z, v = z;
    // The swell comes towards the viewer; chop crosses it.
    const float swell = noise(u * 1.4f + 0.3f * v, v * 3.2f, salt_),
                chop = noise(u * 7 + 2, v * 17, salt_ + 1),
                fine = noise(u * 24, v * 56, salt_ + 2) * clamp01(near * 3);
    const float wave = (swell - 0.5f) * 0.9f + (chop - 0.5f) * 0.55f + (fine - 0.3f) * 0.3f;
    const float tilt = wave * calm_;
    const float my = c.horizon - (py - c.horizon) * (0.75f + 0.2f * tilt) -
                     std::fabs(tilt) * stage_.side * 0.05f * (0.2f + near);
    const Pixel image =
        sample(mirror_, (px + tilt * stage_.side * 0.05f * (0.15f + near)) * mirror_.scale,
               std::max(my, 0.0f) * mirror_.scale);
    const float fresnel =
        mix(0.85f, 0.32f, smooth(0, 0.6f, near)) * (1 - 0.35f * clamp01(tilt + 0.2f)) +
        0.12f * calm_ * tilt;
    Pixel water = mix(Pixel(mix(deep_, shallow_,
                                stage_.place == Place::kBeach ? smooth(0.25f, 1, near)
                                                              : 0.3f * clamp01(0.5f + wave))),
                      image, clamp01(fresnel));
    const Heaven& h = stage_.heaven;
    if (h.sun || h.moon) {
      // The sun's road: glints where a wave's face points at it.
      const float off = std::fabs(px - h.sun_x) / (stage_.side * (0.035f + 0.16f * near));
      const float road = exp_of(-off * off),
                  spark = smooth(0.60f, 0.85f, chop * 0.55f + fine * 0.35f + swell * 0.25f);
      water = water + Pixel(h.sun_colour * (road * spark * (h.moon ? 0.55f : 0.30f)), 0);
    }
    if (stage_.place != Place::kLake) {
      const float crest =
          smooth(0.80f, 0.92f, swell * 0.7f + chop * 0.4f) * smooth(0.1f, 0.5f, near);
      water = mix(water, Pixel(daylight(stage_) * 0.75f), crest * 0.6f);
    }
    return mix(water, Pixel(stage_.light.haze), 0.45f * exp_of(-near * 22));
  }

 private:
  const Stage& stage_;
  Canvas mirror_;
  float bottom_, calm_ = 1;
  uint32_t salt_;
  Rgb deep_, shallow_;
};

void paint_palms(Canvas& canvas, const Stage& stage, Watch& watch) {
  Chance chance = stage.chance("palms");
  const float side = stage.heaven.sun_x < static_cast<float>(stage.width) / 2 ? 1.0f : -1.0f;
  const float w = static_cast<float>(stage.width), h = static_cast<float>(stage.height),
              s = stage.side;
  const Rgb light = daylight(stage);
  for (int i = 0; i < 2 && watch.row(100'000); ++i) {
    const float x = side > 0 ? w * (1.02f - 0.1f * static_cast<float>(i))
                             : w * (-0.02f + 0.1f * static_cast<float>(i)),
                base = h * (0.80f - 0.06f * static_cast<float>(i));
    const float tall = s * chance.between(0.48f, 0.6f) * (1 - 0.2f * static_cast<float>(i)),
                tx = x - side * tall * 0.38f, ty = base - tall;
    const Sheet sheet(std::min(x, tx) - s * 0.32f, ty - s * 0.24f, std::fabs(tx - x) + s * 0.64f,
                      base - ty + s * 0.3f, canvas.scale);
    for (int k = 0; k < 26; ++k) {
      const float t = static_cast<float>(k) / 26, bend = t * t;
      sheet.ellipse(mix(x, tx, bend * 0.75f + t * 0.25f), mix(base, ty, t),
                    s * 0.014f * (1.25f - 0.6f * t), s * 0.017f);
      sheet.fill(mix(rgb(0x6d4a2f), rgb(0xb58a5a), 0.5f + 0.5f * (k % 2 == 0 ? -0.4f : 0.3f)) *
                 light);
    }
    for (int k = 0; k < 11; ++k) {
      const float a = kPi * (-0.12f + 1.24f * static_cast<float>(k) / 10),
                  length = s * 0.24f * chance.between(0.85f, 1.15f);
      const float ex = tx + cos_of(a) * length,
                  ey = ty - sin_of(a) * length * 0.45f + length * 0.32f;
      const float mx = tx + cos_of(a) * length * 0.5f,
                  my = ty - sin_of(a) * length * 0.6f - length * 0.08f;
      const Rgb green = mix(rgb(0x1f6b34), rgb(0x7fb43c),
                            chance.uniform() * 0.6f + (sin_of(a) > 0.5f ? 0.3f : 0.0f)) *
                        light;
      for (int q = 0; q < 34; ++q) {
        const float t = static_cast<float>(q) / 33,
                    bx = square(1 - t) * tx + 2 * t * (1 - t) * mx + t * t * ex,
                    by = square(1 - t) * ty + 2 * t * (1 - t) * my + t * t * ey;
        const float hang = length * 0.26f * sin_of(kPi * (0.12f + 0.86f * t));
        cairo_move_to(sheet.pen(), bx, by);
        cairo_line_to(sheet.pen(), bx + cos_of(a) * hang * 0.5f, by + hang);
        cairo_move_to(sheet.pen(), bx, by);
        cairo_line_to(sheet.pen(), bx + cos_of(a) * hang * 0.9f, by + hang * 0.25f);
      }
      sheet.stroke(green, s * 0.0038f);
    }
    sheet.lay_on(canvas, &watch);
  }
}

}  // namespace

void paint_water(Canvas& canvas, const Stage& stage, Watch& watch) {
  const Water water(canvas, stage, static_cast<float>(stage.height));
  for (int y = 0; y < canvas.height && watch.row(canvas.width * 5); ++y) {
    if (canvas.y_of(y) < stage.camera.horizon) continue;
    Pixel* row = canvas.row(y);
    for (int x = 0; x < canvas.width; ++x) row[x] = water.at(canvas.x_of(x), canvas.y_of(y));
  }
}

void paint_beach(Canvas& canvas, const Stage& stage, Watch& watch) {
  const Camera& c = stage.camera;
  const float h = static_cast<float>(stage.height), shore = mix(c.horizon, h, 0.40f);
  const auto salt = static_cast<uint32_t>(stage.chance("shore").bits());
  const float slope = stage.chance("slope").between(-0.12f, 0.12f);
  const Rgb light = daylight(stage), sand = rgb(0xf0d9a8), damp = rgb(0xb58f5f);
  const Water water(canvas, stage, shore + 0.05f * h);
  for (int y = 0; y < canvas.height && watch.row(canvas.width * 5); ++y) {
    const float py = canvas.y_of(y);
    if (py < c.horizon) continue;
    for (int x = 0; x < canvas.width; ++x) {
      const float px = canvas.x_of(x), u = px / stage.side;
      const float edge =
          shore + slope * (px - c.centre) +
          stage.side * (0.028f * sin_of(u * 5 + 1) + 0.03f * (cloud(u * 4, 3, salt, 3) - 0.5f));
      const float d = (py - edge) / stage.side;
      Pixel out;
      if (d < 0.012f) out = water.at(px, py);
      if (d > -0.002f) {
        const float near = (py - c.horizon) / (h - c.horizon), z = 1 / (near + 0.05f);
        const float dune = cloud(u * z * 1.6f, z * 2.6f, salt + 2, 4),
                    grain = noise(px / stage.side * 420, py / stage.side * 420, salt + 3),
                    ripple = noise(u * z * 7, z * 34, salt + 6);
        Rgb s = mix(damp, sand, smooth(0.0f, 0.085f, d + 0.02f * (dune - 0.5f))) *
                (0.86f + 0.16f * dune + 0.07f * grain + 0.09f * ripple);
        out = mix(out, Pixel(s * light), smooth(-0.002f, 0.012f, d));
        if (d < 0.05f)
          out = mix(
              out,
              sample(canvas, px * canvas.scale, std::max(2 * c.horizon - py, 0.0f) * canvas.scale),
              0.35f * smooth(0.05f, 0.0f, d));
      }
      // Foam: a bright lace at the edge and older lines behind it.
      const float lace = cloud(u * 26, py / stage.side * 60, salt + 5, 3);
      for (const float line : {0.0f, -0.030f, -0.075f}) {
        const float t = (d - line - 0.006f * (lace - 0.5f)) / (line == 0 ? 0.0075f : 0.0045f);
        const float foam = exp_of(-t * t) * smooth(0.38f, 0.6f, lace) * (line == 0 ? 1.0f : 0.7f);
        if (foam > 0.004f) out = mix(out, Pixel(light * 0.95f), foam);
      }
      canvas.row(y)[x] = out;
      canvas.row(y)[x].v[3] = 1;
    }
  }
  const bool warm = stage.falling.rain <= 0 && stage.falling.snow <= 0 && !stage.lightning &&
                    stage.season != Season::kWinter && stage.season != Season::kAutumn;
  if (stage.time != TimeOfDay::kNight && warm) paint_palms(canvas, stage, watch);
}

void paint_underwater(Canvas& canvas, const Stage& stage, Watch& watch) {
  const auto salt = static_cast<uint32_t>(stage.chance("deep").bits());
  const float h = static_cast<float>(stage.height), floor = h * 0.8f, sx = stage.heaven.sun_x;
  const Rgb top = rgb(0x6fe0e6), middle = rgb(0x1483b4), bottom = rgb(0x06345f),
            sand = rgb(0xd8c79a);
  for (int y = 0; y < canvas.height && watch.row(canvas.width * 6); ++y) {
    const float py = canvas.y_of(y), t = py / h;
    for (int x = 0; x < canvas.width; ++x) {
      const float px = canvas.x_of(x), u = px / stage.side;
      Rgb c = mix(mix(top, middle, smooth(0, 0.45f, t)), bottom, smooth(0.35f, 1.05f, t));
      const float angle = (px - sx) / (py + 0.55f * h);
      const float ray =
          square(smooth(0.45f, 0.85f,
                        noise(angle * 13, 1, salt) * 0.6f + noise(angle * 31, 4, salt) * 0.4f)) *
          smooth(1.1f, 0.05f, t);
      c = c + Rgb{0.30f, 0.42f, 0.40f} * ray;
      const float bed = floor + stage.side * 0.05f * (cloud(u * 2.4f, 1, salt + 3, 4) - 0.5f);
      if (py > bed) {
        const float near = (py - bed) / (h - bed + 1), z = 1 / (near + 0.14f), cu = u * z * 2.2f,
                    cv = z * 2.6f;
        const float web =
                        1 - std::fabs(
                                2 * noise(cu * 2 + noise(cu, cv, salt + 5), cv * 2, salt + 6) - 1),
                    caustic = power(web, 7);
        const Rgb ground =
            sand * (0.30f + 0.25f * cloud(cu * 3, cv * 3, salt + 7, 3)) * Rgb{0.5f, 0.85f, 0.95f} +
            Rgb{0.12f, 0.17f, 0.15f} * (caustic * smooth(0, 0.5f, near));
        c = mix(c, ground, smooth(0, 0.30f, near) * 0.75f + 0.12f);
      }
      canvas.row(y)[x] = Pixel(c);
    }
  }
  Chance chance = stage.chance("weeds");
  const Sheet sheet(0, 0, static_cast<float>(stage.width), h, canvas.scale);
  for (int i = 0; i < 34 && watch.row(4000); ++i) {
    const float near = (static_cast<float>(i) + 0.5f) / 34,
                x = (chance.odds(0.5f) ? chance.between(-0.02f, 0.34f)
                                       : chance.between(0.66f, 1.02f)) *
                    static_cast<float>(stage.width);
    const float base = mix(floor, h * 1.02f, near),
                tall = stage.side * chance.between(0.1f, 0.34f) * mix(0.6f, 1.15f, near),
                sway = tall * chance.between(-0.3f, 0.3f);
    cairo_move_to(sheet.pen(), x, base);
    cairo_curve_to(sheet.pen(), x - sway, base - tall * 0.4f, x + sway * 1.4f, base - tall * 0.65f,
                   x + sway * 0.5f, base - tall);
    const Rgb weed =
        from_hsv(chance.odds(0.25f) ? chance.between(0.9f, 1.0f) : chance.between(0.25f, 0.42f),
                 0.75f, 0.32f);
    sheet.stroke(mix(Rgb{0.01f, 0.10f, 0.2f}, weed, near), stage.side * mix(0.006f, 0.014f, near));
  }
  for (int i = 0; i < 46; ++i) {
    const float r = stage.side * chance.between(0.002f, 0.009f),
                x = chance.uniform() * static_cast<float>(stage.width), y = chance.uniform() * h;
    sheet.ellipse(x, y, r, r);
    sheet.stroke(Rgb{0.6f, 0.9f, 0.95f}, r * 0.22f, 0.55f);
    sheet.ellipse(x - r * 0.35f, y - r * 0.35f, r * 0.22f, r * 0.22f);
    sheet.fill(Rgb{0.9f, 1, 1}, 0.8f);
  }
  sheet.lay_on(canvas, &watch);
}

}  // namespace plantain::engine::sketch
