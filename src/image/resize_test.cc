#include "image/resize.h"

#include <numbers>

#include "base/limits.h"
#include "image/test_pictures.h"

namespace plantain::image {
namespace {

// ---- The definition, in the plainest loops ----

double linear_of(double level) {
  const double v = level / 255;
  return v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4);
}

double level_of(double linear) {
  const double v = std::clamp(linear, 0.0, 1.0);
  return 255 * (v <= 0.0031308 ? v * 12.92 : 1.055 * std::pow(v, 1 / 2.4) - 0.055);
}

double sinc(double x) {
  return x == 0 ? 1 : std::sin(std::numbers::pi * x) / (std::numbers::pi * x);
}

// Lanczos-3 stretched to the output's pixels where it shrinks, Catmull-Rom where it does not.
double kernel(double distance, double scale) {
  const double x = std::abs(scale > 1 ? distance / scale : distance);
  if (scale > 1) return x < 3 ? sinc(x) * sinc(x / 3) : 0;
  if (x < 1) return 1.5 * x * x * x - 2.5 * x * x + 1;
  return x < 2 ? -0.5 * x * x * x + 2.5 * x * x - 4 * x + 2 : 0;
}

// The level of one channel at one place of the output, before it is rounded.
double defined_level(const Pixels& from, int width, int height, int x, int y, int channel) {
  const double across = static_cast<double>(from.width) / width;
  const double down = static_cast<double>(from.height) / height;
  const double centre_x = (x + 0.5) * across - 0.5, centre_y = (y + 0.5) * down - 0.5;
  const int reach_x = static_cast<int>(3 * std::max(across, 1.0)) + 2;
  const int reach_y = static_cast<int>(3 * std::max(down, 1.0)) + 2;
  double sum = 0, weights = 0;
  for (int v = static_cast<int>(centre_y) - reach_y; v <= centre_y + reach_y; ++v) {
    for (int u = static_cast<int>(centre_x) - reach_x; u <= centre_x + reach_x; ++u) {
      const double weight = kernel(u - centre_x, across) * kernel(v - centre_y, down);
      const int row = std::clamp(v, 0, from.height - 1), column = std::clamp(u, 0, from.width - 1);
      sum += weight * linear_of(from.rgb[size_t{3} * (row * from.width + column) + channel]);
      weights += weight;
    }
  }
  return level_of(sum / weights);
}

TEST(Resize, AgreesWithItsDefinition) {
  const std::pair<int, int> sizes[][2] = {
      {{7, 5}, {3, 2}},     {{5, 7}, {11, 13}}, {{16, 16}, {16, 9}}, {{16, 9}, {40, 9}},
      {{13, 4}, {5, 9}},    {{1, 1}, {4, 3}},   {{9, 9}, {1, 1}},    {{40, 3}, {3, 40}},
      {{64, 48}, {63, 47}}, {{2, 2}, {1, 5}},   {{50, 50}, {7, 7}},  {{1, 30}, {1, 4}},
      {{100, 60}, {48, 29}}};
  for (const auto& [from, to] : sizes) {
    const Pixels source = noise(from.first, from.second, 11);

    const Pixels out = resize(source, to.first, to.second);

    ASSERT_EQ(out.width, to.first);
    ASSERT_EQ(out.height, to.second);
    ASSERT_EQ(out.rgb.size(), size_t{3} * to.first * to.second);
    for (int y = 0; y < out.height; ++y) {
      for (int x = 0; x < out.width; ++x) {
        for (int channel = 0; channel < 3; ++channel) {
          const double wanted = defined_level(source, out.width, out.height, x, y, channel);
          // Half a level for rounding, 0.05 for the table of levels, the rest for sums in float.
          ASSERT_NEAR(out.rgb[size_t{3} * (y * out.width + x) + channel], wanted, 0.57)
              << from.first << "x" << from.second << " to " << to.first << "x" << to.second
              << " at " << x << "," << y;
        }
      }
    }
  }
}

TEST(Resize, TheSameSizeIsTheSamePicture) {
  const Pixels source = noise(33, 21);

  EXPECT_EQ(resize(source, 33, 21).rgb, source.rgb);
}

TEST(Resize, AFlatPictureStaysFlatAtEveryLevelAndSize) {
  for (int level = 0; level <= 255; ++level) {
    const Pixels flat{9, 7, std::vector<uint8_t>(size_t{3} * 9 * 7, static_cast<uint8_t>(level))};
    for (const auto& [width, height] : {std::pair(4, 3), std::pair(20, 15), std::pair(1, 1)}) {
      const Pixels out = resize(flat, width, height);
      EXPECT_EQ(out.rgb, std::vector<uint8_t>(out.rgb.size(), static_cast<uint8_t>(level)))
          << level;
    }
  }
}

TEST(Resize, LightIsAddedNotLevels) {
  Pixels board{64, 64, {}};
  for (int i = 0; i < 64 * 64; ++i) {
    board.rgb.insert(board.rgb.end(), 3, (i % 64 + i / 64) % 2 == 0 ? 0 : 255);
  }

  const Pixels out = resize(board, 16, 16);

  // Half of the light is level 187.5, not 127.5.
  EXPECT_NEAR(out.rgb[size_t{3} * (8 * 16 + 8)], 188, 1);
}

TEST(FitWithin, KeepsTheShapeAndNeverGrows) {
  const auto sides = [](int width, int height, int side) {
    const Pixels out =
        fit_within(Pixels{width, height, std::vector<uint8_t>(size_t{3} * width * height)}, side);
    return std::pair(out.width, out.height);
  };
  constexpr int kSide = limits::kThumbnailSide_px;

  EXPECT_EQ(sides(1376, 768, kSide), std::pair(512, 286));
  EXPECT_EQ(sides(768, 1376, kSide), std::pair(286, 512));
  EXPECT_EQ(sides(1024, 1024, kSide), std::pair(512, 512));
  EXPECT_EQ(sides(512, 300, kSide), std::pair(512, 300));
  EXPECT_EQ(sides(20, 10, kSide), std::pair(20, 10));
  EXPECT_EQ(sides(16383, 1, kSide), std::pair(512, 1));
  EXPECT_EQ(sides(3, 2, 1), std::pair(1, 1));
}

TEST(FitWithin, AThumbnailLooksLikeItsPicture) {
  const Pixels picture = test_picture(1584, 672);

  const Pixels thumbnail = fit_within(picture, limits::kThumbnailSide_px);

  EXPECT_EQ(thumbnail.width, 512);
  EXPECT_EQ(thumbnail.height, 217);
  EXPECT_GE(psnr(thumbnail, test_picture(512, 217)), 30) << "the same scene, drawn at that size";
}

}  // namespace
}  // namespace plantain::image
