#include "tensor/norm.h"

#include "tensor/test_numbers.h"

namespace plantain::tensor {
namespace {

constexpr double kNear = 1e-6;  // float32 sums of some hundred numbers

class Norm : public OnEachPath {};
ON_EACH_PATH(Norm);

TEST_P(Norm, LayerNormHasMeanZeroAndVarianceOneBeforeItIsModulated) {
  for (const int64_t n : {3, 96, 131}) {
    const Numbers x = random_numbers(5 * n, 1), scale = random_numbers(n, 2),
                  shift = random_numbers(n, 3);
    std::vector<double> expected, bare;
    for (int64_t r = 0; r < 5; ++r) {
      double mean = 0, variance = 0;
      for (int64_t c = 0; c < n; ++c)
        mean += x[static_cast<std::size_t>(r * n + c)] / static_cast<double>(n);
      for (int64_t c = 0; c < n; ++c)
        variance +=
            std::pow(x[static_cast<std::size_t>(r * n + c)] - mean, 2) / static_cast<double>(n);
      for (int64_t c = 0; c < n; ++c) {
        const double z =
            (x[static_cast<std::size_t>(r * n + c)] - mean) / std::sqrt(variance + 0.01);
        bare.push_back(z);
        expected.push_back(z * (1.0 + scale[static_cast<std::size_t>(c)]) +
                           shift[static_cast<std::size_t>(c)]);
      }
    }
    Numbers y(x.size());

    layer_norm(runtime_, {x.data(), 5, n}, scale.data(), shift.data(), 0.01f, {y.data(), 5, n});
    EXPECT_LT(difference(y, expected), kNear);
    layer_norm(runtime_, {x.data(), 5, n}, nullptr, nullptr, 0.01f, {y.data(), 5, n});
    EXPECT_LT(difference(y, bare), kNear);
  }
}

TEST_P(Norm, RmsNormDividesByTheRootMeanSquareOfARowOrOfAHead) {
  const int64_t n = 90;
  const Numbers x = random_numbers(4 * n, 1), weight = random_numbers(n, 2),
                scale = random_numbers(n, 3);
  const auto defined = [&](int64_t size, bool scaled) {
    std::vector<double> y;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const std::size_t first = i - i % static_cast<std::size_t>(size);
      double square = 0;
      for (std::size_t c = first; c < first + static_cast<std::size_t>(size); ++c)
        square += static_cast<double>(x[c]) * x[c] / static_cast<double>(size);
      const std::size_t c = i % static_cast<std::size_t>(size);
      y.push_back(x[i] / std::sqrt(square + 0.02) * weight[c] * (scaled ? 1.0 + scale[c] : 1.0));
    }
    return y;
  };
  Numbers y(x.size()), heads = x;

  rms_norm(runtime_, {x.data(), 4, n}, weight.data(), scale.data(), 0.02f, {y.data(), 4, n});
  rms_norm_heads(runtime_, {heads.data(), 4, n}, 18, weight.data(), 0.02f);

  EXPECT_LT(difference(y, defined(n, true)), kNear);
  EXPECT_LT(difference(heads, defined(18, false)), kNear);
}

TEST_P(Norm, GroupNormIsOverAllPixelsOfAGroupEvenFarFromZero) {
  const int height = 40, width = 53, channels = 24, groups = 4;
  Numbers x = random_numbers(int64_t{height} * width * channels, 1);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] += static_cast<float>(i % channels);
  const Numbers weight = random_numbers(channels, 2), bias = random_numbers(channels, 3);
  std::vector<double> expected(x.size());
  for (int g = 0; g < groups; ++g) {
    double mean = 0, variance = 0;
    const double count = static_cast<double>(x.size()) / groups;
    const auto inside = [&](std::size_t i) {
      return static_cast<int>(i % channels) / (channels / groups) == g;
    };
    for (std::size_t i = 0; i < x.size(); ++i)
      if (inside(i)) mean += x[i] / count;
    for (std::size_t i = 0; i < x.size(); ++i)
      if (inside(i)) variance += std::pow(x[i] - mean, 2) / count;
    for (std::size_t i = 0; i < x.size(); ++i) {
      if (!inside(i)) continue;
      const double z =
          (x[i] - mean) / std::sqrt(variance + 1e-6) * weight[i % channels] + bias[i % channels];
      expected[i] = z / (1 + std::exp(-z));
    }
  }

  group_norm(runtime_, {x.data(), height, width, channels}, groups, weight.data(), bias.data(),
             1e-6f, true, {x.data(), height, width, channels});

  EXPECT_LT(difference(x, expected), kNear);
}

}  // namespace
}  // namespace plantain::tensor
