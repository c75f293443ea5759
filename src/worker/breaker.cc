#include "worker/breaker.h"

#include <algorithm>

namespace plantain::worker {
namespace {

constexpr Micros kFirstPause = std::chrono::seconds(5);
constexpr Micros kLongestPause = std::chrono::seconds(60);

}  // namespace

Breaker::Turn Breaker::turn() {
  const std::lock_guard lock(mutex_);
  if (!is_open_) return Turn::kTake;
  if (checking_ || clock_.steady() < until_) return Turn::kWait;
  checking_ = true;
  return Turn::kCheck;
}

void Breaker::checked(bool well) {
  const std::lock_guard lock(mutex_);
  checking_ = false;
  if (!well) return open();
  is_open_ = false;
  failures_ = kFailures - 1;
}

void Breaker::succeeded() {
  const std::lock_guard lock(mutex_);
  failures_ = 0;
  pause_ = Micros(0);
}

void Breaker::failed() {
  const std::lock_guard lock(mutex_);
  // Runs that began before it opened may still end.
  if (!is_open_ && ++failures_ >= kFailures) open();
}

void Breaker::open() {
  is_open_ = true;
  pause_ = pause_.count() == 0 ? kFirstPause : std::min(pause_ * 2, kLongestPause);
  until_ = clock_.steady() + pause_;
}

}  // namespace plantain::worker
