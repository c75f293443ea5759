// Both directions are weighted sums of source pixels. Rows come first: each output row is summed
// straight from the 8-bit source through a table, in one float row, and then filtered along x.
// So memory is two float rows, however large the picture.
#include "image/resize.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "base/check.h"

namespace plantain::image {

namespace {

// IEC 61966-2-1.
double to_linear(double v) { return v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4); }
double from_linear(double v) {
  return v <= 0.0031308 ? v * 12.92 : 1.055 * std::pow(v, 1 / 2.4) - 0.055;
}

// The curve is steepest at black: 12.92 * 255 levels of sRGB over the whole linear range. With
// 65536 steps one step is at most 0.05 of a level, so rounding goes wrong by no more than that,
// and every 8-bit value comes back as itself.
constexpr int kLinearSteps = 65536;

struct Curve {
  std::array<float, 256> linear;
  std::array<uint8_t, kLinearSteps> level;

  Curve() {
    for (int i = 0; i < 256; ++i) linear[i] = static_cast<float>(to_linear(i / 255.0));
    for (int i = 0; i < kLinearSteps; ++i) {
      level[i] = static_cast<uint8_t>(std::lround(255 * from_linear(i / (kLinearSteps - 1.0))));
    }
  }

  uint8_t level_of(float value) const {
    const float clamped = std::clamp(value, 0.0f, 1.0f);
    return level[static_cast<int>(clamped * (kLinearSteps - 1) + 0.5f)];
  }
};

const Curve& curve() {
  static const Curve the_curve;
  return the_curve;
}

double lanczos3(double x) {
  if (x == 0) return 1;
  if (std::abs(x) >= 3) return 0;
  const double t = std::numbers::pi * x;
  return 3 * std::sin(t) * std::sin(t / 3) / (t * t);
}

double catmull_rom(double x) {
  x = std::abs(x);
  if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
  if (x < 2) return ((-0.5 * x + 2.5) * x - 4) * x + 2;
  return 0;
}

// For each output position: the source positions first … first + count - 1 and their weights,
// which sum to one.
struct Taps {
  struct Span {
    int first;
    int count;
    size_t weight;  // index of the first weight
  };
  std::vector<Span> spans;
  std::vector<float> weights;
};

Taps make_taps(int from, int to) {
  const bool shrinks = to < from;
  const double scale = static_cast<double>(from) / to;
  const double stretch = shrinks ? scale : 1;  // a low pass as wide as an output pixel
  const double radius = shrinks ? 3 * stretch : 2;
  Taps taps;
  std::vector<double> sums;
  for (int i = 0; i < to; ++i) {
    const double centre = (i + 0.5) * scale - 0.5;
    const int low = static_cast<int>(std::ceil(centre - radius));
    const int high = static_cast<int>(std::floor(centre + radius));
    const int first = std::clamp(low, 0, from - 1);
    const int last = std::clamp(high, 0, from - 1);
    sums.assign(last - first + 1, 0.0);
    double total = 0;
    for (int k = low; k <= high; ++k) {
      const double offset = (k - centre) / stretch;
      const double weight = shrinks ? lanczos3(offset) : catmull_rom(offset);
      sums[std::clamp(k, first, last) - first] += weight;  // the edge stands for what is beyond it
      total += weight;
    }
    taps.spans.push_back({first, last - first + 1, taps.weights.size()});
    for (const double sum : sums) taps.weights.push_back(static_cast<float>(sum / total));
  }
  return taps;
}

// out = the weighted sum of rows of `from`, in linear light.
void sum_rows(const Pixels& from, const Taps& taps, int y, std::vector<float>& out) {
  const Taps::Span span = taps.spans[y];
  const float* linear = curve().linear.data();
  std::fill(out.begin(), out.end(), 0.0f);
  for (int k = 0; k < span.count; ++k) {
    const float weight = taps.weights[span.weight + k];
    const uint8_t* row = &from.rgb[out.size() * (span.first + k)];
    for (size_t i = 0; i < out.size(); ++i) out[i] += weight * linear[row[i]];
  }
}

// One output row from one float row of the source's width.
void filter_row(const std::vector<float>& row, const Taps& taps, uint8_t* out) {
  const Curve& to_level = curve();
  for (const Taps::Span& span : taps.spans) {
    const float* weight = &taps.weights[span.weight];
    const float* pixel = &row[size_t{3} * span.first];
    float red = 0, green = 0, blue = 0;
    for (int k = 0; k < span.count; ++k, pixel += 3) {
      red += weight[k] * pixel[0];
      green += weight[k] * pixel[1];
      blue += weight[k] * pixel[2];
    }
    *out++ = to_level.level_of(red);
    *out++ = to_level.level_of(green);
    *out++ = to_level.level_of(blue);
  }
}

}  // namespace

Pixels resize(const Pixels& from, int width, int height) {
  CHECK(width >= 1 && height >= 1 && from.width >= 1 && from.height >= 1);
  CHECK(from.rgb.size() == size_t{3} * from.width * from.height);
  if (width == from.width && height == from.height) return from;
  const Taps across = make_taps(from.width, width);
  const Taps down = make_taps(from.height, height);
  Pixels out{width, height, std::vector<uint8_t>(size_t{3} * width * height)};
  std::vector<float> row(size_t{3} * from.width);
  for (int y = 0; y < height; ++y) {
    sum_rows(from, down, y, row);
    filter_row(row, across, &out.rgb[size_t{3} * width * y]);
  }
  return out;
}

Pixels fit_within(const Pixels& from, int side) {
  CHECK(side >= 1);
  const int64_t longer = std::max(from.width, from.height);
  if (longer <= side) return from;
  const auto scaled = [&](int length) {
    return static_cast<int>(
        std::max<int64_t>(1, (2 * int64_t{length} * side + longer) / (2 * longer)));
  };
  return resize(from, scaled(from.width), scaled(from.height));
}

}  // namespace plantain::image
