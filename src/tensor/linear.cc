#include "tensor/linear.h"

#include <algorithm>
#include <vector>

#include "tensor/cpu/kernels.h"

namespace plantain::tensor {
namespace {

using cpu::kDepthMax;

// Rows of x in strips stay below this, so that they remain in the last cache while weights pass.
constexpr int64_t kStripsMax_numbers = (int64_t{32} << 20) / 4;
constexpr int64_t kTileRows = 384;     // about the second cache for one depth block
constexpr int64_t kTileColumns = 128;  // one tile of y stays in a cache for all depths

int64_t ceil_div(int64_t a, int64_t b) { return (a + b - 1) / b; }
int64_t round_up(int64_t a, int64_t b) { return ceil_div(a, b) * b; }

using StripColumns = void (*)(const void*, int64_t, int, int, float*);

StripColumns strip_of(const cpu::Kernels& k, Dtype dtype) {
  switch (dtype) {
    case Dtype::kF32:
      return k.strip_f32;
    case Dtype::kF16:
      return k.strip_f16;
    case Dtype::kBF16:
      return k.strip_bf16;
    case Dtype::kI8:  // by fours
      return k.strip_f32;
  }
  CHECK(false);
  return nullptr;
}

// Where the rows of the left side come from: the rows of a matrix, or windows of a map.
class Rows {
 public:
  virtual ~Rows() = default;
  // Writes the strip of rows [row, row + R) for depths [first, first + count).
  virtual void fill(const cpu::Kernels& k, int64_t row, int64_t first, int64_t count,
                    float* to) const = 0;
  // The numbers [first, first + count) of one row: where they are, or copied into `room`. Null: no
  // such row.
  virtual const float* piece(int64_t row, int64_t first, int64_t count, float* room) const = 0;
};

constexpr int kStripRowsMax = 16;

class MatrixRows final : public Rows {
 public:
  explicit MatrixRows(ConstMatrix x) : x_(x) {}
  void fill(const cpu::Kernels& k, int64_t row, int64_t first, int64_t count,
            float* to) const override {
    const float* rows[kStripRowsMax];
    for (int r = 0; r < k.strip_rows; ++r)
      rows[r] = row + r < x_.rows ? x_.row(row + r) + first : nullptr;
    k.gather_rows(rows, count, to);
  }
  const float* piece(int64_t row, int64_t first, int64_t /*count*/,
                     float* /*room*/) const override {
    return row < x_.rows ? x_.row(row) + first : nullptr;
  }

 private:
  ConstMatrix x_;
};

class WindowRows final : public Rows {
 public:
  WindowRows(ConstMap in, const Convolution& shape, int out_width, int64_t out_pixels)
      : in_(in), shape_(shape), width_(out_width), pixels_(out_pixels) {}

  void fill(const cpu::Kernels& k, int64_t row, int64_t first, int64_t count,
            float* to) const override {
    const int64_t end = first + count;
    for (int64_t at = first; at < end;) {
      const int64_t tap = at / in_.channels, channel = at % in_.channels;
      const int64_t here = std::min<int64_t>(in_.channels - channel, end - at);
      const float* rows[kStripRowsMax];
      for (int r = 0; r < k.strip_rows; ++r)
        rows[r] = pixel(row + r, static_cast<int>(tap), channel);
      k.gather_rows(rows, here, to + (at - first) * k.strip_rows);
      at += here;
    }
  }

  const float* piece(int64_t row, int64_t first, int64_t count, float* room) const override {
    if (row >= pixels_) return nullptr;
    const int64_t end = first + count;
    for (int64_t at = first; at < end;) {
      const int64_t tap = at / in_.channels, channel = at % in_.channels;
      const int64_t here = std::min<int64_t>(in_.channels - channel, end - at);
      const float* from = pixel(row, static_cast<int>(tap), channel);
      if (from == nullptr)
        std::fill_n(room + at - first, here, 0.0f);
      else
        std::copy_n(from, here, room + at - first);
      at += here;
    }
    return room;
  }

