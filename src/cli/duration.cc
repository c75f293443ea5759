#include "cli/duration.h"

#include <algorithm>

#include "base/text.h"

namespace plantain::cli {
namespace {

struct Unit {
  char letter;
  int64_t seconds;
};
constexpr Unit kUnits[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86'400}, {'w', 604'800}};
constexpr int64_t kCentury_s = int64_t{36'500} * 86'400;

std::string tenths(Micros time) {
  const int64_t count = time.count() / 100'000;
  return concat(count / 10, ".", count % 10, " s");
}

std::string two_digits(int64_t number) { return concat(number < 10 ? "0" : "", number); }

}  // namespace

std::optional<std::chrono::seconds> parse_duration(std::string_view text) {
  if (text.size() < 2) return std::nullopt;
  const std::optional<int64_t> count = parse_int(text.substr(0, text.size() - 1));
  for (const Unit& unit : kUnits) {
    if (unit.letter != text.back()) continue;
    if (!count || *count < 1 || *count > kCentury_s / unit.seconds) return std::nullopt;
    return std::chrono::seconds(*count * unit.seconds);
  }
  return std::nullopt;
}

std::string short_duration(Micros time) {
  time = std::max(time, Micros(0));
  const int64_t seconds = time.count() / 1'000'000;
  if (seconds < 10) return tenths(time);
  if (seconds < 120) return concat(seconds, " s");
  if (seconds < 7200) return concat(seconds / 60, " min");
  if (seconds < 2 * 86'400) return concat(seconds / 3600, " h");
  return concat(seconds / 86'400, " d");
}

std::string running_time(Micros time) {
  time = std::max(time, Micros(0));
  const int64_t seconds = time.count() / 1'000'000;
  if (seconds < 60) return tenths(time);
  const std::string end = two_digits(seconds % 60);
  if (seconds < 3600) return concat(seconds / 60, ":", end);
  return concat(seconds / 3600, ":", two_digits(seconds / 60 % 60), ":", end);
}

}  // namespace plantain::cli
