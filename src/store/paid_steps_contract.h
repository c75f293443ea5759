// What a RequestStore promises of paid calls and of engines to fall over to, as tests. Include it
// once, beside request_store_contract.h, and instantiate it for a backend.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "store/request_store_contract.h"

namespace plantain::store {

class PaidStepsContract : public RequestStoreContract {
 protected:
  Result<Step> put(const Claim& claimed, Step step, const std::string& credential = "a") {
    step.engine = kEngine;
    return await<Step>([&](Then<Step> then) {
      requests().put_step(claimed.lease, credential, step, std::move(then));
    });
  }
  Result<Step> put(const Claim& claimed, StepState state, int call = 1) {
    return put(claimed, Step{.n = 0, .state = state, .call = call, .upstream_id = "up-1"});
  }
  // A staged file of a done step.
  std::string done(const Claim& claimed, int n = 0) {
    const std::string blob = ArtifactStore::new_blob_id();
    EXPECT_TRUE(stage(claimed, blob).ok());
    EXPECT_TRUE(put(claimed, Step{.n = n, .state = StepState::kIntent}).ok());
    EXPECT_TRUE(
        put(claimed,
            Step{.n = n, .state = StepState::kDone, .outputs = R"({"files":[]})", .blobs = {blob}})
            .ok());
    return blob;
  }
  RequestId enqueue_with(std::vector<std::string> fallbacks) {
    NewRequest fresh = new_request();
    fresh.fallbacks = std::move(fallbacks);
    EXPECT_TRUE(enqueue(fresh).ok());
    return fresh.id;
  }
  int fall_over() {
    return *await<int>([&](Then<int> then) {
      requests().fall_over(std::string(kEngine), std::string(kModel), std::move(then));
    });
  }
  void lose() {
    ASSERT_TRUE(await<int>([&](Then<int> then) { requests().lose("a", std::move(then)); }).ok());
  }
  std::set<std::string> dead() {
    const std::vector<std::string> blobs = sweep().dead_blobs;
    return {blobs.begin(), blobs.end()};
  }
};

TEST_P(PaidStepsContract, TheNextAttemptIsToldWhatWasPaidForAlsoAfterReopening) {
  enqueue_one();
  const Claim first = claim_one();
  ASSERT_TRUE(put(first, StepState::kIntent).ok());
  ASSERT_TRUE(put(first, StepState::kAccepted).ok());
  done(first, 1);
  lose();
  reopen();

  const Claim second = claim_one();

  ASSERT_EQ(second.steps.size(), 2u);
  EXPECT_EQ(second.steps[0].state, StepState::kAccepted);
  EXPECT_EQ(second.steps[0].upstream_id, "up-1");
  EXPECT_EQ(second.steps[0].engine, kEngine);
  EXPECT_EQ(second.steps[1].state, StepState::kDone);
  EXPECT_EQ(second.steps[1].outputs, R"({"files":[]})");
}

TEST_P(PaidStepsContract, TheSameWordTwiceCountsOnceAndAnOldOneIsRefused) {
  enqueue_one();
  const Claim claimed = claim_one();

  for (int i = 0; i < 2; ++i) EXPECT_EQ(put(claimed, StepState::kIntent)->doubts, 0);
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(put(claimed, StepState::kAnswered).ok());
  EXPECT_EQ(put(claimed, StepState::kIntent, 2)->doubts, 0);

  EXPECT_EQ(put(claimed, StepState::kIntent, 1).error().code, ErrorCode::kConflict);
  EXPECT_EQ(put(claimed, StepState::kIntent, 4).error().code, ErrorCode::kConflict);
  EXPECT_EQ(put(claimed, StepState::kAnswered, 1).error().code, ErrorCode::kConflict);
}

TEST_P(PaidStepsContract, AnIntentOverAnUnansweredOneIsADoubt) {
  enqueue_one();
  const Claim claimed = claim_one();
  ASSERT_TRUE(put(claimed, StepState::kIntent).ok());

  EXPECT_EQ(put(claimed, StepState::kIntent, 2)->doubts, 1);
  EXPECT_EQ(put(claimed, StepState::kAnswered, 2)->doubts, 1);
}

TEST_P(PaidStepsContract, WhatWasNeverIntendedCannotBeAnything) {
  enqueue_one();
  const Claim claimed = claim_one();

  for (const StepState state : {StepState::kAccepted, StepState::kAnswered, StepState::kDone})
    EXPECT_EQ(put(claimed, state).error().code, ErrorCode::kConflict);
}

TEST_P(PaidStepsContract, AnAttemptThatLostItsLeaseRecordsNothing) {
  enqueue_one();
  const Claim claimed = claim_one();
  ASSERT_TRUE(put(claimed, StepState::kIntent).ok());
  lose();
  claim_one("b");

  EXPECT_EQ(put(claimed, StepState::kAnswered).error().code, ErrorCode::kConflict);
  EXPECT_EQ(put(claimed, Step{.n = 1, .state = StepState::kIntent}, "b").error().code,
            ErrorCode::kConflict);
}

TEST_P(PaidStepsContract, ADoneStepsFilesOutliveTheirLeaseAndBelongToTheNextAttempt) {
  const RequestId id = enqueue_one();
  const std::string blob = done(claim_one());
  lose();
  clock_.advance(limits::kStagedBlobKept + limits::Seconds(60));
  EXPECT_TRUE(dead().empty());

  const Claim second = claim_one();
  Finish how = success(second);
  how.outputs[0].blob_id = blob;

  EXPECT_EQ(*finish(second, how), RequestState::kSucceeded);
  EXPECT_EQ(get(id).outputs[0].blob_id, blob);
  EXPECT_FALSE(get(id).maybe_charged);
}

TEST_P(PaidStepsContract, ADoneStepsFilesDieWithARequestThatDoesNotGetThem) {
  const RequestId id = enqueue_one();
  const Claim claimed = claim_one();
  const std::string blob = done(claimed);

  ASSERT_EQ(*finish(claimed, failed(ErrorCode::kUpstreamRefused)), RequestState::kFailed);

  EXPECT_TRUE(dead().contains(blob));
  EXPECT_TRUE(get(id).maybe_charged);
}

TEST_P(PaidStepsContract, AFileThatWasNotSentUnderThisLeaseIsNoStepsFile) {
  enqueue_one();
  const Claim claimed = claim_one();
  ASSERT_TRUE(put(claimed, StepState::kIntent).ok());

  const Result<Step> kept = put(claimed, Step{.state = StepState::kDone, .blobs = {"nobodys"}});

  EXPECT_EQ(kept.error().code, ErrorCode::kInvalidInput);
}

TEST_P(PaidStepsContract, AFailureInDoubtIsFinalAndSaysThatItMayHaveBeenCharged) {
  const RequestId id = enqueue_with({"other"});
  const Claim claimed = claim_one();
  ASSERT_TRUE(put(claimed, StepState::kIntent).ok());

  EXPECT_EQ(*finish(claimed, failed(ErrorCode::kUpstreamUnavailable)), RequestState::kFailed);

  EXPECT_TRUE(get(id).maybe_charged);
  EXPECT_EQ(get(id).engine, kEngine);
}

TEST_P(PaidStepsContract, AnAnsweredFailureIsNotInDoubt) {
  const RequestId id = enqueue_one();
  const Claim claimed = claim_one();
  ASSERT_TRUE(put(claimed, StepState::kIntent).ok());
  ASSERT_TRUE(put(claimed, StepState::kAnswered).ok());

  EXPECT_EQ(*finish(claimed, failed(ErrorCode::kUpstreamRefused)), RequestState::kFailed);

  EXPECT_FALSE(get(id).maybe_charged);
}

TEST_P(PaidStepsContract, ACancelledRequestSaysWhetherItMayHaveBeenCharged) {
  const RequestId id = enqueue_one();
  const Claim claimed = claim_one();
  ASSERT_TRUE(put(claimed, StepState::kIntent).ok());
  ASSERT_TRUE(cancel(id, true).ok());

  ASSERT_EQ(*finish(claimed, ended(Outcome::kCancelled)), RequestState::kCancelled);

  EXPECT_TRUE(get(id).maybe_charged);
}

TEST_P(PaidStepsContract, AnEnginesOwnFailureSendsTheRequestToTheNextEngineAndCostsNoAttempt) {
  const RequestId id = enqueue_with({"second", "third"});

  ASSERT_EQ(*finish(claim_one(), failed(ErrorCode::kUpstreamUnavailable)), RequestState::kQueued);
  EXPECT_EQ(get(id).engine, "second");
  ClaimWish next = wish("b");
  next.engine = "second";
  std::optional<Claim> second = claim(next);
  ASSERT_TRUE(second);
  ASSERT_EQ(*finish(*second, failed(ErrorCode::kEngineFailed), "b"), RequestState::kQueued);

  EXPECT_EQ(get(id).engine, "third");
  EXPECT_EQ(get(id).losses, 0);
  next = wish("b");
  next.engine = "third";
  second = claim(next);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->attempt, 3);
  EXPECT_EQ(*finish(*second, failed(ErrorCode::kEngineFailed), "b"), RequestState::kFailed);
}

