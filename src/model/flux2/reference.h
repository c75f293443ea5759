// A picture as FLUX.2 is shown it.
#pragma once

#include <cstdint>
#include <span>

#include "model/pipeline.h"

namespace plantain::model::flux2 {

// `rgb`: 3 · width · height bytes, rows from the top. Made smaller until its area is at most
// 1024 · 1024 (Lanczos over whole source pixels, rounded to bytes in between, as PIL does), then
// cut around its middle to multiples of `multiple`, then scaled to [-1, 1].
// kInvalidInput: a side below 64 pixels.
Result<FloatPicture> reference_of(int width, int height, std::span<const uint8_t> rgb,
                                  int multiple);

}  // namespace plantain::model::flux2
