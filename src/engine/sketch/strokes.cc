#include "engine/sketch/strokes.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "engine/sketch/maths.h"
#include "engine/sketch/noise.h"

namespace plantain::engine::sketch {
namespace {

// What the eye takes for the distance of two colours, about.
float apart(Pixel a, Pixel b) {
  const Pixel::Four d = a.v - b.v;
  return 0.30f * d[0] * d[0] + 0.59f * d[1] * d[1] + 0.11f * d[2] * d[2];
}

// Perceptual steps are even in the square root of light.
Pixel rooted(Pixel p) {
  return {std::sqrt(std::max(p.r(), 0.0f)), std::sqrt(std::max(p.g(), 0.0f)),
          std::sqrt(std::max(p.b(), 0.0f))};
}
Pixel squared(Pixel p) { return {p.r() * p.r(), p.g() * p.g(), p.b() * p.b()}; }

size_t nearest(const std::vector<Pixel>& palette, Pixel p) {
  size_t best = 0;
  float least = 1e9f;
  for (size_t i = 0; i < palette.size(); ++i) {
    const float d = apart(palette[i], p);
    if (d >= least) continue;
    least = d;
    best = i;
  }
  return best;
}

// Lloyd's means of the colours, from seeds that lie evenly along their brightness.
std::vector<Pixel> palette_of(const Canvas& rooted_cells, int colours, Watch& watch) {
  std::vector<Pixel> sorted(rooted_cells.pixels.begin(), rooted_cells.pixels.end());
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](Pixel a, Pixel b) { return luminance(a) < luminance(b); });
  std::vector<Pixel> palette;
  for (int i = 0; i < colours; ++i)
    palette.push_back(sorted[(2 * static_cast<size_t>(i) + 1) * sorted.size() /
                             (2 * static_cast<size_t>(colours))]);
  for (int round = 0; round < 7; ++round) {
    std::vector<Pixel> sum(palette.size());
    std::vector<int> count(palette.size());
    for (int y = 0; y < rooted_cells.height && watch.row(rooted_cells.width * colours); ++y) {
      for (int x = 0; x < rooted_cells.width; ++x) {
        const Pixel p = rooted_cells.row(y)[x];
        const size_t i = nearest(palette, p);
        // Rare strong colours count for more than wide quiet ones.
        const float high = std::max({p.r(), p.g(), p.b()}), low = std::min({p.r(), p.g(), p.b()});
        const int weight = 1 + static_cast<int>(6 * (high - low));
        sum[i] = sum[i] + p * static_cast<float>(weight);
        count[i] += weight;
      }
    }
    for (size_t i = 0; i < palette.size(); ++i) {
      if (count[i] > 0) palette[i] = sum[i] * (1.0f / static_cast<float>(count[i]));
    }
  }
  return palette;
}

// How much ink a hatching at this place lays, 0 or 1 with soft rims. `dark`: how much is wanted.
float hatch(float along, float dark) {
  const float line = std::fabs(fraction(along) - 0.5f) * 2, half = clamp01(dark);
  return half <= 0 ? 0 : smooth(half * 0.9f + 0.14f, half * 0.9f - 0.14f, line);
}

}  // namespace

float paper_grain(float x, float y, float side, uint32_t salt) {
  const float k = 1000 / side;
  return 1 + 0.5f * (noise(x * k * 0.42f, y * k * 0.42f, salt) - 0.5f) +
         0.4f * (noise(x * k * 0.95f, y * k * 0.95f, salt + 1) - 0.5f);
}

Field edges_of(const Canvas& canvas, float reach, Watch& watch) {
  const int d = std::max(1, static_cast<int>(reach));
  Field edges(canvas.width, canvas.height);
  for (int y = 0; y < canvas.height && watch.row(canvas.width * 3); ++y) {
    const Pixel* above = canvas.row(std::max(y - d, 0));
    const Pixel* below = canvas.row(std::min(y + d, canvas.height - 1));
    const Pixel* row = canvas.row(y);
    for (int x = 0; x < canvas.width; ++x) {
      const int left = std::max(x - d, 0), right = std::min(x + d, canvas.width - 1);
      const float here = 0.12f + luminance(row[x]);
      edges.row(y)[x] = std::sqrt(apart(row[left], row[right]) + apart(above[x], below[x])) /
                        std::sqrt(here) * 0.9f;
    }
  }
  return edges;
}

