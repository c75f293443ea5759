#include "base/clock.h"

#include <cstdio>
#include <ctime>

namespace plantain {

WallTime SystemClock::wall() const {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<Micros>(now).count()};
}

SteadyTime SystemClock::steady() const {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<Micros>(now).count()};
}

WallTime ManualClock::wall() const {
  const std::lock_guard lock(mutex_);
  return wall_;
}

SteadyTime ManualClock::steady() const {
  const std::lock_guard lock(mutex_);
  return steady_;
}

void ManualClock::advance(Micros by) {
  const std::lock_guard lock(mutex_);
  wall_ = wall_ + by;
  steady_ = steady_ + by;
}

void ManualClock::jump_wall(Micros by) {
  const std::lock_guard lock(mutex_);
  wall_ = wall_ + by;
}

std::string to_rfc3339(WallTime time) {
  const int64_t ms = time.us >= 0 ? time.us / 1000 : (time.us - 999) / 1000;
  const int64_t seconds = ms >= 0 ? ms / 1000 : (ms - 999) / 1000;
  const std::time_t whole = static_cast<std::time_t>(seconds);
  std::tm parts{};
  gmtime_r(&whole, &parts);
  char text[96];
  std::snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", parts.tm_year + 1900,
                parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
                static_cast<int>(ms - seconds * 1000));
  return text;
}

std::optional<WallTime> from_rfc3339(std::string_view text) {
  std::tm parts{};
  int used = 0;
  const std::string copy(text);
  if (std::sscanf(copy.c_str(), "%4d-%2d-%2dT%2d:%2d:%2d%n", &parts.tm_year, &parts.tm_mon,
                  &parts.tm_mday, &parts.tm_hour, &parts.tm_min, &parts.tm_sec, &used) != 6) {
    return std::nullopt;
  }
  if (parts.tm_mon < 1 || parts.tm_mon > 12 || parts.tm_mday < 1 || parts.tm_mday > 31 ||
      parts.tm_hour > 23 || parts.tm_min > 59 || parts.tm_sec > 60) {
    return std::nullopt;
  }
  std::string_view rest = std::string_view(copy).substr(static_cast<size_t>(used));
  int64_t us = 0;
  if (rest.starts_with('.')) {
    int64_t unit = 100'000;
    for (rest.remove_prefix(1); !rest.empty() && rest[0] >= '0' && rest[0] <= '9';
         rest.remove_prefix(1)) {
      us += (rest[0] - '0') * unit;
      unit /= 10;
    }
  }
  if (rest != "Z" && rest != "+00:00") return std::nullopt;
  parts.tm_year -= 1900;
  parts.tm_mon -= 1;
  return WallTime{static_cast<int64_t>(timegm(&parts)) * 1'000'000 + us};
}

}  // namespace plantain
