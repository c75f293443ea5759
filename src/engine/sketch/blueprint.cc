#include "engine/sketch/blueprint.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "engine/sketch/maths.h"
#include "engine/sketch/noise.h"
#include "engine/sketch/raster.h"

namespace plantain::engine::sketch {
namespace {

const Rgb& line_colour() {
  static const Rgb colour = rgb(0xdfeaf7);
  return colour;
}

// "1.10 m", "9 cm"; no locale has a say in the point.
std::string measure(float metres) {
  const long centimetres = std::lround(metres * 100);
  if (centimetres < 100) return std::to_string(std::max(centimetres, 1L)) + " cm";
  const long rest = centimetres % 100;
  return std::to_string(centimetres / 100) + (rest < 10 ? ".0" : ".") + std::to_string(rest) + " m";
}

void arrow(const Sheet& sheet, float x0, float y0, float x1, float y1, float size) {
  const float dx = x1 - x0, dy = y1 - y0, n = 1 / std::sqrt(dx * dx + dy * dy + 1e-6f), ux = dx * n,
              uy = dy * n;
  cairo_move_to(sheet.pen(), x0, y0);
  cairo_line_to(sheet.pen(), x1, y1);
  sheet.stroke(line_colour(), size * 0.16f, 0.9f);
  for (const float end : {0.0f, 1.0f}) {
    const float x = end > 0 ? x1 : x0, y = end > 0 ? y1 : y0, s = end > 0 ? -1.0f : 1.0f;
    cairo_move_to(sheet.pen(), x, y);
    cairo_line_to(sheet.pen(), x + s * ux * size - uy * size * 0.3f,
                  y + s * uy * size + ux * size * 0.3f);
    cairo_line_to(sheet.pen(), x + s * ux * size + uy * size * 0.3f,
                  y + s * uy * size - ux * size * 0.3f);
    sheet.fill(line_colour(), 0.9f);
  }
}

}  // namespace

void paint_blueprint_sheet(Canvas& canvas, const Stage& stage, Watch& watch) {
  const float w = static_cast<float>(stage.width), h = static_cast<float>(stage.height),
              s = stage.side, step = s * 0.024f;
  const auto salt = static_cast<uint32_t>(stage.chance("blueprint").bits());
  const Rgb deep = rgb(0x123f7c), light = rgb(0x1d5aa6);
  Canvas ground = canvas_for(stage.width, stage.height, std::min(canvas.scale, 700 / s));
  for (int y = 0; y < ground.height && watch.row(ground.width * 3); ++y) {
    for (int x = 0; x < ground.width; ++x) {
      const float u = ground.x_of(x) / s, v = ground.y_of(y) / s;
      const float fade = cloud(u * 2.2f, v * 2.2f, salt, 4),
                  grain = noise(u * 420, v * 420, salt + 5);
      ground.row(y)[x] = Pixel(mix(deep, light, 0.15f + 0.75f * fade) * (0.95f + 0.08f * grain));
    }
  }
  enlarge(canvas, ground, &watch);
  // The grid: fine lines, each fifth a strong one, and a double frame.
  const auto line = [&](float at, float half) {
    return clamp01((half - at) * canvas.scale + 0.5f);
  };
  const auto nearest_line = [&](float x, float every) {
    return std::fabs(fraction(x / every + 0.5f) - 0.5f) * every;
  };
  std::vector<float> columns(static_cast<size_t>(canvas.width));
  const auto grid = [&](float x) {
    return std::max(0.13f * line(nearest_line(x, step), s * 0.00045f),
                    0.26f * line(nearest_line(x, 5 * step), s * 0.0007f));
  };
  for (int x = 0; x < canvas.width; ++x) columns[static_cast<size_t>(x)] = grid(canvas.x_of(x));
  for (int y = 0; y < canvas.height && watch.row(canvas.width); ++y) {
    const float py = canvas.y_of(y), across = grid(py), in_y = std::min(py, h - py);
    for (int x = 0; x < canvas.width; ++x) {
      const float px = canvas.x_of(x), in = std::min(std::min(px, w - px), in_y);
      const float frame = std::max(0.9f * line(std::fabs(in - s * 0.03f), s * 0.00175f),
                                   0.7f * line(std::fabs(in - s * 0.038f), s * 0.0007f));
      const float white = std::max({columns[static_cast<size_t>(x)], across, frame});
      canvas.row(y)[x] = mix(canvas.row(y)[x], Pixel(line_colour()), white);
    }
  }
}

void outline_figure(Figure& figure, float line_px, Watch& watch) {
  Canvas& from = figure.colours;
  const int d = std::max(1, static_cast<int>(line_px * 0.6f + 0.5f));
  const int pad = d + 1;
  Canvas padded(from.width + 2 * pad, from.height + 2 * pad, from.scale);
  lay_over(padded, from, pad, pad, &watch);
  Canvas lines(from.width, from.height, from.scale);
  for (int y = 0; y < from.height && watch.row(4 * from.width); ++y) {
    for (int x = 0; x < from.width; ++x) {
      const auto at = [&](int dx, int dy) { return padded.row(y + pad + dy)[x + pad + dx]; };
      const Pixel across = at(-d, 0) - at(d, 0), down = at(0, -d) - at(0, d);
      const auto root = [](float a, float b) {
        return std::fabs(std::sqrt(std::max(a, 0.0f)) - std::sqrt(std::max(b, 0.0f)));
      };
      // Colour edges inside, the cover's edge outside.
      const Pixel l = at(-d, 0), r = at(d, 0), t = at(0, -d), b = at(0, d);
      const float inner = std::max({root(l.r(), r.r()) + root(t.r(), b.r()),
                                    root(l.g(), r.g()) + root(t.g(), b.g()),
                                    root(l.b(), r.b()) + root(t.b(), b.b())});
      const float outer = std::max(std::fabs(across.a()), std::fabs(down.a()));
      const float line = std::max(smooth(0.05f, 0.22f, inner) * 0.8f, smooth(0.2f, 0.6f, outer));
      const float body = 0.10f * at(0, 0).a();
      lines.row(y)[x] = Pixel(line_colour()) * clamp01(line + body);
    }
  }
  from = std::move(lines);
}

void paint_measures(Canvas& canvas, const Scene& scene, const Stage& stage, Watch& watch) {
  const float w = static_cast<float>(stage.width), h = static_cast<float>(stage.height),
              s = stage.side;
  const Typeface typeface;
  const Sheet sheet(0, 0, w, h, canvas.scale);
  const auto write = [&](const std::string& text, float x, float y, float wide, float tall) {
    typeface.set(sheet, text, x, y, wide, tall, false);
    sheet.fill(line_colour(), 0.95f);
  };
  const Placed* subject = nullptr;
  for (const Placed& p : stage.placed) {
    if (!p.prop && (subject == nullptr || p.actor < subject->actor || p.height > subject->height))
      subject = &p;
  }
  if (subject != nullptr) {
    const Actor& a = scene.actors[static_cast<size_t>(subject->actor)];
    const float aspect = figure_aspect(subject->part, a.kind, subject->posture),
                half = subject->height * aspect / 2;
    const float left = subject->x - half, right = subject->x + half,
                top = subject->base - subject->height, size = s * 0.016f;
    const float below = std::min(subject->base + s * 0.05f, h - s * 0.08f),
                beside = std::max(left - s * 0.05f, s * 0.07f);
    arrow(sheet, left, below, right, below, size);
    arrow(sheet, beside, top, beside, subject->base, size);
    for (const float x : {left, right}) {
      cairo_move_to(sheet.pen(), x, subject->base + s * 0.01f);
      cairo_line_to(sheet.pen(), x, below + s * 0.012f);
    }
    for (const float y : {top, subject->base}) {
      cairo_move_to(sheet.pen(), left - s * 0.01f, y);
      cairo_line_to(sheet.pen(), beside - s * 0.012f, y);
    }
    cairo_move_to(sheet.pen(), subject->x, top - s * 0.04f);
    cairo_line_to(sheet.pen(), subject->x, subject->base + s * 0.03f);
    sheet.stroke(line_colour(), s * 0.0012f, 0.7f);
    write(measure(a.height_m * aspect), subject->x - s * 0.07f, below + s * 0.006f, s * 0.14f,
          s * 0.024f);
    cairo_save(sheet.pen());
    cairo_translate(sheet.pen(), beside - s * 0.02f, (top + subject->base) / 2);
    cairo_rotate(sheet.pen(), -static_cast<double>(kPi) / 2);
    write(measure(a.height_m), -s * 0.07f, -s * 0.012f, s * 0.14f, s * 0.024f);
    cairo_restore(sheet.pen());
    // The block of a draughtsman's sheet.
    const float bw = s * 0.30f, bh = s * 0.095f, bx = w - s * 0.038f - bw, by = h - s * 0.038f - bh;
    sheet.rectangle(bx, by, bw, bh);
    cairo_move_to(sheet.pen(), bx, by + bh * 0.58f);
    cairo_line_to(sheet.pen(), bx + bw, by + bh * 0.58f);
    cairo_move_to(sheet.pen(), bx + bw * 0.5f, by + bh * 0.58f);
    cairo_line_to(sheet.pen(), bx + bw * 0.5f, by + bh);
    sheet.stroke(line_colour(), s * 0.002f, 0.9f);
    write(a.words, bx + bw * 0.05f, by + bh * 0.12f, bw * 0.9f, bh * 0.34f);
    write("1 : 10", bx + bw * 0.05f, by + bh * 0.66f, bw * 0.4f, bh * 0.24f);
    write("A-01", bx + bw * 0.55f, by + bh * 0.66f, bw * 0.4f, bh * 0.24f);
  }
  sheet.lay_on(canvas, &watch);
}

}  // namespace plantain::engine::sketch
