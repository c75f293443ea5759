// Waits for the end of a request: by its event stream, and by asking when there is none.
// Threads: one.
#pragma once

#include <functional>
#include <string>

#include "cli/api_client.h"
#include "cli/sse.h"
#include "cli/world.h"

namespace plantain::cli {

struct Watcher {
  std::function<void(const Json& status)> on_status;
  std::function<void(const Json& progress)> on_progress;
  std::function<void()> on_tick;  // at least once a second while a stream is read
};

// The result object of the request, whatever its end. kCancelled: the caller's abort was set; an
// answer that says more waiting is in vain (no such request, key revoked) ends it, too.
Result<Json> wait_for_result(ApiClient& api, const World& world, const std::string& request_id,
                             const Watcher& watcher);

// Gives each event to `on_event` until the stream ends or that returns false. A cut stream is
// taken up again after the last event that was seen, as long as each one brings a new one.
Result<void> follow_events(ApiClient& api, const std::string& request_id,
                           const std::function<bool(const ServerEvent&)>& on_event,
                           const std::function<void()>& on_tick);

}  // namespace plantain::cli
