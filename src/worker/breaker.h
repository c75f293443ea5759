// Keeps a worker from taking requests for a provider that is away.
//
// Closed: requests are taken. After kFailures failures in a row it opens: nothing is taken for a
// while that doubles up to a minute. Then one slot checks the provider, without paying; if that
// goes well it closes on trial, and the next failure opens it again.
//
// Threads: any; the slots of one engine share it.
#pragma once

#include <mutex>

#include "base/clock.h"

namespace plantain::worker {

class Breaker {
 public:
  static constexpr int kFailures = 5;

  // `clock` must outlive it.
  explicit Breaker(const Clock& clock) : clock_(clock) {}

  enum class Turn {
    kTake,   // requests may be taken
    kCheck,  // the caller alone shall check the provider and then say checked()
    kWait,   // neither
  };
  Turn turn();
  void checked(bool well);

  // A request ended: well, or by a failure of the provider's own. Other ends say nothing of it.
  void succeeded();
  void failed();

 private:
  void open();

  const Clock& clock_;
  std::mutex mutex_;
  int failures_ = 0;  // in a row
  bool is_open_ = false;
  bool checking_ = false;
  SteadyTime until_;
  Micros pause_{0};
};

}  // namespace plantain::worker
