// The one loop around a paid call: when it is sent, when again, when never again.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "base/text.h"
#include "engine/upstream/exchange.h"
#include "engine/upstream_settings.h"

namespace plantain::engine::upstream {

// What an answer means.
template <class Value>
struct Judged {
  enum class Means {
    kMade,     // here is what was paid for
    kRefused,  // nothing was made, and another try would end the same
    kAgain,    // nothing was made, another try may help
    kInDoubt,  // it may have been made and charged, but it is not here
  };
  Means means;
  std::optional<Value> value = std::nullopt;     // for kMade
  Error error = {ErrorCode::kEngineFailed, ""};  // else
  std::chrono::milliseconds after{0};            // for kAgain: not before
  int tries = 1'000;                             // for kAgain: so many in all, if fewer than set
};

// A wait that a provider asks for and that is longer than this ends the try.
inline constexpr std::chrono::milliseconds kLongestWait{60'000};

inline constexpr std::string_view kMayBeCharged =
    "; the provider may have done the work and charged for it, so the call is not repeated";

// Calls until there is a value or an end. `send()` gives a Reply, `judge(answer)` a Judged<Value>.
// Only what surely cost nothing is repeated, settings.tries times in all; what is in doubt is
// repeated settings.repeat_in_doubt times, over all attempts together. When it returns an error and
// the call is still open in `paid`, it is in doubt.
template <class Value, class Send, class Judge>
Result<Value> pay(const Settings& settings, PaidCall& paid, Observer& observer, const Send& send,
                  const Judge& judge) {
  using Means = typename Judged<Value>::Means;
  if (paid.in_doubt() > settings.repeat_in_doubt)
    return Error{ErrorCode::kWorkerLost,
                 concat("the worker died before the provider's answer was kept", kMayBeCharged)};
  const Error stopped{ErrorCode::kCancelled, "stopped while waiting for the provider"};
  int failed = 0;
  while (true) {
    if (auto kept = paid.intend(); !kept.ok()) return kept.error();
    Reply reply = send();
    Judged<Value> judged;
    if (auto* none = std::get_if<NoReply>(&reply)) {
      judged.means = none->may_have_arrived ? Means::kInDoubt : Means::kAgain;
      judged.error = {ErrorCode::kUpstreamUnavailable,
                      concat("no answer from the provider: ", none->reason)};
      if (none->cancelled) {
        if (!none->may_have_arrived) {
          if (auto kept = paid.answered(); !kept.ok()) return kept.error();
        }
        return stopped;
      }
    } else {
      judged = judge(std::get<net::HttpAnswer>(reply));
    }
    if (judged.means == Means::kMade) return std::move(*judged.value);
    ++failed;
    if (judged.means == Means::kInDoubt) {
      if (paid.in_doubt() > settings.repeat_in_doubt)
        return Error{judged.error.code, concat(judged.error.message, kMayBeCharged)};
    } else {
      if (auto kept = paid.answered(); !kept.ok()) return kept.error();
      if (judged.means == Means::kRefused || failed >= std::min(settings.tries, judged.tries) ||
          judged.after > kLongestWait)
        return judged.error;
    }
    const auto wait = std::max(judged.after, backoff_after(failed, settings.backoff));
    if (!pause(wait, observer, "wait", 0, 1)) return stopped;
  }
}

}  // namespace plantain::engine::upstream
