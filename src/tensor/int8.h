// Weights of 8 bits. A product with them rounds its activations to 8 bits too, row by row, and sums
// whole numbers: twice as many in a cycle as float32 on AVX2.
//
//   w[n, k] ~ scales[n, block of k] · q[n, k],   q from -127 to 127, blocks of 256
//
// and the same for each row of activations, whose levels reach to 127 as well, or to 63 where the
// processor adds pairs of products in 16 bits (AVX2 and AVX-512): Runtime::path().
// How far a product is off float32 by that: about 1 in 100 with 127 levels, 1.5 in 100 with 63.
// A `fine` weight has all 127 everywhere, at some cost in time on those processors.
#pragma once

#include <cstddef>
#include <cstdint>

#include "tensor/matrix.h"

namespace plantain::tensor {

// Room that the 8-bit copy of a matrix takes.
std::size_t int8_bytes(int64_t rows, int64_t columns);

// The 8-bit copy of `from` (kF32, kF16, kBF16), made in `room`: int8_bytes() at a multiple of 4,
// which must outlive it. Uses as many threads as there are processors. The bias is passed on.
Weight to_int8(const Weight& from, bool fine, std::byte* room);

}  // namespace plantain::tensor
