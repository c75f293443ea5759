// Exact arithmetic on the numbers of JSON values.
// Threads: pure functions, callable from anywhere.
#pragma once

#include <limits>
#include <string>

#include "base/json.h"

namespace plantain::catalog {

// Every int64, uint64 and double is exact in it.
using Real = long double;
static_assert(std::numeric_limits<Real>::digits >= 64, "comparisons would round");

// CHECKs that `number` is one.
Real real(const Json& number);
// True for 1 and for 1.0.
bool is_integer(const Json& value);
// In decimal, as both are written: 0.0075 is a multiple of 0.0001. `step` is above 0.
bool is_multiple(const Json& number, const Json& step);

// A text that two values share exactly when JSON Schema calls them equal: 1 equals 1.0, and the
// order of an object's members does not count.
std::string canonical(const Json& value);

}  // namespace plantain::catalog