void paint_ink(Canvas& canvas, const Stage& stage, Watch& watch) {
  const auto salt = static_cast<uint32_t>(stage.chance("ink").bits());
  const float side = stage.side, unit = 1000 / side;
  Canvas soft = reduced(canvas, std::max(1, static_cast<int>(side / 420)), &watch);
  blur(soft, 2.2f, 2.2f);
  const Field edges = edges_of(canvas, side / 620, watch);
  const Rgb paper = rgb(0xf4eddf), ink = rgb(0x17151a);
  // What changes slowly: the hand's sway (red), the wash's pools (green), how dark it is around
  // (blue).
  Canvas guide = canvas_for(stage.width, stage.height, std::min(canvas.scale, 300 / side));
  for (int y = 0; y < guide.height && watch.row(guide.width * 5); ++y) {
    for (int x = 0; x < guide.width; ++x) {
      const float px = guide.x_of(x), py = guide.y_of(y);
      guide.row(y)[x] = Pixel(3.2f * noise(px * unit * 0.012f, py * unit * 0.012f, salt),
                              cloud(px * unit * 0.006f, py * unit * 0.006f, salt + 3, 3),
                              std::sqrt(luminance(sample(soft, px * soft.scale, py * soft.scale))));
    }
  }
  Enlarged guides(guide, canvas.width, guide.scale / canvas.scale);
  for (int y = 0; y < canvas.height && watch.row(canvas.width * 6); ++y) {
    const float py = canvas.y_of(y);
    const Pixel* sways = guides.row(y);
    for (int x = 0; x < canvas.width; ++x) {
      const float px = canvas.x_of(x), wobble = sways[x].r(), around = sways[x].b();
      const float tone = std::sqrt(luminance(canvas.row(y)[x]));
      const float grain = paper_grain(px, py, side, salt + 5);
      // The pen presses harder where the edge is stronger, and skips where the paper is rough.
      float black = smooth(0.10f, 0.24f, edges.row(y)[x] * (0.72f + 0.28f * grain));
      const float u = (px + py) * unit * 0.125f + wobble, v = (px - py) * unit * 0.125f - wobble,
                  w = py * unit * 0.14f + wobble * 0.7f;
      black = std::max(black, smooth(0.13f, 0.09f, tone));
      black = std::max(black, hatch(u, (0.46f - tone) * 1.7f));
      black = std::max(black, hatch(v, (0.30f - tone) * 2.0f));
      black = std::max(black, hatch(w, (0.16f - tone) * 3.0f));
      const float wash = 0.56f * smooth(0.85f, 0.10f, around) * (0.7f + 0.6f * sways[x].g());
      const Rgb sheet = paper * (0.96f + 0.04f * grain);
      canvas.row(y)[x] = Pixel(mix(sheet * (1 - wash), ink, clamp01(black) * 0.93f));
    }
  }
}

void paint_pixels(Canvas& canvas, const Stage& stage, Watch& watch) {
  constexpr int kCells = 124, kColours = 22;
  static constexpr float kBayer[4][4] = {
      {0, 8, 2, 10}, {12, 4, 14, 6}, {3, 11, 1, 9}, {15, 7, 13, 5}};
  const int n = std::max(1, static_cast<int>(stage.side / kCells + 0.5f));
  Canvas cells = reduced(canvas, n, &watch);
  for (Pixel& p : cells.pixels) {
    const float grey = luminance(p);
    p = rooted(Pixel(four(grey) + (p.v - four(grey)) * four(1.15f)));
  }
  const std::vector<Pixel> palette = palette_of(cells, kColours, watch);
  if (watch.stopped()) return;
  for (int y = 0; y < cells.height && watch.row(cells.width * kColours); ++y) {
    for (int x = 0; x < cells.width; ++x) {
      const float dither = (kBayer[y & 3][x & 3] / 15 - 0.5f) * 0.022f;
      cells.row(y)[x] = squared(palette[nearest(palette, Pixel(cells.row(y)[x].v + four(dither)))]);
    }
  }
  for (int y = 0; y < canvas.height && watch.row(canvas.width); ++y) {
    for (int x = 0; x < canvas.width; ++x) canvas.row(y)[x] = cells.row(y / n)[x / n];
  }
}

void paint_poster(Canvas& canvas, const Stage& stage, Watch& watch) {
  static const std::array<std::array<uint32_t, 8>, 3> kInks = {{
      {0xf3e3c3, 0xe9b44c, 0xd9622b, 0x9e2a2b, 0x3d2b3d, 0x1f5f6b, 0x6fae9e, 0x1b2a3a},
      {0xf6ead2, 0xf2c14e, 0xe4572e, 0xa8323e, 0x29335c, 0x3a7d8c, 0x9cc5a1, 0x16213a},
      {0xf1e4cb, 0xeaa23b, 0xc8553d, 0x7d2e46, 0x2b2d42, 0x2a6f77, 0x8fb339, 0x1d2430},
  }};
  Chance chance = stage.chance("poster");
  std::vector<Pixel> palette;
  for (const uint32_t ink : kInks[static_cast<size_t>(chance.below(3))])
    palette.push_back(rooted(Pixel(rgb(ink))));
  const auto salt = static_cast<uint32_t>(chance.bits());
  const float side = stage.side, w = static_cast<float>(stage.width),
              h = static_cast<float>(stage.height), border = side * 0.045f,
              dots = 1000 / side * 0.16f;
  const Pixel paper = squared(palette[0]);
  for (int y = 0; y < canvas.height && watch.row(canvas.width * 8); ++y) {
    const float py = canvas.y_of(y);
    for (int x = 0; x < canvas.width; ++x) {
      const float px = canvas.x_of(x),
                  in = std::min(std::min(px, w - px), std::min(py, h - py)) - border;
      const float grain = paper_grain(px, py, side, salt);
      Pixel out = paper;
      if (in > 0) {
        // A screen of dots mixes two inks; the printing wears where the paper is rough.
        const float u = (px + py) * dots, v = (px - py) * dots,
                    dot = 0.25f * (sin_of(u * kPi) * sin_of(v * kPi));
        const Pixel ink = squared(
            palette[nearest(palette, Pixel(rooted(canvas.row(y)[x]).v + four(0.16f * dot)))]);
        out = mix(ink, paper, 0.5f * smooth(1.30f, 1.42f, grain));
      }
      const float line = smooth(side * 0.0035f, side * 0.0025f, std::fabs(in + side * 0.008f));
      out = mix(out, squared(palette[7]), line * 0.9f);
      canvas.row(y)[x] = out * (0.97f + 0.03f * grain);
    }
  }
}

}  // namespace plantain::engine::sketch
