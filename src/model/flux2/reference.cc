#include "model/flux2/reference.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "base/text.h"

namespace plantain::model::flux2 {
namespace {

constexpr int kSideMin_px = 64;
constexpr double kAreaMax_px = 1024.0 * 1024.0;
constexpr double kLobes = 3.0;

struct Bytes {
  int width = 0;
  int height = 0;
  std::vector<uint8_t> rgb;
};

double lanczos(double x) {
  if (x == 0) return 1;
  if (std::abs(x) >= kLobes) return 0;
  const double turn = std::numbers::pi * x;
  return kLobes * std::sin(turn) * std::sin(turn / kLobes) / (turn * turn);
}

// Which source pixels make pixel `at` of `to`, out of `from`.
struct Taps {
  int first = 0;
  std::vector<double> shares;
};

Taps taps_of(int at, int from, int to) {
  const double scale = static_cast<double>(from) / to;
  const double widened = std::max(scale, 1.0);
  const double centre = (at + 0.5) * scale;
  Taps taps;
  taps.first = std::max(0, static_cast<int>(centre - kLobes * widened + 0.5));
  const int end = std::min(from, static_cast<int>(centre + kLobes * widened + 0.5));
  double sum = 0;
  for (int i = taps.first; i < end; ++i) {
    taps.shares.push_back(lanczos((i - centre + 0.5) / widened));
    sum += taps.shares.back();
  }
  for (double& share : taps.shares) share /= sum;
  return taps;
}

// Resizes along one direction: `lines` lines whose pixels are `step` bytes apart.
void resize_lines(const uint8_t* from, int count_from, uint8_t* to, int count_to, int lines,
                  int64_t step_from, int64_t line_from, int64_t step_to, int64_t line_to) {
  for (int at = 0; at < count_to; ++at) {
    const Taps taps = taps_of(at, count_from, count_to);
    for (int line = 0; line < lines; ++line) {
      for (int c = 0; c < 3; ++c) {
        double sum = 0;
        for (std::size_t i = 0; i < taps.shares.size(); ++i)
          sum += taps.shares[i] *
                 from[line * line_from + (taps.first + static_cast<int64_t>(i)) * step_from + c];
        to[line * line_to + at * step_to + c] =
            static_cast<uint8_t>(std::clamp(std::floor(sum + 0.5), 0.0, 255.0));
      }
    }
  }
}

Bytes resized(int width, int height, std::span<const uint8_t> rgb, int to_width, int to_height) {
  Bytes across{to_width, height,
               std::vector<uint8_t>(std::size_t{3} * static_cast<std::size_t>(to_width) *
                                    static_cast<std::size_t>(height))};
  resize_lines(rgb.data(), width, across.rgb.data(), to_width, height, 3, int64_t{3} * width, 3,
               int64_t{3} * to_width);
  Bytes both{to_width, to_height,
             std::vector<uint8_t>(std::size_t{3} * static_cast<std::size_t>(to_width) *
                                  static_cast<std::size_t>(to_height))};
  resize_lines(across.rgb.data(), height, both.rgb.data(), to_height, to_width,
               int64_t{3} * to_width, 3, int64_t{3} * to_width, 3);
  return both;
}

}  // namespace

Result<FloatPicture> reference_of(int width, int height, std::span<const uint8_t> rgb,
                                  int multiple) {
  if (std::min(width, height) < kSideMin_px)
    return invalid(concat("a picture to edit must have sides of at least ", kSideMin_px,
                          " pixels; it is ", width, "x", height));
  Bytes picture{width, height, {rgb.begin(), rgb.end()}};
  const double area = static_cast<double>(width) * height;
  if (area > kAreaMax_px) {
    const double factor = std::sqrt(kAreaMax_px / area);
    picture = resized(width, height, rgb, std::max(multiple, static_cast<int>(width * factor)),
                      std::max(multiple, static_cast<int>(height * factor)));
  }
  FloatPicture reference =
      FloatPicture::of(picture.width / multiple * multiple, picture.height / multiple * multiple);
  const int left = (picture.width - reference.width) / 2,
            top = (picture.height - reference.height) / 2;
  float* to = reference.values.data();
  for (int y = 0; y < reference.height; ++y) {
    const uint8_t* from = picture.rgb.data() + 3 * (int64_t{top + y} * picture.width + left);
    for (int i = 0; i < 3 * reference.width; ++i)
      *to++ = static_cast<float>(from[i]) / 255.0f * 2.0f - 1.0f;
  }
  return reference;
}

}  // namespace plantain::model::flux2
