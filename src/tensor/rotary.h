// Rotary position embedding: pairs of numbers of a head are turned by an angle that depends on
// where the token stands.
#pragma once

#include <span>
#include <vector>

#include "tensor/matrix.h"
#include "tensor/runtime.h"

namespace plantain::tensor {

// Which two numbers of a head form pair i.
enum class RotaryPairs {
  kNeighbours,  // 2i and 2i + 1: denoisers
  kHalves,      // i and i + head_size / 2: text encoders
};

// Cosines and sines of all angles: row = token, [pairs] cosines, then [pairs] sines.
struct RotaryTable {
  int pairs = 0;
  std::vector<float> values;

  const float* cosines(int64_t token) const { return values.data() + token * 2 * pairs; }
  const float* sines(int64_t token) const { return cosines(token) + pairs; }
  int64_t tokens() const {
    return pairs == 0 ? 0 : static_cast<int64_t>(values.size()) / (2 * pairs);
  }
};

// angle of pair j of axis a = position[a] · theta^(-2j / sizes[a]), in double precision.
// `sizes` are the numbers of a head that each axis turns (even); `positions` holds one position an
// axis for each token, one token after the other.
RotaryTable make_rotary_table(std::span<const int> sizes, double theta,
                              std::span<const float> positions);

//   (x_a, x_b) -> (x_a · cos - x_b · sin, x_b · cos + x_a · sin)   for each pair of each head
//
// x: [tokens, heads · head_size], in place; token r takes row first_token + r of the table.
// head_size is twice the table's pairs.
void rotate(Runtime& runtime, Matrix x, const RotaryTable& table, int64_t first_token,
            RotaryPairs pairs);

}  // namespace plantain::tensor
