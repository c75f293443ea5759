// What every WebhookStore promises, as tests.
#pragma once

#include "base/limits.h"
#include "store/store_fixture.h"

namespace plantain::store {

class WebhookStoreContract : public StoreTest {
 protected:
  RequestId enqueue(const std::string& webhook, bool intermediate = false) {
    NewRequest fresh{ids_.next<RequestId>(), account_, key_, "a/b", "sketch"};
    fresh.input = "{}";
    fresh.created = clock_.wall();
    fresh.webhook = webhook;
    fresh.webhook_intermediate = intermediate;
    EXPECT_TRUE(
        await<Enqueued>([&](auto then) { requests().enqueue(fresh, std::nullopt, then); }).ok());
    return fresh.id;
  }
  Claim claim() {
    const ClaimWish wish{"worker", false, "w", ids_.next_uuid(), "sketch", {"a/b"}};
    auto claim = await<std::optional<Claim>>([&](auto then) { requests().claim(wish, then); });
    CHECK(claim.ok() && claim->has_value());
    return **claim;
  }
  void finish(const Claim& claim, Finish::Outcome outcome) {
    Finish how;
    how.outcome = outcome;
    EXPECT_TRUE(await<RequestState>([&](auto then) {
                  requests().finish(claim.lease, "worker", how, then);
                }).ok());
  }
  void cancel(const RequestId& id) {
    EXPECT_TRUE(
        await<Cancelled>([&](auto then) { requests().cancel(account_, id, true, then); }).ok());
  }
  std::vector<Delivery> due() { return *webhooks().due(clock_.wall(), 100); }
  void note(const Delivery& delivery, DeliveryTry how) {
    EXPECT_TRUE(await<void>([&](auto then) { webhooks().note(delivery, how, then); }).ok());
  }

  const AccountId account_ = ids_.next<AccountId>();
  const KeyId key_ = ids_.next<KeyId>();
};

TEST_P(WebhookStoreContract, TheEndOfARequestIsToldOnceAndSurvivesARestart) {
  const RequestId id = enqueue("https://there/");
  EXPECT_TRUE(due().empty());
  const Claim claimed = claim();
  EXPECT_TRUE(due().empty());
  finish(claimed, Finish::Outcome::kSucceeded);
  reopen();

  const std::vector<Delivery> told = due();
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].id(), id.text() + "_completed");
  EXPECT_EQ(told[0].url, "https://there/");
  EXPECT_EQ(told[0].state, RequestState::kSucceeded);
  EXPECT_EQ(told[0].attempt, 1);
}

TEST_P(WebhookStoreContract, IntermediateStatesAreToldWhereWishedEachStatusOnce) {
  const RequestId id = enqueue("https://there/", true);
  finish(claim(), Finish::Outcome::kReleased);
  clock_.advance(std::chrono::seconds(1));
  finish(claim(), Finish::Outcome::kSucceeded);

  std::vector<std::string> told;
  for (const Delivery& each : due()) told.push_back(each.id());
  EXPECT_EQ(told, (std::vector<std::string>{id.text() + "_in_queue", id.text() + "_in_progress",
                                            id.text() + "_completed"}));
}

TEST_P(WebhookStoreContract, ARequestWithoutAWebhookTellsNothing) {
  enqueue("");
  finish(claim(), Finish::Outcome::kSucceeded);
  EXPECT_TRUE(due().empty());
  EXPECT_TRUE(webhooks().list(account_, std::nullopt, 10)->empty());
}

TEST_P(WebhookStoreContract, ACancelIsTold) {
  const RequestId id = enqueue("https://there/");
  cancel(id);
  ASSERT_EQ(due().size(), 1u);
  EXPECT_EQ(due()[0].id(), id.text() + "_cancelled");
}

