// KeyStore on SQLite.
#pragma once

#include <mutex>
#include <unordered_map>

#include "base/clock.h"
#include "store/key_store.h"
#include "store/sqlite/readers.h"
#include "store/sqlite/tally.h"
#include "store/sqlite/writer.h"

namespace plantain::store::sqlite {

// The columns that read_key() and read_account() read.
#define PLANTAIN_LIMITS_OF(table)                                                       \
  table ".submits_per_minute, " table ".reads_per_minute, " table ".queued_max, " table \
        ".running_max, " table ".spend_per_day, " table ".spend_per_month"
#define PLANTAIN_KEY_COLUMNS                                                        \
  "api_key.id, api_key.account, api_key.name, api_key.role, api_key.hint, "         \
  "api_key.highest_priority, api_key.created, api_key.expires, api_key.last_used, " \
  "api_key.revoked, " PLANTAIN_LIMITS_OF("api_key") " "
#define PLANTAIN_ACCOUNT_COLUMNS                                                  \
  "account.id, account.name, account.created, account.retention, account.quota, " \
  "account.prepaid, account.disabled, " PLANTAIN_LIMITS_OF("account") " "
inline constexpr int kKeyColumns = 16;
inline constexpr int kAccountColumns = 13;
// `at` is the first of its columns.
Key read_key(const Rows& rows, int at = 0);
Account read_account(const Rows& rows, int at = 0);

class SqliteKeys final : public KeyStore {
 public:
  // All must outlive this; use_writer() comes before any other call.
  SqliteKeys(const Clock& clock, Readers& readers, Tally& tally)
      : clock_(clock), readers_(readers), tally_(tally) {}
  void use_writer(Writer& writer) { writer_ = &writer; }

  void add_account(Account account, AuditEntry entry, Then<void> then) override;
  void change_account(AccountId id, std::function<void(Account&)> change, AuditEntry entry,
                      Then<Account> then) override;
  Result<Account> account(const AccountId& id) override;
  Result<std::vector<Account>> accounts() override;
  void add_key(NewKey key, AuditEntry entry, Then<void> then) override;
  Result<KeyHolder> find_key(std::string_view hash) override;
  Result<std::vector<Key>> keys(const AccountId& account) override;
  void revoke_key(AccountId account, KeyId id, AuditEntry entry, Then<void> then) override;
  void touch_key(const KeyId& id) override;
  // sessions.cc:
  void add_session(NewSession session, Then<void> then) override;
  Result<Session> find_session(std::string_view hash) override;
  void end_session(std::string hash, Then<void> then) override;
  void add_sign_in_token(std::string hash, KeyId key, WallTime expires, Then<void> then) override;
  void use_sign_in_token(std::string hash, Then<KeyHolder> then) override;
  Result<std::string> secret(std::string_view name) override;
  void put_secret(std::string name, std::string sealed, Then<void> then) override;

 private:
  const Clock& clock_;
  Readers& readers_;
  Tally& tally_;
  Writer* writer_ = nullptr;
  std::mutex mutex_;
  std::unordered_map<std::string, int64_t>
      touched_minute_;  // by key id: nothing is written twice a minute
};

}  // namespace plantain::store::sqlite
