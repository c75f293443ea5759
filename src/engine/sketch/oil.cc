#include <algorithm>
#include <cmath>

#include "engine/sketch/maths.h"
#include "engine/sketch/noise.h"
#include "engine/sketch/strokes.h"

namespace plantain::engine::sketch {
namespace {

constexpr float kWorkSide_px = 1500;  // strokes are laid at this size at most, and enlarged

// Where strokes go at each place: along edges where there are any, else with a slow current.
struct Flow {
  Canvas directions;  // red, green: the unit vector; blue: how strong the edge is
};

Flow flow_of(const Canvas& canvas, const Stage& stage, Watch& watch) {
  Canvas small = reduced(
      canvas,
      std::max(1, static_cast<int>(static_cast<float>(canvas.width + canvas.height) / 700)));
  Canvas tensor(small.width, small.height, small.scale);
  for (int y = 0; y < small.height && watch.row(small.width * 2); ++y) {
    for (int x = 0; x < small.width; ++x) {
      const auto tone = [&](int i, int j) {
        return std::sqrt(luminance(
            small.row(std::clamp(j, 0, small.height - 1))[std::clamp(i, 0, small.width - 1)]));
      };
      const float gx = tone(x + 1, y) - tone(x - 1, y), gy = tone(x, y + 1) - tone(x, y - 1);
      tensor.row(y)[x] = Pixel(gx * gx, gy * gy, gx * gy);
    }
  }
  blur(tensor, 3, 3);
  const auto salt = static_cast<uint32_t>(stage.chance("current").bits());
  for (int y = 0; y < small.height; ++y) {
    for (int x = 0; x < small.width; ++x) {
      const Pixel t = tensor.row(y)[x];
      const float apart = t.r() - t.g(), root = std::sqrt(apart * apart + 4 * t.b() * t.b());
      float gx = apart + root, gy = 2 * t.b();
      if (gx * gx + gy * gy < 1e-14f) gx = 0, gy = 1;
      const float n = 1 / std::sqrt(gx * gx + gy * gy + 1e-20f), edge = clamp01(root * 220);
      const float a =
          2.6f *
          (noise(static_cast<float>(x) * 0.016f, static_cast<float>(y) * 0.016f, salt) - 0.5f);
      // Across the gradient; both ways are the same, so the nearer to the current is taken.
      float dx = -gy * n, dy = gx * n;
      if (dx * cos_of(a) + dy * sin_of(a) < 0) dx = -dx, dy = -dy;
      const float ux = mix(cos_of(a), dx, edge), uy = mix(sin_of(a), dy, edge),
                  m = 1 / std::sqrt(ux * ux + uy * uy + 1e-9f);
      tensor.row(y)[x] = Pixel(ux * m, uy * m, edge);
    }
  }
  return {std::move(tensor)};
}

struct Stroke {
  float x, y, dx, dy, half_long, half_wide;
  Pixel colour;
  uint32_t salt;
};

void lay_stroke(Canvas& paint, Field& body, const Stroke& s) {
  const float reach_x = std::fabs(s.dx) * s.half_long + std::fabs(s.dy) * s.half_wide,
              reach_y = std::fabs(s.dy) * s.half_long + std::fabs(s.dx) * s.half_wide;
  const int x0 = std::max(0, static_cast<int>(s.x - reach_x)),
            x1 = std::min(paint.width - 1, static_cast<int>(s.x + reach_x) + 1);
  const int y0 = std::max(0, static_cast<int>(s.y - reach_y)),
            y1 = std::min(paint.height - 1, static_cast<int>(s.y + reach_y) + 1);
  // Fifteen bristles, each with its own load of paint.
  float load[16];
  for (int i = 0; i < 16; ++i) load[i] = hash01(i, 0, s.salt);
  const float inv_long = 1 / s.half_long, inv_wide = 1 / s.half_wide;
  for (int y = y0; y <= y1; ++y) {
    for (int x = x0; x <= x1; ++x) {
      const float px = static_cast<float>(x) - s.x, py = static_cast<float>(y) - s.y;
      const float along = (px * s.dx + py * s.dy) * inv_long,
                  across = (-px * s.dy + py * s.dx) * inv_wide;
      if (std::fabs(along) >= 1 || std::fabs(across) >= 1) continue;
      const float bristle = (across * 0.5f + 0.5f) * 14.99f;
      const int i = static_cast<int>(bristle);
      const float own = mix(load[i], load[i + 1], bristle - static_cast<float>(i));
      // Brushes run dry at the end of the stroke, one bristle after the other.
      const float end = smooth(1.0f, 0.72f, along + 0.45f * (own - 0.5f)) *
                        smooth(-1.0f, -0.85f, along) * smooth(1.0f, 0.72f, std::fabs(across));
      if (end <= 0.01f) continue;
      Pixel& p = paint.row(y)[x];
      p = mix(p, s.colour * (0.90f + 0.20f * own), end * 0.95f);
      float& b = body.row(y)[x];
      b = mix(b, 0.35f + 0.65f * own, end);
    }
  }
}

}  // namespace

void paint_oil(Canvas& canvas, const Stage& stage, Watch& watch) {
  const int n = std::max(1, static_cast<int>(std::ceil(stage.side / kWorkSide_px)));
  const Canvas from = reduced(canvas, n, &watch);
  const Flow flow = flow_of(from, stage, watch);
  Canvas paint = from;
  blur(paint, 6, 6, &watch);
  Field body(paint.width, paint.height, 0.3f);
  Chance chance = stage.chance("brush");
  const float side = std::sqrt(static_cast<float>(paint.width) * static_cast<float>(paint.height));
  for (const float wide : {0.020f, 0.0105f, 0.0055f}) {
    const float step = side * wide * 1.25f;
    Canvas colours = from;
    blur(colours, side * wide * 0.35f, side * wide * 0.35f, &watch);
    for (float y = 0; y < static_cast<float>(paint.height) &&
                      watch.row(static_cast<int>(static_cast<float>(paint.width) * step * 12));
         y += step) {
      for (float x = 0; x < static_cast<float>(paint.width); x += step) {
        Stroke s;
        s.x = x + chance.between(-0.5f, 0.5f) * step;
        s.y = y + chance.between(-0.5f, 0.5f) * step;
        const Pixel d = sample(
            flow.directions,
            s.x / static_cast<float>(paint.width) * static_cast<float>(flow.directions.width),
            s.y / static_cast<float>(paint.height) * static_cast<float>(flow.directions.height));
        s.salt = static_cast<uint32_t>(chance.bits());
        // Fine strokes only where there is something fine to say.
        if (wide < 0.015f && d.b() < (wide < 0.008f ? 0.35f : 0.08f)) continue;
        const float norm = 1 / std::sqrt(d.r() * d.r() + d.g() * d.g() + 1e-6f);
        s.dx = d.r() * norm;
        s.dy = d.g() * norm;
        s.half_wide = side * wide * 0.5f * chance.between(0.8f, 1.2f);
        s.half_long = s.half_wide * chance.between(2.6f, 4.2f);
        s.colour = sample(colours, s.x, s.y) * chance.between(0.92f, 1.08f);
        lay_stroke(paint, body, s);
      }
    }
  }
  // Light from above left rakes over the paint.
  Canvas raked = paint;
  for (int y = 1; y + 1 < paint.height; ++y) {
    for (int x = 1; x + 1 < paint.width; ++x) {
      const float slope = body.row(y - 1)[x - 1] - body.row(y + 1)[x + 1];
      raked.row(y)[x] = paint.row(y)[x] * std::clamp(1 - 0.42f * slope, 0.7f, 1.4f) +
                        Pixel(Rgb{1, 1, 1} * (0.035f * std::max(0.0f, -slope)), 0);
    }
  }
  raked.scale = canvas.scale / static_cast<float>(n);
  const auto salt = static_cast<uint32_t>(chance.bits());
  for (int y = 0; y < canvas.height && watch.row(canvas.width * 3); ++y) {
    for (int x = 0; x < canvas.width; ++x) {
      const float px = canvas.x_of(x), py = canvas.y_of(y), unit = 1000 / stage.side;
      // The weave of the canvas.
      const float weave = 0.985f + 0.015f * sin_of(px * unit * 1.9f) * sin_of(py * unit * 1.9f) +
                          0.02f * (noise(px * unit * 0.8f, py * unit * 0.8f, salt) - 0.5f);
      canvas.row(y)[x] = sample(raked, (static_cast<float>(x) + 0.5f) / static_cast<float>(n),
                                (static_cast<float>(y) + 0.5f) / static_cast<float>(n)) *
                         weave;
      canvas.row(y)[x].v[3] = 1;
    }
  }
}

}  // namespace plantain::engine::sketch
