#include "engine/upstream/exchange.h"

#include <algorithm>
#include <atomic>
#include <thread>

#include "base/crypto.h"
#include "base/text.h"

namespace plantain::engine::upstream {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {
constexpr milliseconds kBackoffMost{30'000};
constexpr milliseconds kLook{50};
constexpr std::size_t kQuotedMax_bytes = 300;
}  // namespace

Reply exchange(net::HttpClient& http, net::HttpRequest request, Observer& observer,
               std::string_view stage, int step, int steps) {
  std::atomic<bool> stop = !observer.keep_going(stage, step, steps);
  request.abort = &stop;
  request.on_tick = [&] { stop = stop || !observer.keep_going(stage, step, steps); };
  Result<net::HttpAnswer> answer = http.send(request);
  if (answer.ok()) return std::move(*answer);
  return NoReply{http.may_have_arrived(), answer.error().code == ErrorCode::kCancelled,
                 answer.error().message};
}

bool pause(milliseconds time, Observer& observer, std::string_view stage, int step, int steps) {
  const auto until = steady_clock::now() + time;
  while (steady_clock::now() < until) {
    if (!observer.keep_going(stage, step, steps)) return false;
    std::this_thread::sleep_for(std::min(
        kLook,
        std::chrono::duration_cast<milliseconds>(until - steady_clock::now()) + milliseconds(1)));
  }
  return observer.keep_going(stage, step, steps);
}

milliseconds backoff_after(int failed_tries, milliseconds backoff) {
  const int doublings = std::clamp(failed_tries - 1, 0, 16);
  const milliseconds whole = std::min(backoff * (int64_t{1} << doublings), kBackoffMost);
  const auto quarter = static_cast<uint64_t>(whole.count() / 4);
  return whole - milliseconds(static_cast<int64_t>(random_below(quarter + 1)));
}

std::string quoted(std::string_view text, std::string_view secret) {
  std::string clean(text);
  if (!is_utf8(clean)) return "(words that are not UTF-8)";
  for (std::size_t at; !secret.empty() && (at = clean.find(secret)) != std::string::npos;)
    clean.replace(at, secret.size(), "…");
  for (char& c : clean) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
  }
  if (clean.size() <= kQuotedMax_bytes) return std::string(trim_ascii(clean));
  std::size_t end = kQuotedMax_bytes;
  while (end > 0 && (static_cast<unsigned char>(clean[end]) & 0xC0) == 0x80) --end;
  return std::string(trim_ascii(std::string_view(clean).substr(0, end))) + "…";
}

std::optional<double> cost_of(const Settings& settings, std::string_view resolution,
                              std::size_t pictures) {
  auto cost = settings.cost_usd.find(resolution == "512" ? "0.5K" : std::string(resolution));
  if (cost == settings.cost_usd.end()) cost = settings.cost_usd.find("");
  if (cost == settings.cost_usd.end()) return std::nullopt;
  return cost->second * static_cast<double>(pictures);
}

std::optional<milliseconds> retry_after(const net::HttpAnswer& answer) {
  const std::optional<int64_t> seconds = parse_int(answer.header("retry-after"));
  if (!seconds || *seconds < 0 || *seconds > 24 * 3600) return std::nullopt;
  return milliseconds(*seconds * 1000);
}

}  // namespace plantain::engine::upstream
