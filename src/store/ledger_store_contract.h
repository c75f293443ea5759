// The contract of LedgerStore, and of what RequestStore and KeyStore owe to it, as tests. Include
// it once and instantiate it for a backend.
#pragma once

#include "base/exchange_limits.h"
#include "store/store_fixture.h"

namespace plantain::store {

class LedgerStoreContract : public StoreTest {
 protected:
  Account add_account(const std::string& name = "one") {
    const Account account{ids_.next<AccountId>(), name, clock_.wall()};
    EXPECT_TRUE(await<void>([&](Then<void> then) {
                  keys().add_account(account, entry("account.created"), std::move(then));
                }).ok());
    return account;
  }
  NewRequest new_request(const AccountId& account, const KeyId& key, Microdollars price = 100) {
    NewRequest fresh{ids_.next<RequestId>(),  account,  key,
                     "acme/painter",          "sketch", Priority::kNormal,
                     R"({"prompt":"a fox"})", {},       clock_.wall()};
    fresh.price = price;
    return fresh;
  }
  Result<Enqueued> enqueue(const NewRequest& fresh) {
    return await<Enqueued>(
        [&](Then<Enqueued> then) { requests().enqueue(fresh, std::nullopt, std::move(then)); });
  }
  std::optional<Claim> claim(const std::string& model = "acme/painter") {
    const ClaimWish wish{"a", false, "worker", ids_.next_uuid(), "sketch", {model}};
    Result<std::optional<Claim>> done = await<std::optional<Claim>>(
        [&](Then<std::optional<Claim>> then) { requests().claim(wish, std::move(then)); });
    EXPECT_TRUE(done.ok());
    return done.ok() ? *done : std::nullopt;
  }
  RequestId claimed() {
    const std::optional<Claim> got = claim();
    CHECK(got.has_value());
    claim_ = got;
    return got->request;
  }
  void finish(Finish how) {
    ASSERT_TRUE(claim_.has_value());
    ASSERT_TRUE(await<RequestState>([&](Then<RequestState> then) {
                  requests().finish(claim_->lease, "a", std::move(how), std::move(then));
                }).ok());
  }
  // A success of the claimed request with so many pictures.
  void succeed(int pictures, std::optional<Microdollars> cost = std::nullopt,
               std::optional<Microdollars> provider_cost = std::nullopt) {
    Finish how;
    how.cost = cost;
    how.provider_cost = provider_cost;
    for (int n = 0; n < pictures; ++n) {
      const std::string blob = concat("blob-", claim_->request.text(), "-", n);
      ASSERT_TRUE(await<void>([&](Then<void> then) {
                    requests().stage_blob(claim_->lease, "a", blob, std::move(then));
                  }).ok());
      how.outputs.push_back(OutputFile{n, blob, concat(claim_->request.text(), "-", n, ".png"),
                                       "image/png", 1, std::string(64, 'a'), 1, 1, false});
    }
    finish(std::move(how));
  }
  void fail() {
    Finish how;
    how.outcome = Finish::Outcome::kFailed;
    how.error = Error{ErrorCode::kEngineFailed, "no"};
    finish(std::move(how));
  }
  void cancel(const AccountId& account, const RequestId& id) {
    ASSERT_TRUE(await<Cancelled>([&](Then<Cancelled> then) {
                  requests().cancel(account, id, false, std::move(then));
                }).ok());
  }
  Result<Standing> credit(const AccountId& account, Microdollars amount,
                          std::optional<std::string> reference = std::nullopt) {
    return await<Standing>([&](Then<Standing> then) {
      ledger().add_credit(Credit{account, amount, "a note", reference, clock_.wall()},
                          entry("account.credited"), std::move(then));
    });
  }
  Result<Account> change(const AccountId& account, std::function<void(Account&)> how) {
    return await<Account>([&](Then<Account> then) {
      keys().change_account(account, std::move(how), entry("account.changed"), std::move(then));
    });
  }
  std::vector<UsageRow> usage(const std::optional<AccountId>& account, UsageQuery::Group group) {
    const int64_t today = clock_.wall().us / (int64_t{24} * 3600 * 1'000'000);
    Result<std::vector<UsageRow>> rows =
        ledger().usage(UsageQuery{group, account, today - 1, today + 1});
    EXPECT_TRUE(rows.ok());
    return rows.ok() ? *rows : std::vector<UsageRow>();
  }

