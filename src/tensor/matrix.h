// Views of numbers in memory. They own nothing; who made the memory keeps it alive.
// Threads: values.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/check.h"

namespace plantain::tensor {

// How numbers lie in memory. Everything is computed in and summed as float32.
enum class Dtype { kF32, kF16, kBF16 };

constexpr std::size_t size_of(Dtype dtype) { return dtype == Dtype::kF32 ? 4 : 2; }

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

  const std::byte* row(int64_t r) const {
    return data + static_cast<std::size_t>(r * stride) * size_of(dtype);
  }
  // The output features [first, first + count).
  Weight row_range(int64_t first, int64_t count) const {
    CHECK(first >= 0 && count >= 0 && first + count <= rows);
    return {dtype, row(first), count, columns, stride, bias == nullptr ? nullptr : bias + first};
  }
};

}  // namespace plantain::tensor
