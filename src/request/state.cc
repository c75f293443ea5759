#include "request/state.h"

#include "base/check.h"
#include "base/limits.h"

namespace plantain {

RequestEvent event_of_loss(int losses) {
  return losses + 1 < limits::kAttemptsMax ? RequestEvent::kLose : RequestEvent::kExhaust;
}

std::string_view status_name(RequestState state) {
  switch (state) {
    case RequestState::kQueued:
      return "in_queue";
    case RequestState::kRunning:
    case RequestState::kStopping:
      return "in_progress";
    case RequestState::kSucceeded:
    case RequestState::kFailed:
      return "completed";
    case RequestState::kCancelled:
      return "cancelled";
  }
  CHECK(false);
  return {};
}

std::string_view outcome_name(RequestState state) {
  if (state == RequestState::kSucceeded) return "succeeded";
  if (state == RequestState::kFailed) return "failed";
  return {};
}

}  // namespace plantain
