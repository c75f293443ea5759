#include "engine/sketch/paper.h"

#include <algorithm>
#include <cmath>

#include "engine/sketch/maths.h"
#include "engine/sketch/noise.h"
#include "engine/sketch/raster.h"

namespace plantain::engine::sketch {
namespace {

enum class Shape { kHills, kPeaks, kDunes, kFirs, kHouses, kWaves, kWeeds, kNone };

Shape far_shape(Place place) {
  switch (place) {
    case Place::kCity:
    case Place::kStreet:
      return Shape::kHouses;
    case Place::kSea:
    case Place::kBeach:
      return Shape::kWaves;
    case Place::kUnderwater:
      return Shape::kWeeds;
    case Place::kForest:
      return Shape::kFirs;
    case Place::kMountains:
    case Place::kLake:
    case Place::kSnowfield:
      return Shape::kPeaks;
    case Place::kDesert:
      return Shape::kDunes;
    case Place::kSpace:
    case Place::kSky:
    case Place::kRoom:
      return Shape::kNone;
    default:
      return Shape::kHills;
  }
}

struct Papers {
  Rgb sky_low, sky_high, sun, far, near;
};

Rgb ground_paper(const Stage& stage) {
  const bool cold =
      stage.season == Season::kWinter || stage.falling.snow > 0 || stage.place == Place::kSnowfield;
  switch (stage.place) {
    case Place::kDesert:
      return rgb(0xd08c4a);
    case Place::kSea:
    case Place::kBeach:
      return rgb(0x1b6f8f);
    case Place::kLake:
      return rgb(0x2c6f78);
    case Place::kUnderwater:
      return rgb(0x0d3f63);
    case Place::kCity:
    case Place::kStreet:
      return rgb(0x4a5068);
    default:
      break;
  }
  if (cold) return rgb(0xdfe8f2);
  return stage.season == Season::kAutumn   ? rgb(0x9a5427)
         : stage.season == Season::kSpring ? rgb(0x6f9f4a)
                                           : rgb(0x2f6b45);
}

// Flat pictures take a designer's few colours rather than the hour's: sky, sun, hills, and what the
// ground's own colour is drawn towards.
Papers flat_papers(const Stage& stage) {
  struct Palette {
    uint32_t sky_low, sky_high, sun, far, near;
  };
  static constexpr Palette kBright[] = {{0xfff1d6, 0xf9c9a0, 0xf26a4b, 0x7fb7a6, 0x2f7f79},
                                        {0xe8f6ef, 0x9fd8cb, 0xffc145, 0xf29e7a, 0x3b6e8f},
                                        {0xfde6e0, 0xf3b0b7, 0xffd166, 0x8fa3d1, 0x5b5f97},
                                        {0xfff7e0, 0xf6d986, 0xef6f53, 0x9cc28d, 0x3f7d5c}};
  static constexpr Palette kDark[] = {{0x4a4e8f, 0x1f2353, 0xfff0c9, 0x39447f, 0x232a58},
                                      {0x35647e, 0x16324f, 0xffe9b0, 0x28536f, 0x17364c}};
  Chance chance = stage.chance("flat");
  const Palette& p =
      stage.time == TimeOfDay::kNight ? kDark[chance.below(2)] : kBright[chance.below(4)];
  const bool own = stage.place != Place::kUnsaid && stage.place != Place::kField;
  return {rgb(p.sky_low), rgb(p.sky_high), rgb(p.sun), rgb(p.far),
          mix(rgb(p.near), ground_paper(stage), own ? 0.55f : 0.25f)};
}

Papers papers_of(const Stage& stage) {
  const Heaven& h = stage.heaven;
  const Rgb tint = paper_tint(stage);
  const bool night = stage.time == TimeOfDay::kNight;
  if (stage.place == Place::kUnderwater)
    return {rgb(0x2aa3b8), rgb(0x9be3dd), rgb(0xf4f6d8), rgb(0x1f88a8), ground_paper(stage)};
  if (stage.place == Place::kSpace)
    return {rgb(0x37306b), rgb(0x0d0f2b), rgb(0xf6e9c3), rgb(0x2b3f7d), rgb(0x1d2a5c)};
  if (stage.style == Style::kFlat) return flat_papers(stage);
  const Rgb near = ground_paper(stage) * tint * (night ? 0.5f : 1.0f);
  return {mix(h.bottom, Rgb{1, 1, 1}, night ? 0.0f : 0.1f), mix(h.top, h.middle, 0.3f),
          h.moon ? rgb(0xf7f2dc)
                 : mix(rgb(0xfff3cf), rgb(0xffc35a), stage.time == TimeOfDay::kDay ? 0.2f : 0.9f),
          mix(mix(h.bottom, h.middle, 0.55f), near, 0.28f), near};
}

// Height above a layer's base line at a column, in fractions of its tallest.
float outline(Shape shape, float u, uint32_t salt) {
  switch (shape) {
    case Shape::kPeaks: {
      const float a = std::fabs(fraction(u * 0.9f + hash01(1, 1, salt)) - 0.5f) * 2,
                  b = std::fabs(fraction(u * 1.7f + hash01(2, 1, salt)) - 0.5f) * 2;
      return std::max(1 - a * 1.15f, 0.7f * (1 - b)) + 0.1f * (noise(u * 9, 1, salt) - 0.5f);
    }
    case Shape::kDunes: {
      const float t = fraction(u * 0.6f + hash01(1, 1, salt));
      return 0.25f + 0.6f * (t < 0.7f ? smooth(0, 0.7f, t) : smooth(1, 0.7f, t));
    }
    case Shape::kWaves:
      return 0.45f + 0.3f * std::fabs(sin_of(u * 9 + 6 * hash01(1, 1, salt)));
    case Shape::kHouses:
      return 0.12f;
    default:
      return 0.35f + 0.4f * noise(u * 1.3f, 1, salt) + 0.2f * noise(u * 3.1f, 2, salt);
  }
}

void add_fir(const Sheet& sheet, float x, float base, float tall) {
  cairo_t* pen = sheet.pen();
  const float wide = tall * 0.46f;
  cairo_move_to(pen, x, base - tall);
  for (int k = 1; k <= 4; ++k) {
    const float t = static_cast<float>(k) / 4, y = base - tall * (1 - 0.9f * t);
    cairo_line_to(pen, x + wide * 0.5f * t, y);
    cairo_line_to(pen, x + wide * 0.26f * t, y - tall * 0.015f);
  }
  cairo_line_to(pen, x + wide * 0.07f, base - tall * 0.1f);
  cairo_line_to(pen, x + wide * 0.07f, base + tall * 0.1f);
  cairo_line_to(pen, x - wide * 0.07f, base + tall * 0.1f);
  cairo_line_to(pen, x - wide * 0.07f, base - tall * 0.1f);
  for (int k = 4; k >= 1; --k) {
    const float t = static_cast<float>(k) / 4, y = base - tall * (1 - 0.9f * t);
    cairo_line_to(pen, x - wide * 0.26f * t, y - tall * 0.015f);
    cairo_line_to(pen, x - wide * 0.5f * t, y);
  }
  cairo_close_path(pen);
}

void add_weed(const Sheet& sheet, float x, float base, float tall, float sway) {
  cairo_move_to(sheet.pen(), x - tall * 0.06f, base);
  cairo_curve_to(sheet.pen(), x - tall * 0.2f + sway, base - tall * 0.4f, x + tall * 0.2f,
                 base - tall * 0.6f, x + sway, base - tall);
  cairo_curve_to(sheet.pen(), x + tall * 0.34f, base - tall * 0.55f, x - tall * 0.02f + sway,
                 base - tall * 0.35f, x + tall * 0.07f, base);
  cairo_close_path(sheet.pen());
}

// What stands along a layer's edge.
template <class Edge>
void add_standing(const Sheet& sheet, const Stage& stage, Shape shape, float near, float base,
                  Edge edge, Chance& chance) {
  const float w = static_cast<float>(stage.width), s = stage.side;
  if (shape == Shape::kFirs) {
    for (float x = -0.03f * w; x < 1.03f * w;
         x += s * mix(0.035f, 0.085f, near) * chance.between(0.6f, 1.5f)) {
      // The middle stays open for who comes.
      if (near > 0.5f && std::fabs(x / w - 0.5f) < 0.30f * near) continue;
      const float fir = s * mix(0.16f, 0.46f, near) * chance.between(0.7f, 1.15f);
      add_fir(sheet, x, edge(x) + 0.07f * fir, fir);
    }
  } else if (shape == Shape::kHouses) {
    for (float x = -0.02f * w; x < w;) {
      const float wide = s * mix(0.05f, 0.12f, near) * chance.between(0.7f, 1.3f),
                  high = s * mix(0.34f, 0.20f, near) * chance.between(0.45f, 1.1f);
      sheet.rectangle(x, base - high, wide, high + 0.02f * s);
      if (chance.odds(0.4f)) {
        cairo_move_to(sheet.pen(), x - wide * 0.06f, base - high);
        cairo_line_to(sheet.pen(), x + wide * 0.5f, base - high - wide * 0.45f);
        cairo_line_to(sheet.pen(), x + wide * 1.06f, base - high);
      }
      x += wide * chance.between(0.98f, 1.15f);
    }
  } else if (shape == Shape::kWeeds) {
    for (int i = 0; i < 11; ++i) {
      const float x =
          w * (chance.odds(0.5f) ? chance.between(0.0f, 0.3f) : chance.between(0.7f, 1.0f));
      add_weed(sheet, x, edge(x) + 0.02f * s,
               s * mix(0.10f, 0.24f, near) * chance.between(0.7f, 1.2f),
               s * chance.between(-0.03f, 0.03f));
    }
  } else if (shape == Shape::kHills && near < 0.8f) {
    for (int i = 0; i < 9; ++i) {
      const float x = chance.uniform() * w,
                  r = s * mix(0.016f, 0.034f, near) * chance.between(0.7f, 1.3f), y = edge(x);
      sheet.rectangle(x - r * 0.12f, y - r * 1.2f, r * 0.24f, r * 1.6f);
      sheet.ellipse(x, y - r * 1.9f, r * 0.8f, r * 1.1f);
    }
  }
}

void lay_paper(Canvas& canvas, const Stage& stage, const Sheet& sheet, Watch& watch) {
  if (stage.style == Style::kPaperCut) {
    const Canvas layer = sheet.canvas();
    drop_shadow(canvas, stage, layer, sheet.left(), sheet.top(), watch);
  }
  sheet.lay_on(canvas, &watch);
}

// Heaven as wavy bands around the sun.
void paint_bands(Canvas& canvas, const Stage& stage, const Papers& papers, Watch& watch) {
  const float w = static_cast<float>(stage.width), h = static_cast<float>(stage.height),
              s = stage.side;
  Chance chance = stage.chance("paper sky");
  const auto salt = static_cast<uint32_t>(chance.bits());
  std::fill(canvas.pixels.begin(), canvas.pixels.end(), Pixel(papers.sky_high));
  const float cx = stage.heaven.sun_x > 0 ? stage.heaven.sun_x : w * 0.6f,
              cy = std::min(stage.heaven.sun_y > 0 ? stage.heaven.sun_y : h * 0.25f, 0.75f * h);
  constexpr int kBands = 5;
  for (int i = 0; i < kBands && watch.row(200'000); ++i) {
    const float t = static_cast<float>(i + 1) / (kBands + 1),
                r = s * (1.15f - 0.20f * static_cast<float>(i));
    const Sheet sheet(0, 0, w, h, canvas.scale);
    for (int k = 0; k <= 90; ++k) {
      const float a = static_cast<float>(k) * (2 * kPi / 90),
                  wave = 1 + 0.05f * sin_of(5 * a + static_cast<float>(i)) +
                         0.10f * (noise(cos_of(a) * 2 + 7, sin_of(a) * 2,
                                        salt + static_cast<uint32_t>(i)) -
                                  0.5f);
      const float x = cx + r * wave * cos_of(a), y = cy + r * wave * sin_of(a) * 0.85f;
      k == 0 ? cairo_move_to(sheet.pen(), x, y) : cairo_line_to(sheet.pen(), x, y);
    }
    cairo_close_path(sheet.pen());
    sheet.fill(mix(papers.sky_high, papers.sky_low, t));
    lay_paper(canvas, stage, sheet, watch);
  }
  if (stage.heaven.sun || stage.heaven.moon || stage.place == Place::kSpace) {
    const Sheet sheet(0, 0, w, h, canvas.scale);
    sheet.ellipse(cx, cy, s * 0.075f, s * 0.075f);
    sheet.fill(stage.place_name == "red-sun" ? rgb(0xd6402f) : papers.sun);
    lay_paper(canvas, stage, sheet, watch);
  }
  if (stage.heaven.stars > 0 || stage.place == Place::kSpace) {
    const Sheet sheet(0, 0, w, h, canvas.scale);
    for (int i = 0; i < 40; ++i) {
      const float x = chance.uniform() * w,
                  y = chance.uniform() * (stage.place == Place::kSpace ? h : stage.camera.horizon),
                  r = s * chance.between(0.0015f, 0.004f);
      sheet.ellipse(x, y, r, r);
    }
    sheet.fill(rgb(0xf6efcf));
    sheet.lay_on(canvas);
  }
}

void paint_clouds(Canvas& canvas, const Stage& stage, Watch& watch) {
  if (stage.heaven.clouds < 0.1f || stage.place == Place::kUnderwater ||
      stage.place == Place::kSpace)
    return;
  Chance chance = stage.chance("paper clouds");
  const float w = static_cast<float>(stage.width), s = stage.side;
  const Rgb white = stage.time == TimeOfDay::kNight
                        ? rgb(0x4a5580)
                        : mix(stage.heaven.cloud_light, Rgb{1, 1, 1}, 0.4f);
  const int n = 3 + static_cast<int>(4 * stage.heaven.clouds);
  for (int i = 0; i < n; ++i) {
    const float x = chance.uniform() * w, y = stage.camera.horizon * chance.between(0.12f, 0.62f),
                r = s * chance.between(0.025f, 0.05f);
    const Sheet sheet(x - 4 * r, y - 3 * r, 8 * r, 5 * r, canvas.scale);
    for (int k = -2; k <= 2; ++k)
      sheet.ellipse(x + r * 1.1f * static_cast<float>(k),
                    y - r * (k % 2 == 0 ? 0.25f : 0.7f) * chance.between(0.6f, 1.2f),
                    r * chance.between(0.9f, 1.2f), r * 0.85f);
    sheet.rectangle(x - r * 3.1f, y - r * 0.4f, r * 6.2f, r, r * 0.5f);
    sheet.fill(white);
    lay_paper(canvas, stage, sheet, watch);
  }
}

void paint_layers(Canvas& canvas, const Stage& stage, const Papers& papers, Watch& watch) {
  const Shape shape = far_shape(stage.place);
  if (shape == Shape::kNone) return;
  const float w = static_cast<float>(stage.width), h = static_cast<float>(stage.height),
              s = stage.side;
  Chance chance = stage.chance("paper land");
  constexpr int kLayers = 5;
  const float first = stage.camera.horizon + 0.01f * h, last = h * 0.80f;
  for (int i = 0; i < kLayers && watch.row(400'000); ++i) {
    const float near = static_cast<float>(i) / (kLayers - 1),
                base = mix(first, last, near * (0.4f + 0.6f * near));
    const bool sand = stage.place == Place::kBeach && i >= kLayers - 2;
    const Shape own = sand ? Shape::kHills
                      : (shape == Shape::kPeaks && i >= 2) || (shape == Shape::kHouses && i >= 2)
                          ? Shape::kHills
                          : shape;
    const float tall = s * (own == Shape::kPeaks   ? mix(0.34f, 0.14f, near)
                            : own == Shape::kWaves ? 0.022f
                            : own == Shape::kDunes ? 0.10f
                                                   : 0.07f);
    const auto salt = static_cast<uint32_t>(chance.bits());
    const float stretch = own == Shape::kWaves ? mix(2.0f, 0.8f, near) : mix(1.6f, 0.9f, near),
                shift = chance.between(0, 9);
    const auto edge = [&](float x) {
      return base - tall * outline(own, x / s * stretch + shift, salt) + 0.01f * s;
    };
    const Sheet sheet(0, 0, w, h, canvas.scale);
    cairo_move_to(sheet.pen(), -0.02f * w, h * 1.02f);
    for (int k = 0; k <= 160; ++k) {
      const float x = w * (static_cast<float>(k) / 160 * 1.04f - 0.02f);
      cairo_line_to(sheet.pen(), x, edge(x) - 0.01f * s);
    }
    cairo_line_to(sheet.pen(), 1.02f * w, h * 1.02f);
    cairo_close_path(sheet.pen());
    if (own == shape && i + 1 < kLayers) add_standing(sheet, stage, own, near, base, edge, chance);
    sheet.fill(sand ? mix(rgb(0xe3c48e), rgb(0xf2dcae), near) * paper_tint(stage)
                    : mix(papers.far, papers.near, near));
    lay_paper(canvas, stage, sheet, watch);
  }
}

void paint_paper_room(Canvas& canvas, const Stage& stage, Watch& watch) {
  const float w = static_cast<float>(stage.width), h = static_cast<float>(stage.height),
              s = stage.side;
  Chance chance = stage.chance("paper room");
  const bool night = stage.time == TimeOfDay::kNight;
  const Rgb wall = from_hsv(chance.uniform(), 0.28f, night ? 0.42f : 0.82f),
            floor = mix(wall, rgb(0x8a5a3a), 0.75f);
  std::fill(canvas.pixels.begin(), canvas.pixels.end(), Pixel(wall));
  const Sheet frame(0, 0, w, h, canvas.scale);
  const float side = chance.sign(), wx = w * (0.5f + side * 0.26f) - s * 0.13f, wy = h * 0.12f;
  frame.rectangle(wx - s * 0.015f, wy - s * 0.015f, s * 0.29f, s * 0.35f);
  frame.fill(rgb(0xf3ead8) * (night ? 0.6f : 1.0f));
  frame.rectangle(wx, wy, s * 0.125f, s * 0.32f);
  frame.rectangle(wx + s * 0.135f, wy, s * 0.125f, s * 0.32f);
  frame.fill(mix(stage.heaven.middle, stage.heaven.bottom, 0.5f));
  lay_paper(canvas, stage, frame, watch);
  const Sheet ground(0, 0, w, h, canvas.scale);
  ground.rectangle(0, h * 0.66f, w, h * 0.36f);
  ground.fill(floor * (night ? 0.6f : 1.0f));
  lay_paper(canvas, stage, ground, watch);
  const Sheet rug(0, 0, w, h, canvas.scale);
  rug.ellipse(w * 0.5f, h * 0.86f, w * 0.4f, h * 0.10f);
  rug.fill(from_hsv(chance.uniform(), 0.5f, night ? 0.35f : 0.7f));
  lay_paper(canvas, stage, rug, watch);
}

void add_texture(Canvas& canvas, const Stage& stage, Watch& watch) {
  if (stage.style != Style::kPaperCut) return;
  const auto salt = static_cast<uint32_t>(stage.chance("fibres").bits());
  const float unit = 1000 / stage.side;
  for (int y = 0; y < canvas.height && watch.row(canvas.width * 2); ++y) {
    for (int x = 0; x < canvas.width; ++x) {
      const float px = canvas.x_of(x) * unit, py = canvas.y_of(y) * unit;
      const float k = 0.965f + 0.04f * noise(px * 0.5f, py * 0.5f, salt) +
                      0.03f * noise(px * 0.12f, py * 0.9f, salt + 1);
      canvas.row(y)[x] = canvas.row(y)[x] * k;
      canvas.row(y)[x].v[3] = 1;
    }
  }
}

}  // namespace

Rgb paper_tint(const Stage& stage) {
  Rgb sum = stage.light.sky_light;
  for (const Lamp& lamp : stage.light.lamps) sum = sum + lamp.colour * (0.5f + 0.5f * lamp.z);
  const float most = std::max({sum.r, sum.g, sum.b, 1e-3f});
  const float strength =
      stage.time == TimeOfDay::kNight && stage.place != Place::kRoom ? 0.72f : 1.0f;
  return mix(sum * (1 / most), Rgb{1, 1, 1}, 0.62f) * strength;
}

void drop_shadow(Canvas& canvas, const Stage& stage, const Canvas& layer, int left, int top,
                 Watch& watch) {
  if (stage.style != Style::kPaperCut) return;
  const float away = stage.side * 0.007f * canvas.scale, soft = stage.side * 0.008f * canvas.scale;
  const int n = std::max(1, static_cast<int>(soft / 2.5f)),
            pad = static_cast<int>(3 * soft / static_cast<float>(n)) + 2;
  Field shade((layer.width + n - 1) / n + 2 * pad, (layer.height + n - 1) / n + 2 * pad);
  for (int y = 0; y < layer.height; y += n) {
    for (int x = 0; x < layer.width; x += n)
      shade.row(y / n + pad)[x / n + pad] = layer.row(y)[x].a();
  }
  // What reaches the picture's edge goes on beyond it.
  blur(shade, soft / static_cast<float>(n));
  const float step = 1 / static_cast<float>(n), dx = away, dy = away * 1.4f;
  const int reach = static_cast<int>(3 * soft + 2 * away) + 2;
  for (int y = std::max(0, top - reach);
       y < std::min(canvas.height, top + layer.height + reach) && watch.row(2 * layer.width); ++y) {
    for (int x = std::max(0, left - reach); x < std::min(canvas.width, left + layer.width + reach);
         ++x) {
      // What the layer itself will cover needs no shadow.
      const bool on_layer =
          x >= left && x < left + layer.width && y >= top && y < top + layer.height;
      if (on_layer && layer.row(y - top)[x - left].a() > 0.999f) continue;
      const float u = (static_cast<float>(x - left) - dx + 0.5f) * step + static_cast<float>(pad),
                  v = (static_cast<float>(y - top) - dy + 0.5f) * step + static_cast<float>(pad);
      if (u < 0 || v < 0 || u >= static_cast<float>(shade.width) ||
          v >= static_cast<float>(shade.height))
        continue;
      const float dark = 0.62f * sample(shade, u, v);
      Pixel& p = canvas.row(y)[x];
      p = Pixel(p.r() * (1 - dark), p.g() * (1 - dark), p.b() * (1 - dark * 0.9f), p.a());
    }
  }
}

void paint_paper_stage(Canvas& canvas, const Stage& stage, Watch& watch) {
  if (stage.place == Place::kRoom) {
    paint_paper_room(canvas, stage, watch);
  } else {
    const Papers papers = papers_of(stage);
    paint_bands(canvas, stage, papers, watch);
    paint_clouds(canvas, stage, watch);
    paint_layers(canvas, stage, papers, watch);
    if (stage.place == Place::kSpace) {
      const Sheet planet(0, 0, static_cast<float>(stage.width), static_cast<float>(stage.height),
                         canvas.scale);
      const float r = stage.side * 0.9f;
      planet.ellipse(static_cast<float>(stage.width) * 0.55f,
                     static_cast<float>(stage.height) * 0.84f + r, r, r);
      planet.fill(stage.home ? rgb(0x2a6fb0) : papers.near * 1.6f);
      lay_paper(canvas, stage, planet, watch);
    }
  }
  add_texture(canvas, stage, watch);
}

}  // namespace plantain::engine::sketch