 private:
  const float* pixel(int64_t row, int tap, int64_t channel) const {
    if (row >= pixels_) return nullptr;
    int y = static_cast<int>(row / width_) * shape_.stride + tap / shape_.kernel - shape_.before;
    int x = static_cast<int>(row % width_) * shape_.stride + tap % shape_.kernel - shape_.before;
    const int times = shape_.twice ? 2 : 1;
    if (y < 0 || x < 0 || y >= times * in_.height || x >= times * in_.width) return nullptr;
    if (shape_.twice) y /= 2, x /= 2;
    return in_.data + (int64_t{y} * in_.width + x) * in_.channels + channel;
  }

  ConstMap in_;
  Convolution shape_;
  int64_t width_;
  int64_t pixels_;
};

void finish_row(const cpu::Kernels& k, const float* bias, const Epilogue& epilogue, float* z,
                float* y, int64_t first_column, int64_t columns) {
  if (bias != nullptr) k.add_scaled(bias + first_column, nullptr, z, columns);
  switch (epilogue.kind) {
    case Epilogue::Kind::kStore:
      std::copy(z, z + columns, y);
      return;
    case Epilogue::Kind::kSilu:
      k.silu(z, y, columns);
      return;
    case Epilogue::Kind::kAdd:
      k.add_scaled(z, epilogue.factor == nullptr ? nullptr : epilogue.factor + first_column, y,
                   columns);
      return;
  }
}

// One product: `right` has one weight, or two of one shape for SwiGLU (gate, up).
class Product {
 public:
  Product(Runtime& runtime, const Rows& left, int64_t rows, std::vector<const Weight*> right,
          Matrix y, const Epilogue& epilogue)
      : runtime_(runtime),
        k_(runtime.kernels()),
        left_(left),
        rows_(rows),
        right_(std::move(right)),
        y_(y),
        epilogue_(epilogue),
        short_(right_[0]->dtype == Dtype::kI8),
        together_(short_ ? cpu::kBytesTogether : 1),
        block_(short_ ? cpu::kScaledDepth / together_ : kDepthMax),
        depth_(ceil_div(right_[0]->columns, together_)),
        columns_(right_[0]->rows) {}

  // Rows go through in portions whose strips fit the last cache.
  void run() {
    const int64_t portions = std::max<int64_t>(1, ceil_div(rows_ * depth_, kStripsMax_numbers));
    const int64_t portion = round_up(ceil_div(rows_, portions), k_.strip_rows);
    strips_ = runtime_.scratch(0, kStrips, portion * depth_);
    if (short_) row_scales_ = runtime_.scratch(0, kRowScales, portion * ceil_div(depth_, block_));
    for (int64_t first = 0; first < rows_; first += portion)
      run_portion(first, std::min(portion, rows_ - first));
  }

 private:
  enum Slot { kStrips = 0, kColumnStrip = 1, kTile = 2, kRowScales = 3, kRound = 4, kPiece = 5 };

  // Layout of the strips: depth blocks outside, strips of rows inside.
  float* strip(int64_t depth_block, int64_t row_strip) const {
    const int64_t first = depth_block * block_;
    const int64_t count = std::min<int64_t>(block_, depth_ - first);
    return strips_ + first * row_strips_ * k_.strip_rows + row_strip * count * k_.strip_rows;
  }
  float* row_scales(int64_t depth_block, int64_t row_strip) const {
    return row_scales_ + (depth_block * row_strips_ + row_strip) * k_.strip_rows;
  }

  void fill_strip(int thread, int64_t first_row, int64_t depth_block, int64_t row_strip) {
    const int64_t row = first_row + row_strip * k_.strip_rows;
    float* to = strip(depth_block, row_strip);
    const int64_t first = depth_block * block_ * together_;
    const int64_t count = std::min<int64_t>(block_ * together_, right_[0]->columns - first);
    if (!short_) {
      left_.fill(k_, row, first, count, to);
      return;
    }
    float* room = runtime_.scratch(thread, kPiece, cpu::kScaledDepth);
    float* round = runtime_.scratch(thread, kRound, kStripRowsMax * block_);
    const float* rows[kStripRowsMax];
    for (int r = 0; r < k_.strip_rows; ++r) {
      const float* from = left_.piece(row + r, first, count, room);
      rows[r] = from == nullptr ? nullptr : round + r * block_;
      row_scales(depth_block, row_strip)[r] =
          from == nullptr ? 0
                          : k_.quantise(from, count, right_[0]->fine ? cpu::kFineLevels : k_.levels,
                                        reinterpret_cast<uint8_t*>(round + r * block_));
    }
    k_.gather_rows(rows, ceil_div(count, together_), to);
  }

