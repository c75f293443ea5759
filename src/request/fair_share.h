// Who goes next among accounts: the one that has used the least of the workers of late. What runs
// adds to its use all the time, and half of a use is forgotten every limits::kFairShareHalfLife.
// Threads: pure functions.
#pragma once

#include "base/clock.h"

namespace plantain {

// The use, in microseconds, `passed` after it was `used_us`, with `running` requests all the while.
double used_after(double used_us, int64_t running, Micros passed);

// How many of another account's `queued` requests go before one that has `before_it` older ones of
// its own account, when the two take turns and `other_first` tells who begins.
int64_t turns_before(int64_t queued, int64_t before_it, bool other_first);

}  // namespace plantain
