#include "tensor/int8.h"

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

#include "tensor/cpu/choose.h"
#include "tensor/cpu/kernels.h"

namespace plantain::tensor {
namespace {

using cpu::kBytesTogether;
using cpu::kScaledDepth;

constexpr int kLevels = cpu::kFineLevels;
constexpr int64_t kReadBeyond = 32;  // a strip of columns, at most
constexpr int64_t kRowsAtOnce = 64;

int64_t ceil_div(int64_t a, int64_t b) { return (a + b - 1) / b; }
int64_t stride_of(int64_t columns) { return ceil_div(columns, kBytesTogether) * kBytesTogether; }
int64_t scales_of(int64_t rows, int64_t columns) {
  return ceil_div(columns, kScaledDepth) * rows + kReadBeyond;
}

const float* wide_row(const cpu::Kernels& k, const Weight& w, int64_t row, float* buffer) {
  switch (w.dtype) {
    case Dtype::kF32:
      return reinterpret_cast<const float*>(w.row(row));
    case Dtype::kF16:
      k.widen_f16(w.row(row), buffer, w.columns);
      return buffer;
    case Dtype::kBF16:
      k.widen_bf16(w.row(row), buffer, w.columns);
      return buffer;
    case Dtype::kI8:
      break;
  }
  CHECK(!"a matrix that has more than 8 bits");
  return nullptr;
}

void quantise_row(const cpu::Kernels& k, const float* from, int64_t columns, int8_t* to,
                  float* scales, float* sums, int64_t scale_stride) {
  uint8_t raised[kScaledDepth];
  for (int64_t first = 0; first < columns; first += kScaledDepth) {
    const int64_t count = std::min<int64_t>(kScaledDepth, columns - first);
    const float scale = k.quantise(from + first, count, kLevels, raised);
    int32_t total = 0;
    for (int64_t i = 0; i < stride_of(count); ++i) {
      const int q = raised[i] - (kLevels + 1);
      total += q;
      to[first + i] = static_cast<int8_t>(q);
    }
    *scales = scale;
    *sums = scale * static_cast<float>(total);
    scales += scale_stride;
    sums += scale_stride;
  }
}

}  // namespace

std::size_t int8_bytes(int64_t rows, int64_t columns) {
  return static_cast<std::size_t>(rows * stride_of(columns)) +
         static_cast<std::size_t>(2 * scales_of(rows, columns)) * sizeof(float);
}

Weight to_int8(const Weight& from, bool fine, std::byte* room) {
  const cpu::Kernels& k = cpu::choose("");
  float* scales = reinterpret_cast<float*>(room);
  float* sums = scales + scales_of(from.rows, from.columns);
  int8_t* numbers = reinterpret_cast<int8_t*>(sums + scales_of(from.rows, from.columns));
  std::fill(scales, reinterpret_cast<float*>(numbers), 0.0f);
  const int64_t stride = stride_of(from.columns);
  std::atomic<int64_t> next{0};
  const auto work = [&] {
    std::vector<float> buffer(static_cast<std::size_t>(from.columns));
    for (int64_t first; (first = next.fetch_add(kRowsAtOnce)) < from.rows;)
      for (int64_t r = first; r < std::min(from.rows, first + kRowsAtOnce); ++r)
        quantise_row(k, wide_row(k, from, r, buffer.data()), from.columns, numbers + r * stride,
                     scales + r, sums + r, from.rows);
  };
  std::vector<std::thread> others;
  const int64_t threads =
      std::min<int64_t>(std::thread::hardware_concurrency(), ceil_div(from.rows, kRowsAtOnce));
  for (int64_t i = 1; i < threads; ++i) others.emplace_back(work);
  work();
  for (std::thread& other : others) other.join();
  Weight to{Dtype::kI8, reinterpret_cast<std::byte*>(numbers), from.rows, from.columns, stride};
  to.bias = from.bias;
  to.scales = scales;
  to.sums = sums;
  to.scale_stride = from.rows;
  to.fine = fine;
  return to;
}

}  // namespace plantain::tensor
