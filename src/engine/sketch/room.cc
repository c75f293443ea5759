#include <algorithm>
#include <cmath>

#include "engine/sketch/backdrop.h"
#include "engine/sketch/maths.h"
#include "engine/sketch/noise.h"
#include "engine/sketch/raster.h"

namespace plantain::engine::sketch {
namespace {

struct Window {
  float x, y, w, h;
};

Window window_of(const Stage& stage) {
  Chance chance = stage.chance("window");
  const float w = static_cast<float>(stage.width), h = static_cast<float>(stage.height),
              tall = std::min(0.38f * h, 0.5f * w), wide = tall * 0.82f;
  const float middle =
      w * (chance.odds(0.5f) ? chance.between(0.2f, 0.28f) : chance.between(0.72f, 0.8f));
  return {middle - wide / 2, h * 0.10f, wide, tall};
}

struct Decor {
  Rgb wall, stripe, wood, cloth, rug;
};

Decor decor_of(const Stage& stage) {
  Chance chance = stage.chance("decor");
  static const Decor kDecors[] = {
      {rgb(0xd9c7ae), rgb(0xe3d4bf), rgb(0x9a6a42), rgb(0xc9705a), rgb(0x7d3b3b)},
      {rgb(0x9fb8b2), rgb(0xaec5bf), rgb(0xa97b4f), rgb(0xf0e2c4), rgb(0x3f6472)},
      {rgb(0xe2b9a1), rgb(0xeac9b5), rgb(0x8c5c3a), rgb(0x7c9a86), rgb(0x8c4a5a)},
      {rgb(0x8f9dbd), rgb(0x9daac7), rgb(0xa87648), rgb(0xe8c06a), rgb(0x5a4a7c)},
  };
  return kDecors[chance.below(4)];
}

// What one sees through the window: the same heaven, and a line of hills.
void paint_view(Canvas& canvas, const Stage& stage, const Window& win, Watch& watch) {
  Stage outside = stage;
  outside.camera.horizon = win.y + win.h * 0.8f;
  outside.place = Place::kField;
  outside.heaven.sun = false;
  outside.light.haze = stage.heaven.bottom;
  Canvas view = canvas_for(stage.width, stage.height, canvas.scale * 0.5f);
  paint_heaven(view, outside, watch);
  paint_mountains(view, outside, watch, 0.05f, 2);
  const int x0 = std::max(0, static_cast<int>(win.x * canvas.scale)),
            x1 = std::min(canvas.width, static_cast<int>((win.x + win.w) * canvas.scale));
  const int y0 = std::max(0, static_cast<int>(win.y * canvas.scale)),
            y1 = std::min(canvas.height, static_cast<int>((win.y + win.h) * canvas.scale));
  const float bright = stage.time == TimeOfDay::kNight ? 1.0f : 1.25f;
  for (int y = y0; y < y1; ++y) {
    for (int x = x0; x < x1; ++x)
      canvas.row(y)[x] =
          sample(view, canvas.x_of(x) * view.scale, canvas.y_of(y) * view.scale) * bright;
  }
}

void draw_window(const Sheet& sheet, const Window& win, const Decor& decor, const Rgb& light,
                 const Stage& stage) {
  const float s = stage.side, bar = s * 0.010f;
  const Rgb frame = Rgb{0.86f, 0.84f, 0.8f} * light;
  sheet.rectangle(win.x - bar * 0.5f, win.y - bar * 0.5f, win.w + bar, win.h + bar);
  sheet.stroke(frame, bar * 1.7f);
  cairo_move_to(sheet.pen(), win.x + win.w / 2, win.y);
  cairo_line_to(sheet.pen(), win.x + win.w / 2, win.y + win.h);
  cairo_move_to(sheet.pen(), win.x, win.y + win.h * 0.4f);
  cairo_line_to(sheet.pen(), win.x + win.w, win.y + win.h * 0.4f);
  sheet.stroke(frame * 0.92f, bar);
  sheet.rectangle(win.x - bar * 2.5f, win.y + win.h + bar * 0.5f, win.w + bar * 5, bar * 2,
                  bar * 0.5f);
  sheet.fill(frame);
  sheet.rectangle(win.x - bar * 2, win.y + win.h + bar * 2.5f, win.w + bar * 4, bar * 0.8f);
  sheet.fill(Rgb{0, 0, 0}, 0.18f);
  // Curtains in folds.
  for (const float side : {-1.0f, 1.0f}) {
    const int folds = 7;
    const float wide = win.w * 0.30f,
                x = side < 0 ? win.x - wide * 0.62f : win.x + win.w - wide * 0.38f;
    for (int k = 0; k < folds; ++k) {
      const float fx = x + wide * static_cast<float>(k) / folds, fw = wide / folds;
      cairo_pattern_t* shade = cairo_pattern_create_linear(fx, 0, fx + fw, 0);
      const auto stop = [&](double at, float k2) {
        const Rgb c = decor.cloth * light * k2;
        cairo_pattern_add_color_stop_rgb(shade, at, to_srgb(c.r), to_srgb(c.g), to_srgb(c.b));
      };
      stop(0, 0.62f);
      stop(0.45, 1.08f);
      stop(1, 0.62f);
      cairo_rectangle(sheet.pen(), fx, win.y - bar * 3, fw + 0.6f, win.h + bar * 11);
      cairo_set_source(sheet.pen(), shade);
      cairo_fill(sheet.pen());
      cairo_pattern_destroy(shade);
    }
  }
  sheet.rectangle(win.x - win.w * 0.26f, win.y - bar * 3.9f, win.w * 1.52f, bar * 1.3f, bar * 0.6f);
  sheet.fill(decor.wood * light * 0.7f);
}

void draw_picture(const Sheet& sheet, const Stage& stage, const Window& win, const Decor& decor,
                  const Rgb& light) {
  Chance chance = stage.chance("picture");
  const float w = static_cast<float>(stage.width), s = stage.side, pw = s * 0.2f, ph = pw * 0.76f;
  const float x = win.x + win.w / 2 < w / 2 ? w * 0.74f - pw / 2 : w * 0.26f - pw / 2,
              y = win.y + win.h * 0.18f;
  sheet.rectangle(x + s * 0.006f, y + s * 0.010f, pw, ph);
  sheet.fill(Rgb{0, 0, 0}, 0.22f);
  sheet.rectangle(x, y, pw, ph);
  sheet.fill(decor.wood * light * 0.55f);
  sheet.rectangle(x + pw * 0.05f, y + pw * 0.05f, pw * 0.9f, ph - pw * 0.1f);
  sheet.fill(Rgb{0.85f, 0.82f, 0.75f} * light);
  cairo_save(sheet.pen());
  cairo_rectangle(sheet.pen(), x + pw * 0.12f, y + pw * 0.12f, pw * 0.76f, ph - pw * 0.24f);
  cairo_clip(sheet.pen());
  const float hue = chance.uniform();
  sheet.rectangle(x, y, pw, ph);
  sheet.fill(from_hsv(hue, 0.3f, 0.7f) * light);
  sheet.ellipse(x + pw * 0.66f, y + ph * 0.4f, pw * 0.09f, pw * 0.09f);
  sheet.fill(from_hsv(0.1f, 0.7f, 0.9f) * light);
  for (int k = 0; k < 3; ++k) {
    sheet.ellipse(x + pw * (0.15f + 0.35f * static_cast<float>(k)),
                  y + ph * (1.02f + 0.04f * static_cast<float>(k % 2)), pw * 0.34f,
                  ph * (0.42f - 0.06f * static_cast<float>(k)));
    sheet.fill(from_hsv(fraction(hue + 0.45f + 0.06f * static_cast<float>(k)), 0.5f,
                        0.25f + 0.12f * static_cast<float>(k)) *
               light);
  }
  cairo_restore(sheet.pen());
}

// The column of the flame that lights the room.
float candle_x(const Stage& stage) {
  for (const Placed& p : stage.placed) {
    if (p.part == "candle") return p.x;
  }
  return static_cast<float>(stage.width) * 0.5f;
}

// Boards in perspective, with the window's light lying on them.
class Floor {
 public:
  Floor(const Stage& stage, const Decor& decor, const Window& win, float edge, const Rgb& light,
        bool table)
      : table_(table),
        stage_(stage),
        decor_(decor),
        win_(win),
        edge_(edge),
        light_(light),
        salt_(static_cast<uint32_t>(stage.chance("floor").bits())),
        vanish_(edge - stage.side * 0.42f) {}

