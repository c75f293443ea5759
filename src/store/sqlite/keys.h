// KeyStore on SQLite.
#pragma once

#include <mutex>
#include <unordered_map>

#include "base/clock.h"
#include "store/key_store.h"
#include "store/sqlite/readers.h"
#include "store/sqlite/writer.h"

namespace plantain::store::sqlite {

// The columns of api_key that read_key() reads.
#define PLANTAIN_KEY_COLUMNS                                                                    \
  "api_key.id, account, name, role, hint, highest_priority, api_key.created, api_key.expires, " \
  "last_used, revoked "
Key read_key(const Rows& rows);

class SqliteKeys final : public KeyStore {
 public:
  // All must outlive this; use_writer() comes before any other call.
  SqliteKeys(const Clock& clock, Readers& readers) : clock_(clock), readers_(readers) {}
  void use_writer(Writer& writer) { writer_ = &writer; }

  void add_account(Account account, Then<void> then) override;
  Result<Account> account(const AccountId& id) override;
  Result<std::vector<Account>> accounts() override;
  void add_key(NewKey key, Then<void> then) override;
  Result<Key> find_key(std::string_view hash) override;
  Result<std::vector<Key>> keys(const AccountId& account) override;
  void revoke_key(AccountId account, KeyId id, Then<void> then) override;
  void touch_key(const KeyId& id) override;
  // sessions.cc:
  void add_session(NewSession session, Then<void> then) override;
  Result<Session> find_session(std::string_view hash) override;
  void end_session(std::string hash, Then<void> then) override;
  void add_sign_in_token(std::string hash, KeyId key, WallTime expires, Then<void> then) override;
  void use_sign_in_token(std::string hash, Then<Key> then) override;
  Result<std::string> secret(std::string_view name) override;
  void put_secret(std::string name, std::string sealed, Then<void> then) override;

 private:
  const Clock& clock_;
  Readers& readers_;
  Writer* writer_ = nullptr;
  std::mutex mutex_;
  std::unordered_map<std::string, int64_t>
      touched_minute_;  // by key id: nothing is written twice a minute
};

}  // namespace plantain::store::sqlite
