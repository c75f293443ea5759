// Which kernels run. Threads: pure functions.
#pragma once

#include <string_view>
#include <vector>

#include "tensor/cpu/kernels.h"

namespace plantain::tensor::cpu {

// Kernels for this processor, fastest first.
std::vector<const Kernels*> available();
// The kernels of that name, which must be among the available ones; "" means the first.
const Kernels& choose(std::string_view name);

}  // namespace plantain::tensor::cpu
