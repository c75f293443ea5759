#include "tensor/elementwise.h"

#include <algorithm>
#include <cmath>

#include "tensor/cpu/kernels.h"

namespace plantain::tensor {
namespace {

constexpr int64_t kRowsAtOnce = 16;

template <class Work>
void each_row(Runtime& runtime, ConstMatrix x, Matrix y, const Work& work) {
  CHECK(x.rows == y.rows && x.columns == y.columns);
  runtime.each((x.rows + kRowsAtOnce - 1) / kRowsAtOnce, [&](int64_t index, int) {
    const int64_t end = std::min(x.rows, (index + 1) * kRowsAtOnce);
    for (int64_t row = index * kRowsAtOnce; row < end; ++row) work(x.row(row), y.row(row));
  });
}

}  // namespace

void silu(Runtime& runtime, ConstMatrix x, Matrix y) {
  each_row(runtime, x, y,
           [&](const float* from, float* to) { runtime.kernels().silu(from, to, x.columns); });
}

void tanh(Runtime& runtime, ConstMatrix x, Matrix y) {
  each_row(runtime, x, y,
           [&](const float* from, float* to) { runtime.kernels().tanh(from, to, x.columns); });
}

void add_scaled(Runtime& runtime, ConstMatrix x, const float* factor, Matrix y) {
  each_row(runtime, x, y, [&](const float* from, float* to) {
    runtime.kernels().add_scaled(from, factor, to, x.columns);
  });
}

void widen(const Runtime& runtime, Dtype dtype, const std::byte* from, int64_t count, float* to) {
  switch (dtype) {
    case Dtype::kF32:
      std::copy(from, from + count * 4, reinterpret_cast<std::byte*>(to));
      return;
    case Dtype::kF16:
      runtime.kernels().widen_f16(from, to, count);
      return;
    case Dtype::kBF16:
      runtime.kernels().widen_bf16(from, to, count);
      return;
    case Dtype::kI8:
      break;
  }
  CHECK(!"8-bit numbers have scales: they are not widened alone");
}

void sinusoids(double time, int size, float* to) {
  CHECK(size % 2 == 0);
  const int half = size / 2;
  // The frequencies are float32 in the models' reference; the product with the time too.
  for (int k = 0; k < half; ++k) {
    const float frequency =
        std::exp(static_cast<float>(-std::log(10000.0) * k) / static_cast<float>(half));
    const float angle = static_cast<float>(time) * frequency;
    to[k] = std::cos(angle);
    to[half + k] = std::sin(angle);
  }
}

}  // namespace plantain::tensor
