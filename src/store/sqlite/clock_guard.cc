#include "store/sqlite/clock_guard.h"

#include "base/limits.h"

namespace plantain::store::sqlite {

void ClockGuard::open(Connection& db, WallTime wall, SteadyTime steady) {
  base_wall_ = wall;
  base_steady_ = steady;
  Rows rows = db.query("SELECT value FROM meta WHERE name = 'wall_mark'");
  if (!rows.next()) return;
  mark_ = rows.time(0);
  if (wall < *mark_ || wall - *mark_ > limits::kClockTrust) doubted_since_ = steady;
}

bool ClockGuard::trusts(Connection& db, WallTime wall, SteadyTime steady) {
  const Micros apart = (wall - base_wall_) - (steady - base_steady_);
  if (apart > limits::kClockParted || apart < -Micros(limits::kClockParted)) {
    base_wall_ = wall;
    base_steady_ = steady;
    doubted_since_ = steady;
  }
  if (doubted_since_ && steady - *doubted_since_ >= limits::kClockTrust) {
    doubted_since_.reset();
    mark_.reset();  // it was of a clock that was wrong
  }
  if (doubted_since_) return false;
  if (!mark_ || wall - *mark_ >= limits::kClockMark) {
    mark_ = wall;
    db.run(
        "INSERT INTO meta (name, value) VALUES ('wall_mark', ?1) ON CONFLICT (name) DO UPDATE SET "
        "value = ?1",
        wall);
  }
  return true;
}

}  // namespace plantain::store::sqlite
