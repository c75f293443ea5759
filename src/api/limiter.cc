#include "api/limiter.h"

#include <algorithm>
#include <cmath>

#include "base/limits.h"

namespace plantain::api {
namespace {

constexpr double kMinute_us = 60e6;

int64_t seconds_up(double us) { return static_cast<int64_t>(std::ceil(us / 1e6)); }

// Until `tokens` have come; for a bucket that is never filled, a minute at a time.
double time_for(double tokens, int64_t per_minute) {
  if (per_minute <= 0) return kMinute_us;
  return std::max(tokens, 0.0) * kMinute_us / static_cast<double>(per_minute);
}

}  // namespace

Limiter::Verdict Limiter::take(CallKind kind, const std::vector<Rate>& rates) {
  const std::lock_guard lock(mutex_);
  const SteadyTime now = clock_.steady();
  if (!judge(kind, rates, now).allowed) return judge(kind, rates, now);
  for (const Rate& rate : rates) filled(kind, rate, now).tokens -= 1;
  Verdict verdict = judge(kind, rates, now);
  verdict.allowed = true;
  return verdict;
}

Limiter::Verdict Limiter::look(CallKind kind, const std::vector<Rate>& rates) {
  const std::lock_guard lock(mutex_);
  return judge(kind, rates, clock_.steady());
}

Limiter::Verdict Limiter::judge(CallKind kind, const std::vector<Rate>& rates, SteadyTime now) {
  Verdict verdict;
  bool first = true;
  for (const Rate& rate : rates) {
    const double tokens = filled(kind, rate, now).tokens;
    const auto left = static_cast<int64_t>(std::floor(tokens));
    if (left < 1) {
      verdict.allowed = false;
      verdict.retry_in_s = std::max<int64_t>(
          {verdict.retry_in_s, int64_t{1}, seconds_up(time_for(1 - tokens, rate.per_minute))});
    }
    if (!first && left >= verdict.left) continue;
    first = false;
    verdict.per_minute = rate.per_minute;
    verdict.left = left;
    verdict.full_in_s =
        seconds_up(time_for(static_cast<double>(rate.per_minute) - tokens, rate.per_minute));
  }
  return verdict;
}

Limiter::Bucket& Limiter::filled(CallKind kind, const Rate& rate, SteadyTime now) {
  const auto most = static_cast<double>(rate.per_minute);
  const std::pair<std::string, CallKind> key(rate.owner, kind);
  if (buckets_.size() >= limits::kBucketsMax && !buckets_.contains(key)) forget_full(now);
  Bucket& bucket = buckets_.try_emplace(key, Bucket{most, now}).first->second;
  const auto passed_us = static_cast<double>((now - bucket.at).count());
  bucket.tokens = std::min(most, bucket.tokens + passed_us * most / kMinute_us);
  bucket.at = now;
  return bucket;
}

// A bucket that nobody took from for a minute is full again: forgetting it changes nothing.
void Limiter::forget_full(SteadyTime now) {
  std::erase_if(buckets_, [now](const auto& each) {
    return static_cast<double>((now - each.second.at).count()) >= kMinute_us;
  });
}

}  // namespace plantain::api