TEST_P(WebhookStoreContract, AFailedTryIsDueAgainWhenItsTimeComes) {
  enqueue("https://there/");
  finish(claim(), Finish::Outcome::kSucceeded);
  note(due()[0],
       {DeliveryOutcome::kDue, 503, "it answered 503", clock_.wall() + std::chrono::seconds(60)});
  EXPECT_TRUE(due().empty());
  reopen();
  clock_.advance(std::chrono::seconds(60));
  ASSERT_EQ(due().size(), 1u);
  EXPECT_EQ(due()[0].tries, 1);
  EXPECT_EQ(due()[0].answer, 503);
  EXPECT_EQ(due()[0].fault, "it answered 503");
}

TEST_P(WebhookStoreContract, WhatWasDeliveredOrGivenUpIsListedAndNotDue) {
  for (const DeliveryOutcome outcome : {DeliveryOutcome::kDelivered, DeliveryOutcome::kGivenUp}) {
    enqueue("https://there/");
    finish(claim(), Finish::Outcome::kSucceeded);
    note(due()[0], {outcome, 200, "", clock_.wall()});
    EXPECT_TRUE(due().empty());
  }
  const auto listed = *webhooks().list(account_, std::nullopt, 10);
  ASSERT_EQ(listed.size(), 2u);
  EXPECT_EQ(listed[0].outcome, DeliveryOutcome::kGivenUp);
  EXPECT_TRUE(listed[0].ended);
  EXPECT_EQ(webhooks().list(account_, listed[0].number, 10)->size(), 1u);
  EXPECT_TRUE(webhooks().list(ids_.next<AccountId>(), std::nullopt, 10)->empty());
}

TEST_P(WebhookStoreContract, WhatEndedIsSentOnceMoreWhenAskedFor) {
  enqueue("https://there/");
  finish(claim(), Finish::Outcome::kSucceeded);
  const Delivery delivery = due()[0];
  note(delivery, {DeliveryOutcome::kGivenUp, std::nullopt, "no answer", clock_.wall()});
  clock_.advance(std::chrono::hours(1));

  const auto again =
      await<Delivery>([&](auto then) { webhooks().redeliver(account_, delivery.id(), then); });
  ASSERT_TRUE(again.ok()) << again.error().message;
  EXPECT_EQ(again->outcome, DeliveryOutcome::kDue);
  ASSERT_EQ(due().size(), 1u);
  EXPECT_EQ(due()[0].begun, clock_.wall());
  for (const std::string& wrong :
       {delivery.id() + "x", std::string("x"), ids_.next_uuid() + "_completed"}) {
    const auto none =
        await<Delivery>([&](auto then) { webhooks().redeliver(account_, wrong, then); });
    EXPECT_EQ(none.error().code, ErrorCode::kNotFound) << wrong;
  }
  const auto foreign = await<Delivery>(
      [&](auto then) { webhooks().redeliver(ids_.next<AccountId>(), delivery.id(), then); });
  EXPECT_EQ(foreign.error().code, ErrorCode::kNotFound);
}

TEST_P(WebhookStoreContract, WhatIsAskedForDuringATryIsSentOnceMore) {
  enqueue("https://there/");
  finish(claim(), Finish::Outcome::kSucceeded);
  const Delivery tried = due()[0];
  clock_.advance(std::chrono::seconds(1));
  ASSERT_TRUE(
      await<Delivery>([&](auto then) { webhooks().redeliver(account_, tried.id(), then); }).ok());

  note(tried, {DeliveryOutcome::kDelivered, 200, "", clock_.wall()});

  ASSERT_EQ(due().size(), 1u);
  EXPECT_EQ(due()[0].tries, 1);
  note(due()[0], {DeliveryOutcome::kDelivered, 200, "", clock_.wall()});
  EXPECT_TRUE(due().empty());
}

TEST_P(WebhookStoreContract, TheDeletionOfARequestEndsItsDeliveries) {
  const RequestId id = enqueue("https://there/");
  finish(claim(), Finish::Outcome::kSucceeded);
  ASSERT_EQ(due().size(), 1u);
  EXPECT_TRUE(await<void>([&](auto then) { requests().remove(account_, id, then); }).ok());
  EXPECT_TRUE(due().empty());
  EXPECT_TRUE(webhooks().list(account_, std::nullopt, 10)->empty());
}

}  // namespace plantain::store
