#include "store/sqlite/keys.h"

#include "base/limits.h"
#include "base/text.h"
#include "store/sqlite/ledger.h"

namespace plantain::store::sqlite {
namespace {

constexpr int64_t kMinute_us = 60'000'000;

Limits read_limits(const Rows& rows, int at) {
  return Limits{rows.maybe_integer(at),     rows.maybe_integer(at + 1), rows.maybe_integer(at + 2),
                rows.maybe_integer(at + 3), rows.maybe_integer(at + 4), rows.maybe_integer(at + 5)};
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
  const Limits& limits = key.limits;
  transaction.db.run(
      R"(
      INSERT INTO api_key (id, account, name, role, hint, hash, highest_priority, created, expires, last_used, revoked,
                           submits_per_minute, reads_per_minute, queued_max, running_max, spend_per_day, spend_per_month)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17))",
      key.id, key.account, key.name, key.role, key.hint, Blob{fresh.hash}, key.highest_priority,
      key.created, key.expires, key.last_used, key.revoked, limits.submits_per_minute,
      limits.reads_per_minute, limits.queued, limits.running, limits.spend_per_day,
      limits.spend_per_month);
  return {};
}

// All but its id and the time it was made.
void write_account(Connection& db, const Account& account) {
  const Limits& limits = account.limits;
  db.run(
      R"(
      UPDATE account SET name = ?2, retention = ?3, quota = ?4, prepaid = ?5, disabled = ?6, submits_per_minute = ?7,
                         reads_per_minute = ?8, queued_max = ?9, running_max = ?10, spend_per_day = ?11,
                         spend_per_month = ?12
      WHERE id = ?1)",
      account.id, account.name, account.retention, account.quota_bytes, account.prepaid,
      account.disabled, limits.submits_per_minute, limits.reads_per_minute, limits.queued,
      limits.running, limits.spend_per_day, limits.spend_per_month);
}

std::optional<Account> account_by_id(Connection& db, const AccountId& id) {
  Rows rows = db.query("SELECT " PLANTAIN_ACCOUNT_COLUMNS "FROM account WHERE id = ?1", id);
  if (!rows.next()) return std::nullopt;
  return read_account(rows);
}

Error no_account() { return Error{ErrorCode::kNotFound, "there is no such account"}; }

}  // namespace

Key read_key(const Rows& rows, int at) {
  return Key{rows.id<KeyId>(at),        rows.id<AccountId>(at + 1),
             rows.text(at + 2),         static_cast<Role>(rows.small(at + 3)),
             rows.text(at + 4),         static_cast<Priority>(rows.small(at + 5)),
             rows.time(at + 6),         rows.maybe_time(at + 7),
             rows.maybe_time(at + 8),   rows.maybe_time(at + 9),
             read_limits(rows, at + 10)};
}

Account read_account(const Rows& rows, int at) {
  return Account{rows.id<AccountId>(at),    rows.text(at + 1),         rows.time(at + 2),
                 rows.maybe_micros(at + 3), read_limits(rows, at + 7), rows.maybe_integer(at + 4),
                 rows.small(at + 5) != 0,   rows.maybe_time(at + 6)};
}

void SqliteKeys::add_account(Account account, AuditEntry entry, Then<void> then) {
  writer_->submit<void>(
      [this, account = std::move(account),
       entry = std::move(entry)](Transaction& transaction) -> Result<void> {
        transaction.db.run("INSERT INTO account (id, name, created) VALUES (?1, ?2, ?3)",
                           account.id, account.name, account.created);
        write_account(transaction.db, account);
        write_audit(transaction, entry);
        tally_.bound(transaction, account.id.text(), account.limits.running,
                     account.disabled.has_value());
        return {};
      },
      std::move(then));
}

void SqliteKeys::change_account(AccountId id, std::function<void(Account&)> change,
                                AuditEntry entry, Then<Account> then) {
  writer_->submit<Account>(
      [this, id = std::move(id), change = std::move(change),
       entry = std::move(entry)](Transaction& transaction) -> Result<Account> {
        std::optional<Account> account = account_by_id(transaction.db, id);
        if (!account) return no_account();
        change(*account);
        write_account(transaction.db, *account);
        write_audit(transaction, entry);
        tally_.bound(transaction, id.text(), account->limits.running,
                     account->disabled.has_value());
        return *std::move(account);
      },
      std::move(then));
}

Result<Account> SqliteKeys::account(const AccountId& id) {
  return readers_.read<Account>([&](Connection& db) -> Result<Account> {
    std::optional<Account> account = account_by_id(db, id);
    if (!account) return no_account();
    return *std::move(account);
  });
}

Result<std::vector<Account>> SqliteKeys::accounts() {
  return readers_.read<std::vector<Account>>([](Connection& db) {
    std::vector<Account> accounts;
    Rows rows = db.query("SELECT " PLANTAIN_ACCOUNT_COLUMNS "FROM account ORDER BY created, row");
    while (rows.next()) accounts.push_back(read_account(rows));
    return accounts;
  });
}

void SqliteKeys::add_key(NewKey key, AuditEntry entry, Then<void> then) {
  writer_->submit<void>(
      [this, key = std::move(key),
       entry = std::move(entry)](Transaction& transaction) -> Result<void> {
        if (Result<void> kept = insert_key(transaction, key); !kept.ok()) return kept;
        write_audit(transaction, entry);
        tally_.bound(transaction, key.key.id.text(), key.key.limits.running, false);
        return {};
      },
      std::move(then));
}

Result<KeyHolder> SqliteKeys::find_key(std::string_view hash) {
  return readers_.read<KeyHolder>([&](Connection& db) -> Result<KeyHolder> {
    Rows rows = db.query("SELECT " PLANTAIN_KEY_COLUMNS ", " PLANTAIN_ACCOUNT_COLUMNS
                         "FROM api_key JOIN account ON account.id = api_key.account "
                         "WHERE api_key.hash = ?1",
                         Blob{hash});
    if (!rows.next()) return Error{ErrorCode::kInvalidKey, "this key is not known here"};
    return KeyHolder{read_key(rows), read_account(rows, kKeyColumns)};
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

void SqliteKeys::revoke_key(AccountId account, KeyId id, AuditEntry entry, Then<void> then) {
  writer_->submit<void>(
      [account = std::move(account), id = std::move(id),
       entry = std::move(entry)](Transaction& transaction) -> Result<void> {
        transaction.db.run(
            "UPDATE api_key SET revoked = coalesce(revoked, ?3) WHERE id = ?1 AND account = ?2", id,
            account, transaction.now);
        if (transaction.db.changed() != 1)
          return Error{ErrorCode::kNotFound, "there is no such key"};
        write_audit(transaction, entry);
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
