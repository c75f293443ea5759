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

namespace {

// What changes slowly over the paper: how far the brush strays from the pencil (red, green, in
// pixels of the picture), how pigment pools (blue), how the margin wavers (cover, in sides).
Canvas guide_of(const Stage& stage, float scale, Watch& watch) {
  const auto salt = static_cast<uint32_t>(stage.chance("wash").bits());
  const float unit = 1000 / stage.side;
  Canvas guide = canvas_for(stage.width, stage.height, std::min(scale, 420 / stage.side));
  for (int y = 0; y < guide.height && watch.row(guide.width * 8); ++y) {
    for (int x = 0; x < guide.width; ++x) {
      const float u = guide.x_of(x) * unit, v = guide.y_of(y) * unit;
      const auto wave = [&](float fine, uint32_t own) {
        return noise(u * fine, v * fine, salt + own) - 0.5f;
      };
      guide.row(y)[x] =
          Pixel((wave(0.02f, 0) * 11 + wave(0.1f, 1) * 4) / unit,
                (wave(0.02f, 2) * 11 + wave(0.1f, 3) * 4) / unit,
                cloud(u * 0.007f, v * 0.007f, salt + 9, 4),
                0.022f * wave(0.010f, 12) + 0.008f * wave(0.05f, 14) + 0.006f * wave(0.15f, 13));
    }
  }
  return guide;
}

}  // namespace

void paint_watercolour(Canvas& canvas, const Stage& stage, Watch& watch) {
  const auto salt = static_cast<uint32_t>(stage.chance("paper").bits());
  const float side = stage.side, w = static_cast<float>(stage.width),
              h = static_cast<float>(stage.height);
  const Field lines = edges_of(canvas, side / 800 * canvas.scale, watch);
  Canvas wash = reduced(canvas, std::max(1, static_cast<int>(side * canvas.scale / 620)), &watch);
  for (int round = 0; round < 2 && !watch.stopped(); ++round) wash = flattened(wash, 2, watch);
  Field rims = edges_of(wash, 1, watch);
  blur(rims, 1.0f);
  // Densities add: what is drawn twice is darker. The rims' strength travels as the cover.
  for (int y = 0; y < wash.height; ++y) {
    for (int x = 0; x < wash.width; ++x) {
      wash.row(y)[x] = density_of(wash.row(y)[x]);
      wash.row(y)[x].v[3] = std::min(rims.row(y)[x], 0.6f);
    }
  }
  const Canvas guide = guide_of(stage, canvas.scale, watch);
  Enlarged guides(guide, canvas.width, guide.scale / canvas.scale);
  for (int y = 0; y < canvas.height && watch.row(canvas.width * 6); ++y) {
    const float py = canvas.y_of(y);
    const Pixel* strays = guides.row(y);
    for (int x = 0; x < canvas.width; ++x) {
      const float px = canvas.x_of(x);
      const Pixel stray = strays[x];
      const Pixel paint =
          sample(wash, (px + stray.r()) * wash.scale, (py + stray.g()) * wash.scale);
      const float grain = paper_grain(px, py, side, salt);
      const float margin = std::min(std::min(px, w - px), std::min(py, h - py)) / side + stray.a();
      const bool inner = margin > 0.055f;  // most of the sheet
      const float on = inner ? 1 : smooth(0.030f, 0.036f, margin),
                  border = inner ? 0 : on * smooth(0.055f, 0.033f, margin);
      const float much = on * (0.62f + 0.55f * stray.b() + 0.75f * paint.a() + 0.30f * border) *
                         (1.28f - 0.30f * grain);
      const Pixel d = paint * (much * 0.92f);
      const float white = 0.955f + 0.03f * (grain - 1);
      Pixel out(exp2_of(four(0) - d.v) * Pixel::Four{white, white, white * 0.985f, 0});
      out.v[3] = 1;
      if (lines.row(y)[x] > 0.10f)
        out = mix(out, Pixel(0.12f, 0.11f, 0.12f),
                  on * 0.45f * smooth(0.10f, 0.30f, lines.row(y)[x]) * smooth(1.35f, 0.9f, grain));
      canvas.row(y)[x] = out;
    }
  }
}

}  // namespace plantain::engine::sketch
