// Decides whether the wall clock can be believed enough to delete by it. A clock that was set
// wrong for a minute must not cost anybody their pictures.
//
// Threads: the writer's alone.
#pragma once

#include <optional>

#include "base/clock.h"
#include "store/sqlite/connection.h"

namespace plantain::store::sqlite {

class ClockGuard {
 public:
  // Reads the high-water mark that an earlier process left. A start before it, or long after it,
  // is doubted.
  void open(Connection& db, WallTime wall, SteadyTime steady);
  // True: the two clocks have agreed long enough. Writes the mark now and then.
  bool trusts(Connection& db, WallTime wall, SteadyTime steady);

 private:
  WallTime base_wall_;
  SteadyTime base_steady_;
  std::optional<SteadyTime> doubted_since_;
  std::optional<WallTime> mark_;  // as written
};

}  // namespace plantain::store::sqlite
