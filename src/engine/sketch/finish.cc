#include "engine/sketch/finish.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

#include "engine/sketch/maths.h"
#include "engine/sketch/noise.h"
#include "engine/sketch/raster.h"
#include "engine/sketch/style.h"

namespace plantain::engine::sketch {
namespace {

// Tones are looked up by the light's exponent and the upper bits of its mantissa: 256 steps for
// each doubling, half a step of the 8-bit result at most.
constexpr int kStepBits = 8;
constexpr int kLowestExponent = -16, kHighestExponent = 4;
constexpr size_t kToneSteps = static_cast<size_t>(kHighestExponent - kLowestExponent) << kStepBits;
constexpr uint32_t kLowestBits = static_cast<uint32_t>(kLowestExponent + 127) << 23;
using ToneTable = std::array<float, kToneSteps>;

template <class Curve>
ToneTable table_of(Curve curve) {
  ToneTable t{};
  for (size_t i = 0; i < kToneSteps; ++i) {
    const uint32_t middle =
        (static_cast<uint32_t>(i) << (23 - kStepBits)) + (1u << (22 - kStepBits));
    t[i] = curve(std::bit_cast<float>(kLowestBits + middle));
  }
  return t;
}

// Narkowicz's fit of the film curve.
float film(float x) { return clamp01(x * (2.51f * x + 0.03f) / (x * (2.43f * x + 0.59f) + 0.14f)); }

const ToneTable& film_table() {
  static const ToneTable table = table_of([](float x) { return 255 * to_srgb(film(x)); });
  return table;
}

const ToneTable& paper_table() {
  static const ToneTable table = table_of([](float x) { return 255 * to_srgb(x); });
  return table;
}

// Red, green and blue at once.
Pixel::Four toned(const ToneTable& table, const Pixel::Four& light) {
  typedef int32_t Whole __attribute__((vector_size(16)));
  constexpr int32_t kLast = static_cast<int32_t>(kToneSteps) - 1;
  const Pixel::Four positive = light > four(0) ? light : four(0);
  Whole step =
      (std::bit_cast<Whole>(positive) - static_cast<int32_t>(kLowestBits)) >> (23 - kStepBits);
  step = step < 0 ? Whole{0, 0, 0, 0} : step > kLast ? Whole{kLast, kLast, kLast, kLast} : step;
  return Pixel::Four{table[static_cast<size_t>(step[0])], table[static_cast<size_t>(step[1])],
                     table[static_cast<size_t>(step[2])], 0};
}

struct Grade {
  float contrast = 1, saturation = 1.0f, vignette = 0.32f, grain = 1.6f;
  Rgb lift{0.0018f, 0.0022f, 0.0035f};
  Rgb gain{1, 1, 1};
};

Grade grade_for(const Stage& stage) {
  Grade g;
  if (stage.retouched && stage.style == Style::kUnsaid) return {1, 1, 0, 0, {0, 0, 0}, {1, 1, 1}};
  if (is_drawn(stage.style)) {
    g.vignette = 0;
    g.grain = stage.style == Style::kPixelArt ? 0.0f : 0.7f;
    g.lift = {0, 0, 0};
    return g;
  }
  if (stage.style == Style::kCinematic || stage.neon) {
    g.vignette = 0.48f;
    g.grain = 3.0f;
    g.lift = {0.0020f, 0.0032f, 0.0060f};
    g.gain = {1.03f, 1.0f, 0.97f};
    g.saturation = 1.12f;
  }
  if (stage.style == Style::kBlackAndWhite) {
    g.saturation = 0;
    g.contrast = 1.35f;
    g.grain = 5;
    g.vignette = 0.5f;
    g.gain = {1.15f, 1.05f, 0.8f};  // a yellow filter
  }
  return g;
}

}  // namespace

std::optional<Canvas> bloom_of(const Canvas& canvas, const Stage& stage, Watch& watch) {
  if (stage.light.bloom <= 0 || stage.retouched || is_drawn(stage.style)) return std::nullopt;
  Canvas bright = reduced(canvas, std::max(1, static_cast<int>(stage.side / 380)), &watch);
  for (Pixel& p : bright.pixels) {
    const float y = std::max({p.r(), p.g(), p.b()});
    const float keep = std::max(0.0f, y - 0.75f) / std::max(y, 1e-4f);
    p = Pixel(std::min(p.r(), 5.0f) * keep, std::min(p.g(), 5.0f) * keep,
              std::min(p.b(), 5.0f) * keep, 0);
  }
  Canvas wide = reduced(bright, 3);
  const float unit = stage.side / 1000;
  blur(bright, 5.5f * unit * bright.scale, 5.5f * unit * bright.scale);
  blur(wide, 26 * unit * wide.scale, 26 * unit * wide.scale);
  for (Pixel& p : bright.pixels) p = p * (0.30f * stage.light.bloom);
  add_scaled(bright, wide, 0.28f * stage.light.bloom);
  return bright;
}

void expose(Canvas& canvas, const Stage& stage, Watch& watch) {
  const float gain = 1.12f * stage.light.exposure;
  for (int y = 0; y < canvas.height && watch.row(canvas.width); ++y) {
    Pixel* row = canvas.row(y);
    for (int x = 0; x < canvas.width; ++x)
      row[x] = Pixel(film(row[x].r() * gain), film(row[x].g() * gain), film(row[x].b() * gain));
  }
}

image::Pixels develop(const Canvas& canvas, const std::optional<Canvas>& bloom, const Stage& stage,
                      Watch& watch) {
  image::Pixels out{canvas.width, canvas.height,
                    std::vector<uint8_t>(3 * static_cast<size_t>(canvas.width) *
                                         static_cast<size_t>(canvas.height))};
  const Grade grade = grade_for(stage);
  const bool drawn = is_drawn(stage.style);
  const ToneTable& table = drawn ? paper_table() : film_table();
  const float rx = 2 / static_cast<float>(canvas.width), ry = 2 / static_cast<float>(canvas.height);
  const auto salt = static_cast<uint32_t>(stage.chance("grain").bits());
  const Pixel gain(grade.gain * (drawn ? 1.0f : 1.12f * stage.light.exposure), 0);
  const Pixel lift(grade.lift, 0);
  static const Canvas kDark(1, 1);
  const Canvas& spill = bloom ? *bloom : kDark;
  Enlarged spills(spill, canvas.width, spill.scale / canvas.scale);
  for (int y = 0; y < canvas.height && watch.row(canvas.width * 2); ++y) {
    const Pixel* row = canvas.row(y);
    const Pixel* light = spills.row(y);
    uint8_t* to = out.rgb.data() + 3 * static_cast<size_t>(y) * static_cast<size_t>(canvas.width);
    const float v = (static_cast<float>(y) + 0.5f) * ry - 1;
    uint32_t dice = (static_cast<uint32_t>(y) + 1) * 0x9e3779b9u ^ salt;
    for (int x = 0; x < canvas.width; ++x) {
      const float u = (static_cast<float>(x) + 0.5f) * rx - 1, d = (u * u + v * v) * 0.5f;
      Pixel p = (row[x] + light[x]) * gain * (1 - grade.vignette * d * d * 1.3f) + lift;
      const float grey = luminance(p);
      p = Pixel(four(grey) + (p.v - four(grey)) * four(grade.saturation));
      if (grade.contrast != 1) p = p * power(grey * 3, grade.contrast - 1);
      dice = dice * 1664525u + 1013904223u;
      const int thrown = static_cast<int>((dice >> 8) & 0xffff) + static_cast<int>(dice >> 16);
      const float grain = (static_cast<float>(thrown) * (1 / 65536.0f) - 1) * grade.grain + 0.5f;
      const Pixel::Four tones = toned(table, p.v) + four(grain);
      typedef int32_t Whole __attribute__((vector_size(16)));
      const Whole bytes = __builtin_convertvector(tones < four(0)     ? four(0)
                                                  : tones > four(255) ? four(255)
                                                                      : tones,
                                                  Whole);
      for (size_t k = 0; k < 3; ++k)
        to[3 * static_cast<size_t>(x) + k] = static_cast<uint8_t>(bytes[k]);
    }
  }
  return out;
}

}  // namespace plantain::engine::sketch
