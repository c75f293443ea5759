// Lengths of time as people write and read them.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace plantain::cli {

// "45s", "90m", "12h", "30d", "2w": a whole positive number and one unit, at most a century.
std::optional<std::chrono::seconds> parse_duration(std::string_view text);

// "0.4 s", "42 s", "3 min", "5 h", "12 d": short enough for a column.
std::string short_duration(Micros time);

// "3.2 s", "1:05", "1:02:03": for a clock that runs.
std::string running_time(Micros time);

}  // namespace plantain::cli
