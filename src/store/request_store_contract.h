// The contract of RequestStore as tests. Include it once and instantiate it for a backend.
#pragma once

#include <algorithm>
#include <mutex>
#include <set>
#include <thread>

#include "base/error_names.h"
#include "base/limits.h"
#include "store/artifact_store.h"
#include "store/store_fixture.h"

namespace plantain::store {

inline constexpr std::string_view kModel = "acme/painter";
inline constexpr std::string_view kEngine = "sketch";

class RequestStoreContract : public StoreTest {
 protected:
  using Outcome = Finish::Outcome;

  NewRequest new_request() {
    return NewRequest{ids_.next<RequestId>(),
                      account_,
                      key_,
                      std::string(kModel),
                      std::string(kEngine),
                      Priority::kNormal,
                      R"({"prompt":"a red fox"})",
                      {},
                      clock_.wall(),
                      std::nullopt,
                      std::nullopt,
                      limits::kRetentionDefault,
                      100};
  }
  Result<Enqueued> enqueue(const NewRequest& fresh, std::optional<Idempotency> key = std::nullopt) {
    return await<Enqueued>(
        [&](Then<Enqueued> then) { requests().enqueue(fresh, key, std::move(then)); });
  }
  RequestId enqueue_one() {
    const NewRequest fresh = new_request();
    const Result<Enqueued> done = enqueue(fresh);
    EXPECT_TRUE(done.ok());
    EXPECT_FALSE(done->replayed);
    return fresh.id;
  }
  ClaimWish wish(const std::string& credential) {
    return ClaimWish{credential,
                     false,
                     "worker of " + credential,
                     ids_.next_uuid(),
                     std::string(kEngine),
                     {std::string(kModel)}};
  }
  std::optional<Claim> claim(const ClaimWish& asked) {
    Result<std::optional<Claim>> done = await<std::optional<Claim>>(
        [&](Then<std::optional<Claim>> then) { requests().claim(asked, std::move(then)); });
    EXPECT_TRUE(done.ok());
    return done.ok() ? *done : std::nullopt;
  }
  Claim claim_one(const std::string& credential = "a") {
    std::optional<Claim> claimed = claim(wish(credential));
    CHECK(claimed.has_value());
    return *claimed;
  }
  Result<RequestState> finish(const Claim& claimed, Finish how,
                              const std::string& credential = "a") {
    return await<RequestState>([&](Then<RequestState> then) {
      requests().finish(claimed.lease, credential, how, std::move(then));
    });
  }
  static Finish failed(ErrorCode code) {
    Finish how;
    how.outcome = Outcome::kFailed;
    how.error = Error{code, "the engine says no"};
    return how;
  }
  static Finish ended(Outcome outcome) {
    Finish how;
    how.outcome = outcome;
    return how;
  }
  Result<void> stage(const Claim& claimed, const std::string& blob,
                     const std::string& credential = "a") {
    return await<void>([&](Then<void> then) {
      requests().stage_blob(claimed.lease, credential, blob, std::move(then));
    });
  }
  // A success with one staged picture and its thumbnail.
  Finish success(const Claim& claimed, const std::string& credential = "a") {
    Finish how;
    how.metadata = R"({"seeds":[7]})";
    how.cost = 40;
    for (const bool thumbnail : {false, true}) {
      const std::string blob = ArtifactStore::new_blob_id();
      EXPECT_TRUE(stage(claimed, blob, credential).ok());
      how.outputs.push_back(OutputFile{
          0, blob, claimed.request.text() + (thumbnail ? "-0t.jpg" : "-0.png"),
          thumbnail ? "image/jpeg" : "image/png", 1234, std::string(64, 'a'), 640, 480, thumbnail});
    }
    return how;
  }
  Result<Cancelled> cancel(const RequestId& id, bool running) {
    return await<Cancelled>(
        [&](Then<Cancelled> then) { requests().cancel(account_, id, running, std::move(then)); });
  }
  Result<void> remove(const RequestId& id) {
    return await<void>([&](Then<void> then) { requests().remove(account_, id, std::move(then)); });
  }
  Swept sweep() {
    Result<Swept> done = await<Swept>([&](Then<Swept> then) { requests().sweep(std::move(then)); });
    EXPECT_TRUE(done.ok());
    return *done;
  }
  Request get(const RequestId& id) {
    Result<Request> found = requests().get(account_, id);
    CHECK(found.ok());
    return *found;
  }
  RequestState state_of(const RequestId& id) { return get(id).state; }
  std::vector<RequestState> history(const RequestId& id, int64_t after = 0) {
    std::vector<RequestState> states;
    const auto events = requests().events(id, after);
    EXPECT_TRUE(events.ok());
    for (const StateEvent& event : *events) states.push_back(event.state);
    return states;
  }
  ErrorCode error_of(const RequestId& id) { return error_from_text(get(id).error).code; }
  std::vector<RequestId> listed(const ListQuery& query) {
    std::vector<RequestId> ids;
    const auto found = requests().list(query);
    EXPECT_TRUE(found.ok());
    for (const Request& request : *found) ids.push_back(request.id);
    return ids;
  }
  // Lets `during` hand in calls that the store takes as one group: its thread is kept busy
  // meanwhile.
  void as_one_group(const std::function<void()>& during) {
    Roadblock block;
    requests().enqueue(new_request(), std::nullopt, block.then<Enqueued>());
    block.wait_until_entered();
    during();
    block.let_go();
  }

