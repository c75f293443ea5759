// Which sizes an order may ask for, whatever engine draws it.
// Threads: pure functions.
#pragma once

#include "base/result.h"
#include "engine/engine.h"

namespace plantain::engine {

// The shortest side that a picture may have, in pixels.
inline constexpr int kSideMin_px = 64;

// kInvalidInput when a side is below kSideMin_px or beyond limits::kImageSideMax_px, or the picture
// has more than limits::kImageMax_px pixels.
Result<void> check_size(const Order& order);

}  // namespace plantain::engine
