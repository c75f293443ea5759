#include "tensor/linear.h"

#include "tensor/test_numbers.h"

namespace plantain::tensor {
namespace {

// Products of float32 summed in float32 in blocks: a few units of 2^-24 times the square root of
// the depth.
constexpr double kNear = 2e-6;

class Linear : public OnEachPath {};
ON_EACH_PATH(Linear);

Weight weight_of(const Numbers& w, int64_t rows, const float* bias = nullptr) {
  const int64_t columns = static_cast<int64_t>(w.size()) / rows;
  return {Dtype::kF32, reinterpret_cast<const std::byte*>(w.data()), rows, columns, columns, bias};
}
Weight weight_of(const std::vector<uint16_t>& w, Dtype dtype, int64_t rows) {
  const int64_t columns = static_cast<int64_t>(w.size()) / rows;
  return {dtype, reinterpret_cast<const std::byte*>(w.data()), rows, columns, columns, nullptr};
}

// z = x · transposed(w) + bias, as the header defines it.
std::vector<double> plain_linear(const Numbers& x, const std::vector<double>& w, int64_t rows,
                                 int64_t columns, const Numbers& bias) {
  const int64_t depth = static_cast<int64_t>(x.size()) / rows;
  std::vector<double> z;
  for (int64_t m = 0; m < rows; ++m) {
    for (int64_t n = 0; n < columns; ++n) {
      double total = bias.empty() ? 0 : bias[static_cast<std::size_t>(n)];
      for (int64_t k = 0; k < depth; ++k)
        total +=
            x[static_cast<std::size_t>(m * depth + k)] * w[static_cast<std::size_t>(n * depth + k)];
      z.push_back(total);
    }
  }
  return z;
}

std::vector<double> wide(const Numbers& x) { return {x.begin(), x.end()}; }
double plain_silu(double x) { return x / (1 + std::exp(-x)); }

struct Size {
  int64_t m, k, n;
};
// Around every edge: strips, depth blocks, tiles, one portion and several, few rows.
const Size kSizes[] = {{1, 7, 5},    {2, 300, 33}, {3, 64, 200},   {4, 5, 3},     {6, 256, 16},
                       {7, 257, 17}, {97, 96, 31}, {13, 600, 130}, {400, 33, 70}, {769, 64, 129}};

TEST_P(Linear, IsTheSumOfProductsPlusBiasForEverySize) {
  for (const Size& s : kSizes) {
    const Numbers x = random_numbers(s.m * s.k, 1), w = random_numbers(s.n * s.k, 2),
                  bias = random_numbers(s.n, 3);
    Numbers y(static_cast<std::size_t>(s.m * s.n));

    linear(runtime_, {x.data(), s.m, s.k}, weight_of(w, s.n, bias.data()), {y.data(), s.m, s.n});

    EXPECT_LT(difference(y, plain_linear(x, wide(w), s.m, s.n, bias)), kNear)
        << s.m << "x" << s.k << "x" << s.n;
  }
}

TEST_P(Linear, ReadsShortWeightsExactly) {
  for (const int64_t m : {2, 50}) {
    const int64_t k = 77, n = 40;
    const Numbers x = random_numbers(m * k, 1);
    const std::vector<uint16_t> stored = cut_to_bf16(random_numbers(n * k, 2));
    std::vector<double> brain, half;
    for (const uint16_t s : stored) {
      brain.push_back(bf16_value(s));
      half.push_back(f16_value(s));
    }
    Numbers y(static_cast<std::size_t>(m * n));

    linear(runtime_, {x.data(), m, k}, weight_of(stored, Dtype::kBF16, n), {y.data(), m, n});
    EXPECT_LT(difference(y, plain_linear(x, brain, m, n, {})), kNear);
    linear(runtime_, {x.data(), m, k}, weight_of(stored, Dtype::kF16, n), {y.data(), m, n});
    EXPECT_LT(difference(y, plain_linear(x, half, m, n, {})), kNear);
  }
}

TEST_P(Linear, EpiloguesDoWhatTheirNamesSay) {
  for (const int64_t m : {1, 20}) {
    const int64_t k = 30, n = 19;
    const Numbers x = random_numbers(m * k, 1), w = random_numbers(n * k, 2),
                  factor = random_numbers(n, 3), before = random_numbers(m * n, 4);
    const std::vector<double> z = plain_linear(x, wide(w), m, n, {});
    std::vector<double> silu, added, scaled;
    for (std::size_t i = 0; i < z.size(); ++i) {
      silu.push_back(plain_silu(z[i]));
      added.push_back(before[i] + z[i]);
      scaled.push_back(before[i] + factor[i % static_cast<std::size_t>(n)] * z[i]);
    }
    const auto run = [&](const Epilogue& epilogue) {
      Numbers y = before;
      linear(runtime_, {x.data(), m, k}, weight_of(w, n), {y.data(), m, n}, epilogue);
      return y;
    };

    EXPECT_LT(difference(run(Epilogue::silu()), silu), kNear);
    EXPECT_LT(difference(run(Epilogue::add()), added), kNear);
    EXPECT_LT(difference(run(Epilogue::add(factor.data())), scaled), kNear);
  }
}

TEST_P(Linear, SwigluGatesTheSecondProductByTheFirst) {
  const int64_t m = 40, k = 70, n = 150;
  const Numbers x = random_numbers(m * k, 1), gate = random_numbers(n * k, 2),
                up = random_numbers(n * k, 3);
  const std::vector<double> g = plain_linear(x, wide(gate), m, n, {}),
                            u = plain_linear(x, wide(up), m, n, {});
  std::vector<double> expected;
  for (std::size_t i = 0; i < g.size(); ++i) expected.push_back(plain_silu(g[i]) * u[i]);
  Numbers y(static_cast<std::size_t>(m * n));

  linear_swiglu(runtime_, {x.data(), m, k}, weight_of(gate, n), weight_of(up, n), {y.data(), m, n});

  EXPECT_LT(difference(y, expected), kNear);
}

TEST_P(Linear, ARowHasTheSameBitsInAnyCompanyAndWithAnyThreads) {
  const int64_t k = 300, n = 45;
  const Numbers x = random_numbers(500 * k, 1), w = random_numbers(n * k, 2);
  Numbers many(static_cast<std::size_t>(500 * n)), few(static_cast<std::size_t>(5 * n));
  Runtime alone(1, GetParam());

  linear(runtime_, {x.data(), 500, k}, weight_of(w, n), {many.data(), 500, n});
  linear(alone, {x.data() + 200 * k, 5, k}, weight_of(w, n), {few.data(), 5, n});

  EXPECT_TRUE(std::equal(few.begin(), few.end(), many.begin() + 200 * n));
}

// The definition in linear.h; weights [out, kernel, kernel, in].
std::vector<double> plain_convolution(const Numbers& in, int height, int width, int channels,
                                      const Numbers& w, int out_channels, const Convolution& c) {
  const int times = c.twice ? 2 : 1;
  std::vector<double> out;
  for (int y = 0; y < c.output(height); ++y)
    for (int x = 0; x < c.output(width); ++x)
      for (int n = 0; n < out_channels; ++n) {
        double total = 0;
        for (int i = 0; i < c.kernel; ++i)
          for (int j = 0; j < c.kernel; ++j) {
            const int from_y = y * c.stride + i - c.before, from_x = x * c.stride + j - c.before;
            if (from_y < 0 || from_x < 0 || from_y >= times * height || from_x >= times * width)
              continue;
            for (int k = 0; k < channels; ++k)
              total +=
                  in[static_cast<std::size_t>((from_y / times * width + from_x / times) * channels +
                                              k)] *
                  w[static_cast<std::size_t>(((n * c.kernel + i) * c.kernel + j) * channels + k)];
          }
        out.push_back(total);
      }
  return out;
}

TEST_P(Linear, ConvolutionsOfAllKindsMatchTheirDefinition) {
  const Convolution kinds[] = {Convolution::same(1),
                               Convolution::same(3),
                               Convolution::halving(),
                               Convolution::doubling(),
                               {3, 2, 1, 1, false}};
  for (const Convolution& c : kinds) {
    for (const int channels : {3, 40}) {
      const int height = 9, width = 14, out_channels = 21;
      const Numbers in = random_numbers(height * width * channels, 1),
                    w = random_numbers(out_channels * c.kernel * c.kernel * channels, 2);
      Numbers out(static_cast<std::size_t>(c.output(height) * c.output(width) * out_channels));

      convolve(runtime_, {in.data(), height, width, channels}, weight_of(w, out_channels), c,
               {out.data(), c.output(height), c.output(width), out_channels});

      EXPECT_LT(difference(out, plain_convolution(in, height, width, channels, w, out_channels, c)),
                kNear)
          << c.kernel << " " << c.stride << " " << channels;
    }
  }
}

}  // namespace
}  // namespace plantain::tensor
