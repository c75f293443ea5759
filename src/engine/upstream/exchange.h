// One call to a provider that hears its client's wish to stop, and what became of it.
// Threads: one call at a time per HttpClient; the observer is asked on the calling thread.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/json.h"
#include "base/result.h"
#include "engine/engine.h"
#include "engine/upstream_settings.h"
#include "net/http_client.h"

namespace plantain::engine::upstream {

// There was no whole answer.
struct NoReply {
  bool may_have_arrived = false;
  bool cancelled = false;  // by the observer
  std::string reason;      // "timed out"
};
using Reply = std::variant<net::HttpAnswer, NoReply>;

// Sends once and waits, asking the observer at least every 200 ms, always with the same step.
Reply exchange(net::HttpClient& http, net::HttpRequest request, Observer& observer,
               std::string_view stage, int step, int steps);

// Waits without a call. False: the observer said stop.
bool pause(std::chrono::milliseconds time, Observer& observer, std::string_view stage, int step,
           int steps);

// `backoff` after the first failed try, twice that after the second …, at most 30 s, a quarter of
// it at random so that those who failed together do not come back together.
std::chrono::milliseconds backoff_after(int failed_tries, std::chrono::milliseconds backoff);

// What a provider wrote, made fit for a sentence of ours: one line, no control characters, no
// occurrence of `secret`, at most 300 bytes of valid UTF-8.
std::string quoted(std::string_view text, std::string_view secret);

// What the owner says that `pictures` of a resolution cost ("1K"; "512" is "0.5K"); nothing where
// the owner does not say.
std::optional<double> cost_of(const Settings& settings, std::string_view resolution,
                              std::size_t pictures);

// The whole seconds of "Retry-After"; nothing when it is absent or a date.
std::optional<std::chrono::milliseconds> retry_after(const net::HttpAnswer& answer);

}  // namespace plantain::engine::upstream
