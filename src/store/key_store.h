// Accounts and their keys. Threads and errors as RequestStore.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "request/request.h"
#include "store/ledger_store.h"
#include "store/then.h"

namespace plantain::store {

enum class Role { kUser = 0, kAdmin = 1, kWorker = 2 };
std::optional<Role> role_from_name(std::string_view name);
std::string_view name_of(Role role);

inline constexpr Micros kKeptForEver = Micros::max();

struct Account {
  AccountId id;
  std::string name;
  WallTime created;
  std::optional<Micros> retention = {};  // of results, or kKeptForEver; nothing: the server's
  Limits limits = {};
  std::optional<int64_t> quota_bytes = {};  // of its files; nothing: the server's
  bool prepaid = false;                     // the balance must cover each price
  std::optional<WallTime> disabled = {};    // its keys open nothing, nothing of it is run
};

struct Key {
  KeyId id;
  AccountId account;
  std::string name;
  Role role = Role::kUser;
  std::string hint;  // the first characters, for people: "pt_3fK2…"
  Priority highest_priority = Priority::kNormal;
  WallTime created;
  std::optional<WallTime> expires;
  std::optional<WallTime> last_used;  // to the minute
  std::optional<WallTime> revoked;
  Limits limits = {};
};

struct KeyHolder {
  Key key;
  Account account;
};

struct NewKey {
  Key key;
  std::string hash;  // SHA-256 of the whole key, 32 bytes; the key itself is never stored
};

// Somebody who is signed in: may do what the key may, as long as both live.
struct Session {
  Key key;
  Account account;
  WallTime created;
  WallTime expires;
};

struct NewSession {
  std::string hash;  // SHA-256 of the cookie's value, 32 bytes
  KeyId key;
  WallTime created;
  WallTime expires;
};

class KeyStore {
 public:
  virtual ~KeyStore() = default;

  // Each `entry` is written to the audit log with the change it tells of.
  virtual void add_account(Account account, AuditEntry entry, Then<void> then) = 0;
  // The account after `change`, which is called once, on the store's thread. kNotFound: none.
  virtual void change_account(AccountId id, std::function<void(Account&)> change, AuditEntry entry,
                              Then<Account> then) = 0;
  virtual Result<Account> account(const AccountId& id) = 0;
  virtual Result<std::vector<Account>> accounts() = 0;  // oldest first

  // kTooLarge with the limit when the account already has limits::kKeysPerAccountMax live keys.
  virtual void add_key(NewKey key, AuditEntry entry, Then<void> then) = 0;
  // The key with this hash: revoked and expired ones included, also of disabled accounts; the
  // caller judges. kInvalidKey: none.
  virtual Result<KeyHolder> find_key(std::string_view hash) = 0;
  virtual Result<std::vector<Key>> keys(
      const AccountId& account) = 0;  // newest first, revoked ones included
  // kNotFound: none of this account. Revoking twice is harmless.
  virtual void revoke_key(AccountId account, KeyId id, AuditEntry entry, Then<void> then) = 0;
  // Remembers that a key was used; may be lost at a crash.
  virtual void touch_key(const KeyId& id) = 0;

  // Of a key's sessions the oldest go when there are more than limits::kSessionsPerKeyMax.
  virtual void add_session(NewSession session, Then<void> then) = 0;
  // kInvalidKey: none with this hash, or its time is over. The caller judges the key.
  virtual Result<Session> find_session(std::string_view hash) = 0;
  virtual void end_session(std::string hash, Then<void> then) = 0;  // harmless when there is none

  // A token that signs in once, before `expires`. kNotFound: there is no such key.
  virtual void add_sign_in_token(std::string hash, KeyId key, WallTime expires,
                                 Then<void> then) = 0;
  // Uses it up. The key it stands for; kInvalidKey: unknown, used, or too late.
  virtual void use_sign_in_token(std::string hash, Then<KeyHolder> then) = 0;

  // Secrets of the server by name (signing keys), sealed by the caller. kNotFound: none.
  virtual Result<std::string> secret(std::string_view name) = 0;
  virtual void put_secret(std::string name, std::string sealed, Then<void> then) = 0;
};

}  // namespace plantain::store
