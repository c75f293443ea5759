// Time comes in through the constructor. Two clocks: the wall (what people read) and a steady
// one that never jumps (what durations and leases are measured with).
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace plantain {

using Micros = std::chrono::microseconds;

// Microseconds since 1970-01-01T00:00:00Z, UTC without leap seconds.
struct WallTime {
  int64_t us = 0;
  friend auto operator<=>(const WallTime&, const WallTime&) = default;
  WallTime operator+(Micros by) const { return {us + by.count()}; }
  WallTime operator-(Micros by) const { return {us - by.count()}; }
  Micros operator-(WallTime other) const { return Micros(us - other.us); }
};

// Microseconds since some moment of this boot; comparable within one process only.
struct SteadyTime {
  int64_t us = 0;
  friend auto operator<=>(const SteadyTime&, const SteadyTime&) = default;
  SteadyTime operator+(Micros by) const { return {us + by.count()}; }
  Micros operator-(SteadyTime other) const { return Micros(us - other.us); }
};

// Threads: every method may be called from any thread.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual WallTime wall() const = 0;
  virtual SteadyTime steady() const = 0;
};

class SystemClock final : public Clock {
 public:
  WallTime wall() const override;
  SteadyTime steady() const override;
};

// A clock that a test holds in its hand.
class ManualClock final : public Clock {
 public:
  WallTime wall() const override;
  SteadyTime steady() const override;
  void advance(Micros by);    // both clocks
  void jump_wall(Micros by);  // the wall alone, forwards or backwards

 private:
  mutable std::mutex mutex_;
  WallTime wall_{1'795'000'000'000'000};  // some day in November 2026
  SteadyTime steady_{1'000'000};
};

// RFC 3339 in UTC with milliseconds: "2026-11-22T20:01:02.345Z".
std::string to_rfc3339(WallTime time);
std::optional<WallTime> from_rfc3339(std::string_view text);

}  // namespace plantain