  void run_portion(int64_t first_row, int64_t rows) {
    row_strips_ = ceil_div(rows, k_.strip_rows);
    const int64_t depth_blocks = ceil_div(depth_, block_);
    runtime_.each(row_strips_, [&](int64_t index, int thread) {
      for (int64_t b = 0; b < depth_blocks; ++b) fill_strip(thread, first_row, b, index);
    });
    const int64_t high = ceil_div(rows, ceil_div(rows, kTileRows));
    const int64_t tile_strips = ceil_div(high, k_.strip_rows);
    const int64_t tiles_down = ceil_div(row_strips_, tile_strips);
    const int64_t tiles_across = ceil_div(columns_, kTileColumns);
    runtime_.each(tiles_down * tiles_across, [&](int64_t index, int thread) {
      const int64_t strip_first = index % tiles_down * tile_strips;
      run_tile(thread, first_row, rows, strip_first,
               std::min(tile_strips, row_strips_ - strip_first), index / tiles_down * kTileColumns);
    });
  }

  void run_tile(int thread, int64_t first_row, int64_t rows, int64_t strip_first,
                int64_t strip_count, int64_t first_column) {
    const int64_t columns = std::min(kTileColumns, columns_ - first_column);
    const int64_t stride = round_up(columns, k_.strip_columns);
    const int64_t size = strip_count * k_.strip_rows * stride;
    float* tile = runtime_.scratch(thread, kTile, size * static_cast<int64_t>(right_.size()));
    for (std::size_t i = 0; i < right_.size(); ++i)
      fill_tile(thread, *right_[i], strip_first, strip_count, first_column, columns,
                tile + static_cast<int64_t>(i) * size, stride);
    const int64_t top = strip_first * k_.strip_rows;
    const int64_t bottom = std::min(rows, top + strip_count * k_.strip_rows);
    for (int64_t row = top; row < bottom; ++row) {
      float* z = tile + (row - top) * stride;
      float* y = y_.row(first_row + row) + first_column;
      if (right_.size() == 2)
        k_.swiglu(z, z + size, y, columns);
      else
        finish_row(k_, right_[0]->bias, epilogue_, z, y, first_column, columns);
    }
  }

  void fill_tile(int thread, const Weight& w, int64_t strip_first, int64_t strip_count,
                 int64_t first_column, int64_t columns, float* tile, int64_t stride) {
    const StripColumns strip_columns = strip_of(k_, w.dtype);
    float* columns_strip = runtime_.scratch(thread, kColumnStrip, block_ * k_.strip_columns);
    for (int64_t first = 0; first < depth_; first += block_) {
      const int depth = static_cast<int>(std::min<int64_t>(block_, depth_ - first));
      const int64_t block = first / block_;
      for (int64_t c = 0; c < columns; c += k_.strip_columns) {
        const int here = static_cast<int>(std::min<int64_t>(k_.strip_columns, columns - c));
        const int64_t n = first_column + c;
        strip_columns(w.row(n) + static_cast<std::size_t>(first * together_) * size_of(w.dtype),
                      w.stride / together_, here, depth, columns_strip);
        for (int64_t s = 0; s < strip_count; ++s) {
          const float* rows = strip(block, strip_first + s);
          float* to = tile + s * k_.strip_rows * stride + c;
          if (short_)
            (w.fine ? k_.multiply_int8_fine : k_.multiply_int8)(
                depth, rows, columns_strip, row_scales(block, strip_first + s),
                w.scales + block * w.scale_stride + n, w.sums + block * w.scale_stride + n, to,
                stride, first > 0);
          else
            k_.multiply(depth, rows, columns_strip, to, stride, first > 0);
        }
      }
    }
  }