  const AccountId account_ = ids_.next<AccountId>();
  const AccountId stranger_ = ids_.next<AccountId>();
  const KeyId key_ = ids_.next<KeyId>();
};

// -- submit and read ------------------------------------------------------------------------

TEST_P(RequestStoreContract, ARequestIsKeptAsItWasGivenAlsoAfterReopening) {
  NewRequest fresh = new_request();
  fresh.priority = Priority::kHigh;
  fresh.tags = {"Größe", "a,b\"c"};
  fresh.start_by = clock_.wall() + limits::Seconds(60);
  fresh.finish_by = clock_.wall() + limits::Seconds(90);
  ASSERT_TRUE(enqueue(fresh).ok());

  reopen();

  const Request kept = get(fresh.id);
  EXPECT_EQ(kept.id, fresh.id);
  EXPECT_EQ(kept.account, account_);
  EXPECT_EQ(kept.key, key_);
  EXPECT_EQ(kept.model_id, kModel);
  EXPECT_EQ(kept.engine, kEngine);
  EXPECT_EQ(kept.priority, Priority::kHigh);
  EXPECT_EQ(kept.state, RequestState::kQueued);
  EXPECT_EQ(kept.input, fresh.input);
  EXPECT_EQ(kept.tags, fresh.tags);
  EXPECT_EQ(kept.attempt, 0);
  EXPECT_EQ(kept.losses, 0);
  EXPECT_EQ(kept.created, fresh.created);
  EXPECT_EQ(kept.start_by, fresh.start_by);
  EXPECT_EQ(kept.finish_by, fresh.finish_by);
  EXPECT_FALSE(kept.started || kept.finished || kept.expires);
  EXPECT_EQ(kept.error, "");
  EXPECT_EQ(kept.metadata, "");
  EXPECT_TRUE(kept.outputs.empty());
  EXPECT_EQ(kept.price, 100);
  EXPECT_EQ(kept.cost, 0);
}

TEST_P(RequestStoreContract, ALargeInputIsKeptWhole) {
  NewRequest fresh = new_request();
  fresh.input = R"({"prompt":")" + std::string(3'000'000, 'x') + R"("})";
  ASSERT_TRUE(enqueue(fresh).ok());
  EXPECT_EQ(get(fresh.id).input, fresh.input);
}

TEST_P(RequestStoreContract, AnotherAccountsRequestLooksLikeOneThatNeverExisted) {
  const RequestId id = enqueue_one();
  const RequestId never = ids_.next<RequestId>();

  for (const RequestId& asked : {id, never}) {
    EXPECT_EQ(requests().get(stranger_, asked).error().code, ErrorCode::kNotFound);
    EXPECT_EQ(await<Cancelled>([&](Then<Cancelled> then) {
                requests().cancel(stranger_, asked, true, std::move(then));
              })
                  .error()
                  .code,
              ErrorCode::kNotFound);
    EXPECT_EQ(
        await<void>([&](Then<void> then) { requests().remove(stranger_, asked, std::move(then)); })
            .error()
            .code,
        ErrorCode::kNotFound);
  }
  EXPECT_EQ(requests().get(stranger_, id).error().message,
            requests().get(stranger_, never).error().message);
  EXPECT_EQ(state_of(id), RequestState::kQueued);
}

TEST_P(RequestStoreContract, OneBadOperationOfAGroupFailsAlone) {
  const NewRequest first = new_request();
  const NewRequest last = new_request();
  Answer<Enqueued> good, bad, also_good;
  as_one_group([&] {
    requests().enqueue(first, std::nullopt, good.then());
    requests().enqueue(first, Idempotency{"of the bad one", "f"}, bad.then());
    requests().enqueue(last, std::nullopt, also_good.then());
  });

  EXPECT_TRUE(good.get().ok());
  EXPECT_EQ(bad.get().error().code, ErrorCode::kConflict);
  EXPECT_TRUE(also_good.get().ok());
  EXPECT_EQ(state_of(first.id), RequestState::kQueued);
  EXPECT_EQ(state_of(last.id), RequestState::kQueued);
  EXPECT_FALSE(requests().replay(account_, {"of the bad one", "f"})->has_value());
  EXPECT_EQ(history(first.id).size(), 1u);
}

TEST_P(RequestStoreContract, ManyThreadsSubmitAtOnceAndEachGetsItsOwn) {
  std::vector<std::thread> threads;
  std::mutex mutex;
  std::set<RequestId> ids;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 25; ++n) {
        const NewRequest fresh = new_request();
        const Result<Enqueued> done = enqueue(fresh);
        ASSERT_TRUE(done.ok());
        EXPECT_EQ(done->id, fresh.id);
        EXPECT_TRUE(requests().get(account_, fresh.id).ok());
        const std::lock_guard lock(mutex);
        ids.insert(done->id);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(ids.size(), 200u);
  EXPECT_EQ(requests().queue_lengths()->at(0).queued, 200);
}

// -- idempotency ----------------------------------------------------------------------------

TEST_P(RequestStoreContract, ARepeatedKeyAnswersTheFirstRequestAndStoresNothing) {
  const NewRequest first = new_request();
  const NewRequest second = new_request();
  ASSERT_FALSE(enqueue(first, Idempotency{"k", "f"})->replayed);

  reopen();
  const Result<Enqueued> repeated = enqueue(second, Idempotency{"k", "f"});

  ASSERT_TRUE(repeated.ok());
  EXPECT_TRUE(repeated->replayed);
  EXPECT_EQ(repeated->id, first.id);
  EXPECT_EQ(requests().get(account_, second.id).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(*requests().replay(account_, {"k", "f"}), first.id);
}

TEST_P(RequestStoreContract, AKeyWithAnotherFingerprintIsAConflict) {
  ASSERT_TRUE(enqueue(new_request(), Idempotency{"k", "f"}).ok());
  const NewRequest second = new_request();
  EXPECT_EQ(enqueue(second, Idempotency{"k", "g"}).error().code, ErrorCode::kConflict);
  EXPECT_EQ(requests().get(account_, second.id).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(requests().replay(account_, {"k", "g"}).error().code, ErrorCode::kConflict);
}

TEST_P(RequestStoreContract, KeysOfTwoAccountsHaveNothingToDoWithEachOther) {
  ASSERT_TRUE(enqueue(new_request(), Idempotency{"k", "f"}).ok());
  NewRequest other = new_request();
  other.account = stranger_;
  EXPECT_FALSE(requests().replay(stranger_, {"k", "g"})->has_value());
  EXPECT_FALSE(enqueue(other, Idempotency{"k", "g"})->replayed);
}

TEST_P(RequestStoreContract, OfTwoRacingCallsWithOneKeyOneRequestIsMade) {
  for (int round = 0; round < 10; ++round) {
    const Idempotency key{"k" + std::to_string(round), "f"};
    std::vector<Enqueued> answers;
    std::mutex mutex;
    std::vector<std::thread> threads;
    for (int i = 0; i < 2; ++i) {
      threads.emplace_back([&] {
        const Result<Enqueued> done = enqueue(new_request(), key);
        ASSERT_TRUE(done.ok());
        const std::lock_guard lock(mutex);
        answers.push_back(*done);
      });
    }
    for (std::thread& thread : threads) thread.join();
    ASSERT_EQ(answers.size(), 2u);
    EXPECT_EQ(answers[0].id, answers[1].id);
    EXPECT_NE(answers[0].replayed, answers[1].replayed);
  }
  EXPECT_EQ(requests().queue_lengths()->at(0).queued, 10);
}

TEST_P(RequestStoreContract, AKeyOutlivesItsRequestForADayAndNoLonger) {
  const NewRequest first = new_request();
  ASSERT_TRUE(enqueue(first, Idempotency{"k", "f"}).ok());
  ASSERT_TRUE(remove(first.id).ok());

  clock_.advance(limits::kIdempotencyKept - limits::Seconds(1));
  sweep();
  EXPECT_EQ(enqueue(new_request(), Idempotency{"k", "f"})->id, first.id);

  clock_.advance(limits::Seconds(1));
  EXPECT_FALSE(requests().replay(account_, {"k", "g"})->has_value());
  EXPECT_FALSE(enqueue(new_request(), Idempotency{"k", "g"})->replayed);
  clock_.advance(limits::kIdempotencyKept);
  sweep();
  EXPECT_FALSE(requests().replay(account_, {"k", "g"})->has_value());
}

// -- lists ----------------------------------------------------------------------------------

TEST_P(RequestStoreContract, AListIsTheAccountsOwnNewestFirstAndGoesOnAfterACursor) {
  std::vector<RequestId> ids;
  for (int i = 0; i < 5; ++i) ids.push_back(enqueue_one());
  NewRequest other = new_request();
  other.account = stranger_;
  ASSERT_TRUE(enqueue(other).ok());
  std::reverse(ids.begin(), ids.end());

  ListQuery query{account_};
  EXPECT_EQ(listed(query), ids);
  query.limit = 2;
  EXPECT_EQ(listed(query), (std::vector{ids[0], ids[1]}));
  query.before = ids[1];
  EXPECT_EQ(listed(query), (std::vector{ids[2], ids[3]}));
  query.before = ids[4];
  EXPECT_TRUE(listed(query).empty());
  query.limit = limits::kListMax + 1;
  EXPECT_EQ(requests().list(query).error().code, ErrorCode::kInvalidInput);
}

TEST_P(RequestStoreContract, AListIsFilteredByStatus) {
  const RequestId succeeded = enqueue_one();
  const Claim done = claim_one();
  ASSERT_TRUE(finish(done, success(done)).ok());
  const RequestId failed_one = enqueue_one();
  ASSERT_TRUE(finish(claim_one(), failed(ErrorCode::kEngineFailed)).ok());
  const RequestId running = enqueue_one();
  claim_one();
  const RequestId stopping = enqueue_one();
  claim_one();
  ASSERT_TRUE(cancel(stopping, true).ok());
  const RequestId cancelled = enqueue_one();
  ASSERT_TRUE(cancel(cancelled, false).ok());
  const RequestId queued = enqueue_one();

  ListQuery query{account_};
  query.status = "in_queue";
  EXPECT_EQ(listed(query), std::vector{queued});
  query.status = "in_progress";
  EXPECT_EQ(listed(query), (std::vector{stopping, running}));
  query.status = "completed";
  EXPECT_EQ(listed(query), (std::vector{failed_one, succeeded}));
  query.status = "cancelled";
  EXPECT_EQ(listed(query), std::vector{cancelled});
  query.status = "asleep";
  EXPECT_EQ(requests().list(query).error().code, ErrorCode::kInvalidInput);
}

TEST_P(RequestStoreContract, AListIsFilteredByModelTagsAndWordsOfThePrompt) {
  NewRequest fox = new_request();
  fox.tags = {"print", "summer"};
  fox.input = R"({"prompt":"Ein ROTER Fuchs im ÄHRENFELD, 100% 'wahr'","style":"oil"})";
  NewRequest cat = new_request();
  cat.tags = {"print"};
  cat.model_id = "acme/other";
  cat.input = R"({"prompt":"a grey cat"})";
  NewRequest none = new_request();
  none.input = R"({"seed":1})";
  for (const NewRequest& fresh : {fox, cat, none}) ASSERT_TRUE(enqueue(fresh).ok());

  ListQuery query{account_};
  query.model_id = "acme/other";
  EXPECT_EQ(listed(query), std::vector{cat.id});
  query.model_id.reset();
  query.tags = {"print"};
  EXPECT_EQ(listed(query), (std::vector{cat.id, fox.id}));
  query.tags = {"summer", "print"};
  EXPECT_EQ(listed(query), std::vector{fox.id});
  query.tags.clear();
  for (const char* text : {"roter fuchs", "ährenfeld", "Ährenfeld", "100%", "'WAHR'"}) {
    query.text = text;
    EXPECT_EQ(listed(query), std::vector{fox.id}) << text;
  }
  for (const char* text : {"oil", "%", "grey_cat"}) {
    query.text = text;
    EXPECT_EQ(listed(query).size(), std::string_view(text) == "%" ? 1u : 0u) << text;
  }
}

TEST_P(RequestStoreContract, ADamagedInputDoesNotBreakAList) {
  NewRequest odd = new_request();
  odd.input = "not JSON";
  ASSERT_TRUE(enqueue(odd).ok());
  const RequestId fox = enqueue_one();
  ListQuery query{account_};
  query.text = "fox";
  EXPECT_EQ(listed(query), std::vector{fox});
}

// -- the queue ------------------------------------------------------------------------------

TEST_P(RequestStoreContract, TheHighestPriorityGoesFirstThenTheOldest) {
  NewRequest low = new_request(), normal = new_request(), later = new_request(),
             high = new_request();
  low.priority = Priority::kLow;
  high.priority = Priority::kHigh;
  for (const NewRequest& fresh : {low, later, normal, high}) ASSERT_TRUE(enqueue(fresh).ok());

  EXPECT_EQ(*requests().queue_position(high.id), std::optional<int64_t>(0));
  EXPECT_EQ(*requests().queue_position(normal.id), std::optional<int64_t>(1));
  EXPECT_EQ(*requests().queue_position(later.id), std::optional<int64_t>(2));
  EXPECT_EQ(*requests().queue_position(low.id), std::optional<int64_t>(3));
  EXPECT_EQ(claim_one().request, high.id);
  EXPECT_EQ(claim_one().request, normal.id);
  EXPECT_EQ(claim_one().request, later.id);
  EXPECT_EQ(claim_one().request, low.id);
  EXPECT_FALSE(claim(wish("a")).has_value());
}

TEST_P(RequestStoreContract, AWorkerGetsOnlyWhatItsEngineAndModelsCanDo) {
  const RequestId id = enqueue_one();
  ClaimWish other_engine = wish("a"), other_model = wish("a"), no_model = wish("a"),
            many = wish("a");
  other_engine.engine = "diffusion";
  other_model.models = {"acme/other"};
  no_model.models = {};
  many.models = {"acme/other", std::string(kModel), std::string(kModel)};

  EXPECT_FALSE(claim(other_engine).has_value());
  EXPECT_FALSE(claim(other_model).has_value());
  EXPECT_FALSE(claim(no_model).has_value());
  EXPECT_EQ(claim(many)->request, id);
}

TEST_P(RequestStoreContract, TheOldestGoesFirstAcrossModels) {
  NewRequest first = new_request(), second = new_request();
  first.model_id = "acme/zebra";
  second.model_id = "acme/ape";
  ASSERT_TRUE(enqueue(second).ok());
  ASSERT_TRUE(enqueue(first).ok());
  ClaimWish both = wish("a");
  both.models = {"acme/ape", "acme/zebra"};

  EXPECT_EQ(*requests().queue_position(second.id), std::optional<int64_t>(1));
  EXPECT_EQ(claim(both)->request, first.id);
}

TEST_P(RequestStoreContract, AClaimTellsWhatToDo) {
  NewRequest fresh = new_request();
  fresh.finish_by = clock_.wall() + limits::Seconds(60);
  ASSERT_TRUE(enqueue(fresh).ok());
  clock_.advance(limits::Seconds(1));

  const Claim claimed = claim_one();

  EXPECT_EQ(claimed.request, fresh.id);
  EXPECT_EQ(claimed.attempt, 1);
  EXPECT_EQ(claimed.model_id, kModel);
  EXPECT_EQ(claimed.input, fresh.input);
  EXPECT_EQ(claimed.finish_by, fresh.finish_by);
  const Request running = get(fresh.id);
  EXPECT_EQ(running.state, RequestState::kRunning);
  EXPECT_EQ(running.started, clock_.wall());
  EXPECT_EQ(running.attempt, 1);
  EXPECT_FALSE(requests().queue_position(fresh.id)->has_value());
  EXPECT_EQ(requests().queue_position(ids_.next<RequestId>()).error().code, ErrorCode::kNotFound);
}

TEST_P(RequestStoreContract, TheSameClaimGetsTheSameLeaseWhileItLasts) {
  enqueue_one();
  enqueue_one();
  const ClaimWish asked = wish("a");
  ClaimWish of_another = asked;
  of_another.credential = "b";

  const Claim first = *claim(asked);
  const Claim again = *claim(asked);
  EXPECT_EQ(again.lease, first.lease);
  EXPECT_EQ(again.request, first.request);
  EXPECT_EQ(again.attempt, 1);
  EXPECT_NE(claim(of_another)->request, first.request);

  ASSERT_TRUE(finish(first, ended(Outcome::kReleased)).ok());
  const Claim anew = *claim(asked);
  EXPECT_NE(anew.lease, first.lease);
  EXPECT_EQ(anew.attempt, 2);
}

TEST_P(RequestStoreContract, TwoClaimsOfOneGroupWithOneIdAreOneLease) {
  enqueue_one();
  enqueue_one();
  ClaimWish asked = wish("a");
  asked.models = {"none"};
  Answer<std::optional<Claim>> first, second;
  as_one_group([&] {
    asked.models = {std::string(kModel)};
    requests().claim(asked, first.then());
    requests().claim(asked, second.then());
  });
  const auto one = first.get();
  const auto two = second.get();
  ASSERT_TRUE(one.ok() && two.ok() && *one && *two);
  EXPECT_EQ((*one)->lease, (*two)->lease);
  EXPECT_TRUE(requests().renew((*one)->lease, "a").ok());
}

TEST_P(RequestStoreContract, ThreadsThatClaimAtOnceNeverGetTheSameRequest) {
  for (int i = 0; i < 60; ++i) enqueue_one();
  std::mutex mutex;
  std::multiset<RequestId> claimed;
  std::vector<std::thread> threads;
  for (int i = 0; i < 6; ++i) {
    threads.emplace_back([&, i] {
      while (const std::optional<Claim> next = claim(wish("worker " + std::to_string(i)))) {
        const std::lock_guard lock(mutex);
        claimed.insert(next->request);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(claimed.size(), 60u);
  EXPECT_EQ(std::set<RequestId>(claimed.begin(), claimed.end()).size(), 60u);
}

TEST_P(RequestStoreContract, QueueLengthsFollowEveryChangeAndSurviveReopening) {
  const auto length = [&]() -> QueueLength {
    const auto lengths = requests().queue_lengths();
    return lengths->empty() ? QueueLength{} : lengths->at(0);
  };
  const RequestId first = enqueue_one();
  enqueue_one();
  enqueue_one();
  const Claim claimed = claim_one();
  EXPECT_EQ(length().model_id, kModel);
  EXPECT_EQ(length().engine, kEngine);
  EXPECT_EQ(length().queued, 2);
  EXPECT_EQ(length().running, 1);

  reopen();
  EXPECT_EQ(length().queued, 2);
  EXPECT_EQ(length().running, 1);

  ASSERT_TRUE(cancel(first, true).ok());
  EXPECT_EQ(length().running, 1);
  ASSERT_TRUE(finish(claimed, ended(Outcome::kCancelled)).ok());
  ListQuery all{account_};
  for (const RequestId& id : listed(all)) ASSERT_TRUE(remove(id).ok());
  EXPECT_TRUE(requests().queue_lengths()->empty());
}

// -- the end --------------------------------------------------------------------------------

TEST_P(RequestStoreContract, ASuccessShowsItsOutputsAndSettlesTheCost) {
  const RequestId id = enqueue_one();
  const Claim claimed = claim_one();
  Finish how = success(claimed);
  std::reverse(how.outputs.begin(), how.outputs.end());
  EXPECT_TRUE(get(id).outputs.empty());
  EXPECT_EQ(requests().find_file(id.text() + "-0.png").error().code, ErrorCode::kNotFound);
  clock_.advance(limits::Seconds(3));

  EXPECT_EQ(*finish(claimed, how), RequestState::kSucceeded);
  reopen();

  const Request done = get(id);
  EXPECT_EQ(done.state, RequestState::kSucceeded);
  EXPECT_EQ(done.finished, clock_.wall());
  EXPECT_EQ(done.expires, clock_.wall() + limits::kRetentionDefault);
  EXPECT_EQ(done.metadata, how.metadata);
  EXPECT_EQ(done.error, "");
  EXPECT_EQ(done.cost, 40);
  ASSERT_EQ(done.outputs.size(), 2u);
  EXPECT_FALSE(done.outputs[0].thumbnail);
  EXPECT_TRUE(done.outputs[1].thumbnail);
  const Result<FileRecord> file = requests().find_file(id.text() + "-0.png");
  ASSERT_TRUE(file.ok());
  EXPECT_EQ(file->request, id);
  EXPECT_EQ(file->account, account_);
  EXPECT_EQ(file->expires, done.expires);
  EXPECT_EQ(file->file.blob_id, how.outputs[1].blob_id);
  EXPECT_EQ(file->file.content_type, "image/png");
  EXPECT_EQ(file->file.bytes, 1234);
  EXPECT_EQ(file->file.sha256, std::string(64, 'a'));
  EXPECT_EQ(file->file.width, 640);
  EXPECT_EQ(file->file.height, 480);
  EXPECT_TRUE(sweep().dead_blobs.empty());
}

TEST_P(RequestStoreContract, TheCostIsNeverAboveThePriceNorBelowNothing) {
  for (const Microdollars asked : {Microdollars{1'000}, Microdollars{-5}}) {
    const RequestId id = enqueue_one();
    const Claim claimed = claim_one();
    Finish how = success(claimed);
    how.cost = asked;
    ASSERT_TRUE(finish(claimed, how).ok());
    EXPECT_EQ(get(id).cost, asked > 0 ? 100 : 0);
  }
}

TEST_P(RequestStoreContract, AFailureKeepsItsErrorAndCostsNothing) {
  const RequestId id = enqueue_one();
  const Claim claimed = claim_one();
  Finish how = failed(ErrorCode::kContentPolicyViolation);
  how.cost = 50;

  EXPECT_EQ(*finish(claimed, how), RequestState::kFailed);

  EXPECT_EQ(error_of(id), ErrorCode::kContentPolicyViolation);
  EXPECT_EQ(get(id).losses, 0);
  EXPECT_EQ(get(id).cost, 0);
}

TEST_P(RequestStoreContract, ARetryableFailureIsTriedAgainUntilNoAttemptIsLeft) {
  const RequestId id = enqueue_one();
  for (int attempt = 1; attempt < limits::kAttemptsMax; ++attempt) {
    const Claim claimed = claim_one();
    EXPECT_EQ(claimed.attempt, attempt);
    EXPECT_EQ(*finish(claimed, failed(ErrorCode::kUpstreamUnavailable)), RequestState::kQueued);
    EXPECT_EQ(get(id).losses, attempt);
  }
  EXPECT_EQ(*finish(claim_one(), failed(ErrorCode::kUpstreamUnavailable)), RequestState::kFailed);
  EXPECT_EQ(error_of(id), ErrorCode::kUpstreamUnavailable);
}

TEST_P(RequestStoreContract, WhatIsReleasedGoesBackUnharmedButTheFenceRises) {
  const RequestId id = enqueue_one();
  for (int attempt = 1; attempt <= limits::kAttemptsMax + 2; ++attempt) {
    const Claim claimed = claim_one();
    EXPECT_EQ(claimed.attempt, attempt);
    EXPECT_EQ(*finish(claimed, ended(Outcome::kReleased)), RequestState::kQueued);
  }
  EXPECT_EQ(get(id).losses, 0);
}

TEST_P(RequestStoreContract, AWorkerThatCancelsUnaskedLosesAnAttempt) {
  const RequestId id = enqueue_one();
  for (int attempt = 1; attempt < limits::kAttemptsMax; ++attempt) {
    EXPECT_EQ(*finish(claim_one(), ended(Outcome::kCancelled)), RequestState::kQueued);
  }
  EXPECT_EQ(*finish(claim_one(), ended(Outcome::kCancelled)), RequestState::kFailed);
  EXPECT_EQ(error_of(id), ErrorCode::kWorkerLost);
}

TEST_P(RequestStoreContract, RepeatingTheFinishThatEndedItAnswersTheSame) {
  const RequestId id = enqueue_one();
  const Claim claimed = claim_one();
  const Finish how = success(claimed);
  ASSERT_EQ(*finish(claimed, how), RequestState::kSucceeded);
  const WallTime finished = *get(id).finished;
  clock_.advance(limits::Seconds(5));
  reopen();

  EXPECT_EQ(*finish(claimed, how), RequestState::kSucceeded);
  EXPECT_EQ(finish(claimed, failed(ErrorCode::kEngineFailed)).error().code, ErrorCode::kConflict);
  EXPECT_EQ(finish(claimed, how, "b").error().code, ErrorCode::kConflict);

  EXPECT_EQ(get(id).finished, finished);
  EXPECT_EQ(history(id).size(), 3u);
}

TEST_P(RequestStoreContract, ARepeatedReleaseAnswersTheSameThoughAnotherWorkerHasItNow) {
  const RequestId id = enqueue_one();
  const Claim first = claim_one();
  ASSERT_TRUE(finish(first, ended(Outcome::kReleased)).ok());
  const Claim second = claim_one("b");

  EXPECT_EQ(*finish(first, ended(Outcome::kReleased)), RequestState::kQueued);

  EXPECT_EQ(state_of(id), RequestState::kRunning);
  EXPECT_TRUE(finish(second, success(second, "b"), "b").ok());
}

TEST_P(RequestStoreContract, ALeaseIsBoundToItsCredential) {
  const RequestId id = enqueue_one();
  const Claim claimed = claim_one("a");
  EXPECT_EQ(requests().renew(claimed.lease, "b").error().code, ErrorCode::kConflict);
  EXPECT_EQ(requests().note_progress(claimed.lease, "b").error().code, ErrorCode::kConflict);
  EXPECT_EQ(stage(claimed, ArtifactStore::new_blob_id(), "b").error().code, ErrorCode::kConflict);
  EXPECT_EQ(finish(claimed, failed(ErrorCode::kEngineFailed), "b").error().code,
            ErrorCode::kConflict);
  EXPECT_EQ(state_of(id), RequestState::kRunning);
  EXPECT_EQ(*requests().note_progress(claimed.lease, "a"), id);
}

TEST_P(RequestStoreContract, AnOutputThatWasNotStagedUnderTheLeaseIsRefusedAndNothingChanges) {
  const RequestId id = enqueue_one();
  enqueue_one();
  const Claim claimed = claim_one();
  const Claim other = claim_one("b");
  Finish how = success(claimed);
  const std::string foreign = ArtifactStore::new_blob_id();
  ASSERT_TRUE(stage(other, foreign, "b").ok());
  for (const std::string& blob : {foreign, ArtifactStore::new_blob_id(), how.outputs[0].blob_id}) {
    Finish wrong = how;
    wrong.outputs[1].blob_id = blob;
    EXPECT_EQ(finish(claimed, wrong).error().code, ErrorCode::kInvalidInput);
  }
  Finish same_name = how;
  same_name.outputs[1].name = how.outputs[0].name;
  EXPECT_EQ(finish(claimed, same_name).error().code, ErrorCode::kInvalidInput);
  Finish same_place = how;
  same_place.outputs[1].thumbnail = false;
  EXPECT_EQ(finish(claimed, same_place).error().code, ErrorCode::kInvalidInput);

  EXPECT_EQ(state_of(id), RequestState::kRunning);
  EXPECT_TRUE(requests().renew(claimed.lease, "a").ok());
  EXPECT_EQ(*finish(claimed, how), RequestState::kSucceeded);
}

// -- blobs ----------------------------------------------------------------------------------

TEST_P(RequestStoreContract, ABlobIsStagedOnceAndRepeatingItIsHarmless) {
  enqueue_one();
  enqueue_one();
  const Claim claimed = claim_one();
  const Claim other = claim_one("b");
  const std::string blob = ArtifactStore::new_blob_id();
  EXPECT_TRUE(stage(claimed, blob).ok());
  EXPECT_TRUE(stage(claimed, blob).ok());
  EXPECT_EQ(stage(other, blob, "b").error().code, ErrorCode::kConflict);
}

TEST_P(RequestStoreContract, StagedBlobsThatAreNotNamedDieWithTheFinishUntilForgotten) {
  enqueue_one();
  const Claim claimed = claim_one();
  const Finish how = success(claimed);
  const std::string unused = ArtifactStore::new_blob_id();
  ASSERT_TRUE(stage(claimed, unused).ok());
  EXPECT_TRUE(sweep().dead_blobs.empty());
  ASSERT_TRUE(finish(claimed, how).ok());

  EXPECT_EQ(sweep().dead_blobs, std::vector{unused});
  reopen();
  EXPECT_EQ(sweep().dead_blobs, std::vector{unused});
  const std::vector<std::string> forgotten{unused, how.outputs[0].blob_id};
  ASSERT_TRUE(await<void>([&](Then<void> then) {
                requests().forget_blobs(forgotten, std::move(then));
              }).ok());
  EXPECT_TRUE(sweep().dead_blobs.empty());
  EXPECT_TRUE(requests().find_file(how.outputs[0].name).ok());
}

TEST_P(RequestStoreContract, BlobsOfALostLeaseDieAnHourLater) {
  enqueue_one();
  const Claim claimed = claim_one();
  const std::string blob = ArtifactStore::new_blob_id();
  ASSERT_TRUE(stage(claimed, blob).ok());
  clock_.advance(limits::kLease);
  EXPECT_EQ(sweep().lost, 1);

  clock_.advance(limits::kStagedBlobKept - limits::Seconds(1));
  EXPECT_TRUE(sweep().dead_blobs.empty());
  clock_.advance(limits::Seconds(1));
  EXPECT_EQ(sweep().dead_blobs, std::vector{blob});
}

// -- leases ---------------------------------------------------------------------------------

TEST_P(RequestStoreContract, ALeaseThatIsNotRenewedReturnsTheRequestAndDisownsTheOldWorker) {
  const RequestId id = enqueue_one();
  const Claim lost = claim_one("a");
  const Finish late = success(lost);

  clock_.advance(limits::kLease);
  EXPECT_EQ(sweep().lost, 1);

  EXPECT_EQ(state_of(id), RequestState::kQueued);
  EXPECT_EQ(requests().renew(lost.lease, "a").error().code, ErrorCode::kConflict);
  EXPECT_EQ(requests().note_progress(lost.lease, "a").error().code, ErrorCode::kConflict);
  EXPECT_EQ(stage(lost, ArtifactStore::new_blob_id()).error().code, ErrorCode::kConflict);
  EXPECT_EQ(finish(lost, late).error().code, ErrorCode::kConflict);
  const Claim current = claim_one("b");
  EXPECT_EQ(current.request, id);
  EXPECT_EQ(current.attempt, 2);
  EXPECT_EQ(finish(lost, late).error().code, ErrorCode::kConflict);
  EXPECT_EQ(*finish(current, success(current, "b"), "b"), RequestState::kSucceeded);
  EXPECT_EQ(get(id).losses, 1);
}

TEST_P(RequestStoreContract, ARenewedLeaseLasts) {
  enqueue_one();
  const Claim claimed = claim_one();
  for (int i = 0; i < 5; ++i) {
    clock_.advance(limits::kLease - limits::Seconds(1));
    EXPECT_FALSE(*requests().renew(claimed.lease, "a"));
    EXPECT_EQ(sweep().lost, 0);
  }
}

TEST_P(RequestStoreContract, ARepeatedClaimRenewsItsLease) {
  enqueue_one();
  const ClaimWish asked = wish("a");
  claim(asked);
  clock_.advance(limits::kLease - limits::Seconds(1));
  claim(asked);
  clock_.advance(limits::kLease - limits::Seconds(1));
  EXPECT_EQ(sweep().lost, 0);
}

TEST_P(RequestStoreContract, LeasesDoNotMindAWallClockThatJumps) {
  enqueue_one();
  claim_one();
  clock_.jump_wall(std::chrono::hours(48));
  EXPECT_EQ(sweep().lost, 0);
  clock_.jump_wall(-std::chrono::hours(96));
  clock_.advance(limits::kLease);
  EXPECT_EQ(sweep().lost, 1);
}

TEST_P(RequestStoreContract, AHeartThatBeatsWithoutProgressStalls) {
  const RequestId id = enqueue_one();
  const Claim claimed = claim_one();
  const auto beat_for = [&](limits::Seconds time) {
    for (; time > limits::Seconds(0); time -= limits::Seconds(5)) {
      clock_.advance(limits::Seconds(5));
      ASSERT_TRUE(requests().renew(claimed.lease, "a").ok());
    }
  };
  beat_for(limits::kStall - limits::Seconds(5));
  EXPECT_EQ(*requests().note_progress(claimed.lease, "a"), id);
  beat_for(limits::kStall - limits::Seconds(5));
  EXPECT_EQ(sweep().lost, 0);
  beat_for(limits::Seconds(5));
  EXPECT_EQ(sweep().lost, 1);
  EXPECT_EQ(state_of(id), RequestState::kQueued);
}

TEST_P(RequestStoreContract, ThreeLostWorkersEndTheRequest) {
  const RequestId id = enqueue_one();
  for (int attempt = 1; attempt <= limits::kAttemptsMax; ++attempt) {
    EXPECT_EQ(claim_one().attempt, attempt);
    clock_.advance(limits::kLease);
    EXPECT_EQ(sweep().lost, 1);
    EXPECT_EQ(get(id).losses, attempt);
  }
  EXPECT_EQ(state_of(id), RequestState::kFailed);
  EXPECT_EQ(error_of(id), ErrorCode::kWorkerLost);
}

TEST_P(RequestStoreContract, EveryLeaseOfADeadCredentialIsLostAtOnce) {
  const RequestId first = enqueue_one();
  const RequestId second = enqueue_one();
  const RequestId third = enqueue_one();
  const Claim claimed = claim_one("dead");
  claim_one("dead");
  claim_one("alive");

  EXPECT_EQ(*await<int>([&](Then<int> then) { requests().lose("dead", std::move(then)); }), 2);
  EXPECT_EQ(*await<int>([&](Then<int> then) { requests().lose("dead", std::move(then)); }), 0);

  EXPECT_EQ(state_of(first), RequestState::kQueued);
  EXPECT_EQ(state_of(second), RequestState::kQueued);
  EXPECT_EQ(state_of(third), RequestState::kRunning);
  EXPECT_EQ(requests().renew(claimed.lease, "dead").error().code, ErrorCode::kConflict);
}

TEST_P(RequestStoreContract, AFinishAndASweepOfOneGroupDoNotEndItTwice) {
  const RequestId id = enqueue_one();
  const Claim claimed = claim_one();
  const Finish how = success(claimed);
  clock_.advance(limits::kLease);
  Answer<RequestState> finished;
  Answer<Swept> swept;
  as_one_group([&] {
    requests().finish(claimed.lease, "a", how, finished.then());
    requests().sweep(swept.then());
  });
  EXPECT_EQ(*finished.get(), RequestState::kSucceeded);
  EXPECT_EQ(swept.get()->lost, 0);
  EXPECT_EQ(state_of(id), RequestState::kSucceeded);
}

// -- cancel ---------------------------------------------------------------------------------

TEST_P(RequestStoreContract, WhatIsQueuedEndsAtOnceAndCancellingTwiceIsHarmless) {
  for (const bool running : {false, true}) {
    const RequestId id = enqueue_one();
    for (int i = 0; i < 2; ++i) {
      const Result<Cancelled> done = cancel(id, running);
      EXPECT_EQ(done->state, RequestState::kCancelled);
      EXPECT_TRUE(done->cancellable);
    }
    EXPECT_EQ(history(id), (std::vector{RequestState::kQueued, RequestState::kCancelled}));
    EXPECT_EQ(get(id).finished, clock_.wall());
    EXPECT_TRUE(get(id).expires.has_value());
    EXPECT_FALSE(claim(wish("a")).has_value());
  }
}

TEST_P(RequestStoreContract, WhatRunsGoesOnUnlessRunningIsAskedFor) {
  const RequestId id = enqueue_one();
  const Claim claimed = claim_one();
  const Result<Cancelled> done = cancel(id, false);
  EXPECT_EQ(done->state, RequestState::kRunning);
  EXPECT_FALSE(done->cancellable);
  EXPECT_FALSE(*requests().renew(claimed.lease, "a"));
}

TEST_P(RequestStoreContract, WhatHasEndedOtherwiseCannotBeCancelled) {
  const RequestId id = enqueue_one();
  ASSERT_TRUE(finish(claim_one(), failed(ErrorCode::kEngineFailed)).ok());
  for (const bool running : {false, true}) {
    EXPECT_EQ(cancel(id, running)->state, RequestState::kFailed);
    EXPECT_FALSE(cancel(id, running)->cancellable);
  }
}

TEST_P(RequestStoreContract, AStoppingRequestTellsItsWorkerAndEndsAsCancelledWhateverComes) {
  for (const Outcome outcome :
       {Outcome::kSucceeded, Outcome::kFailed, Outcome::kCancelled, Outcome::kReleased}) {
    const RequestId id = enqueue_one();
    const Claim claimed = claim_one();
    Finish how = success(claimed);
    how.outcome = outcome;
    how.error = Error{ErrorCode::kUpstreamUnavailable, "try again"};
    EXPECT_EQ(cancel(id, true)->state, RequestState::kStopping);
    EXPECT_TRUE(cancel(id, true)->cancellable);
    EXPECT_TRUE(cancel(id, false)->cancellable);
    EXPECT_TRUE(*requests().renew(claimed.lease, "a"));

    EXPECT_EQ(*finish(claimed, how), RequestState::kCancelled);

    const Request done = get(id);
    EXPECT_EQ(done.state, RequestState::kCancelled);
    EXPECT_TRUE(done.outputs.empty());
    EXPECT_EQ(done.error, "");
    EXPECT_EQ(done.metadata, "");
    EXPECT_EQ(done.cost, 0);
    EXPECT_EQ(requests().find_file(how.outputs[0].name).error().code, ErrorCode::kNotFound);
    const auto dead = sweep().dead_blobs;
    EXPECT_TRUE(std::count(dead.begin(), dead.end(), how.outputs[0].blob_id) == 1);
    EXPECT_EQ(*finish(claimed, how), RequestState::kCancelled);
  }
}

TEST_P(RequestStoreContract, AStopThatIsNotAcknowledgedTakesTheLeaseAway) {
  const RequestId id = enqueue_one();
  const Claim claimed = claim_one();
  ASSERT_TRUE(cancel(id, true).ok());
  clock_.advance(limits::kCancelAcknowledge - limits::Seconds(1));
  EXPECT_TRUE(*requests().renew(claimed.lease, "a"));
  ASSERT_TRUE(cancel(id, true).ok());  // asking again does not start the time anew
  EXPECT_EQ(sweep().lost, 0);
  clock_.advance(limits::Seconds(1));
  EXPECT_EQ(sweep().lost, 1);
  EXPECT_EQ(state_of(id), RequestState::kCancelled);
  EXPECT_EQ(finish(claimed, ended(Outcome::kCancelled)).error().code, ErrorCode::kConflict);
}

TEST_P(RequestStoreContract, AStopSurvivesReopening) {
  const RequestId id = enqueue_one();
  const Claim claimed = claim_one();
  ASSERT_TRUE(cancel(id, true).ok());
  reopen();
  EXPECT_EQ(state_of(id), RequestState::kStopping);
  EXPECT_TRUE(*requests().renew(claimed.lease, "a"));
  clock_.advance(limits::kCancelAcknowledge);
  EXPECT_EQ(sweep().lost, 1);
  EXPECT_EQ(state_of(id), RequestState::kCancelled);
}

// -- deletion -------------------------------------------------------------------------------

TEST_P(RequestStoreContract, ADeletedRequestIsGoneWithEverythingOfIt) {
  const RequestId id = enqueue_one();
  const Claim claimed = claim_one();
  const Finish how = success(claimed);
  ASSERT_TRUE(finish(claimed, how).ok());

  ASSERT_TRUE(remove(id).ok());

  EXPECT_EQ(requests().get(account_, id).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(requests().events(id, 0).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(requests().find_file(how.outputs[0].name).error().code, ErrorCode::kNotFound);
  EXPECT_TRUE(listed(ListQuery{account_}).empty());
  EXPECT_EQ(remove(id).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(finish(claimed, how).error().code, ErrorCode::kConflict);
  std::vector<std::string> dead = sweep().dead_blobs;
  std::vector<std::string> expected{how.outputs[0].blob_id, how.outputs[1].blob_id};
  std::sort(dead.begin(), dead.end());
  std::sort(expected.begin(), expected.end());
  EXPECT_EQ(dead, expected);
}

TEST_P(RequestStoreContract, DeletingWhatRunsCancelsItAndDisownsItsWorker) {
  const RequestId id = enqueue_one();
  const Claim claimed = claim_one();
  const Finish how = success(claimed);
  std::vector<RequestState> heard;
  requests().set_listener([&](const RequestId&, RequestState state) { heard.push_back(state); });

  ASSERT_TRUE(remove(id).ok());

  EXPECT_EQ(heard.back(), RequestState::kCancelled);
  EXPECT_EQ(requests().renew(claimed.lease, "a").error().code, ErrorCode::kConflict);
  EXPECT_EQ(stage(claimed, ArtifactStore::new_blob_id()).error().code, ErrorCode::kConflict);
  EXPECT_EQ(finish(claimed, how).error().code, ErrorCode::kConflict);
  EXPECT_EQ(sweep().dead_blobs.size(), 2u);
  EXPECT_FALSE(claim(wish("b")).has_value());
  requests().set_listener(nullptr);
}

TEST_P(RequestStoreContract, DeletingWhatIsQueuedTakesItOutOfTheQueue) {
  const RequestId id = enqueue_one();
  ASSERT_TRUE(remove(id).ok());
  EXPECT_FALSE(claim(wish("a")).has_value());
  EXPECT_TRUE(requests().queue_lengths()->empty());
}

// -- deadlines and retention ----------------------------------------------------------------

TEST_P(RequestStoreContract, WhatIsNotStartedInTimeFails) {
  NewRequest fresh = new_request();
  fresh.start_by = clock_.wall() + limits::Seconds(10);
  ASSERT_TRUE(enqueue(fresh).ok());
  clock_.advance(limits::Seconds(9));
  EXPECT_EQ(sweep().late, 0);
  clock_.advance(limits::Seconds(1));
  EXPECT_EQ(sweep().late, 1);
  EXPECT_EQ(state_of(fresh.id), RequestState::kFailed);
  EXPECT_EQ(error_of(fresh.id), ErrorCode::kDeadlineExceeded);
}

TEST_P(RequestStoreContract, TheStartDeadlineEndsWithTheFirstClaim) {
  NewRequest fresh = new_request();
  fresh.start_by = clock_.wall() + limits::Seconds(10);
  ASSERT_TRUE(enqueue(fresh).ok());
  ASSERT_TRUE(finish(claim_one(), ended(Outcome::kReleased)).ok());
  clock_.advance(limits::Seconds(60));
  EXPECT_EQ(sweep().late, 0);
  EXPECT_EQ(claim_one().request, fresh.id);
}

TEST_P(RequestStoreContract, WhatIsNotFinishedInTimeFailsQueuedOrRunning) {
  NewRequest running = new_request(), queued = new_request();
  running.finish_by = queued.finish_by = clock_.wall() + limits::Seconds(5);
  ASSERT_TRUE(enqueue(running).ok());
  ASSERT_TRUE(enqueue(queued).ok());
  const Claim claimed = claim_one();
  clock_.advance(limits::Seconds(5));

  EXPECT_EQ(sweep().late, 2);
  EXPECT_EQ(sweep().late, 0);

  for (const RequestId& id : {running.id, queued.id}) {
    EXPECT_EQ(state_of(id), RequestState::kFailed);
    EXPECT_EQ(error_of(id), ErrorCode::kDeadlineExceeded);
  }
  EXPECT_EQ(finish(claimed, failed(ErrorCode::kEngineFailed)).error().code, ErrorCode::kConflict);
}

TEST_P(RequestStoreContract, WhatIsPastItsDeadlineIsNotHandedOut) {
  NewRequest late = new_request();
  late.start_by = clock_.wall() + limits::Seconds(5);
  ASSERT_TRUE(enqueue(late).ok());
  clock_.advance(limits::Seconds(5));
  const RequestId id = enqueue_one();
  EXPECT_EQ(claim_one().request, id);
  EXPECT_EQ(error_of(late.id), ErrorCode::kDeadlineExceeded);
}

TEST_P(RequestStoreContract, AStoppingRequestPastItsDeadlineEndsAsCancelled) {
  NewRequest fresh = new_request();
  fresh.finish_by = clock_.wall() + limits::Seconds(5);
  ASSERT_TRUE(enqueue(fresh).ok());
  claim_one();
  ASSERT_TRUE(cancel(fresh.id, true).ok());
  clock_.advance(limits::Seconds(5));
  sweep();
  EXPECT_EQ(state_of(fresh.id), RequestState::kCancelled);
}

TEST_P(RequestStoreContract, ARunEndsAfterItsLongestTimeThoughItMovesOn) {
  const RequestId id = enqueue_one();
  const Claim claimed = claim_one();
  const auto go_on_for = [&](limits::Seconds time) {
    for (; time > limits::Seconds(0); time -= limits::Seconds(5)) {
      clock_.advance(limits::Seconds(5));
      ASSERT_TRUE(requests().renew(claimed.lease, "a").ok());
      ASSERT_TRUE(requests().note_progress(claimed.lease, "a").ok());
    }
  };
  go_on_for(limits::kRunMax / 2);
  reopen();
  go_on_for(limits::kRunMax / 2 - limits::Seconds(5));
  EXPECT_EQ(sweep().late, 0);
  go_on_for(limits::Seconds(5));
  EXPECT_EQ(sweep().late, 1);
  EXPECT_EQ(error_of(id), ErrorCode::kDeadlineExceeded);
}

TEST_P(RequestStoreContract, AResultExpiresAfterItsRetentionAndItsBlobsDie) {
  const RequestId id = enqueue_one();
  const Claim claimed = claim_one();
  const Finish how = success(claimed);
  ASSERT_TRUE(finish(claimed, how).ok());
  clock_.advance(limits::kRetentionDefault - limits::Seconds(1));
  EXPECT_EQ(sweep().expired, 0);
  EXPECT_TRUE(requests().get(account_, id).ok());

  clock_.advance(limits::Seconds(1));
  const Swept swept = sweep();

  EXPECT_EQ(swept.expired, 1);
  EXPECT_EQ(swept.dead_blobs.size(), 2u);
  EXPECT_EQ(requests().get(account_, id).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(requests().find_file(how.outputs[0].name).error().code, ErrorCode::kNotFound);
}

TEST_P(RequestStoreContract, RetentionIsAtLeastAnHourAndMayBeForEver) {
  NewRequest brief = new_request(), forever = new_request();
  brief.retention = Micros(0);
  forever.retention.reset();
  ASSERT_TRUE(enqueue(brief).ok());
  ASSERT_TRUE(enqueue(forever).ok());
  ASSERT_TRUE(cancel(brief.id, false).ok());
  ASSERT_TRUE(cancel(forever.id, false).ok());
  EXPECT_EQ(get(brief.id).expires, clock_.wall() + limits::kRetentionMin);
  EXPECT_FALSE(get(forever.id).expires.has_value());

  clock_.advance(std::chrono::hours(24 * 365));

  EXPECT_EQ(sweep().expired, 1);
  EXPECT_EQ(state_of(forever.id), RequestState::kCancelled);
}

TEST_P(RequestStoreContract, NothingIsDeletedWhileTheWallClockIsDoubted) {
  NewRequest brief = new_request();
  brief.retention = Micros(0);
  ASSERT_TRUE(enqueue(brief).ok());
  ASSERT_TRUE(cancel(brief.id, false).ok());
  sweep();

  clock_.jump_wall(std::chrono::hours(2));
  EXPECT_EQ(sweep().expired, 0);
  clock_.advance(limits::kClockTrust - limits::Seconds(1));
  EXPECT_EQ(sweep().expired, 0);
  clock_.advance(limits::Seconds(1));
  EXPECT_EQ(sweep().expired, 1);
}

TEST_P(RequestStoreContract, NothingIsDeletedAtOnceAfterAStartInAnotherTime) {
  for (const auto jump : {std::chrono::hours(48), std::chrono::hours(-48)}) {
    NewRequest brief = new_request();
    brief.retention = Micros(0);
    ASSERT_TRUE(enqueue(brief).ok());
    ASSERT_TRUE(cancel(brief.id, false).ok());
    sweep();
    close();
    clock_.jump_wall(jump);
    open();
    clock_.advance(std::chrono::hours(5));
    EXPECT_EQ(sweep().expired, 0);
    clock_.advance(std::chrono::hours(96));
    EXPECT_EQ(sweep().expired, 1);
  }
}

// -- what is told ---------------------------------------------------------------------------

TEST_P(RequestStoreContract, EventsAreEveryChangeInOrderAndGoOnAfterASequence) {
  const RequestId id = enqueue_one();
  const RequestId other = enqueue_one();
  ASSERT_TRUE(finish(claim_one(), ended(Outcome::kReleased)).ok());
  reopen();
  clock_.advance(limits::Seconds(1));
  ASSERT_TRUE(finish(claim_one(), failed(ErrorCode::kEngineFailed)).ok());

  const auto events = requests().events(id, 0);

  ASSERT_TRUE(events.ok());
  EXPECT_EQ(history(id),
            (std::vector{RequestState::kQueued, RequestState::kRunning, RequestState::kQueued,
                         RequestState::kRunning, RequestState::kFailed}));
  for (std::size_t i = 1; i < events->size(); ++i)
    EXPECT_GT(events->at(i).sequence, events->at(i - 1).sequence);
  EXPECT_GT(events->at(1).sequence, requests().events(other, 0)->at(0).sequence);
  EXPECT_EQ(events->at(1).attempt, 1);
  EXPECT_EQ(events->at(4).attempt, 2);
  EXPECT_EQ(events->at(4).at, clock_.wall());
  EXPECT_EQ(history(id, events->at(2).sequence),
            (std::vector{RequestState::kRunning, RequestState::kFailed}));
  EXPECT_TRUE(history(id, events->at(4).sequence).empty());
  EXPECT_EQ(requests().events(ids_.next<RequestId>(), 0).error().code, ErrorCode::kNotFound);
}

TEST_P(RequestStoreContract, TheListenerHearsEachChangeOnceInOrderWhenItIsReadable) {
  std::vector<std::pair<RequestId, RequestState>> heard;
  requests().set_listener([&](const RequestId& id, RequestState state) {
    heard.emplace_back(id, state);
    EXPECT_EQ(requests().get(account_, id)->state, state);
  });
  const RequestId id = enqueue_one();
  const Claim claimed = claim_one();
  ASSERT_TRUE(cancel(id, true).ok());
  ASSERT_TRUE(cancel(id, true).ok());
  EXPECT_FALSE(finish(claimed, ended(Outcome::kCancelled), "b").ok());
  ASSERT_TRUE(finish(claimed, ended(Outcome::kCancelled)).ok());
  sweep();
  requests().set_listener(nullptr);

  EXPECT_EQ(heard,
            (std::vector<std::pair<RequestId, RequestState>>{{id, RequestState::kQueued},
                                                             {id, RequestState::kRunning},
                                                             {id, RequestState::kStopping},
                                                             {id, RequestState::kCancelled}}));
}

TEST_P(RequestStoreContract, ACallbackMayHandInMore) {
  Answer<Cancelled> done;
  const NewRequest fresh = new_request();
  requests().enqueue(fresh, std::nullopt, [&](Result<Enqueued> enqueued) {
    requests().cancel(account_, enqueued->id, false, done.then());
  });
  EXPECT_EQ(done.get()->state, RequestState::kCancelled);
}

TEST_P(RequestStoreContract, ClosingWaitsForWhatWasHandedIn) {
  std::vector<RequestId> ids;
  std::atomic<int> answered = 0;
  for (int i = 0; i < 100; ++i) {
    const NewRequest fresh = new_request();
    ids.push_back(fresh.id);
    requests().enqueue(fresh, std::nullopt,
                       [&](const Result<Enqueued>& result) { answered += result.ok(); });
  }
  close();
  EXPECT_EQ(answered, 100);
  open();
  for (const RequestId& id : ids) EXPECT_EQ(state_of(id), RequestState::kQueued);
}

TEST_P(RequestStoreContract, AStoreThatWorksIsWritable) {
  EXPECT_TRUE(requests().check_writable().ok());
}

// -- restarts -------------------------------------------------------------------------------

TEST_P(RequestStoreContract, AnExternalLeaseGetsItsFullTimeAgainAfterReopening) {
  const RequestId id = enqueue_one();
  const ClaimWish asked = wish("a");
  const Claim claimed = *claim(asked);
  clock_.advance(limits::kLease - limits::Seconds(1));

  reopen();

  clock_.advance(limits::kLease - limits::Seconds(1));
  EXPECT_EQ(sweep().lost, 0);
  EXPECT_EQ(claim(asked)->lease, claimed.lease);
  EXPECT_FALSE(*requests().renew(claimed.lease, "a"));
  EXPECT_EQ(*requests().note_progress(claimed.lease, "a"), id);
  EXPECT_EQ(*finish(claimed, success(claimed)), RequestState::kSucceeded);
}

TEST_P(RequestStoreContract, AnExternalLeaseThatStaysSilentAfterReopeningIsLost) {
  const RequestId id = enqueue_one();
  claim_one();
  reopen();
  clock_.advance(limits::kLease);
  EXPECT_EQ(sweep().lost, 1);
  EXPECT_EQ(state_of(id), RequestState::kQueued);
}

TEST_P(RequestStoreContract, LeasesOfOwnWorkersAreReleasedAtReopening) {
  const RequestId running = enqueue_one();
  const RequestId stopping = enqueue_one();
  ClaimWish own = wish("own");
  own.own = true;
  const Claim claimed = *claim(own);
  own.claim_id = ids_.next_uuid();
  ASSERT_TRUE(claim(own).has_value());
  ASSERT_TRUE(cancel(stopping, true).ok());

  reopen();

  EXPECT_EQ(state_of(running), RequestState::kQueued);
  EXPECT_EQ(get(running).losses, 0);
  EXPECT_EQ(state_of(stopping), RequestState::kCancelled);
  EXPECT_EQ(requests().renew(claimed.lease, "own").error().code, ErrorCode::kConflict);
  EXPECT_EQ(finish(claimed, ended(Outcome::kReleased), "own").error().code, ErrorCode::kConflict);
  EXPECT_EQ(claim_one().attempt, 2);
}

}  // namespace plantain::store
