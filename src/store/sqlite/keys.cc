#include "store/sqlite/keys.h"

#include "base/limits.h"
#include "base/text.h"

namespace plantain::store::sqlite {
namespace {

constexpr int64_t kMinute_us = 60'000'000;

Account read_account(const Rows& rows) {
  return Account{rows.id<AccountId>(0), rows.text(1), rows.time(2), rows.maybe_micros(3)};
}

Result<void> insert_key(Transaction& transaction, const NewKey& fresh) {
  const Key& key = fresh.key;
  {
    Rows rows = transaction.db.query("SELECT 1 FROM account WHERE id = ?1", key.account);
    if (!rows.next()) return Error{ErrorCode::kNotFound, "there is no such account"};
  }
  {
    Rows rows = transaction.db.query(R"(SELECT count(*) FROM api_key
                                        WHERE account = ?1 AND revoked IS NULL AND (expires IS NULL OR expires > ?2))",
                                     key.account, transaction.now);
    if (rows.next() && rows.integer(0) >= limits::kKeysPerAccountMax) {
      return Error{
          ErrorCode::kTooLarge,
          concat("an account has at most ", limits::kKeysPerAccountMax, " keys; revoke one first")};
    }
  }
  transaction.db.run(R"(
      INSERT INTO api_key (id, account, name, role, hint, hash, highest_priority, created, expires, last_used, revoked)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11))",
                     key.id, key.account, key.name, key.role, key.hint, Blob{fresh.hash},
                     key.highest_priority, key.created, key.expires, key.last_used, key.revoked);
  return {};
}

}  // namespace

Key read_key(const Rows& rows) {
  return Key{rows.id<KeyId>(0),  rows.id<AccountId>(1),
             rows.text(2),       static_cast<Role>(rows.small(3)),
             rows.text(4),       static_cast<Priority>(rows.small(5)),
             rows.time(6),       rows.maybe_time(7),
             rows.maybe_time(8), rows.maybe_time(9)};
}

void SqliteKeys::add_account(Account account, Then<void> then) {
  writer_->submit<void>(
      [account = std::move(account)](Transaction& transaction) -> Result<void> {
        transaction.db.run(
            "INSERT INTO account (id, name, created, retention) VALUES (?1, ?2, ?3, ?4)",
            account.id, account.name, account.created, account.retention);
        return {};
      },
      std::move(then));
}

Result<Account> SqliteKeys::account(const AccountId& id) {
  return readers_.read<Account>([&](Connection& db) -> Result<Account> {
    Rows rows = db.query("SELECT id, name, created, retention FROM account WHERE id = ?1", id);
    if (!rows.next()) return Error{ErrorCode::kNotFound, "there is no such account"};
    return read_account(rows);
  });
}

Result<std::vector<Account>> SqliteKeys::accounts() {
  return readers_.read<std::vector<Account>>([](Connection& db) {
    std::vector<Account> accounts;
    Rows rows = db.query("SELECT id, name, created, retention FROM account ORDER BY created, row");
    while (rows.next()) accounts.push_back(read_account(rows));
    return accounts;
  });
}

void SqliteKeys::add_key(NewKey key, Then<void> then) {
  writer_->submit<void>(
      [key = std::move(key)](Transaction& transaction) { return insert_key(transaction, key); },
      std::move(then));
}

Result<Key> SqliteKeys::find_key(std::string_view hash) {
  return readers_.read<Key>([&](Connection& db) -> Result<Key> {
    Rows rows = db.query("SELECT " PLANTAIN_KEY_COLUMNS "FROM api_key WHERE hash = ?1", Blob{hash});
    if (!rows.next()) return Error{ErrorCode::kInvalidKey, "this key is not known here"};
    return read_key(rows);
  });
}

Result<std::vector<Key>> SqliteKeys::keys(const AccountId& account) {
  return readers_.read<std::vector<Key>>([&](Connection& db) {
    std::vector<Key> keys;
    Rows rows = db.query("SELECT " PLANTAIN_KEY_COLUMNS
                         "FROM api_key WHERE account = ?1 ORDER BY created DESC, row DESC",
                         account);
    while (rows.next()) keys.push_back(read_key(rows));
    return keys;
  });
}

void SqliteKeys::revoke_key(AccountId account, KeyId id, Then<void> then) {
  writer_->submit<void>(
      [account = std::move(account), id = std::move(id)](Transaction& transaction) -> Result<void> {
        transaction.db.run(
            "UPDATE api_key SET revoked = coalesce(revoked, ?3) WHERE id = ?1 AND account = ?2", id,
            account, transaction.now);
        if (transaction.db.changed() != 1)
          return Error{ErrorCode::kNotFound, "there is no such key"};
        return {};
      },
      std::move(then));
}

void SqliteKeys::touch_key(const KeyId& id) {
  const int64_t minute = clock_.wall().us / kMinute_us;
  {
    const std::lock_guard lock(mutex_);
    int64_t& touched = touched_minute_[id.text()];
    if (touched == minute) return;
    touched = minute;
  }
  writer_->submit<void>(
      [id, minute](Transaction& transaction) -> Result<void> {
        transaction.db.run("UPDATE api_key SET last_used = ?2 WHERE id = ?1", id,
                           WallTime{minute * kMinute_us});
        return {};
      },
      nullptr);
}

Result<std::string> SqliteKeys::secret(std::string_view name) {
  return readers_.read<std::string>([&](Connection& db) -> Result<std::string> {
    Rows rows = db.query("SELECT sealed FROM secret WHERE name = ?1", name);
    if (!rows.next()) return Error{ErrorCode::kNotFound, "there is no such secret"};
    return rows.text(0);
  });
}

void SqliteKeys::put_secret(std::string name, std::string sealed, Then<void> then) {
  writer_->submit<void>(
      [name = std::move(name),
       sealed = std::move(sealed)](Transaction& transaction) -> Result<void> {
        transaction.db.run("INSERT OR REPLACE INTO secret (name, sealed) VALUES (?1, ?2)", name,
                           Blob{sealed});
        return {};
      },
      std::move(then));
}

}  // namespace plantain::store::sqlite
