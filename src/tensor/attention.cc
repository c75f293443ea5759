#include "tensor/attention.h"

#include <algorithm>
#include <limits>

#include "tensor/cpu/kernels.h"

namespace plantain::tensor {
namespace {

constexpr int kQueries = 96;  // of one block: a multiple of every strip height
constexpr int kKeys = 256;

int64_t ceil_div(int64_t a, int64_t b) { return (a + b - 1) / b; }

// One block of queries of one head.
class Block {
 public:
  Block(Runtime& runtime, int thread, ConstMatrix q, ConstMatrix k, ConstMatrix v,
        const AttentionShape& shape, int64_t first_query)
      : k_(runtime.kernels()),
        q_(q),
        keys_(k),
        values_(v),
        shape_(shape),
        first_(first_query),
        count_(static_cast<int>(std::min<int64_t>(kQueries, q.rows - first_query))),
        strips_(static_cast<int>(ceil_div(count_, k_.strip_rows))),
        width_(ceil_div(shape.head_size, k_.strip_columns) * k_.strip_columns) {
    query_strips_ = runtime.scratch(thread, 0, int64_t{kQueries} * shape.head_size);
    column_strip_ =
        runtime.scratch(thread, 1, int64_t{std::max(kKeys, shape.head_size)} * k_.strip_columns);
    scores_ = runtime.scratch(thread, 2, int64_t{kQueries} * kKeys);
    score_strips_ = runtime.scratch(thread, 3, int64_t{kQueries} * kKeys);
    totals_ = runtime.scratch(thread, 4, kQueries * width_);
  }

  void run(Matrix y) {
    for (int s = 0; s < strips_; ++s)
      gather(q_.data + first_ * q_.stride, q_.stride, s, shape_.head_size, count_,
             query_strips_ + int64_t{s} * k_.strip_rows * shape_.head_size);
    std::fill(totals_, totals_ + kQueries * width_, 0.0f);
    std::fill(maxima_, maxima_ + kQueries, -std::numeric_limits<float>::max());
    std::fill(sums_, sums_ + kQueries, 0.0f);
    const int64_t end = seen_by(first_ + count_ - 1);
    for (int64_t key = 0; key < end; key += kKeys)
      visit(key, static_cast<int>(std::min<int64_t>(kKeys, end - key)));
    for (int i = 0; i < count_; ++i) {
      float* row = totals_ + i * width_;
      k_.multiply_by(row, 1.0f / sums_[i], shape_.head_size);
      std::copy(row, row + shape_.head_size, y.row(first_ + i));
    }
  }

 private:
  // How many keys query i sees.
  int64_t seen_by(int64_t i) const {
    int64_t end = shape_.keys_used < 0 ? keys_.rows : shape_.keys_used;
    if (shape_.causal) end = std::min(end, i + 1);
    return end;
  }

  void gather(const float* rows, int64_t stride, int strip, int64_t depth, int valid, float* to) {
    const float* at[16];
    for (int r = 0; r < k_.strip_rows; ++r) {
      const int row = strip * k_.strip_rows + r;
      at[r] = row < valid ? rows + row * stride : nullptr;
    }
    k_.gather_rows(at, depth, to);
  }

  void visit(int64_t key, int keys) {
    for (int c = 0; c < keys; c += k_.strip_columns) {
      k_.strip_f32(keys_.row(key + c), keys_.stride, std::min(k_.strip_columns, keys - c),
                   shape_.head_size, column_strip_);
      for (int s = 0; s < strips_; ++s)
        k_.multiply(shape_.head_size, query_strips_ + int64_t{s} * k_.strip_rows * shape_.head_size,
                    column_strip_, scores_ + int64_t{s} * k_.strip_rows * kKeys + c, kKeys, false);
    }
    for (int i = 0; i < count_; ++i) soften(i, key, keys);
    for (int s = 0; s < strips_; ++s)
      gather(scores_, kKeys, s, keys, count_, score_strips_ + int64_t{s} * k_.strip_rows * kKeys);
    for (int64_t c = 0; c < shape_.head_size; c += k_.strip_columns) {
      const int here = static_cast<int>(std::min<int64_t>(k_.strip_columns, shape_.head_size - c));
      k_.strip_by_depth(values_.row(key) + c, values_.stride, here, keys, column_strip_);
      for (int s = 0; s < strips_; ++s)
        k_.multiply(keys, score_strips_ + int64_t{s} * k_.strip_rows * kKeys, column_strip_,
                    totals_ + s * k_.strip_rows * width_ + c, width_, true);
    }
  }

  void soften(int i, int64_t key, int keys) {
    float* row = scores_ + int64_t{i} * kKeys;
    const int seen = static_cast<int>(std::clamp<int64_t>(seen_by(first_ + i) - key, 0, keys));
    std::fill(row + seen, row + keys, 0.0f);
    if (seen == 0) return;
    const float before = k_.soften(row, seen, shape_.scale, &maxima_[i], &sums_[i]);
    if (before != 1.0f) k_.multiply_by(totals_ + i * width_, before, shape_.head_size);
  }

  const cpu::Kernels& k_;
  const ConstMatrix q_, keys_, values_;
  const AttentionShape& shape_;
  const int64_t first_;
  const int count_;
  const int strips_;
  const int64_t width_;
  float* query_strips_;
  float* column_strip_;
  float* scores_;
  float* score_strips_;
  float* totals_;
  float maxima_[kQueries];
  float sums_[kQueries];
};

}  // namespace

void attention(Runtime& runtime, ConstMatrix q, ConstMatrix k, ConstMatrix v,
               const AttentionShape& shape, Matrix y) {
  CHECK(shape.key_heads > 0 && shape.heads % shape.key_heads == 0);
  CHECK(q.columns == int64_t{shape.heads} * shape.head_size && y.columns == q.columns);
  CHECK(k.columns == int64_t{shape.key_heads} * shape.head_size && v.columns == k.columns);
  CHECK(q.rows == y.rows && k.rows == v.rows && k.rows > 0 && shape.keys_used != 0);
  CHECK(shape.keys_used <= k.rows);
  const double pairs = static_cast<double>(q.rows) * static_cast<double>(k.rows) *
                       (shape.causal && q.rows == k.rows ? 0.5 : 1.0);
  const Runtime::Timed timed(runtime, Runtime::Kind::kAttention,
                             4 * pairs * static_cast<double>(q.columns),
                             8.0 * static_cast<double>(q.rows * q.columns + k.rows * k.columns));
  const int64_t blocks = ceil_div(q.rows, kQueries);
  const int group = shape.heads / shape.key_heads;
  runtime.each(blocks * shape.heads, [&](int64_t index, int thread) {
    const int64_t head = index / blocks;
    const int64_t column = head * shape.head_size;
    const int64_t key_column = head / group * shape.head_size;
    Block(runtime, thread, q.column_range(column, shape.head_size),
          k.column_range(key_column, shape.head_size), v.column_range(key_column, shape.head_size),
          shape, index % blocks * kQueries)
        .run(y.column_range(column, shape.head_size));
  });
}

}  // namespace plantain::tensor
