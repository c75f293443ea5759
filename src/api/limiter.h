// How often a key and an account may call: token buckets, one for submits and one for everything
// else, so that a client that polls can still submit. Each holds a minute's calls at most and is
// filled evenly.
// Threads: any.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"

namespace plantain::api {

enum class CallKind { kSubmit, kRead };

// Whose bucket, and how many calls a minute it gives.
struct Rate {
  std::string owner;
  int64_t per_minute = 0;
};

class Limiter {
 public:
  // `clock` must outlive this.
  explicit Limiter(const Clock& clock) : clock_(clock) {}

  struct Verdict {
    bool allowed = true;
    int64_t per_minute = 0;  // of the bucket with the fewest calls left, as the next two
    int64_t left = 0;
    int64_t full_in_s = 0;
    int64_t retry_in_s = 0;  // when not allowed: until one more call is
  };
  // Takes a call from each of the buckets, or from none when one is empty.
  Verdict take(CallKind kind, const std::vector<Rate>& rates);
  // What is left, without taking.
  Verdict look(CallKind kind, const std::vector<Rate>& rates);

 private:
  struct Bucket {
    double tokens = 0;
    SteadyTime at;
  };
  Bucket& filled(CallKind kind, const Rate& rate, SteadyTime now);
  Verdict judge(CallKind kind, const std::vector<Rate>& rates, SteadyTime now);
  void forget_full(SteadyTime now);

  const Clock& clock_;
  std::mutex mutex_;
  std::map<std::pair<std::string, CallKind>, Bucket> buckets_;
};

}  // namespace plantain::api
