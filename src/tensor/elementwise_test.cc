#include "tensor/elementwise.h"

#include "tensor/rotary.h"
#include "tensor/test_numbers.h"

namespace plantain::tensor {
namespace {

class Elementwise : public OnEachPath {};
ON_EACH_PATH(Elementwise);

TEST_P(Elementwise, SiluAndTanhAreWithinAFewUnitsInTheLastPlaceEverywhere) {
  Numbers x;
  for (int i = -4000; i <= 4000; ++i) x.push_back(static_cast<float>(i) * 0.025f);
  for (const float tiny : {0.0f, 1e-6f, -1e-3f, 0.19f, 0.21f}) x.push_back(tiny);
  const int64_t n = static_cast<int64_t>(x.size());
  Numbers s(x.size()), t(x.size());

  silu(runtime_, {x.data(), 1, n}, {s.data(), 1, n});
  tanh(runtime_, {x.data(), 1, n}, {t.data(), 1, n});

  for (std::size_t i = 0; i < x.size(); ++i) {
    const double wide = x[i];
    const double expected = wide / (1 + std::exp(-wide));
    // Below -87 the exponential is held at the end of float32's range.
    EXPECT_NEAR(s[i], expected, 1e-6 * std::abs(expected) + 1e-35) << wide;
    EXPECT_NEAR(t[i], std::tanh(wide), 5e-7 * std::abs(std::tanh(wide))) << wide;
  }
}

TEST_P(Elementwise, WidenKeepsEveryFiniteHalf) {
  std::vector<uint16_t> all;
  for (uint32_t i = 0; i < 0x10000; ++i)
    if ((i & 0x7c00) != 0x7c00) all.push_back(static_cast<uint16_t>(i));
  Numbers wide(all.size());

  widen(runtime_, Dtype::kF16, reinterpret_cast<const std::byte*>(all.data()),
        static_cast<int64_t>(all.size()), wide.data());

  for (std::size_t i = 0; i < all.size(); ++i) ASSERT_EQ(wide[i], f16_value(all[i])) << all[i];
}

TEST_P(Elementwise, SinusoidsAreCosinesThenSines) {
  float e[256];

  sinusoids(1000, 256, e);

  // Published values of the embedding of t = 1000.
  EXPECT_NEAR(e[0], 0.56238, 1e-5);
  EXPECT_NEAR(e[1], 0.78961, 2e-4);  // the angle is a float32 near 930
  EXPECT_NEAR(e[127], 0.994232, 1e-6);
  EXPECT_NEAR(e[128], 0.82688, 1e-5);
  EXPECT_NEAR(e[255], 0.107254, 1e-6);
}

TEST_P(Elementwise, RotationTurnsNeighboursOrHalvesByTheAngleOfTheirAxis) {
  const int sizes[] = {4, 2};
  const float positions[] = {3, 5, 0, 7};       // two tokens, two axes
  const Numbers x = random_numbers(2 * 12, 1);  // two heads of six
  const RotaryTable table = make_rotary_table(sizes, 100.0, positions);
  const auto turned = [&](int token, int head, int pair, int a, int b, bool second) {
    const double angle = pair < 2 ? positions[token * 2] * std::pow(100.0, -2.0 * pair / 4)
                                  : positions[token * 2 + 1] * std::pow(100.0, 0.0);
    const double p = x[static_cast<std::size_t>(token * 12 + head * 6 + a)],
                 q = x[static_cast<std::size_t>(token * 12 + head * 6 + b)];
    return second ? q * std::cos(angle) + p * std::sin(angle)
                  : p * std::cos(angle) - q * std::sin(angle);
  };

  Numbers neighbours = x, halves = x;
  rotate(runtime_, {neighbours.data(), 2, 12}, table, 0, RotaryPairs::kNeighbours);
  rotate(runtime_, {halves.data(), 2, 12}, table, 0, RotaryPairs::kHalves);

  for (int token = 0; token < 2; ++token)
    for (int head = 0; head < 2; ++head)
      for (int i = 0; i < 3; ++i) {
        const std::size_t at = static_cast<std::size_t>(token * 12 + head * 6);
        const std::size_t k = static_cast<std::size_t>(i);
        EXPECT_NEAR(neighbours[at + 2 * k], turned(token, head, i, 2 * i, 2 * i + 1, false), 1e-5);
        EXPECT_NEAR(neighbours[at + 2 * k + 1], turned(token, head, i, 2 * i, 2 * i + 1, true),
                    1e-5);
        EXPECT_NEAR(halves[at + k], turned(token, head, i, i, i + 3, false), 1e-5);
        EXPECT_NEAR(halves[at + k + 3], turned(token, head, i, i, i + 3, true), 1e-5);
      }
}

}  // namespace
}  // namespace plantain::tensor
