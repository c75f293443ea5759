#include "tensor/rotary.h"

#include <algorithm>
#include <cmath>

namespace plantain::tensor {
namespace {

constexpr int64_t kRowsAtOnce = 16;

void rotate_head(float* x, const float* cosines, const float* sines, int pairs, RotaryPairs kind) {
  const int step = kind == RotaryPairs::kNeighbours ? 2 : 1;
  const int apart = kind == RotaryPairs::kNeighbours ? 1 : pairs;
  for (int i = 0; i < pairs; ++i) {
    const float a = x[i * step], b = x[i * step + apart];
    x[i * step] = a * cosines[i] - b * sines[i];
    x[i * step + apart] = b * cosines[i] + a * sines[i];
  }
}

}  // namespace

RotaryTable make_rotary_table(std::span<const int> sizes, double theta,
                              std::span<const float> positions) {
  RotaryTable table;
  for (const int size : sizes) {
    CHECK(size % 2 == 0);
    table.pairs += size / 2;
  }
  CHECK(!sizes.empty() && positions.size() % sizes.size() == 0);
  const std::size_t tokens = positions.size() / sizes.size();
  table.values.resize(tokens * 2 * static_cast<std::size_t>(table.pairs));
  for (std::size_t token = 0; token < tokens; ++token) {
    float* cosines = table.values.data() + token * 2 * static_cast<std::size_t>(table.pairs);
    float* sines = cosines + table.pairs;
    for (std::size_t axis = 0; axis < sizes.size(); ++axis) {
      for (int j = 0; j < sizes[axis] / 2; ++j) {
        const double angle = static_cast<double>(positions[token * sizes.size() + axis]) *
                             std::pow(theta, -2.0 * j / sizes[axis]);
        *cosines++ = static_cast<float>(std::cos(angle));
        *sines++ = static_cast<float>(std::sin(angle));
      }
    }
  }
  return table;
}

void rotate(Runtime& runtime, Matrix x, const RotaryTable& table, int64_t first_token,
            RotaryPairs pairs) {
  const int64_t head_size = 2 * int64_t{table.pairs};
  CHECK(x.columns % head_size == 0 && first_token + x.rows <= table.tokens());
  runtime.each((x.rows + kRowsAtOnce - 1) / kRowsAtOnce, [&](int64_t index, int) {
    const int64_t end = std::min(x.rows, (index + 1) * kRowsAtOnce);
    for (int64_t row = index * kRowsAtOnce; row < end; ++row)
      for (int64_t head = 0; head < x.columns; head += head_size)
        rotate_head(x.row(row) + head, table.cosines(first_token + row),
                    table.sines(first_token + row), table.pairs, pairs);
  });
}

}  // namespace plantain::tensor
