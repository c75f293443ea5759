// What the server counts about itself, in Prometheus' text form.
// Threads: any.
#pragma once

#include <memory>
#include <string>

#include "api/route.h"
#include "base/clock.h"
#include "request/state.h"

namespace plantain::api {

struct Context;

class Metrics {
 public:
  explicit Metrics(const std::string& version);
  ~Metrics();

  // An answer to a call of `route` (nothing: of no route) `took` after its head was read.
  void count_call(const Route* route, const Call& call, int status, Micros took);
  // A request came into `state`.
  void count_state(RequestState state);
  // An attempt ended; `outcome` is "succeeded", "failed", "cancelled" or "released".
  void count_run(const std::string& model, const std::string& engine, const std::string& outcome,
                 Micros took);

  // Everything counted, and what is so at this moment: queues, workers, free space.
  // kUnavailable: the store does not answer.
  Result<std::string> text(Context& context);

 private:
  struct State;
  const std::unique_ptr<State> state_;
};

// GET /metrics, for admins.
std::vector<Route> metric_routes(Context& context);

}  // namespace plantain::api
