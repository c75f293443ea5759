// Stored numbers as float32: the definition that everything faster is held to.
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <span>

#include "base/result.h"
#include "model/weights/weights.h"

namespace plantain::model {

// All elements of `tensor`, row by row, into `out`, which has exactly as many. Types wider than
// float32 are rounded to nearest even; a bool is 0 or 1. Scales are multiplied in, a rotation is
// undone.
void read_f32(const StoredTensor& tensor, std::span<float> out);

// The elements [begin, end) of the flattened tensor; both at borders of blocks and of rotated
// groups.
void read_f32(const StoredTensor& tensor, uint64_t begin, uint64_t end, std::span<float> out);

// Multiplies a row vector, in place, by the Kronecker power of
//   H4 = ½ [[1, 1, 1, −1], [1, 1, −1, 1], [1, −1, 1, 1], [−1, 1, 1, 1]]
// of its size, a power of 4. The matrix is symmetric and its own inverse.
void rotate(std::span<float> group);

// Exact values of single small floats.
float from_f16(uint16_t bits);
float from_bf16(uint16_t bits);
float from_f8_e4m3(uint8_t bits);
float from_f8_e5m2(uint8_t bits);
float from_f8_e8m0(uint8_t bits);

}  // namespace plantain::model
