#include "tensor/int8.h"

#include <algorithm>
#include <memory>

#include "tensor/cpu/kernels.h"
#include "tensor/linear.h"
#include "tensor/test_numbers.h"

namespace plantain::tensor {
namespace {

class Int8 : public OnEachPath {};
ON_EACH_PATH(Int8);

constexpr int64_t kBlock = 256;
constexpr int kWeightLevels = 127;

Weight weight_of(const Numbers& w, int64_t rows) {
  const int64_t columns = static_cast<int64_t>(w.size()) / rows;
  return {Dtype::kF32, reinterpret_cast<const std::byte*>(w.data()), rows, columns, columns};
}

struct Short {
  std::unique_ptr<std::byte[]> room;
  Weight weight;
};
Short short_of(const Weight& from, bool fine = false) {
  Short copy{std::make_unique<std::byte[]>(int8_bytes(from.rows, from.columns)), {}};
  copy.weight = to_int8(from, fine, copy.room.get());
  return copy;
}

// Each block of each row rounded to `levels` steps either side of zero, as int8.h defines it. The
// quotient is that of float32, so that a number half way between two levels falls to the same side.
std::vector<double> rounded(const Numbers& x, int64_t rows, int levels) {
  const int64_t depth = static_cast<int64_t>(x.size()) / rows;
  std::vector<double> out;
  for (int64_t r = 0; r < rows; ++r)
    for (int64_t first = 0; first < depth; first += kBlock) {
      const int64_t end = std::min(depth, first + kBlock);
      const auto at = [&](int64_t k) { return x[static_cast<std::size_t>(r * depth + k)]; };
      float most = 0;
      for (int64_t k = first; k < end; ++k) most = std::max(most, std::abs(at(k)));
      const float scale = most / static_cast<float>(levels);
      for (int64_t k = first; k < end; ++k)
        out.push_back(scale == 0 ? 0.0 : std::nearbyint(at(k) * (1.0f / scale)) * double{scale});
    }
  return out;
}

std::vector<double> product(const std::vector<double>& x, const std::vector<double>& w, int64_t m,
                            int64_t n) {
  const std::size_t depth = x.size() / static_cast<std::size_t>(m);
  std::vector<double> y;
  for (int64_t r = 0; r < m; ++r)
    for (int64_t c = 0; c < n; ++c) {
      double total = 0;
      for (std::size_t k = 0; k < depth; ++k)
        total +=
            x[static_cast<std::size_t>(r) * depth + k] * w[static_cast<std::size_t>(c) * depth + k];
      y.push_back(total);
    }
  return y;
}

struct Size {
  int64_t m, k, n;
};
// Around every edge: one row, depths that are no multiple of four or of a block, tiles.
const Size kSizes[] = {{1, 7, 5},    {2, 300, 33},    {6, 256, 16},  {7, 257, 17},
                       {97, 96, 31}, {13, 1023, 130}, {400, 34, 70}, {769, 64, 129}};

// Whole numbers are summed exactly; only the scales are float32.
TEST_P(Int8, IsTheProductOfTheRoundedNumbersForEverySize) {
  for (const Size& s : kSizes) {
    for (const bool fine : {false, true}) {
      const Numbers x = random_numbers(s.m * s.k, 1), w = random_numbers(s.n * s.k, 2);
      const Short copy = short_of(weight_of(w, s.n), fine);
      Numbers y(static_cast<std::size_t>(s.m * s.n));

      linear(runtime_, {x.data(), s.m, s.k}, copy.weight, {y.data(), s.m, s.n});

      const int levels = fine ? kWeightLevels : runtime_.kernels().levels;
      const std::vector<double> plain =
          product(rounded(x, s.m, levels), rounded(w, s.n, kWeightLevels), s.m, s.n);
      EXPECT_LT(difference(y, plain), 2e-6) << s.m << "x" << s.k << "x" << s.n << " " << fine;
    }
  }
}

// Half a level of 63 (or 127) beside a largest number of about three deviations: 0.014 (0.007) of
// the rows, and 0.007 of the weights.
TEST_P(Int8, IsNearTheProductOfTheNumbersThemselves) {
  const int64_t m = 50, k = 1024, n = 90;
  const Numbers x = random_numbers(m * k, 1), w = random_numbers(n * k, 2);
  const Short copy = short_of(weight_of(w, n));
  Numbers y(static_cast<std::size_t>(m * n));

  linear(runtime_, {x.data(), m, k}, copy.weight, {y.data(), m, n});

  const double off = difference(y, product({x.begin(), x.end()}, {w.begin(), w.end()}, m, n));
  EXPECT_LT(off, runtime_.kernels().levels == 127 ? 0.013 : 0.02);
  EXPECT_GT(off, 0.001);
}

// The largest sums there are: every number of one sign and of full size.
TEST_P(Int8, NothingIsLostWhereAllNumbersAreLargest) {
  const int64_t m = 8, k = 512, n = 40;
  Numbers x(static_cast<std::size_t>(m * k), 3.0f), w(static_cast<std::size_t>(n * k), -2.0f);
  for (const float sign : {1.0f, -1.0f, 2.0f, -2.0f}) {
    for (float& one : x) one = sign * 3.0f;
    const Short copy = short_of(weight_of(w, n), std::abs(sign) == 2);
    Numbers y(static_cast<std::size_t>(m * n));

    linear(runtime_, {x.data(), m, k}, copy.weight, {y.data(), m, n});

    for (const float one : y) EXPECT_NEAR(one, sign * -6.0f * k, 0.01f);
  }
}

TEST_P(Int8, APartOfAWeightGivesThatPartOfTheProduct) {
  const int64_t m = 9, k = 300, n = 70;
  const Numbers x = random_numbers(m * k, 1), w = random_numbers(n * k, 2);
  const Short copy = short_of(weight_of(w, n));
  Numbers whole(static_cast<std::size_t>(m * n)), part(static_cast<std::size_t>(m * 30));

  linear(runtime_, {x.data(), m, k}, copy.weight, {whole.data(), m, n});
  linear(runtime_, {x.data(), m, k}, copy.weight.row_range(37, 30), {part.data(), m, 30});

  // Columns in another place of a strip may be scaled with one rounding more or less.
  for (int64_t r = 0; r < m; ++r)
    for (int64_t c = 0; c < 30; ++c)
      EXPECT_NEAR(part[static_cast<std::size_t>(r * 30 + c)],
                  whole[static_cast<std::size_t>(r * n + 37 + c)], 1e-4);
}

TEST_P(Int8, SwigluAndConvolutionsTakeItToo) {
  const int64_t m = 20, k = 64, n = 48;
  const Numbers x = random_numbers(m * k, 1), gate = random_numbers(n * k, 2),
                up = random_numbers(n * k, 3);
  const Short short_gate = short_of(weight_of(gate, n)), short_up = short_of(weight_of(up, n));
  Numbers y(static_cast<std::size_t>(m * n)), g = y, u = y;

  linear_swiglu(runtime_, {x.data(), m, k}, short_gate.weight, short_up.weight, {y.data(), m, n});
  linear(runtime_, {x.data(), m, k}, short_gate.weight, {g.data(), m, n});
  linear(runtime_, {x.data(), m, k}, short_up.weight, {u.data(), m, n});
  for (std::size_t i = 0; i < y.size(); ++i)
    EXPECT_NEAR(y[i], g[i] / (1 + std::exp(-g[i])) * u[i], 1e-4 * (1 + std::abs(y[i])));

  // A 1×1 convolution is a product of pixels.
  Numbers map(static_cast<std::size_t>(m * n));
  convolve(runtime_, {x.data(), 4, 5, 64}, short_gate.weight, Convolution::same(1),
           {map.data(), 4, 5, 48});
  EXPECT_EQ(map, g);
}

TEST_P(Int8, ANumberThatIsNoneMakesItsRowNoneAndNoOther) {
  const int64_t m = 5, k = 40, n = 20;
  Numbers x = random_numbers(m * k, 1);
  x[2 * k + 7] = std::nanf("");
  const Short copy = short_of(weight_of(random_numbers(n * k, 2), n));
  Numbers y(static_cast<std::size_t>(m * n));

  linear(runtime_, {x.data(), m, k}, copy.weight, {y.data(), m, n});

  for (int64_t i = 0; i < m * n; ++i)
    EXPECT_EQ(std::isnan(y[static_cast<std::size_t>(i)]), i / n == 2) << i;
}

}  // namespace
}  // namespace plantain::tensor
