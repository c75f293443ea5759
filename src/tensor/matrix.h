// Views of numbers in memory. They own nothing; who made the memory keeps it alive.
// Threads: values.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/check.h"

namespace plantain::tensor {

// How numbers lie in memory. Everything is computed in and summed as float32, but products with
// kI8, which are summed as whole numbers: see int8.h.
enum class Dtype { kF32, kF16, kBF16, kI8 };

constexpr std::size_t size_of(Dtype dtype) {
  return dtype == Dtype::kF32 ? 4 : dtype == Dtype::kI8 ? 1 : 2;
}

// Rows of float32; row r begins at data + r * stride. A token a row, or a pixel a row (channels
// last) for pictures.
template <class Number>
struct MatrixView {
  Number* data = nullptr;
  int64_t rows = 0;
  int64_t columns = 0;
  int64_t stride = 0;  // in numbers, >= columns

  MatrixView() = default;
  MatrixView(Number* at, int64_t row_count, int64_t column_count)
      : MatrixView(at, row_count, column_count, column_count) {}
  MatrixView(Number* at, int64_t row_count, int64_t column_count, int64_t row_stride)
      : data(at), rows(row_count), columns(column_count), stride(row_stride) {}
  // A view to change is also one to read.
  template <class Other>
    requires(sizeof(Other) == sizeof(Number))
  MatrixView(const MatrixView<Other>& other)  // NOLINT: implicit
      : data(other.data), rows(other.rows), columns(other.columns), stride(other.stride) {}

  Number* row(int64_t r) const { return data + r * stride; }
  MatrixView row_range(int64_t first, int64_t count) const {
    CHECK(first >= 0 && count >= 0 && first + count <= rows);
    return MatrixView(row(first), count, columns, stride);
  }
  MatrixView column_range(int64_t first, int64_t count) const {
    CHECK(first >= 0 && count >= 0 && first + count <= columns);
    return MatrixView(data + first, rows, count, stride);
  }
};

using Matrix = MatrixView<float>;
using ConstMatrix = MatrixView<const float>;

// A picture or feature map: pixel (y, x) is row y * width + x, one column a channel; no gaps
// between pixels.
template <class Number>
struct MapView {
  Number* data = nullptr;
  int height = 0;
  int width = 0;
  int channels = 0;

  MapView() = default;
  MapView(Number* at, int rows, int columns, int channel_count)
      : data(at), height(rows), width(columns), channels(channel_count) {}
  template <class Other>
    requires(sizeof(Other) == sizeof(Number))
  MapView(const MapView<Other>& other)  // NOLINT: implicit
      : data(other.data), height(other.height), width(other.width), channels(other.channels) {}

  int64_t pixels() const { return int64_t{height} * width; }
  MatrixView<Number> rows() const { return {data, pixels(), channels}; }
};

using Map = MapView<float>;
using ConstMap = MapView<const float>;

// The matrix of a Linear: y = x · transposed(W) + bias. Rows are output features, as files have
// them; `stride` in numbers of `dtype`.
struct Weight {
  Dtype dtype = Dtype::kF32;
  const std::byte* data = nullptr;
  int64_t rows = 0;
  int64_t columns = 0;
  int64_t stride = 0;
  const float* bias = nullptr;  // [rows], or none
  // Of kI8 alone: what the stored numbers of row r are multiplied by, for each block of depth; and
  // the sums of the row's numbers in that block, so multiplied. [blocks, scale_stride], and 32
  // numbers more that may be read.
  const float* scales = nullptr;
  const float* sums = nullptr;
  int64_t scale_stride = 0;
  bool fine = false;  // activations get all 127 levels, whatever that costs: see int8.h

  const std::byte* row(int64_t r) const {
    return data + static_cast<std::size_t>(r * stride) * size_of(dtype);
  }
  // The output features [first, first + count).
  Weight row_range(int64_t first, int64_t count) const {
    CHECK(first >= 0 && count >= 0 && first + count <= rows);
    Weight part = *this;
    part.data = row(first);
    part.rows = count;
    if (bias != nullptr) part.bias = bias + first;
    if (scales != nullptr) part.scales = scales + first, part.sums = sums + first;
    return part;
  }
};

}  // namespace plantain::tensor
