// The life of a request is one table and one pure function. Stores, workers and handlers all ask
// it; what is not in the table cannot happen. docs/requests.md shows it as a diagram.
#pragma once

#include <optional>
#include <string_view>

namespace plantain {

enum class RequestState {
  kQueued,     // in_queue
  kRunning,    // in_progress
  kStopping,   // in_progress, and a client asked for its end: it can only end as cancelled
  kSucceeded,  // completed, outcome succeeded
  kFailed,     // completed, outcome failed
  kCancelled,  // cancelled
};

enum class RequestEvent {
  kClaim,     // a worker took it
  kSucceed,   // its worker finished it
  kFail,      // its worker could not, or its inputs could not be had
  kRelease,   // its worker gave it back unharmed (draining); costs no attempt
  kLose,      // its worker died or went silent; another attempt is left
  kExhaust,   // its worker died or went silent; no attempt is left
  kDeadline,  // a deadline passed
  kCancel,    // a client asked to cancel what is not running yet
  kStop,      // a client asked to stop it also when it runs
};

struct Transition {
  RequestState from;
  RequestEvent event;
  RequestState to;
};

inline constexpr Transition kTransitions[] = {
    {RequestState::kQueued, RequestEvent::kClaim, RequestState::kRunning},
    {RequestState::kQueued, RequestEvent::kFail, RequestState::kFailed},
    {RequestState::kQueued, RequestEvent::kDeadline, RequestState::kFailed},
    {RequestState::kQueued, RequestEvent::kCancel, RequestState::kCancelled},
    {RequestState::kQueued, RequestEvent::kStop, RequestState::kCancelled},

    {RequestState::kRunning, RequestEvent::kSucceed, RequestState::kSucceeded},
    {RequestState::kRunning, RequestEvent::kFail, RequestState::kFailed},
    {RequestState::kRunning, RequestEvent::kRelease, RequestState::kQueued},
    {RequestState::kRunning, RequestEvent::kLose, RequestState::kQueued},
    {RequestState::kRunning, RequestEvent::kExhaust, RequestState::kFailed},
    {RequestState::kRunning, RequestEvent::kDeadline, RequestState::kFailed},
    {RequestState::kRunning, RequestEvent::kStop, RequestState::kStopping},

    {RequestState::kStopping, RequestEvent::kSucceed, RequestState::kCancelled},
    {RequestState::kStopping, RequestEvent::kFail, RequestState::kCancelled},
    {RequestState::kStopping, RequestEvent::kRelease, RequestState::kCancelled},
    {RequestState::kStopping, RequestEvent::kLose, RequestState::kCancelled},
    {RequestState::kStopping, RequestEvent::kExhaust, RequestState::kCancelled},
    {RequestState::kStopping, RequestEvent::kDeadline, RequestState::kCancelled},
    {RequestState::kStopping, RequestEvent::kStop, RequestState::kStopping},
};

// The state after `event`, or nothing if the event has no meaning in `state`.
constexpr std::optional<RequestState> after(RequestState state, RequestEvent event) {
  for (const Transition& row : kTransitions) {
    if (row.from == state && row.event == event) return row.to;
  }
  return std::nullopt;
}

constexpr bool is_end(RequestState state) {
  return state == RequestState::kSucceeded || state == RequestState::kFailed ||
         state == RequestState::kCancelled;
}
constexpr bool is_leased(RequestState state) {
  return state == RequestState::kRunning || state == RequestState::kStopping;
}

// What a worker's death means for a request that has already lost `losses` workers before it.
RequestEvent event_of_loss(int losses);

// "in_queue", "in_progress", "completed", "cancelled".
std::string_view status_name(RequestState state);
// "succeeded" or "failed" for a completed request; empty otherwise.
std::string_view outcome_name(RequestState state);

static_assert(after(RequestState::kRunning, RequestEvent::kLose) == RequestState::kQueued);
static_assert(!after(RequestState::kSucceeded, RequestEvent::kCancel), "an end is an end");
static_assert(!after(RequestState::kRunning, RequestEvent::kCancel),
              "plain cancel takes only what is queued");

}  // namespace plantain
