#include "engine/sketch/relief.h"

#include <algorithm>
#include <cmath>

#include "engine/sketch/maths.h"
#include "engine/sketch/watch.h"

namespace plantain::engine::sketch {
namespace {

constexpr int kShadeSide_px = 420;  // light on a body is smooth: it is computed small

// Squared distances along one line, as the lower envelope of parabolas (Felzenszwalb,
// Huttenlocher).
void envelope(const float* f, float* d, int n, int* at, float* from) {
  int k = 0;
  at[0] = 0;
  from[0] = -1e12f;
  from[1] = 1e12f;
  for (int q = 1; q < n; ++q) {
    float s = 0;
    while (true) {
      const int p = at[k];
      s = ((f[q] + static_cast<float>(q) * static_cast<float>(q)) -
           (f[p] + static_cast<float>(p) * static_cast<float>(p))) /
          static_cast<float>(2 * (q - p));
      if (s > from[k] || k == 0) break;
      --k;
    }
    if (s <= from[k]) s = from[k];
    ++k;
    at[k] = q;
    from[k] = s;
    from[k + 1] = 1e12f;
  }
  k = 0;
  for (int q = 0; q < n; ++q) {
    while (from[k + 1] < static_cast<float>(q)) ++k;
    d[q] = square(static_cast<float>(q - at[k])) + f[at[k]];
  }
}

Field heights_of(const Canvas& small, const Figure& figure, float volume) {
  const Field& own = figure.relief;
  const int w = small.width, h = small.height;
  const float size = std::sqrt(static_cast<float>(w) * static_cast<float>(h));
  Field cover(w + 2, h + 2), tone(w, h);
  for (int y = 0; y < h; ++y) {
    for (int x = 0; x < w; ++x) {
      const Pixel p = small.row(y)[x];
      cover.row(y + 1)[x + 1] = p.a();
      tone.row(y)[x] = p.a() > 0.05f ? std::sqrt(std::min(luminance(p) / p.a(), 1.0f)) : 0.4f;
    }
  }
  // What runs out of the picture below has no edge there.
  if (figure.runs_on) std::copy(cover.row(h), cover.row(h) + w + 2, cover.row(h + 1));
  const Field distance = distance_inside(cover);
  Field soft = tone;
  blur(tone, 0.010f * size);
  blur(soft, 0.05f * size);
  Field height(w, h);
  const float r = 0.17f * size;
  for (int y = 0; y < h; ++y) {
    for (int x = 0; x < w; ++x) {
      const float d = std::min(distance.row(y + 1)[x + 1] / r, 1.0f);
      height.row(y)[x] = r * std::sqrt(std::max(0.0f, 1 - square(1 - d))) * volume;
    }
  }
  // The distance has creases along the middle of narrow shapes; a body has none.
  blur(height, 0.02f * size);
  blur(tone, 0.005f * size);
  const float edges = (figure.painted ? 0.012f : 0.045f) * size * volume;
  for (int y = 0; y < h; ++y) {
    for (int x = 0; x < w; ++x) height.row(y)[x] += edges * (tone.row(y)[x] - soft.row(y)[x]);
  }
  if (own.width > 0) {
    for (int y = 0; y < h; ++y) {
      for (int x = 0; x < w; ++x) {
        const float u =
            (static_cast<float>(x) + 0.5f) / static_cast<float>(w) * static_cast<float>(own.width);
        const float v =
            (static_cast<float>(y) + 0.5f) / static_cast<float>(h) * static_cast<float>(own.height);
        height.row(y)[x] = height.row(y)[x] * 0.55f + sample(own, u, v) * static_cast<float>(w);
      }
    }
  }
  return height;
}

struct Shade {
  Pixel matte, gloss;
};

// Light wraps around a body; around skin the red of it further than the rest.
constexpr Pixel::Four kPlainWrap{0.20f, 0.20f, 0.20f, 0};
constexpr Pixel::Four kSkinWrap{0.46f, 0.28f, 0.22f, 0};

Shade shade(float nx, float ny, float nz, const LightPlan& light, bool painted) {
  const Pixel::Four wrap = painted ? kSkinWrap : kPlainWrap;
  const float strength = painted ? 0.8f : 0.68f;
  const float up = 0.5f + 0.5f * ny;
  Shade s{mix(Pixel(light.ground_light, 0), Pixel(light.sky_light, 0), up), Pixel(0, 0, 0, 0)};
  for (const Lamp& lamp : light.lamps) {
    const float facing = nx * lamp.x + ny * lamp.y + nz * lamp.z;
    Pixel::Four wrapped = (four(facing) + wrap) / (four(1) + wrap);
    wrapped = wrapped > four(0) ? wrapped : four(0);
    const Pixel colour(lamp.colour, 0);
    const float rim = square(1 - nz) * std::max(0.0f, facing);
    s.matte = s.matte + Pixel(colour.v * (wrapped * wrapped * four(strength) + four(rim * 0.35f)));
    // Blinn: the half vector between the lamp and the eye, which looks along z.
    const float hz = lamp.z + 1,
                n = 1 / std::sqrt(lamp.x * lamp.x + lamp.y * lamp.y + hz * hz + 1e-6f);
    float g = std::max(0.0f, (nx * lamp.x + ny * lamp.y + nz * hz) * n);
    g *= g, g *= g, g *= g, g *= g, g *= g;
    s.gloss = s.gloss + colour * (g * 0.09f + rim * 0.16f);
  }
  return s;
}

void add_glint(Canvas& canvas, const Glint& glint) {
  const float x = glint.x * static_cast<float>(canvas.width),
              y = glint.y * static_cast<float>(canvas.height),
              r = std::max(glint.radius * static_cast<float>(canvas.height), 0.6f);
  for (int j = std::max(0, static_cast<int>(y - r) - 1);
       j <= std::min(canvas.height - 1, static_cast<int>(y + r) + 1); ++j) {
    for (int i = std::max(0, static_cast<int>(x - r) - 1);
         i <= std::min(canvas.width - 1, static_cast<int>(x + r) + 1); ++i) {
      const float d = std::sqrt(square(static_cast<float>(i) + 0.5f - x) +
                                square(static_cast<float>(j) + 0.5f - y));
      canvas.row(j)[i] =
          mix(canvas.row(j)[i], Pixel(glint.light), clamp01(r - d + 0.5f) * canvas.row(j)[i].a());
    }
  }
}

}  // namespace

Field distance_inside(const Field& cover) {
  const int w = cover.width, h = cover.height, n = std::max(w, h);
  Field d(w, h);
  std::vector<float> f(static_cast<size_t>(n)), out(static_cast<size_t>(n)),
      from(static_cast<size_t>(n) + 1);
  std::vector<int> at(static_cast<size_t>(n));
  for (int x = 0; x < w; ++x) {
    for (int y = 0; y < h; ++y) f[static_cast<size_t>(y)] = cover.row(y)[x] < 0.5f ? 0 : 1e8f;
    envelope(f.data(), out.data(), h, at.data(), from.data());
    for (int y = 0; y < h; ++y) d.row(y)[x] = out[static_cast<size_t>(y)];
  }
  for (int y = 0; y < h; ++y) {
    envelope(d.row(y), out.data(), w, at.data(), from.data());
    for (int x = 0; x < w; ++x)
      d.row(y)[x] = std::sqrt(std::min(out[static_cast<size_t>(x)], 1e8f));
  }
  return d;
}

void light_figure(Figure& figure, const LightPlan& light, float volume, Watch* watch) {
  Canvas& colours = figure.colours;
  const int n =
      std::max(1, (std::max(colours.width, colours.height) + kShadeSide_px - 1) / kShadeSide_px);
  const Canvas small = reduced(colours, n, watch);
  const Field height = heights_of(small, figure, volume);
  Canvas matte(small.width, small.height), gloss(small.width, small.height);
  for (int y = 0; y < small.height; ++y) {
    for (int x = 0; x < small.width; ++x) {
      const float dx = (height.at_clamped(x + 1, y) - height.at_clamped(x - 1, y)) * 0.5f;
      const float dy = (height.at_clamped(x, y + 1) - height.at_clamped(x, y - 1)) * 0.5f;
      const float inv = 1 / std::sqrt(1 + dx * dx + dy * dy);
      const Shade s = shade(-dx * inv, dy * inv, inv, light, figure.painted);
      matte.row(y)[x] = s.matte;
      gloss.row(y)[x] = s.gloss;
    }
  }
  const float step = 1 / static_cast<float>(n);
  Enlarged matte_rows(matte, colours.width, step), gloss_rows(gloss, colours.width, step);
  for (int y = 0; y < colours.height && (watch == nullptr || watch->row(colours.width)); ++y) {
    const Pixel* m = matte_rows.row(y);
    const Pixel* g = gloss_rows.row(y);
    Pixel* row = colours.row(y);
    for (int x = 0; x < colours.width; ++x) {
      const float a = row[x].a();
      if (a <= 0) continue;
      row[x] = row[x] * m[x] + g[x] * a;
      row[x].v[3] = a;
    }
  }
  for (const Glint& glint : figure.glints) add_glint(colours, glint);
}

}  // namespace plantain::engine::sketch
