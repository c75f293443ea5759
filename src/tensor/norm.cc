#include "tensor/norm.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "tensor/cpu/kernels.h"

namespace plantain::tensor {
namespace {

constexpr int64_t kRowsAtOnce = 16;
constexpr int64_t kPixelsAtOnce = 1024;

int64_t ceil_div(int64_t a, int64_t b) { return (a + b - 1) / b; }

// Calls work(row) for all rows, some at once on a thread.
template <class Work>
void each_row(Runtime& runtime, int64_t rows, const Work& work) {
  runtime.each(ceil_div(rows, kRowsAtOnce), [&](int64_t index, int) {
    const int64_t end = std::min(rows, (index + 1) * kRowsAtOnce);
    for (int64_t row = index * kRowsAtOnce; row < end; ++row) work(row);
  });
}

// Sums over pixels, relative to the first pixel so that a large mean costs no digits.
struct Moments {
  std::vector<double> sums;
  std::vector<double> squares;
};

Moments moments_of(Runtime& runtime, ConstMap x) {
  const int64_t channels = x.channels;
  const int64_t pieces = ceil_div(x.pixels(), kPixelsAtOnce);
  std::vector<float> partial(static_cast<std::size_t>(pieces * 2 * channels), 0.0f);
  runtime.each(pieces, [&](int64_t index, int) {
    const int64_t first = index * kPixelsAtOnce;
    float* sums = partial.data() + index * 2 * channels;
    runtime.kernels().moments(x.data + first * channels,
                              std::min(kPixelsAtOnce, x.pixels() - first), channels, x.data, sums,
                              sums + channels);
  });
  Moments total{std::vector<double>(static_cast<std::size_t>(channels)),
                std::vector<double>(static_cast<std::size_t>(channels))};
  for (int64_t i = 0; i < pieces; ++i) {
    for (int64_t c = 0; c < channels; ++c) {
      total.sums[static_cast<std::size_t>(c)] +=
          partial[static_cast<std::size_t>(i * 2 * channels + c)];
      total.squares[static_cast<std::size_t>(c)] +=
          partial[static_cast<std::size_t>((i * 2 + 1) * channels + c)];
    }
  }
  return total;
}

}  // namespace

void layer_norm(Runtime& runtime, ConstMatrix x, const float* scale, const float* shift,
                float epsilon, Matrix y) {
  CHECK(x.rows == y.rows && x.columns == y.columns);
  each_row(runtime, x.rows, [&](int64_t row) {
    runtime.kernels().layer_norm(x.row(row), scale, shift, epsilon, y.row(row), x.columns);
  });
}

void rms_norm(Runtime& runtime, ConstMatrix x, const float* weight, const float* scale,
              float epsilon, Matrix y) {
  CHECK(x.rows == y.rows && x.columns == y.columns);
  each_row(runtime, x.rows, [&](int64_t row) {
    runtime.kernels().rms_norm(x.row(row), weight, scale, epsilon, y.row(row), x.columns);
  });
}

void rms_norm_heads(Runtime& runtime, Matrix x, int head_size, const float* weight, float epsilon) {
  CHECK(x.columns % head_size == 0);
  each_row(runtime, x.rows, [&](int64_t row) {
    for (int64_t c = 0; c < x.columns; c += head_size)
      runtime.kernels().rms_norm(x.row(row) + c, weight, nullptr, epsilon, x.row(row) + c,
                                 head_size);
  });
}

void group_norm(Runtime& runtime, ConstMap x, int groups, const float* weight, const float* bias,
                float epsilon, bool silu, Map y) {
  CHECK(groups > 0 && x.channels % groups == 0);
  CHECK(x.height == y.height && x.width == y.width && x.channels == y.channels);
  if (x.pixels() == 0) return;
  const Moments total = moments_of(runtime, x);
  const std::size_t channels = static_cast<std::size_t>(x.channels);
  const std::size_t size = channels / static_cast<std::size_t>(groups);
  const double pixels = static_cast<double>(x.pixels());
  std::vector<float> factor(channels), offset(channels);
  for (std::size_t first = 0; first < channels; first += size) {
    double mean = 0;
    for (std::size_t c = first; c < first + size; ++c)
      mean += (x.data[c] + total.sums[c] / pixels) / static_cast<double>(size);
    double variance = 0;
    for (std::size_t c = first; c < first + size; ++c) {
      const double off = x.data[c] + total.sums[c] / pixels - mean;
      variance += total.squares[c] / pixels - std::pow(total.sums[c] / pixels, 2) + off * off;
    }
    variance = std::max(0.0, variance / static_cast<double>(size));
    const double inverse = 1.0 / std::sqrt(variance + static_cast<double>(epsilon));
    for (std::size_t c = first; c < first + size; ++c) {
      factor[c] = static_cast<float>(inverse * weight[c]);
      offset[c] = static_cast<float>(bias[c] - mean * inverse * weight[c]);
    }
  }
  runtime.each(ceil_div(x.pixels(), kPixelsAtOnce), [&](int64_t index, int) {
    const int64_t first = index * kPixelsAtOnce;
    runtime.kernels().normalise(x.data + first * x.channels,
                                std::min(kPixelsAtOnce, x.pixels() - first), x.channels,
                                factor.data(), offset.data(), silu, y.data + first * x.channels);
  });
}

}  // namespace plantain::tensor
