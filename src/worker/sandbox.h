// Takes from this process what a decoder does not need. Internal to worker/.
#pragma once

#include "base/result.h"

namespace plantain::worker {

// Closes every descriptor above 2, sets the limits of memory and time, and lets the kernel refuse
// every system call but those for reading, writing, memory and the end. There is no way back.
// kInternal: the kernel would not.
Result<void> enter_sandbox();

}  // namespace plantain::worker
