#include "engine/sketch/actors.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "engine/sketch/blueprint.h"
#include "engine/sketch/figure.h"
#include "engine/sketch/likeness.h"
#include "engine/sketch/maths.h"
#include "engine/sketch/noise.h"
#include "engine/sketch/paper.h"
#include "engine/sketch/relief.h"
#include "engine/sketch/style.h"

namespace plantain::engine::sketch {
namespace {

// How round bodies are drawn, by style.
float volume_of(const Stage& stage) {
  return stage.style == Style::kWatercolour || stage.style == Style::kInk ? 0.6f : 1.0f;
}

// Light falls on a body; paper has the colour it has; a blueprint has lines.
void finish_colours(Figure& figure, const Stage& stage, bool shines, float scale, Watch& watch) {
  if (stage.style == Style::kBlueprint)
    return outline_figure(figure, stage.side * 0.0026f * scale, watch);
  if (is_flat(stage.style)) {
    const Rgb tint = shines ? Rgb{1, 1, 1} : paper_tint(stage);
    for (Pixel& p : figure.colours.pixels) p = p * Pixel(tint, 1);
    return;
  }
  if (!shines) return light_figure(figure, stage.light, volume_of(stage), &watch);
  for (Pixel& p : figure.colours.pixels) p = Pixel(p.r() * 1.6f, p.g() * 1.5f, p.b() * 1.4f, p.a());
}

// The light at a place on the stage: things under water or far away take the colour of what is
// between.
void take_haze(Canvas& figure, const Stage& stage, float depth_m) {
  const float haze = std::min(stage.haze_at(depth_m), 0.92f);
  if (haze < 0.01f) return;
  const Pixel air(stage.light.haze, 0);
  for (Pixel& p : figure.pixels) {
    const float a = p.a();
    p = p * (1 - haze) + air * (haze * a);
    p.v[3] = a;
  }
}

struct Spot {
  float left, top, width, height;  // pixels of the picture
};

// The soft dark below what stands, and the long one away from the sun.
void cast_shadows(Canvas& canvas, const Stage& stage, const Placed& placed, const Canvas& small,
                  const Spot& spot, Watch& watch) {
  const float rx = spot.width * 0.46f,
              flat = std::clamp((placed.base - stage.camera.horizon) / stage.side * 0.55f, 0.07f,
                                0.3f),
              ry = rx * flat;
  const Lamp& key = stage.light.lamps.front();
  const bool sun = stage.heaven.sun && stage.place != Place::kRoom;
  const float lean = -key.x / std::max(key.y, 0.25f) * 0.8f, fall = 0.30f;
  const float reach = sun ? spot.height * fall : 0, side = sun ? std::fabs(lean) * spot.height : 0;
  const int x0 = std::max(0, static_cast<int>((placed.x - rx * 1.6f - side) * canvas.scale)),
            x1 = std::min(canvas.width,
                          static_cast<int>((placed.x + rx * 1.6f + side) * canvas.scale));
  const int y0 = std::max(0, static_cast<int>((placed.base - ry * 2 - reach) * canvas.scale)),
            y1 =
                std::min(canvas.height, static_cast<int>((placed.base + ry * 2.2f) * canvas.scale));
  const float kx = static_cast<float>(small.width) / spot.width,
              ky = static_cast<float>(small.height) / spot.height;
  for (int y = y0; y < y1 && watch.row(x1 - x0); ++y) {
    const float py = canvas.y_of(y), dy = (py - placed.base) / ry;
    for (int x = x0; x < x1; ++x) {
      const float px = canvas.x_of(x), dx = (px - placed.x) / rx;
      float dark = stage.light.shadow * smooth(1.25f, 0.1f, std::sqrt(dx * dx + dy * dy));
      if (sun && py < placed.base) {
        const float up = (placed.base - py) / fall, u = (px - up * lean - spot.left) * kx,
                    v = (spot.top + spot.height - up - spot.top) * ky;
        if (u > 0 && u < static_cast<float>(small.width) && v > 0 &&
            v < static_cast<float>(small.height))
          dark =
              std::max(dark, 0.5f * sample(small, u, v).a() * mix(1.0f, 0.55f, up / spot.height));
      }
      if (dark <= 0.003f) continue;
      Pixel& p = canvas.row(y)[x];
      p = Pixel(p.r() * (1 - dark), p.g() * (1 - dark * 0.95f), p.b() * (1 - dark * 0.85f), p.a());
    }
  }
}

// What the ground or the water shows of it, upside down.
void mirror_below(Canvas& canvas, const Stage& stage, const Placed& placed, const Canvas& lit,
                  const Spot& spot, Watch& watch) {
  const bool water = placed.footing == Footing::kWater;
  Canvas small =
      reduced(lit, std::max(1, static_cast<int>(canvas.scale * stage.side / 350)), &watch);
  const float unit = static_cast<float>(small.height) / spot.height * stage.side / 1000;
  blur(small, 1.0f * unit, 4.0f * unit);
  const float kx = static_cast<float>(small.width) / spot.width,
              ky = static_cast<float>(small.height) / spot.height;
  const auto salt = static_cast<uint32_t>(placed.chance);
  const float squash = water ? 0.75f : 0.9f;
  const int y0 = std::max(0, static_cast<int>(placed.base * canvas.scale)),
            y1 = std::min(canvas.height,
                          static_cast<int>((placed.base + spot.height * squash) * canvas.scale));
  const int x0 = std::max(0, static_cast<int>((spot.left - 0.05f * spot.width) * canvas.scale)),
            x1 = std::min(canvas.width,
                          static_cast<int>((spot.left + 1.05f * spot.width) * canvas.scale));
  for (int y = y0; y < y1 && watch.row(2 * (x1 - x0)); ++y) {
    const float t = (canvas.y_of(y) - placed.base) / squash,
                fade = (water ? 0.6f : 0.5f) * smooth(1.0f, 0.1f, t / spot.height);
    const float amount = stage.side * 0.012f * (0.3f + t / spot.height);
    for (int x = x0; x < x1; ++x) {
      const float px = canvas.x_of(x);
      const float shake =
          (noise(px / stage.side * 18, canvas.y_of(y) / stage.side * 130, salt) - 0.5f) * amount;
      const float u = (px + shake - spot.left) * kx, v = (spot.height - t - std::fabs(shake)) * ky;
      if (u < 0 || v < 0 || u > static_cast<float>(small.width)) continue;
      canvas.row(y)[x] = over(canvas.row(y)[x], sample(small, u, v) * fade);
    }
  }
}

// Waves and foam that hide where a hull enters the water.
void paint_waterline(Canvas& canvas, const Stage& stage, const Placed& placed, const Spot& spot) {
  const float h = std::min(spot.height * 0.045f, stage.side * 0.02f),
              light = luminance(stage.light.sky_light) +
                      0.35f * luminance(stage.light.lamps.front().colour);
  for (int y = std::max(0, static_cast<int>((placed.base - h) * canvas.scale));
       y < std::min(canvas.height, static_cast<int>((placed.base + h) * canvas.scale)); ++y) {
    for (int x = std::max(0, static_cast<int>(spot.left * canvas.scale));
         x < std::min(canvas.width, static_cast<int>((spot.left + spot.width) * canvas.scale));
         ++x) {
      const float u = (canvas.x_of(x) - placed.x) / (spot.width * 0.5f),
                  line = placed.base - h * 0.1f +
                         h * 0.55f * (noise(canvas.x_of(x) / spot.width * 16, 2, 91) - 0.5f);
      const float d = (canvas.y_of(y) - line) / (h * 0.4f),
                  cover = exp_of(-d * d) * smooth(1, 0.8f, std::fabs(u)) *
                          (0.20f + 0.5f * noise(canvas.x_of(x) / spot.width * 40,
                                                canvas.y_of(y) / h * 2, 92));
      canvas.row(y)[x] =
          mix(canvas.row(y)[x], Pixel(Rgb{0.8f, 0.86f, 0.9f} * light), clamp01(cover));
    }
  }
}

// Things that shine, and how far up their drawing the light sits.
std::optional<float> flame_of(std::string_view part) {
  static constexpr std::pair<std::string_view, float> kFlames[] = {
      {"candle", 0.86f},    {"red-paper-lantern", 0.5f}, {"fire", 0.4f},
      {"light-bulb", 0.6f}, {"diya-lamp", 0.7f},         {"jack-o-lantern", 0.5f}};
  for (const auto& [name, up] : kFlames) {
    if (part == name) return up;
  }
  return std::nullopt;
}

void add_halo(Canvas& canvas, float x, float y, float radius, const Rgb& colour) {
  const int x0 = static_cast<int>((x - 3 * radius) * canvas.scale),
            x1 = static_cast<int>((x + 3 * radius) * canvas.scale);
  const int y0 = static_cast<int>((y - 3 * radius) * canvas.scale),
            y1 = static_cast<int>((y + 3 * radius) * canvas.scale);
  for (int j = std::max(0, y0); j < std::min(canvas.height, y1); ++j) {
    for (int i = std::max(0, x0); i < std::min(canvas.width, x1); ++i) {
      const float d = (square(canvas.x_of(i) - x) + square(canvas.y_of(j) - y)) / square(radius);
      const float glow = (1 / (1 + 4 * d) - 0.027f) * smooth(9, 4, d);
      if (glow > 0) canvas.row(j)[i] = canvas.row(j)[i] + Pixel(colour * glow, 0);
    }
  }
}

// The dark line where something held or seated touches what carries it.
void touch_below(Canvas& canvas, const Stage& stage, const Placed& placed, const Spot& spot,
                 Watch& watch) {
  const float rx = spot.width * 0.44f, ry = std::max(spot.height * 0.035f, 1.0f);
  for (int y = std::max(0, static_cast<int>((placed.base - ry * 2) * canvas.scale));
       y < std::min(canvas.height, static_cast<int>((placed.base + ry * 2) * canvas.scale)) &&
       watch.row(static_cast<int>(2 * rx * canvas.scale));
       ++y) {
    for (int x = std::max(0, static_cast<int>((placed.x - rx) * canvas.scale));
         x < std::min(canvas.width, static_cast<int>((placed.x + rx) * canvas.scale)); ++x) {
      const float d = square((canvas.x_of(x) - placed.x) / rx) +
                      square((canvas.y_of(y) - placed.base) / (2 * ry));
      const float dark = stage.light.shadow * 0.9f * smooth(1, 0.1f, d);
      Pixel& p = canvas.row(y)[x];
      p = Pixel(p.r() * (1 - dark), p.g() * (1 - dark), p.b() * (1 - dark * 0.9f), p.a());
    }
  }
}

// A figure that was drawn `n` times smaller, because the lens blurs it, at (x, y) of its own size.
void lay_blurred(Canvas& canvas, const Canvas& small, int n, int x, int y, Watch& watch) {
  Enlarged enlarged(small, small.width * n, 1 / static_cast<float>(n));
  const int left = x * n, top = y * n;
  const int first = std::max(0, -left), last = std::min(small.width * n, canvas.width - left);
  for (int j = std::max(0, -top);
       j < std::min(small.height * n, canvas.height - top) && watch.row(last - first); ++j) {
    const Pixel* from = enlarged.row(j);
    Pixel* to = canvas.row(top + j) + left;
    for (int i = first; i < last; ++i) to[i] = over(to[i], from[i]);
  }
}

// The string from a balloon or a kite to the hand that holds it.
void draw_string(Canvas& canvas, const Stage& stage, const Placed& placed, Watch& watch) {
  const float left = std::min(placed.x, placed.hand_x), right = std::max(placed.x, placed.hand_x),
              margin = 0.05f * stage.side, top = placed.base - 0.12f * placed.height;
  const Sheet sheet(left - margin, top - margin, right - left + 2 * margin,
                    placed.hand_y - top + 2 * margin, canvas.scale);
  cairo_move_to(sheet.pen(), placed.x, top);
  cairo_curve_to(sheet.pen(), placed.x, mix(top, placed.hand_y, 0.4f),
                 mix(placed.x, placed.hand_x, 0.7f), mix(top, placed.hand_y, 0.9f), placed.hand_x,
                 placed.hand_y);
  const bool pale = stage.style == Style::kBlueprint || stage.time == TimeOfDay::kNight;
  sheet.stroke(pale ? Rgb{0.8f, 0.85f, 0.9f} : Rgb{0.12f, 0.12f, 0.13f}, 0.0019f * stage.side);
  sheet.lay_on(canvas, &watch);
}

// What the stage has painted itself, the sun, the moon, a rainbow, is not drawn again.
bool is_painted_already(const Stage& stage, const Placed& placed) {
  if (stage.home && placed.part.starts_with("globe")) return true;
  if (placed.footing != Footing::kHeaven) return false;
  return placed.part == "sun" || placed.part == "full-moon" || placed.part == "star" ||
         placed.part == "moon" ||
         ((placed.part == "rainbow" || placed.part == "fireworks") && !is_flat(stage.style) &&
          stage.style != Style::kBlueprint);
}

// The branch that a bird sits on, from the nearer side of the picture.
void draw_bough(Canvas& canvas, const Stage& stage, const Placed& placed, Watch& watch) {
  const float w = static_cast<float>(stage.width), s = stage.side,
              side = placed.x < w / 2 ? -1.0f : 1.0f, root = side < 0 ? -0.02f * w : 1.02f * w,
              tip = placed.x - side * 0.22f * s, y = placed.base + 0.012f * s;
  const Rgb light = stage.light.sky_light + stage.light.lamps.front().colour * 0.3f;
  const Sheet sheet(std::min(root, tip) - 0.1f * s, y - 0.2f * s, std::fabs(root - tip) + 0.2f * s,
                    0.4f * s, canvas.scale);
  cairo_t* pen = sheet.pen();
  const auto bark = [&](float thick, const Rgb& colour, float drop) {
    cairo_move_to(pen, root, y + 0.07f * s - thick + drop);
    cairo_curve_to(pen, mix(root, tip, 0.4f), y - thick + drop, mix(root, tip, 0.7f),
                   y + 0.004f * s - 0.6f * thick + drop, tip, y - 0.03f * s);
    cairo_curve_to(pen, mix(root, tip, 0.7f), y + 0.004f * s + 0.6f * thick, mix(root, tip, 0.4f),
                   y + thick, root, y + 0.07f * s + thick);
    cairo_close_path(pen);
    sheet.fill(colour * light);
  };
  bark(0.020f * s, rgb(0x6b4a33), 0);
  bark(0.017f * s, rgb(0x4a3122), 0.012f * s);
  Chance chance(placed.chance, "twigs");
  for (int i = 0; i < 5; ++i) {
    const float t = 0.25f + 0.17f * static_cast<float>(i), x = mix(root, tip, t),
                up = i % 2 == 0 ? -1.0f : 1.0f, ex = x - side * 0.07f * s,
                ey = y + up * chance.between(0.04f, 0.08f) * s;
    if (std::fabs(x - placed.x) < 0.4f * placed.height && up < 0) continue;
    cairo_move_to(pen, x, y);
    cairo_curve_to(pen, x - side * 0.02f * s, y, ex, mix(y, ey, 0.5f), ex, ey);
    sheet.stroke(rgb(0x5b3f2b) * light, 0.006f * s);
    for (const float at : {0.6f, 0.8f, 1.0f}) {
      sheet.ellipse(mix(x, ex, at) + chance.between(-0.01f, 0.01f) * s, mix(y, ey, at), 0.016f * s,
                    0.009f * s);
      sheet.fill(rgb(stage.season == Season::kAutumn ? 0xc77a2c : 0x4f8a3c) * light);
    }
  }
  sheet.lay_on(canvas, &watch);
}

// Where the lens leaves a figure, and what of it falls around it.
struct Lens {
  float coc;   // radius of its blur, pixels of the picture
  int coarse;  // how many times smaller it is drawn than the canvas
  float scale;
};

Lens lens_for(const Canvas& canvas, const Stage& stage, const Placed& placed) {
  const float coc = placed.portrait ? 0 : std::min(stage.blur_at(placed.depth_m), stage.blur_px);
  const int coarse = std::max(1, static_cast<int>(coc * canvas.scale / 4));
  return {coc, coarse, canvas.scale / static_cast<float>(coarse)};
}

// Shadows, mirror images and glows: what lies on the canvas below the figure.
void paint_traces(Canvas& canvas, const Stage& stage, const Placed& placed, const Figure& figure,
                  const Spot& spot, Watch& watch) {
  const bool flat = is_flat(stage.style) || stage.style == Style::kBlueprint;
  const bool stands = !flat && placed.footing == Footing::kGround && !placed.portrait &&
                      (stage.place != Place::kSpace || stage.lunar);
  if (stands || (!flat && placed.footing == Footing::kWater)) {
    const Canvas small = reduced(figure.colours, std::max(1, figure.colours.height / 160), &watch);
    if (stands) cast_shadows(canvas, stage, placed, small, spot, watch);
    if (placed.footing == Footing::kWater || (stage.wet && stands))
      mirror_below(canvas, stage, placed, figure.colours, spot, watch);
  }
  drop_shadow(canvas, stage, figure.colours, static_cast<int>(spot.left * canvas.scale),
              static_cast<int>(spot.top * canvas.scale), watch);
  if (!flat && placed.footing == Footing::kHeld && !placed.prop &&
      placed.posture == Posture::kAsDrawn)
    touch_below(canvas, stage, placed, spot, watch);
  const std::optional<float> flame = flame_of(placed.part);
  if (flame && !flat)
    add_halo(canvas, placed.x, placed.base - *flame * spot.height, spot.height * 1.3f,
             Rgb{1.0f, 0.52f, 0.16f} * (stage.time == TimeOfDay::kNight ? 0.5f : 0.15f));
}

void lay_figure(Canvas& canvas, const Canvas& figure, const Spot& spot, const Lens& lens,
                Watch& watch) {
  const float blur_px = lens.coc * lens.scale;
  if (blur_px < 0.8f)
    return lay_over(canvas, figure, static_cast<int>(std::lround(spot.left * canvas.scale)),
                    static_cast<int>(std::lround(spot.top * canvas.scale)), &watch);
  const int pad = static_cast<int>(blur_px) + 2;
  Canvas padded(figure.width + 2 * pad, figure.height + 2 * pad, lens.scale);
  lay_over(padded, figure, pad, pad);
  blur_disc(padded, blur_px, &watch);
  lay_blurred(canvas, padded, lens.coarse, static_cast<int>(spot.left * lens.scale) - pad,
              static_cast<int>(spot.top * lens.scale) - pad, watch);
}

// The figure in its own colours and then in the stage's light.
Figure lit_figure(const Stage& stage, const Placed& placed, Kind kind, float scale, Watch& watch) {
  const int tall = std::max(4, static_cast<int>(placed.height * scale));
  Figure figure = placed.portrait && has_likeness(placed.part)
                      ? paint_likeness(placed, stage, tall, watch)
                      : make_figure(placed, kind, tall, &watch);
  figure.runs_on = placed.portrait;
  if (!watch.row(figure.colours.width * figure.colours.height)) return figure;
  const bool shines = flame_of(placed.part) || placed.part.ends_with("+lit") ||
                      (kind == Kind::kSky && !placed.prop);
  finish_colours(figure, stage, shines, scale, watch);
  const bool flat = is_flat(stage.style) || stage.style == Style::kBlueprint;
  if (!flat && !placed.portrait && placed.footing != Footing::kHeaven)
    take_haze(figure.colours, stage, placed.depth_m);
  return figure;
}

}  // namespace

bool paint_actor(Canvas& canvas, const Stage& stage, const Placed& placed, const Actor& actor,
                 Watch& watch) {
  if (is_painted_already(stage, placed)) return true;
  if (placed.tethered) draw_string(canvas, stage, placed, watch);
  if (placed.bough) draw_bough(canvas, stage, placed, watch);
  const Lens lens = lens_for(canvas, stage, placed);
  const Figure figure = lit_figure(stage, placed, actor.kind, lens.scale, watch);
  if (!watch.row(figure.colours.width * figure.colours.height)) return false;
  const float w = static_cast<float>(figure.colours.width) / lens.scale,
              h = static_cast<float>(figure.colours.height) / lens.scale;
  const Spot spot{placed.x - w / 2, placed.base - h, w, h};
  paint_traces(canvas, stage, placed, figure, spot, watch);
  lay_figure(canvas, figure.colours, spot, lens, watch);
  if (placed.footing == Footing::kWater && !is_flat(stage.style) &&
      stage.style != Style::kBlueprint)
    paint_waterline(canvas, stage, placed, spot);
  return watch.row(1000);
}

}  // namespace plantain::engine::sketch
