// GGUF's quantised blocks: some elements share scales and are stored in 2 to 8 bits each.
// Threads: pure functions.
#pragma once

#include <cstddef>
#include <cstdint>

#include "model/weights/stored_type.h"

namespace plantain::model {

// The values of `blocks` blocks from `from` on into `to`, in order. `type` is one of blocks.
void read_blocks(StoredType type, const std::byte* from, uint64_t blocks, float* to);

}  // namespace plantain::model
