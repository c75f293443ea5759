#include <algorithm>
#include <cmath>

#include "engine/sketch/maths.h"
#include "engine/sketch/noise.h"
#include "engine/sketch/strokes.h"

namespace plantain::engine::sketch {
namespace {

// Each place takes the mean of that neighbour patch which varies least: areas flatten, edges stay.
Canvas flattened(const Canvas& from, int reach, Watch& watch) {
  Canvas mean = from, power = from;
  for (Pixel& p : power.pixels) p = p * p;
  blur(mean, static_cast<float>(reach) * 0.6f, static_cast<float>(reach) * 0.6f);
  blur(power, static_cast<float>(reach) * 0.6f, static_cast<float>(reach) * 0.6f);
  Canvas flat(from.width, from.height, from.scale);
  for (int y = 0; y < from.height && watch.row(from.width * 4); ++y) {
    for (int x = 0; x < from.width; ++x) {
      float least = 1e9f;
      for (int k = 0; k < 4; ++k) {
        const int i = std::clamp(x + (k % 2 == 0 ? -reach : reach), 0, from.width - 1),
                  j = std::clamp(y + (k < 2 ? -reach : reach), 0, from.height - 1);
        const Pixel m = mean.row(j)[i];
        const float variance = luminance(power.row(j)[i] - m * m);
        if (variance >= least) continue;
        least = variance;
        flat.row(y)[x] = m;
      }
    }
  }
  return flat;
}

// How much pigment a colour needs on white paper, as a density.
Pixel density_of(Pixel c) {
  return {-log2_of(c.r() + 0.03f), -log2_of(c.g() + 0.03f), -log2_of(c.b() + 0.03f)};
}

}  // namespace

void paint_watercolour(Canvas& canvas, const Stage& stage, Watch& watch) {
  const auto salt = static_cast<uint32_t>(stage.chance("wash").bits());
  const float side = stage.side, unit = 1000 / side, w = static_cast<float>(stage.width),
              h = static_cast<float>(stage.height);
  const Field lines = edges_of(canvas, side / 800, watch);
  Canvas wash = reduced(canvas, std::max(1, static_cast<int>(side / 620)), &watch);
  for (int round = 0; round < 2 && !watch.stopped(); ++round) wash = flattened(wash, 2, watch);
  Field rims = edges_of(wash, 1, watch);
  blur(rims, 1.0f);
  // Densities add; what is drawn twice is darker.
  for (Pixel& p : wash.pixels) p = density_of(p);
  for (int y = 0; y < canvas.height && watch.row(canvas.width * 10); ++y) {
    const float py = canvas.y_of(y);
    for (int x = 0; x < canvas.width; ++x) {
      const float px = canvas.x_of(x);
      // The brush does not follow the pencil exactly.
      const float sx = (noise(px * unit * 0.02f, py * unit * 0.02f, salt) - 0.5f) * 11 / unit +
                       (noise(px * unit * 0.1f, py * unit * 0.1f, salt + 1) - 0.5f) * 4 / unit;
      const float sy = (noise(px * unit * 0.02f, py * unit * 0.02f, salt + 2) - 0.5f) * 11 / unit +
                       (noise(px * unit * 0.1f, py * unit * 0.1f, salt + 3) - 0.5f) * 4 / unit;
      const float wx = (px + sx) * wash.scale, wy = (py + sy) * wash.scale;
      const float grain = paper_grain(px, py, side, salt + 7),
                  pool = cloud(px * unit * 0.007f, py * unit * 0.007f, salt + 9, 4);
      const float rim = std::min(sample(rims, wx, wy), 0.6f);
      const float margin =
          std::min(std::min(px, w - px), std::min(py, h - py)) / side +
          0.022f * (noise(px * unit * 0.010f, py * unit * 0.010f, salt + 12) - 0.5f) +
          0.008f * (noise(px * unit * 0.05f, py * unit * 0.05f, salt + 14) - 0.5f) +
          0.006f * (noise(px * unit * 0.15f, py * unit * 0.15f, salt + 13) - 0.5f);
      const float on = smooth(0.030f, 0.036f, margin), border = on * smooth(0.055f, 0.033f, margin);
      const float much =
          on * (0.62f + 0.55f * pool + 0.75f * rim + 0.30f * border) * (1.28f - 0.30f * grain);
      const Pixel d = sample(wash, wx, wy) * (much * 0.92f);
      const float white = 0.955f + 0.03f * (grain - 1);
      const float pencil =
          on * 0.45f * smooth(0.10f, 0.30f, lines.row(y)[x]) * smooth(1.35f, 0.9f, grain);
      Pixel out(white * exp2_of(-d.r()), white * exp2_of(-d.g()), white * 0.985f * exp2_of(-d.b()));
      canvas.row(y)[x] = mix(out, Pixel(0.12f, 0.11f, 0.12f), pencil);
    }
  }
}

}  // namespace plantain::engine::sketch