  Pixel at(float px, float py) const {
    const float z = (static_cast<float>(stage_.height) - vanish_) / (py - vanish_),
                u = (px - stage_.camera.centre) / stage_.side * z, v = z * 3.4f;
    const float board = u * 7, row = static_cast<float>(floor_of(board)), seam = fraction(board),
                end = fraction(v * 0.55f + hash01(static_cast<int>(row), 3, salt_));
    const float grain = noise(board * 9 + hash01(static_cast<int>(row), 5, salt_) * 50,
                              v * 2.2f + 7 * noise(board * 2, v * 0.7f, salt_), salt_ + 1);
    Rgb c =
        decor_.wood *
        (0.72f +
         0.32f * hash01(static_cast<int>(row),
                        floor_of((v * 0.55f + hash01(static_cast<int>(row), 3, salt_))), salt_) +
         0.25f * (grain - 0.5f));
    c = c * (1 - 0.55f * smooth(0.045f, 0.015f, std::min(seam, 1 - seam))) *
        (1 - 0.5f * smooth(0.02f, 0.006f, std::min(end, 1 - end)));
    if (table_) {
      // A polished top: the wall's light lies on it, its far edge is rounded.
      const float sheen =
          smooth(0.5f, 0.0f, (py - edge_) / (static_cast<float>(stage_.height) - edge_));
      const float near_flame =
          stage_.candle
              ? 1.9f / (1 + 5 *
                                (square((px - flame_x_) / stage_.side) +
                                 square((py - mix(edge_, static_cast<float>(stage_.height), 0.4f)) /
                                        stage_.side * 1.5f)) *
                                4)
              : 0;
      return Pixel(c * light_ * (0.85f + 0.5f * sheen + near_flame) + light_ * (0.10f * sheen));
    }
    // An oval rug.
    const float h = static_cast<float>(stage_.height), w = static_cast<float>(stage_.width);
    const float dx = (px - w * 0.5f) / (w * 0.42f),
                dy = (py - mix(edge_, h, 0.60f)) / ((h - edge_) * 0.42f),
                r = std::sqrt(dx * dx + dy * dy);
    if (r < 1) {
      const float ring = 0.5f + 0.5f * sin_of(r * 26),
                  weave = 0.85f +
                          0.3f * noise(px / stage_.side * 300, py / stage_.side * 300, salt_ + 9);
      const Rgb pile = mix(decor_.rug, mix(decor_.rug, Rgb{0.9f, 0.82f, 0.68f}, 0.55f),
                           smooth(0.45f, 0.6f, ring)) *
                       weave;
      c = mix(c, pile, smooth(1, 0.985f, r));
    }
    Rgb light = light_ * 0.8f;
    if (stage_.time != TimeOfDay::kNight && stage_.heaven.sun)
      light = light + stage_.light.lamps.front().colour * (0.65f * patch(px, py));
    return Pixel(c * light);
  }

