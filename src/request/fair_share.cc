#include "request/fair_share.h"

#include <algorithm>
#include <cmath>

#include "base/limits.h"

namespace plantain {

double used_after(double used_us, int64_t running, Micros passed) {
  // du/dt = running - u / life, solved: it comes ever nearer to running * life.
  const double half_life_us = static_cast<double>(Micros(limits::kFairShareHalfLife).count());
  const double life_us = half_life_us / std::log(2.0);
  const double steady_us = static_cast<double>(running) * life_us;
  const double passed_us = static_cast<double>(std::max<int64_t>(passed.count(), 0));
  return steady_us + (used_us - steady_us) * std::exp(-passed_us / life_us);
}

int64_t turns_before(int64_t queued, int64_t before_it, bool other_first) {
  return std::min(queued, before_it + (other_first ? 1 : 0));
}

}  // namespace plantain