TEST_P(PaidStepsContract, ARefusalNeverGoesToAnotherEngine) {
  for (const ErrorCode code : {ErrorCode::kContentPolicyViolation, ErrorCode::kUpstreamRefused,
                               ErrorCode::kInvalidInput, ErrorCode::kFileUnreachable}) {
    const RequestId id = enqueue_with({"laxer"});
    EXPECT_EQ(*finish(claim_one(), failed(code)), RequestState::kFailed);
    EXPECT_EQ(error_of(id), code);
    EXPECT_EQ(get(id).engine, kEngine);
  }
}

TEST_P(PaidStepsContract, WhatTheFirstEngineMadeIsNothingToTheNext) {
  const RequestId id = enqueue_with({"second"});
  const Claim claimed = claim_one();
  const std::string blob = done(claimed);
  ASSERT_EQ(*finish(claimed, failed(ErrorCode::kEngineFailed)), RequestState::kQueued);

  ClaimWish next = wish("b");
  next.engine = "second";
  const std::optional<Claim> second = claim(next);

  ASSERT_TRUE(second);
  ASSERT_EQ(second->steps.size(), 1u);
  EXPECT_EQ(second->steps[0].state, StepState::kAnswered);
  EXPECT_EQ(second->steps[0].doubts, 0);
  EXPECT_TRUE(dead().contains(blob));
  ASSERT_EQ(*finish(*second, success(*second, "b"), "b"), RequestState::kSucceeded);
  EXPECT_TRUE(get(id).maybe_charged);
}

TEST_P(PaidStepsContract, WhatWaitsForAnEngineThatIsGoneGoesOnWithTheNext) {
  const RequestId waiting = enqueue_with({"second"});
  const RequestId alone = enqueue_one();

  EXPECT_EQ(fall_over(), 1);
  EXPECT_EQ(fall_over(), 0);

  EXPECT_EQ(get(waiting).engine, "second");
  EXPECT_EQ(get(alone).engine, kEngine);
  const auto lengths = requests().queue_lengths();
  ASSERT_TRUE(lengths.ok());
  std::map<std::string, int64_t> queued;
  for (const QueueLength& length : *lengths) {
    if (length.queued > 0) queued[length.engine] = length.queued;
  }
  EXPECT_EQ(queued, (std::map<std::string, int64_t>{{std::string(kEngine), 1}, {"second", 1}}));
}

TEST_P(PaidStepsContract, WhatIsInDoubtWaitsForItsOwnEngine) {
  const RequestId id = enqueue_with({"second"});
  ASSERT_TRUE(put(claim_one(), StepState::kIntent).ok());
  lose();

  EXPECT_EQ(fall_over(), 0);
  EXPECT_EQ(get(id).engine, kEngine);
}

}  // namespace plantain::store
