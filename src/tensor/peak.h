// What the processor can do at most.
#pragma once

#include "tensor/runtime.h"

namespace plantain::tensor {

// Operations a second (a multiplication and an addition are two) that all threads of the runtime
// reach with nothing but products and sums in registers, the best of eight short tries: of float32,
// or of 8-bit numbers.
double measure_peak(Runtime& runtime, bool int8);

}  // namespace plantain::tensor
