#include <algorithm>
#include <cmath>

#include "engine/sketch/backdrop.h"
#include "engine/sketch/maths.h"
#include "engine/sketch/noise.h"
#include "engine/sketch/raster.h"

namespace plantain::engine::sketch {
namespace {

struct Wood {
  Rgb leaf, bark, light, haze;
  bool snow, conifer;
};

Wood wood_of(const Stage& stage) {
  Rgb light = stage.light.sky_light * 0.8f;
  for (const Lamp& lamp : stage.light.lamps)
    light = light + lamp.colour * (std::max(0.0f, lamp.y) * 0.5f);
  const bool snow = stage.falling.snow > 0 || stage.season == Season::kWinter;
  Chance chance = stage.chance("wood");
  const Rgb leaf = snow                              ? rgb(0x3f6457)
                   : stage.season == Season::kAutumn ? rgb(0xc46a23)
                   : stage.season == Season::kSpring ? rgb(0x86b84a)
                                                     : rgb(0x4c8a34);
  const Rgb haze =
      snow ? stage.light.haze * 1.05f : mix(stage.light.haze, leaf * light, 0.45f) * 1.1f;
  return {leaf, rgb(0x5a4334), light, haze, snow, snow || chance.odds(0.3f)};
}

// A fir as tiers of boughs, the snow lying on each.
void draw_fir(const Sheet& sheet, const Wood& wood, float x, float base, float tall, float near,
              Chance& chance) {
  const float wide = tall * chance.between(0.19f, 0.25f);
  const float fade = mix(0.78f, 0.0f, near);
  const auto aired = [&](const Rgb& c) { return mix(c * wood.light, wood.haze, fade); };
  sheet.rectangle(x - tall * 0.013f, base - tall * 0.12f, tall * 0.026f, tall * 0.13f);
  sheet.fill(aired(wood.bark));
  const int tiers = 9;
  const Rgb green = wood.leaf * chance.between(0.75f, 1.1f);
  for (int k = 0; k < tiers; ++k) {
    const float t = static_cast<float>(k) / tiers, low = base - tall * (0.07f + 0.80f * t),
                high = low - tall * 0.24f * (1 - 0.35f * t),
                half = wide * (1 - 0.90f * t) * chance.between(0.9f, 1.08f);
    const auto bough = [&](float inset, float lift) {
      cairo_move_to(sheet.pen(), x, high);
      cairo_curve_to(sheet.pen(), x + half * 0.25f, mix(high, low, 0.55f), x + half * 0.6f,
                     mix(high, low, 0.8f), x + half * inset, low - lift);
      for (int q = 3; q >= -3; --q) {
        const float u = static_cast<float>(q) / 3.5f * inset;
        cairo_line_to(
            sheet.pen(), x + half * (u + 0.10f),
            low - lift + half * 0.10f * (q % 2 == 0 ? 1.0f : -0.4f) + half * 0.08f * (1 - u * u));
      }
      cairo_line_to(sheet.pen(), x - half * inset, low - lift);
      cairo_curve_to(sheet.pen(), x - half * 0.6f, mix(high, low, 0.8f), x - half * 0.25f,
                     mix(high, low, 0.55f), x, high);
    };
    bough(1, 0);
    sheet.fill(aired(green * (0.55f + 0.25f * t)));
    if (!wood.snow) {
      bough(0.72f, half * 0.16f);
      sheet.fill(aired(green * (0.8f + 0.35f * t)));
      continue;
    }
    bough(0.86f, half * 0.14f);
    sheet.fill(aired(Rgb{0.80f, 0.86f, 0.95f} * (0.72f + 0.25f * t)));
    bough(0.5f, half * 0.26f);
    sheet.fill(aired(Rgb{0.95f, 0.97f, 1.0f}));
  }
}

// A trunk that runs out of the picture above, rounded by its bark.
void draw_trunk(const Sheet& sheet, const Wood& wood, float x, float base, float width, float near,
                float sun, Chance& chance) {
  const float fade = mix(0.80f, 0.0f, near), lean = chance.between(-0.05f, 0.05f) * base;
  const auto aired = [&](const Rgb& c) { return mix(c * wood.light, wood.haze, fade); };
  const auto slab = [&](float from, float to) {
    cairo_move_to(sheet.pen(), x + width * from * 1.35f, base);
    cairo_curve_to(sheet.pen(), x + width * from, base - width, x + width * from + lean * 0.5f,
                   base * 0.4f, x + width * from * 0.8f + lean, -10);
    cairo_line_to(sheet.pen(), x + width * to * 0.8f + lean, -10);
    cairo_curve_to(sheet.pen(), x + width * to + lean * 0.5f, base * 0.4f, x + width * to,
                   base - width, x + width * to * 1.35f, base);
    cairo_close_path(sheet.pen());
  };
  const Rgb bark = wood.bark * chance.between(0.8f, 1.25f);
  slab(-0.5f, 0.5f);
  sheet.fill(aired(bark * 0.55f));
  slab(sun < 0 ? -0.5f : -0.05f, sun < 0 ? 0.05f : 0.5f);
  sheet.fill(aired(bark * 0.95f));
  slab(sun < 0 ? -0.5f : 0.3f, sun < 0 ? -0.3f : 0.5f);
  sheet.fill(aired(wood.snow ? Rgb{0.85f, 0.9f, 0.98f} : bark * 1.6f));
  for (int i = 0; i < 16; ++i) {
    const float u = chance.between(-0.42f, 0.42f) * width, y = chance.uniform() * base,
                length = width * chance.between(0.4f, 1.1f);
    cairo_move_to(sheet.pen(), x + u + lean * (1 - y / base), y);
    cairo_line_to(sheet.pen(),
                  x + u + lean * (1 - y / base) + chance.between(-0.04f, 0.04f) * width,
                  y + length);
    sheet.stroke(aired(bark * 0.35f), width * 0.03f, 0.7f);
  }
}

// Leaves overhead, as heaps of dabs.
void draw_canopy(const Sheet& sheet, const Wood& wood, const Stage& stage, float near,
                 Chance& chance) {
  const float w = static_cast<float>(stage.width), fade = mix(0.72f, 0.0f, near);
  for (int i = 0; i < 300; ++i) {
    const float x = chance.between(-0.05f, 1.05f) * w, u = x / w * 2 - 1;
    const float depth = stage.side * mix(0.42f, 0.20f, near) * (0.35f + 0.75f * u * u) *
                        std::sqrt(chance.uniform());
    const float r = stage.side * mix(0.010f, 0.024f, near) * chance.between(0.6f, 1.3f);
    sheet.ellipse(x, depth - r, r, r * 0.62f);
    const Rgb c = wood.leaf * chance.between(0.45f, 1.35f) * (near > 0.7f ? 0.55f : 1.0f);
    sheet.fill(mix(c * wood.light, wood.haze, fade), 0.92f);
  }
}

void paint_floor(Canvas& canvas, const Stage& stage, const Wood& wood, Watch& watch) {
  const auto salt = static_cast<uint32_t>(stage.chance("forest floor").bits());
  const float horizon = stage.camera.horizon, depth = static_cast<float>(stage.height) - horizon;
  const Rgb near_c = wood.snow                         ? rgb(0xe9f0f8)
                     : stage.season == Season::kAutumn ? rgb(0x9a5a26)
                                                       : rgb(0x466b2c),
            far_c = wood.snow ? rgb(0xcfdcec) : near_c * 0.8f,
            path = wood.snow ? rgb(0xc2d2e6) : rgb(0x9c7d55);
  for (int y = 0; y < canvas.height && watch.row(canvas.width * 4); ++y) {
    const float py = canvas.y_of(y);
    if (py < horizon) continue;
    const float near = (py - horizon) / depth, z = 1 / (near + 0.03f);
    for (int x = 0; x < canvas.width; ++x) {
      const float u = (canvas.x_of(x) - stage.camera.centre) / stage.side * z, v = z * 2;
      const float bump = cloud(u * 1.8f, v * 1.6f, salt, 4),
                  litter = noise(canvas.x_of(x) / stage.side * mix(260, 110, near),
                                 py / stage.side * mix(300, 110, near), salt + 5);
      const float dapple = smooth(0.48f, 0.68f, cloud(u * 2.4f + 5, v * 2.2f, salt + 8, 3));
      Rgb c = mix(far_c, near_c, near);
      const float on_path =
          smooth(0.75f, 0.4f, std::fabs(u - 0.5f * sin_of(v * 0.35f) + 0.2f * (bump - 0.5f)));
      c = mix(c, path, on_path * 0.75f);
      if (wood.snow) {
        c = mix(rgb(0x9fb7da), c, clamp01(0.35f + 1.3f * (bump - 0.28f))) *
            (0.97f + 0.06f * litter);
      } else {
        c = c * (0.55f + 0.5f * litter * (1 - 0.5f * on_path) + 0.25f * bump) +
            Rgb{0.34f, 0.30f, 0.12f} * (dapple * 0.5f);
      }
      canvas.row(y)[x] =
          mix(Pixel(c * wood.light), Pixel(wood.haze), clamp01(0.85f * exp_of(-near * 7)));
    }
  }
}

// Shafts of light between the crowns.
void paint_shafts(Canvas& canvas, const Stage& stage, Watch& watch) {
  if (!stage.heaven.sun || stage.style == Style::kInk) return;
  Canvas beams = canvas_for(stage.width, stage.height, std::min(canvas.scale, 200 / stage.side));
  const auto salt = static_cast<uint32_t>(stage.chance("shafts").bits());
  const float sx = stage.heaven.sun_x, h = static_cast<float>(stage.height);
  for (int y = 0; y < beams.height && watch.row(beams.width * 3); ++y) {
    for (int x = 0; x < beams.width; ++x) {
      const float py = beams.y_of(y), angle = (beams.x_of(x) - sx) / (py + 0.35f * h);
      const float ray = square(smooth(
          0.5f, 0.9f, noise(angle * 12, 1, salt) * 0.65f + noise(angle * 29, 2, salt) * 0.35f));
      beams.row(y)[x] =
          Pixel(stage.light.lamps.front().colour * (ray * 0.15f * smooth(0.95f, 0.1f, py / h)), 0);
    }
  }
  add_scaled(canvas, beams, 1, &watch);
}

}  // namespace

void paint_firs(Canvas& canvas, const Stage& stage, Watch& watch) {
  Chance chance = stage.chance("firs");
  Wood wood = wood_of(stage);
  wood.leaf = wood.snow                         ? wood.leaf
              : stage.season == Season::kAutumn ? rgb(0x5f6b2c)
                                                : rgb(0x2f5a38);
  const float w = static_cast<float>(stage.width), h = static_cast<float>(stage.height),
              horizon = stage.camera.horizon;
  const float crowded = chance.sign();
  const Sheet sheet(0, 0, w, h, canvas.scale);
  for (int i = 0; i < 22 && watch.row(10'000); ++i) {
    const float near = static_cast<float>(i) / 21, side = chance.odds(0.62f) ? crowded : -crowded;
    const float x = w * (0.5f + side * (0.5f - square(chance.uniform()) * mix(0.30f, 0.16f, near))),
                base = mix(horizon + 0.008f * h, horizon + 0.16f * (h - horizon), near * near) +
                       0.01f * h;
    draw_fir(sheet, wood, x, base,
             stage.side * mix(0.07f, 0.30f, near * near) * chance.between(0.75f, 1.2f),
             mix(0.45f, 0.95f, near), chance);
  }
  sheet.lay_on(canvas, &watch);
}

void paint_forest(Canvas& canvas, const Stage& stage, Watch& watch) {
  Chance chance = stage.chance("forest");
  const Wood wood = wood_of(stage);
  const float w = static_cast<float>(stage.width), h = static_cast<float>(stage.height),
              horizon = stage.camera.horizon;
  paint_floor(canvas, stage, wood, watch);
  constexpr int kLayers = 6;
  for (int layer = 0; layer < kLayers && watch.row(100'000); ++layer) {
    const float near = static_cast<float>(layer) / (kLayers - 1);
    const float base = mix(horizon + 0.012f * h, horizon + 0.30f * (h - horizon), near * near);
    const Sheet sheet(0, 0, w, std::min(h, base + 0.06f * h), canvas.scale);
    if (!wood.conifer && layer > 0) draw_canopy(sheet, wood, stage, near, chance);
    const int n = wood.conifer ? 15 - 2 * layer : 13 - 2 * layer;
    for (int i = 0; i < n && watch.row(20'000); ++i) {
      const float u =
          (static_cast<float>(i) + chance.uniform()) / static_cast<float>(n) * 2.2f - 1.1f;
      // The middle stays open for who comes.
      if (std::fabs(u) < mix(0.0f, 0.62f, near)) continue;
      const float x = w * (0.5f + 0.5f * u), stand = base + chance.between(-0.012f, 0.012f) * h;
      if (wood.conifer) {
        draw_fir(sheet, wood, x, stand,
                 stage.side * mix(0.26f, 0.72f, near) * chance.between(0.75f, 1.15f), near, chance);
      } else {
        draw_trunk(sheet, wood, x, stand,
                   stage.side * mix(0.012f, 0.075f, near * near) * chance.between(0.7f, 1.3f), near,
                   stage.light.lamps.front().x, chance);
      }
    }
    sheet.lay_on(canvas, &watch);
  }
  paint_shafts(canvas, stage, watch);
}

}  // namespace plantain::engine::sketch