  Runtime& runtime_;
  const cpu::Kernels& k_;
  const Rows& left_;
  const int64_t rows_;
  const std::vector<const Weight*> right_;
  const Matrix y_;
  const Epilogue epilogue_;
  const bool short_;        // 8-bit numbers, which are moved `together_` at a time
  const int64_t together_;  // numbers in a unit of depth
  const int64_t block_;     // units in a block of depth
  const int64_t depth_;     // units in all
  const int64_t columns_;
  float* strips_ = nullptr;
  float* row_scales_ = nullptr;  // of 8-bit rows, for each block of depth
  int64_t row_strips_ = 0;
};

using Dot = float (*)(const float*, const void*, int64_t);

Dot dot_of(const cpu::Kernels& k, Dtype dtype) {
  switch (dtype) {
    case Dtype::kF32:
      return k.dot_f32;
    case Dtype::kF16:
      return k.dot_f16;
    case Dtype::kBF16:
      return k.dot_bf16;
    case Dtype::kI8:
      break;
  }
  CHECK(false);
  return nullptr;
}

// For few rows, reading the weights is the work: each is read once, in order.
void linear_few_rows(Runtime& runtime, ConstMatrix x, const Weight& w, Matrix y,
                     const Epilogue& epilogue) {
  const cpu::Kernels& k = runtime.kernels();
  const Dot dot = dot_of(k, w.dtype);
  constexpr int64_t kPortion = 64;
  runtime.each(ceil_div(w.rows, kPortion), [&](int64_t index, int) {
    const int64_t first = index * kPortion;
    const int64_t count = std::min(kPortion, w.rows - first);
    float z[kFewRows][kPortion];
    for (int64_t n = 0; n < count; ++n)
      for (int64_t m = 0; m < x.rows; ++m) z[m][n] = dot(x.row(m), w.row(first + n), w.columns);
    for (int64_t m = 0; m < x.rows; ++m)
      finish_row(k, w.bias, epilogue, z[m], y.row(m) + first, first, count);
  });
}

double bytes_of(const Weight& w) {
  return static_cast<double>(w.rows * w.columns) * static_cast<double>(size_of(w.dtype));
}
double bytes_of(ConstMatrix x) { return 4.0 * static_cast<double>(x.rows * x.columns); }
double operations_of(int64_t rows, const Weight& w) {
  return 2.0 * static_cast<double>(rows) * static_cast<double>(w.rows * w.columns);
}

}  // namespace

void linear(Runtime& runtime, ConstMatrix x, const Weight& w, Matrix y, const Epilogue& epilogue) {
  CHECK(x.columns == w.columns && y.rows == x.rows && y.columns == w.rows);
  if (x.rows == 0) return;
  const Runtime::Timed timed(runtime, Runtime::Kind::kProduct, operations_of(x.rows, w),
                             bytes_of(x) + bytes_of(w) + bytes_of(y));
  if (x.rows <= kFewRows && w.dtype != Dtype::kI8) {
    linear_few_rows(runtime, x, w, y, epilogue);
    return;
  }
  Product(runtime, MatrixRows(x), x.rows, {&w}, y, epilogue).run();
}

void linear_swiglu(Runtime& runtime, ConstMatrix x, const Weight& gate, const Weight& up,
                   Matrix y) {
  CHECK(x.columns == gate.columns && gate.columns == up.columns && gate.rows == up.rows);
  CHECK(gate.dtype == up.dtype && gate.fine == up.fine);
  CHECK(y.rows == x.rows && y.columns == gate.rows);
  CHECK(gate.bias == nullptr && up.bias == nullptr);
  if (x.rows == 0) return;
  const Runtime::Timed timed(runtime, Runtime::Kind::kProduct, 2 * operations_of(x.rows, gate),
                             bytes_of(x) + 2 * bytes_of(gate) + bytes_of(y));
  Product(runtime, MatrixRows(x), x.rows, {&gate, &up}, y, Epilogue::store()).run();
}

void convolve(Runtime& runtime, ConstMap in, const Weight& w, const Convolution& shape, Map out,
              const Epilogue& epilogue) {
  CHECK(w.columns == int64_t{shape.kernel} * shape.kernel * in.channels);
  CHECK(out.channels == w.rows && out.height == shape.output(in.height) &&
        out.width == shape.output(in.width));
  if (out.pixels() == 0) return;
  const Runtime::Timed timed(runtime, Runtime::Kind::kConvolution, operations_of(out.pixels(), w),
                             bytes_of(in.rows()) + bytes_of(w) + bytes_of(out.rows()));
  Product(runtime, WindowRows(in, shape, out.width, out.pixels()), out.pixels(), {&w}, out.rows(),
          epilogue)
      .run();
}

}  // namespace plantain::tensor
