#include "request/state.h"

#include <gtest/gtest.h>

#include "base/limits.h"
#include "request/request.h"

namespace plantain {
namespace {

constexpr RequestState kStates[] = {RequestState::kQueued,   RequestState::kRunning,
                                    RequestState::kStopping, RequestState::kSucceeded,
                                    RequestState::kFailed,   RequestState::kCancelled};
constexpr RequestEvent kEvents[] = {
    RequestEvent::kClaim,    RequestEvent::kSucceed, RequestEvent::kFail,
    RequestEvent::kRelease,  RequestEvent::kLose,    RequestEvent::kExhaust,
    RequestEvent::kDeadline, RequestEvent::kCancel,  RequestEvent::kStop};

TEST(RequestState, AnEndIsAnEndWhateverHappens) {
  for (const RequestState state : kStates) {
    if (!is_end(state)) continue;
    for (const RequestEvent event : kEvents) EXPECT_FALSE(after(state, event).has_value());
  }
}

TEST(RequestState, WhatIsStoppingCanOnlyEndAsCancelled) {
  for (const RequestEvent event : kEvents) {
    const auto next = after(RequestState::kStopping, event);
    if (!next) continue;
    EXPECT_TRUE(*next == RequestState::kCancelled || *next == RequestState::kStopping);
  }
}

TEST(RequestState, EveryStateThatIsNotAnEndCanReachOne) {
  for (const RequestState state : kStates) {
    if (is_end(state)) continue;
    EXPECT_TRUE(is_end(*after(state, RequestEvent::kDeadline)));
  }
}

TEST(RequestState, NoEventHasTwoMeaningsInOneState) {
  for (const Transition& a : kTransitions) {
    int rows = 0;
    for (const Transition& b : kTransitions) rows += a.from == b.from && a.event == b.event;
    EXPECT_EQ(rows, 1);
  }
}

TEST(RequestState, TheLastAttemptIsTheLast) {
  EXPECT_EQ(event_of_loss(0), RequestEvent::kLose);
  EXPECT_EQ(event_of_loss(limits::kAttemptsMax - 1), RequestEvent::kExhaust);
}

TEST(Request, AnErrorIsKeptWithItsCode) {
  const Error error{ErrorCode::kWorkerLost, "three \"workers\" died"};
  const Error back = error_from_text(error_to_text(error));
  EXPECT_EQ(back.code, error.code);
  EXPECT_EQ(back.message, error.message);
  EXPECT_EQ(error_from_text("?").code, ErrorCode::kInternal);
}

}  // namespace
}  // namespace plantain
