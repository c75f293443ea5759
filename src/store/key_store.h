// Accounts and their keys. Threads and errors as RequestStore.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "request/request.h"
#include "store/then.h"

namespace plantain::store {

enum class Role { kUser = 0, kAdmin = 1, kWorker = 2 };
std::optional<Role> role_from_name(std::string_view name);
std::string_view name_of(Role role);

struct Account {
  AccountId id;
  std::string name;
  WallTime created;
  std::optional<Micros> retention;  // nothing: for ever
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
};

struct NewKey {
  Key key;
  std::string hash;  // SHA-256 of the whole key, 32 bytes; the key itself is never stored
};

// Somebody who is signed in: may do what the key may, as long as both live.
struct Session {
  Key key;
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

  virtual void add_account(Account account, Then<void> then) = 0;
  virtual Result<Account> account(const AccountId& id) = 0;
  virtual Result<std::vector<Account>> accounts() = 0;  // oldest first

  // kTooLarge with the limit when the account already has limits::kKeysPerAccountMax live keys.
  virtual void add_key(NewKey key, Then<void> then) = 0;
  // The key with this hash: revoked and expired ones included, the caller judges. kInvalidKey:
  // none.
  virtual Result<Key> find_key(std::string_view hash) = 0;
  virtual Result<std::vector<Key>> keys(
      const AccountId& account) = 0;  // newest first, revoked ones included
  // kNotFound: none of this account. Revoking twice is harmless.
  virtual void revoke_key(AccountId account, KeyId id, Then<void> then) = 0;
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
  virtual void use_sign_in_token(std::string hash, Then<Key> then) = 0;

  // Secrets of the server by name (signing keys), sealed by the caller. kNotFound: none.
  virtual Result<std::string> secret(std::string_view name) = 0;
  virtual void put_secret(std::string name, std::string sealed, Then<void> then) = 0;
};

}  // namespace plantain::store