  std::optional<Claim> claim_;
};

TEST(MoneyText, ShowsCentsAndAsManyDecimalsAsThereAre) {
  EXPECT_EQ(money_text(0), "$0.00");
  EXPECT_EQ(money_text(42'000), "$0.042");
  EXPECT_EQ(money_text(1'500'000), "$1.50");
  EXPECT_EQ(money_text(-12'000'001), "-$12.000001");
}

// ---- What is going on ----

TEST_P(LedgerStoreContract, AStandingFollowsEveryChangeOfItsRequestsAlsoAfterReopening) {
  const AccountId account = add_account().id;
  const KeyId key = ids_.next<KeyId>();
  const KeyId other = ids_.next<KeyId>();
  ASSERT_TRUE(enqueue(new_request(account, key, 100)).ok());
  ASSERT_TRUE(enqueue(new_request(account, key, 30)).ok());
  ASSERT_TRUE(enqueue(new_request(account, other, 7)).ok());
  claimed();

  reopen();

  EXPECT_EQ(ledger().standing(account).queued, 2);
  EXPECT_EQ(ledger().standing(account).running, 1);
  EXPECT_EQ(ledger().standing(account).reserved, 137);
  EXPECT_EQ(ledger().standing(key).queued, 1);
  EXPECT_EQ(ledger().standing(key).running, 1);
  EXPECT_EQ(ledger().standing(key).reserved, 130);
  EXPECT_EQ(ledger().standing(other).reserved, 7);
  EXPECT_EQ(ledger().standing(ids_.next<AccountId>()).queued, 0);
}

TEST_P(LedgerStoreContract, ASuccessSettlesThePriceForWhatWasDelivered) {
  const AccountId account = add_account().id;
  const KeyId key = ids_.next<KeyId>();
  NewRequest fresh = new_request(account, key, 400);
  fresh.pictures = 4;
  ASSERT_TRUE(enqueue(fresh).ok());
  claimed();
  succeed(3);

  reopen();

  const Standing standing = ledger().standing(account);
  EXPECT_EQ(standing.reserved, 0);
  EXPECT_EQ(standing.running, 0);
  EXPECT_EQ(standing.balance, -300);
  EXPECT_EQ(standing.spent_today, 300);
  EXPECT_EQ(standing.spent_this_month, 300);
  EXPECT_EQ(ledger().standing(key).spent_today, 300);
  EXPECT_EQ(requests().get(account, fresh.id)->cost, 300);
}

TEST_P(LedgerStoreContract, TheMakersPriceCountsButNeverAboveTheReservedOne) {
  const AccountId account = add_account().id;
  for (const Microdollars makers : {40, 4'000}) {
    ASSERT_TRUE(enqueue(new_request(account, ids_.next<KeyId>(), 100)).ok());
    claimed();
    succeed(1, makers);
  }
  EXPECT_EQ(ledger().standing(account).balance, -140);
}

TEST_P(LedgerStoreContract, WhatFailsOrIsCancelledCostsNothing) {
  const AccountId account = add_account().id;
  ASSERT_TRUE(enqueue(new_request(account, ids_.next<KeyId>())).ok());
  claimed();
  fail();
  const NewRequest second = new_request(account, ids_.next<KeyId>());
  ASSERT_TRUE(enqueue(second).ok());
  cancel(account, second.id);

  const Standing standing = ledger().standing(account);
  EXPECT_EQ(standing.reserved, 0);
  EXPECT_EQ(standing.balance, 0);
  EXPECT_EQ(standing.spent_today, 0);
  EXPECT_EQ(standing.queued + standing.running, 0);
}

TEST_P(LedgerStoreContract, SpendingOfADayAndAMonthBeginsAnewWithThem) {
  clock_.jump_wall(WallTime{1'795'780'800'000'000} - clock_.wall());  // 2026-11-27 noon, UTC
  const AccountId account = add_account().id;
  const auto spend = [&] {
    ASSERT_TRUE(enqueue(new_request(account, ids_.next<KeyId>(), 100)).ok());
    claimed();
    succeed(1);
  };
  spend();
  clock_.advance(limits::Seconds(24 * 3600));
  EXPECT_EQ(ledger().standing(account).spent_today, 0);
  EXPECT_EQ(ledger().standing(account).spent_this_month, 100);
  spend();
  EXPECT_EQ(ledger().standing(account).spent_today, 100);
  EXPECT_EQ(ledger().standing(account).spent_this_month, 200);
  reopen();
  clock_.advance(limits::Seconds(4 * 24 * 3600));
  EXPECT_EQ(ledger().standing(account).spent_this_month, 0);
  EXPECT_EQ(ledger().standing(account).balance, -200);
}

// ---- Limits ----

TEST_P(LedgerStoreContract, AQueueThatIsFullTakesNoMore) {
  const AccountId account = add_account().id;
  const KeyId key = ids_.next<KeyId>();
  const auto with_limits = [&](int64_t of_key, int64_t of_account) {
    NewRequest fresh = new_request(account, key);
    fresh.key_limits.queued = of_key;
    fresh.account_limits.queued = of_account;
    return fresh;
  };
  const NewRequest first = with_limits(1, 9);
  ASSERT_TRUE(enqueue(first).ok());

  EXPECT_EQ(enqueue(with_limits(1, 9)).error().code, ErrorCode::kQueueFull);
  EXPECT_EQ(enqueue(with_limits(9, 1)).error().code, ErrorCode::kQueueFull);
  EXPECT_EQ(ledger().standing(account).queued, 1);
  EXPECT_EQ(ledger().standing(account).reserved, 100);

  cancel(account, first.id);
  EXPECT_TRUE(enqueue(with_limits(1, 1)).ok());
}

TEST_P(LedgerStoreContract, ALimitHoldsAmongTheSubmitsOfOneGroup) {
  const AccountId account = add_account().id;
  const KeyId key = ids_.next<KeyId>();
  Roadblock block;
  keys().add_account(Account{ids_.next<AccountId>(), "in the way", clock_.wall()}, entry(),
                     block.then<void>());
  block.wait_until_entered();
  std::vector<Answer<Enqueued>> answers(5);
  for (auto& answer : answers) {
    NewRequest fresh = new_request(account, key);
    fresh.account_limits.queued = 2;
    requests().enqueue(fresh, std::nullopt, answer.then());
  }
  block.let_go();

  int accepted = 0;
  for (auto& answer : answers) accepted += answer.get().ok() ? 1 : 0;

  EXPECT_EQ(accepted, 2);
  EXPECT_EQ(ledger().standing(account).queued, 2);
}

TEST_P(LedgerStoreContract, APrepaidBalanceMustCoverWhatIsReservedToo) {
  const AccountId account = add_account().id;
  const auto prepaid = [&](Microdollars price) {
    NewRequest fresh = new_request(account, ids_.next<KeyId>(), price);
    fresh.prepaid = true;
    return fresh;
  };
  EXPECT_EQ(enqueue(prepaid(1)).error().code, ErrorCode::kInsufficientBalance);
  EXPECT_TRUE(enqueue(prepaid(0)).ok()) << "a price of nothing needs no balance";
  claimed();
  succeed(1);
  EXPECT_EQ(credit(account, 150)->balance, 150);

  ASSERT_TRUE(enqueue(prepaid(100)).ok());
  EXPECT_EQ(enqueue(prepaid(51)).error().code, ErrorCode::kInsufficientBalance);
  ASSERT_TRUE(enqueue(prepaid(50)).ok());
  claimed();
  fail();
  EXPECT_TRUE(enqueue(prepaid(100)).ok()) << "what failed gives back what it had reserved";
}

TEST_P(LedgerStoreContract, ALimitOfSpendingCountsWhatIsReserved) {
  const AccountId account = add_account().id;
  const KeyId key = ids_.next<KeyId>();
  const auto limited = [&](Microdollars price, std::optional<int64_t> Limits::*which, bool of_key) {
    NewRequest fresh = new_request(account, key, price);
    Limits& limits = of_key ? fresh.key_limits : fresh.account_limits;
    limits.*which = 250;
    return fresh;
  };
  ASSERT_TRUE(enqueue(new_request(account, key, 100)).ok());
  claimed();
  succeed(1);
  ASSERT_TRUE(enqueue(new_request(account, key, 100)).ok());

  for (const auto which : {&Limits::spend_per_day, &Limits::spend_per_month}) {
    for (const bool of_key : {false, true}) {
      EXPECT_EQ(enqueue(limited(51, which, of_key)).error().code, ErrorCode::kPermissionDenied);
    }
  }
  EXPECT_TRUE(enqueue(limited(50, &Limits::spend_per_day, true)).ok());
}

// ---- Fair share ----

TEST_P(LedgerStoreContract, TheAccountThatUsedLessOfLateGoesFirstWithinAPriority) {
  const AccountId busy = add_account("busy").id;
  const AccountId quiet = add_account("quiet").id;
  const KeyId key = ids_.next<KeyId>();
  ASSERT_TRUE(enqueue(new_request(busy, key)).ok());
  claimed();
  clock_.advance(limits::Seconds(5));
  succeed(1);
  const NewRequest earlier = new_request(busy, key);
  ASSERT_TRUE(enqueue(earlier).ok());
  const NewRequest later = new_request(quiet, key);
  ASSERT_TRUE(enqueue(later).ok());
  NewRequest urgent = new_request(busy, key);
  urgent.priority = Priority::kHigh;
  ASSERT_TRUE(enqueue(urgent).ok());

  reopen();  // what was used is remembered

  EXPECT_EQ(*requests().queue_position(urgent.id), 0);
  EXPECT_EQ(*requests().queue_position(later.id), 1);
  EXPECT_EQ(*requests().queue_position(earlier.id), 2);
  EXPECT_EQ(claimed(), urgent.id) << "priority goes before fairness";
  EXPECT_EQ(claimed(), later.id);
  EXPECT_EQ(claimed(), earlier.id);
}

TEST_P(LedgerStoreContract, AnAccountWithALongQueueDoesNotKeepOthersFromTheirTurn) {
  const AccountId many = add_account("many").id;
  const AccountId few = add_account("few").id;
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(enqueue(new_request(many, ids_.next<KeyId>())).ok());
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(enqueue(new_request(few, ids_.next<KeyId>())).ok());

  std::vector<AccountId> order;
  for (int i = 0; i < 8; ++i) {
    const RequestId id = claimed();
    order.push_back(requests().get(few, id).ok() ? few : many);
    clock_.advance(limits::Seconds(2));
    succeed(1);
  }

  EXPECT_EQ(std::count(order.begin(), order.end(), few), 3);
  EXPECT_EQ(order[0], many) << "nobody had used anything: the oldest";
  EXPECT_EQ(order[1], few);
}

TEST_P(LedgerStoreContract, WithinAnAccountTheOldestOfAllItsKeysGoesFirst) {
  const AccountId account = add_account().id;
  std::vector<RequestId> expected;
  for (int i = 0; i < 6; ++i) {
    const NewRequest fresh = new_request(account, ids_.next<KeyId>());
    ASSERT_TRUE(enqueue(fresh).ok());
    expected.push_back(fresh.id);
  }
  for (std::size_t i = 0; i < expected.size(); ++i)
    EXPECT_EQ(*requests().queue_position(expected[i]), static_cast<int64_t>(i));

  for (const RequestId& id : expected) EXPECT_EQ(claimed(), id);
}

TEST_P(LedgerStoreContract, AnAccountRunsOnlySoManyAtOnceAndOthersGoOn) {
  const AccountId limited = add_account("limited").id;
  const AccountId other = add_account("other").id;
  ASSERT_TRUE(change(limited, [](Account& account) { account.limits.running = 1; }).ok());
  const KeyId key = ids_.next<KeyId>();
  const NewRequest first = new_request(limited, key);
  const NewRequest second = new_request(limited, key);
  const NewRequest foreign = new_request(other, key);
  for (const NewRequest& fresh : {first, second, foreign}) ASSERT_TRUE(enqueue(fresh).ok());

  reopen();

  EXPECT_EQ(claimed(), first.id);
  const Claim running = *claim_;
  EXPECT_EQ(claimed(), foreign.id);
  EXPECT_FALSE(claim().has_value());
  claim_ = running;
  fail();
  EXPECT_EQ(claimed(), second.id);
}

TEST_P(LedgerStoreContract, AKeyRunsOnlySoManyAtOnceAndOtherKeysOfItsAccountGoOn) {
  const AccountId account = add_account().id;
  NewKey limited{Key{ids_.next<KeyId>(), account, "limited"}, sha256("secret")};
  limited.key.limits.running = 1;
  ASSERT_TRUE(await<void>([&](Then<void> then) {
                keys().add_key(limited, entry(), std::move(then));
              }).ok());
  const NewRequest first = new_request(account, limited.key.id);
  const NewRequest second = new_request(account, limited.key.id);
  const NewRequest other = new_request(account, ids_.next<KeyId>());
  for (const NewRequest& fresh : {first, second, other}) ASSERT_TRUE(enqueue(fresh).ok());

  EXPECT_EQ(claimed(), first.id);
  EXPECT_EQ(claimed(), other.id);
  EXPECT_FALSE(claim().has_value());
}

TEST_P(LedgerStoreContract, NothingOfADisabledAccountIsRunUntilItIsEnabledAgain) {
  const AccountId account = add_account().id;
  const NewRequest fresh = new_request(account, ids_.next<KeyId>());
  ASSERT_TRUE(enqueue(fresh).ok());
  ASSERT_TRUE(change(account, [&](Account& a) { a.disabled = clock_.wall(); }).ok());
  reopen();
  EXPECT_FALSE(claim().has_value());

  ASSERT_TRUE(change(account, [](Account& a) { a.disabled.reset(); }).ok());

  EXPECT_EQ(claimed(), fresh.id);
}

// ---- Accounts and money ----

TEST_P(LedgerStoreContract, AnAccountIsChangedAsAWholeAndKeptAlsoAfterReopening) {
  const Account account = add_account();
  const WallTime now = clock_.wall();
  const auto changed = change(account.id, [now](Account& a) {
    a.name = "renamed";
    a.retention = kKeptForEver;
    a.quota_bytes = 12;
    a.prepaid = true;
    a.disabled = now;
    a.limits = Limits{1, 2, 3, 4, 5, 6};
  });
  ASSERT_TRUE(changed.ok());

  reopen();

  const Account kept = *keys().account(account.id);
  EXPECT_EQ(kept.name, "renamed");
  EXPECT_EQ(kept.retention, kKeptForEver);
  EXPECT_EQ(kept.quota_bytes, 12);
  EXPECT_TRUE(kept.prepaid);
  EXPECT_EQ(kept.disabled, now);
  EXPECT_EQ(kept.limits.submits_per_minute, 1);
  EXPECT_EQ(kept.limits.reads_per_minute, 2);
  EXPECT_EQ(kept.limits.queued, 3);
  EXPECT_EQ(kept.limits.running, 4);
  EXPECT_EQ(kept.limits.spend_per_day, 5);
  EXPECT_EQ(kept.limits.spend_per_month, 6);
  EXPECT_EQ(change(ids_.next<AccountId>(), [](Account&) {}).error().code, ErrorCode::kNotFound);
}

TEST_P(LedgerStoreContract, AKeyKeepsItsLimitsAndComesWithItsAccount) {
  const AccountId account = add_account("of the key").id;
  NewKey fresh{Key{ids_.next<KeyId>(), account, "limited"}, sha256("secret")};
  fresh.key.limits = Limits{1, 2, 3, 4, 5, 6};
  ASSERT_TRUE(
      await<void>([&](Then<void> then) { keys().add_key(fresh, entry(), std::move(then)); }).ok());

  reopen();

  const KeyHolder found = *keys().find_key(sha256("secret"));
  EXPECT_EQ(found.key.limits.running, 4);
  EXPECT_EQ(found.key.limits.spend_per_month, 6);
  EXPECT_EQ(found.account.id, account);
  EXPECT_EQ(found.account.name, "of the key");
}

TEST_P(LedgerStoreContract, CreditsAddUpAndAReferenceIsCreditedOnce) {
  const AccountId account = add_account().id;
  const AccountId other = add_account("two").id;
  EXPECT_EQ(credit(account, 100, "invoice 1")->balance, 100);
  EXPECT_EQ(credit(account, 100, "invoice 1")->balance, 100);
  EXPECT_EQ(credit(other, 7, "invoice 1")->balance, 7) << "references are the account's own";
  EXPECT_EQ(credit(account, -30)->balance, 70);
  EXPECT_EQ(credit(account, -30)->balance, 40);
  EXPECT_EQ(credit(ids_.next<AccountId>(), 1).error().code, ErrorCode::kNotFound);

  reopen();

  EXPECT_EQ(ledger().standing(account).balance, 40);
  const auto credits = *ledger().credits(account);
  ASSERT_EQ(credits.size(), 3u);
  EXPECT_EQ(credits[0].amount, -30);
  EXPECT_EQ(credits[2].reference, "invoice 1");
  EXPECT_EQ(credits[2].note, "a note");
}

// ---- Usage ----

TEST_P(LedgerStoreContract, UsageIsGroupedAndOutlivesItsRequests) {
  const AccountId account = add_account().id;
  const AccountId other = add_account("two").id;
  const KeyId key = ids_.next<KeyId>();
  NewRequest tagged = new_request(account, key, 100);
  tagged.tags = {"shop", "night"};
  ASSERT_TRUE(enqueue(tagged).ok());
  claimed();
  succeed(1, std::nullopt, 60);
  NewRequest plain = new_request(account, key, 50);
  ASSERT_TRUE(enqueue(plain).ok());
  claimed();
  fail();
  ASSERT_TRUE(enqueue(new_request(other, ids_.next<KeyId>(), 1'000)).ok());
  claimed();
  succeed(1);
  ASSERT_TRUE(await<void>([&](Then<void> then) {
                requests().remove(account, tagged.id, std::move(then));
              }).ok());

  const auto by_day = usage(account, UsageQuery::Group::kDay);
  ASSERT_EQ(by_day.size(), 1u);
  EXPECT_EQ(by_day[0].group, to_rfc3339(clock_.wall()).substr(0, 10));
  EXPECT_EQ(by_day[0].succeeded, 1);
  EXPECT_EQ(by_day[0].failed, 1);
  EXPECT_EQ(by_day[0].cancelled, 0);
  EXPECT_EQ(by_day[0].pictures, 1);
  EXPECT_EQ(by_day[0].cost, 100);
  EXPECT_EQ(by_day[0].provider_cost, 60);
  const auto by_key = usage(account, UsageQuery::Group::kKey);
  ASSERT_EQ(by_key.size(), 1u);
  EXPECT_EQ(by_key[0].group, key.text());
  EXPECT_EQ(usage(account, UsageQuery::Group::kModel).at(0).group, "acme/painter");
  const auto by_tag = usage(account, UsageQuery::Group::kTag);
  ASSERT_EQ(by_tag.size(), 3u);
  EXPECT_EQ(by_tag[0].group, "");
  EXPECT_EQ(by_tag[0].failed, 1);
  EXPECT_EQ(by_tag[1].group, "night");
  EXPECT_EQ(by_tag[1].cost, 100);
  EXPECT_EQ(by_tag[2].group, "shop");
  EXPECT_EQ(usage(std::nullopt, UsageQuery::Group::kModel).at(0).cost, 1'100);
  EXPECT_TRUE(usage(ids_.next<AccountId>(), UsageQuery::Group::kDay).empty());
}

// ---- How models were ----

TEST_P(LedgerStoreContract, AModelsDaysSayHowMuchOfEachItCouldRunAndWhatWasDone) {
  const auto look = [&](bool available) {
    ASSERT_TRUE(await<void>([&](Then<void> then) {
                  ledger().note_models({{"acme/painter", available}}, std::move(then));
                }).ok());
    clock_.advance(limits::kModelLook);
  };
  const AccountId account = add_account().id;
  const KeyId key = ids_.next<KeyId>();
  for (int minute = 0; minute < 4; ++minute) look(minute != 0);
  ASSERT_TRUE(enqueue(new_request(account, key)).ok());
  claimed();
  succeed(2);
  ASSERT_TRUE(enqueue(new_request(account, key)).ok());
  claimed();
  fail();
  cancel(account, enqueue(new_request(account, key))->id);

  reopen();

  const auto days = *ledger().model_days(1);
  ASSERT_EQ(days.size(), 1u);
  EXPECT_EQ(days[0].model_id, "acme/painter");
  EXPECT_EQ(days[0].day, clock_.wall().us / (int64_t{24} * 3600 * 1'000'000));
  EXPECT_DOUBLE_EQ(days[0].available.value_or(-1), 0.75);
  EXPECT_EQ(days[0].succeeded, 1);
  EXPECT_EQ(days[0].failed, 1);
}

TEST_P(LedgerStoreContract, DaysWithoutTheServerAreDaysOnWhichNoModelCouldRun) {
  const auto look = [&] {
    ASSERT_TRUE(await<void>([&](Then<void> then) {
                  ledger().note_models({{"acme/painter", true}}, std::move(then));
                }).ok());
  };
  look();
  clock_.advance(std::chrono::hours(3 * 24));
  look();

  const auto days = *ledger().model_days(limits::kModelDaysKept);
  ASSERT_EQ(days.size(), 4u);
  EXPECT_EQ(days[1].available, 0.0);
  EXPECT_EQ(days[2].available, 0.0);
  EXPECT_EQ(days[3].day, days[0].day + 3);
  EXPECT_GT(*days[3].available, 0.0);
  EXPECT_EQ(ledger().model_days(1)->size(), 1u);

  clock_.advance(std::chrono::hours((limits::kModelDaysKept + 1) * 24));
  look();
  EXPECT_EQ(ledger().model_days(limits::kModelDaysKept)->size(), 1u) << "older ones are forgotten";
}

TEST_P(LedgerStoreContract, OfADayOnWhichNobodyLookedOnlyItsRequestsAreKnown) {
  const AccountId account = add_account().id;
  ASSERT_TRUE(enqueue(new_request(account, ids_.next<KeyId>())).ok());
  claimed();
  fail();

  const auto days = *ledger().model_days(1);
  ASSERT_EQ(days.size(), 1u);
  EXPECT_FALSE(days[0].available.has_value());
  EXPECT_EQ(days[0].failed, 1);
}

// ---- Audit ----

TEST_P(LedgerStoreContract, AChangeAndItsLineInTheAuditLogAreOne) {
  const AccountId account = add_account().id;
  const NewKey fresh{Key{ids_.next<KeyId>(), account, "k"}, sha256("secret")};
  AuditEntry made = entry("key.created");
  made.account = account;
  made.key = fresh.key.id;
  made.detail = R"({"name":"k"})";
  const auto add = [&] {
    return await<void>([&](Then<void> then) { keys().add_key(fresh, made, std::move(then)); });
  };
  ASSERT_TRUE(add().ok());
  EXPECT_EQ(add().error().code, ErrorCode::kConflict) << "and leaves no line";

  reopen();

  const auto lines = *ledger().audit(AuditQuery{});
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0].entry.action, "key.created");
  EXPECT_EQ(lines[0].entry.account, account);
  EXPECT_EQ(lines[0].entry.key, fresh.key.id);
  EXPECT_EQ(lines[0].entry.subject, "subject");
  EXPECT_EQ(lines[0].entry.detail, R"({"name":"k"})");
  EXPECT_EQ(lines[0].entry.at, made.at);
  EXPECT_EQ(lines[1].entry.action, "account.created");
  EXPECT_FALSE(lines[1].entry.account.has_value());
}

TEST_P(LedgerStoreContract, TheAuditLogIsFilteredAndGoesOnAfterACursor) {
  const AccountId account = ids_.next<AccountId>();
  for (int i = 0; i < 4; ++i) {
    AuditEntry line = entry(i % 2 == 0 ? "even" : "odd");
    if (i < 2) line.account = account;
    ASSERT_TRUE(await<void>([&](Then<void> then) { ledger().record(line, std::move(then)); }).ok());
  }
  AuditQuery query;
  query.limit = 3;
  const auto page = *ledger().audit(query);
  ASSERT_EQ(page.size(), 3u);
  query.before = page.back().number;
  EXPECT_EQ(ledger().audit(query)->size(), 1u);
  EXPECT_EQ(ledger().audit(AuditQuery{account})->size(), 2u);
  EXPECT_EQ(ledger().audit(AuditQuery{account, "odd"})->size(), 1u);
}

TEST_P(LedgerStoreContract, OldLinesOfTheAuditLogGo) {
  const auto record = [&] {
    return await<void>([&](Then<void> then) { ledger().record(entry(), std::move(then)); });
  };
  ASSERT_TRUE(record().ok());
  clock_.advance(limits::kAuditKept);
  ASSERT_TRUE(record().ok());
  EXPECT_EQ(ledger().audit(AuditQuery{})->size(), 1u);
}

}  // namespace plantain::store
