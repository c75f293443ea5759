// The contract of KeyStore as tests. Include it once and instantiate it for a backend.
#pragma once

#include "base/limits.h"
#include "store/store_fixture.h"

namespace plantain::store {

class KeyStoreContract : public StoreTest {
 protected:
  Account add_account(const std::string& name) {
    Account account{ids_.next<AccountId>(), name, clock_.wall(), Micros(3'600'000'000)};
    EXPECT_TRUE(await<void>([&](Then<void> then) {
                  keys().add_account(account, entry(), std::move(then));
                }).ok());
    return account;
  }
  NewKey new_key(const AccountId& account, const std::string& secret) {
    NewKey fresh{Key{ids_.next<KeyId>(), account, "laptop"}, sha256(secret)};
    fresh.key.hint = "pt_" + secret;
    fresh.key.created = clock_.wall();
    return fresh;
  }
  Result<void> add(const NewKey& fresh) {
    return await<void>([&](Then<void> then) { keys().add_key(fresh, entry(), std::move(then)); });
  }
  Result<void> add_session(NewSession session) {
    return await<void>(
        [&](Then<void> then) { keys().add_session(std::move(session), std::move(then)); });
  }
  Result<void> revoke(const AccountId& account, const KeyId& id) {
    return await<void>(
        [&](Then<void> then) { keys().revoke_key(account, id, entry(), std::move(then)); });
  }
};

TEST(Role, NamesAndRolesAreOneToOne) {
  for (const Role role : {Role::kUser, Role::kAdmin, Role::kWorker})
    EXPECT_EQ(role_from_name(name_of(role)), role);
  EXPECT_FALSE(role_from_name("root").has_value());
}

TEST_P(KeyStoreContract, AnAccountIsFoundAsItWasAddedAlsoAfterReopening) {
  const Account first = add_account("first");
  clock_.advance(limits::Seconds(1));
  Account forever{ids_.next<AccountId>(), "forever", clock_.wall(), std::nullopt};
  ASSERT_TRUE(await<void>([&](Then<void> then) {
                keys().add_account(forever, entry(), std::move(then));
              }).ok());

  reopen();

  const Result<Account> found = keys().account(first.id);
  ASSERT_TRUE(found.ok());
  EXPECT_EQ(found->name, "first");
  EXPECT_EQ(found->created, first.created);
  EXPECT_EQ(found->retention, first.retention);
  EXPECT_FALSE(keys().account(forever.id)->retention.has_value());
  const auto all = keys().accounts();
  ASSERT_EQ(all->size(), 2u);
  EXPECT_EQ(all->at(0).id, first.id);
  EXPECT_EQ(all->at(1).id, forever.id);
}

TEST_P(KeyStoreContract, AnUnknownAccountIsNotFound) {
  EXPECT_EQ(keys().account(ids_.next<AccountId>()).error().code, ErrorCode::kNotFound);
}

TEST_P(KeyStoreContract, AnAccountCannotBeAddedTwice) {
  const Account account = add_account("one");
  const Result<void> again =
      await<void>([&](Then<void> then) { keys().add_account(account, entry(), std::move(then)); });
  EXPECT_EQ(again.error().code, ErrorCode::kConflict);
}

TEST_P(KeyStoreContract, AKeyIsFoundByItsHashWithEverythingItHas) {
  const Account account = add_account("one");
  NewKey fresh = new_key(account.id, "secret");
  fresh.key.role = Role::kAdmin;
  fresh.key.highest_priority = Priority::kHigh;
  fresh.key.expires = clock_.wall() + limits::Seconds(60);
  ASSERT_TRUE(add(fresh).ok());

  reopen();

  const Result<KeyHolder> found = keys().find_key(sha256("secret"));
  ASSERT_TRUE(found.ok());
  EXPECT_EQ(found->key.id, fresh.key.id);
  EXPECT_EQ(found->key.account, account.id);
  EXPECT_EQ(found->key.name, "laptop");
  EXPECT_EQ(found->key.role, Role::kAdmin);
  EXPECT_EQ(found->key.hint, "pt_secret");
  EXPECT_EQ(found->key.highest_priority, Priority::kHigh);
  EXPECT_EQ(found->key.created, fresh.key.created);
  EXPECT_EQ(found->key.expires, fresh.key.expires);
  EXPECT_FALSE(found->key.last_used.has_value());
  EXPECT_FALSE(found->key.revoked.has_value());
  EXPECT_EQ(keys().find_key(sha256("other")).error().code, ErrorCode::kInvalidKey);
}

TEST_P(KeyStoreContract, AKeyNeedsAnAccountAndAHashOfItsOwn) {
  EXPECT_EQ(add(new_key(ids_.next<AccountId>(), "secret")).error().code, ErrorCode::kNotFound);
  const Account account = add_account("one");
  ASSERT_TRUE(add(new_key(account.id, "secret")).ok());
  EXPECT_EQ(add(new_key(account.id, "secret")).error().code, ErrorCode::kConflict);
}

TEST_P(KeyStoreContract, AnAccountHasOnlySoManyLiveKeys) {
  const Account account = add_account("one");
  const NewKey first = new_key(account.id, "0");
  ASSERT_TRUE(add(first).ok());
  NewKey short_lived = new_key(account.id, "1");
  short_lived.key.expires = clock_.wall() + limits::Seconds(1);
  ASSERT_TRUE(add(short_lived).ok());
  for (int i = 2; i < limits::kKeysPerAccountMax; ++i) {
    ASSERT_TRUE(add(new_key(account.id, std::to_string(i))).ok());
  }

  EXPECT_EQ(add(new_key(account.id, "one too many")).error().code, ErrorCode::kTooLarge);

  clock_.advance(limits::Seconds(2));
  EXPECT_TRUE(add(new_key(account.id, "in place of the expired one")).ok());
  ASSERT_TRUE(revoke(account.id, first.key.id).ok());
  EXPECT_TRUE(add(new_key(account.id, "in place of the revoked one")).ok());
  EXPECT_TRUE(add(new_key(add_account("two").id, "of another account")).ok());
}

TEST_P(KeyStoreContract, KeysAreListedNewestFirstRevokedOnesIncluded) {
  const Account account = add_account("one");
  const NewKey older = new_key(account.id, "older");
  ASSERT_TRUE(add(older).ok());
  clock_.advance(limits::Seconds(1));
  const NewKey newer = new_key(account.id, "newer");
  ASSERT_TRUE(add(newer).ok());
  ASSERT_TRUE(revoke(account.id, older.key.id).ok());

  const auto listed = keys().keys(account.id);

  ASSERT_EQ(listed->size(), 2u);
  EXPECT_EQ(listed->at(0).id, newer.key.id);
  EXPECT_EQ(listed->at(1).id, older.key.id);
  EXPECT_EQ(listed->at(1).revoked, clock_.wall());
  EXPECT_TRUE(keys().keys(add_account("two").id)->empty());
}

TEST_P(KeyStoreContract, RevokingTwiceKeepsTheFirstTimeAndForeignKeysAreNotFound) {
  const Account account = add_account("one");
  const NewKey fresh = new_key(account.id, "secret");
  ASSERT_TRUE(add(fresh).ok());
  EXPECT_EQ(revoke(add_account("two").id, fresh.key.id).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(revoke(account.id, ids_.next<KeyId>()).error().code, ErrorCode::kNotFound);
  EXPECT_FALSE(keys().find_key(fresh.hash)->key.revoked.has_value());

  const WallTime first = clock_.wall();
  ASSERT_TRUE(revoke(account.id, fresh.key.id).ok());
  clock_.advance(limits::Seconds(5));
  ASSERT_TRUE(revoke(account.id, fresh.key.id).ok());

  EXPECT_EQ(keys().find_key(fresh.hash)->key.revoked, first);
}

TEST_P(KeyStoreContract, TheUseOfAKeyIsRememberedToTheMinute) {
  const Account account = add_account("one");
  const NewKey fresh = new_key(account.id, "secret");
  ASSERT_TRUE(add(fresh).ok());

  keys().touch_key(fresh.key.id);
  reopen();  // closing waits for what was handed in

  const auto used = keys().find_key(fresh.hash)->key.last_used;
  ASSERT_TRUE(used.has_value());
  EXPECT_EQ(used->us % 60'000'000, 0);
  EXPECT_LE(used->us, clock_.wall().us);
  EXPECT_GT(used->us, clock_.wall().us - 60'000'000);

  clock_.advance(limits::Seconds(600));
  keys().touch_key(fresh.key.id);
  reopen();
  EXPECT_EQ(keys().find_key(fresh.hash)->key.last_used->us, used->us + 600'000'000);
}

TEST_P(KeyStoreContract, ASessionIsItsKeyUntilItsTimeIsOverOrItIsEnded) {
  const Account account = add_account("one");
  const NewKey key = new_key(account.id, "secret");
  ASSERT_TRUE(add(key).ok());
  const WallTime now = clock_.wall();
  const WallTime expires = now + limits::Seconds(60);
  ASSERT_TRUE(add_session({sha256("cookie"), key.key.id, now, expires}).ok());
  ASSERT_TRUE(add_session({sha256("other"), key.key.id, now, expires}).ok());

  reopen();

  const Result<Session> found = keys().find_session(sha256("cookie"));
  ASSERT_TRUE(found.ok());
  EXPECT_EQ(found->key.id, key.key.id);
  EXPECT_EQ(found->key.account, account.id);
  EXPECT_EQ(found->created, now);
  EXPECT_EQ(found->expires, expires);
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(await<void>([&](Then<void> then) {
                  keys().end_session(sha256("cookie"), std::move(then));
                }).ok());
  }
  EXPECT_EQ(keys().find_session(sha256("cookie")).error().code, ErrorCode::kInvalidKey);
  EXPECT_TRUE(keys().find_session(sha256("other")).ok());
  clock_.advance(limits::Seconds(60));
  EXPECT_EQ(keys().find_session(sha256("other")).error().code, ErrorCode::kInvalidKey);
}

TEST_P(KeyStoreContract, ASessionShowsThatItsKeyWasRevoked) {
  const NewKey key = new_key(add_account("one").id, "secret");
  ASSERT_TRUE(add(key).ok());
  const WallTime now = clock_.wall();
  ASSERT_TRUE(add_session({sha256("cookie"), key.key.id, now, now + limits::Seconds(60)}).ok());

  ASSERT_TRUE(revoke(key.key.account, key.key.id).ok());

  EXPECT_TRUE(keys().find_session(sha256("cookie"))->key.revoked.has_value());
}

TEST_P(KeyStoreContract, OfManySessionsOfAKeyTheOldestGo) {
  const NewKey key = new_key(add_account("one").id, "secret");
  ASSERT_TRUE(add(key).ok());
  EXPECT_EQ(
      add_session({sha256("x"), ids_.next<KeyId>(), clock_.wall(), clock_.wall()}).error().code,
      ErrorCode::kNotFound);

  for (int i = 0; i <= limits::kSessionsPerKeyMax; ++i) {
    const WallTime now = clock_.wall();
    ASSERT_TRUE(
        add_session({sha256(std::to_string(i)), key.key.id, now, now + limits::Seconds(60)}).ok());
  }

  EXPECT_FALSE(keys().find_session(sha256("0")).ok());
  EXPECT_TRUE(keys().find_session(sha256("1")).ok());
}

TEST_P(KeyStoreContract, ASignInTokenWorksOnceAndInTime) {
  const NewKey key = new_key(add_account("one").id, "secret");
  ASSERT_TRUE(add(key).ok());
  const auto add_token = [&](const std::string& token, const KeyId& id) {
    const WallTime expires = clock_.wall() + limits::Seconds(60);
    return await<void>([&](Then<void> then) {
      keys().add_sign_in_token(sha256(token), id, expires, std::move(then));
    });
  };
  const auto use = [&](const std::string& token) {
    return await<KeyHolder>(
        [&](Then<KeyHolder> then) { keys().use_sign_in_token(sha256(token), std::move(then)); });
  };
  EXPECT_EQ(add_token("x", ids_.next<KeyId>()).error().code, ErrorCode::kNotFound);
  ASSERT_TRUE(add_token("token", key.key.id).ok());
  ASSERT_TRUE(add_token("late", key.key.id).ok());

  reopen();

  EXPECT_EQ(use("token")->key.id, key.key.id);
  EXPECT_EQ(use("token").error().code, ErrorCode::kInvalidKey);
  clock_.advance(limits::Seconds(60));
  EXPECT_EQ(use("late").error().code, ErrorCode::kInvalidKey);
}

TEST_P(KeyStoreContract, ASecretIsKeptByteForByteAndCanBeReplaced) {
  const std::string sealed("\0\xFFsealed\0", 9);
  EXPECT_EQ(keys().secret("files").error().code, ErrorCode::kNotFound);
  ASSERT_TRUE(await<void>([&](Then<void> then) {
                keys().put_secret("files", "old", std::move(then));
              }).ok());
  ASSERT_TRUE(await<void>([&](Then<void> then) {
                keys().put_secret("files", sealed, std::move(then));
              }).ok());

  reopen();

  EXPECT_EQ(*keys().secret("files"), sealed);
  EXPECT_EQ(keys().secret("webhooks").error().code, ErrorCode::kNotFound);
}

}  // namespace plantain::store