 private:
  // Where the sun falls through the panes.
  float patch(float px, float py) const {
    const float lean = stage_.heaven.sun_x < static_cast<float>(stage_.width) / 2 ? 1.0f : -1.0f;
    const float t = (py - edge_) / (static_cast<float>(stage_.height) - edge_),
                x = (px - win_.x - lean * (0.25f + 0.9f * t) * win_.w) / (win_.w * (1 + 0.4f * t));
    const float pane = smooth(0.02f, 0.05f, x) * smooth(0.98f, 0.95f, x) *
                       (1 - smooth(0.035f, 0.02f, std::fabs(x - 0.5f)));
    return pane * smooth(0.10f, 0.14f, t) * smooth(0.66f, 0.6f, t) *
           (1 - smooth(0.03f, 0.015f, std::fabs(t - 0.36f)));
  }

  bool table_;
  const Stage& stage_;
  const Decor& decor_;
  Window win_;
  float edge_, flame_x_ = candle_x(stage_);
  Rgb light_;
  uint32_t salt_;
  float vanish_;
};

// The light on walls and floors.
Rgb room_light(const Stage& stage) {
  if (stage.candle) return Rgb{0.22f, 0.13f, 0.065f};
  return stage.time == TimeOfDay::kNight ? Rgb{0.46f, 0.32f, 0.20f}
                                         : stage.light.sky_light * 0.8f + Rgb{0.32f, 0.29f, 0.25f};
}

}  // namespace

void paint_table(Canvas& canvas, const Stage& stage, Watch& watch) {
  const Decor decor = decor_of(stage);
  const Floor top(stage, decor, window_of(stage), stage.table_y, room_light(stage), true);
  const float edge = stage.side * 0.006f;
  for (int y = 0; y < canvas.height && watch.row(canvas.width * 3); ++y) {
    const float py = canvas.y_of(y), cover = clamp01((py - stage.table_y) * canvas.scale + 0.5f);
    if (cover <= 0) continue;
    const float rim = 1 + 0.5f * smooth(edge, 0, py - stage.table_y);
    for (int x = 0; x < canvas.width; ++x)
      canvas.row(y)[x] = mix(canvas.row(y)[x],
                             top.at(canvas.x_of(x), std::max(py, stage.table_y + 1)) * rim, cover);
  }
}

void paint_room(Canvas& canvas, const Stage& stage, Watch& watch) {
  const Decor decor = decor_of(stage);
  const Window win = window_of(stage);
  const bool night = stage.time == TimeOfDay::kNight, from_above = stage.camera.horizon < 0;
  const float w = static_cast<float>(stage.width), h = static_cast<float>(stage.height),
              edge = h * (from_above       ? -0.08f
                          : stage.tabletop ? 0.60f
                                           : 0.66f),
              s = stage.side;
  const Rgb light = room_light(stage);
  const Floor floor(stage, decor, win, edge, light, stage.tabletop);
  const float lamp_x = win.x + win.w / 2 < w / 2 ? w * 0.82f : w * 0.18f,
              glow_x = stage.candle ? candle_x(stage)
                       : night      ? lamp_x
                                    : win.x + win.w / 2,
              glow_y = stage.candle ? h * 0.5f
                       : night      ? h * 0.34f
                                    : win.y + win.h * 0.6f;
  const float glow = stage.candle ? 2.4f : 0.55f;
  for (int y = 0; y < canvas.height && watch.row(canvas.width * 3); ++y) {
    const float py = canvas.y_of(y);
    for (int x = 0; x < canvas.width; ++x) {
      const float px = canvas.x_of(x);
      if (py > edge) {
        canvas.row(y)[x] = floor.at(px, py);
        continue;
      }
      const float d = (square(px - glow_x) + square(py - glow_y)) / square(s * 0.5f);
      const float stripe = smooth(0.46f, 0.5f,
                                  std::fabs(fraction(px / (s * 0.055f)) - 0.5f) * 2 - 0.02f),
                  paper = 0.97f + 0.06f * noise(px / s * 260, py / s * 260, 33);
      const float corner = 1 - 0.35f * smooth(0.25f, 0.5f, std::fabs(px / w - 0.5f)) -
                           0.12f * smooth(edge - 0.12f * s, edge, py);
      canvas.row(y)[x] = Pixel(mix(decor.wall, decor.stripe, stripe) * light *
                               (corner * paper * (0.72f + glow / (1 + 2.2f * d))));
    }
  }
  if (from_above) return;
  paint_view(canvas, stage, win, watch);
  const Sheet sheet(0, 0, w, edge + s * 0.02f, canvas.scale);
  draw_window(sheet, win, decor, light, stage);
  draw_picture(sheet, stage, win, decor, light);
  if (!stage.tabletop) {
    sheet.rectangle(0, edge - s * 0.028f, w, s * 0.028f);
    sheet.fill(Rgb{0.80f, 0.78f, 0.74f} * light * 0.9f);
  }
  sheet.rectangle(0, edge - s * 0.003f, w, s * 0.004f);
  sheet.fill(Rgb{0, 0, 0}, 0.35f);
  sheet.lay_on(canvas, &watch);
}

}  // namespace plantain::engine::sketch
