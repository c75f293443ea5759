#include "api/gate.h"

#include "api/problem.h"
#include "api/rates.h"
#include "api/sessions.h"
#include "base/crypto.h"
#include "base/text.h"

namespace plantain::api {
namespace {

constexpr std::size_t kSecretCharacters = 43;  // 43 base62 characters hold 256 bits

std::optional<std::string> bearer_of(const Call& call) {
  const auto field = call.headers.get("Authorization");
  if (!field) return std::nullopt;
  const std::string_view text = trim_ascii(*field);
  if (text.size() < 8 || to_lower_ascii(text.substr(0, 7)) != "bearer ") return std::nullopt;
  return std::string(trim_ascii(text.substr(7)));
}

Reply refuse_key(std::string_view why) {
  return problem(Error{ErrorCode::kInvalidKey, std::string(why)});
}

// A worker elsewhere: its leases are bound to its key.
std::optional<Reply> admit_worker_key(Context& context, Call& call, const std::string& digest) {
  Result<store::KeyHolder> holder = context.keys.find_key(digest);
  if (!holder.ok() && holder.error().code != ErrorCode::kInvalidKey) return problem(holder.error());
  const store::Key* const key = holder.ok() ? &holder->key : nullptr;
  const bool valid = key != nullptr && key->role == store::Role::kWorker && !key->revoked &&
                     !holder->account.disabled &&
                     (!key->expires || *key->expires > context.clock.wall());
  if (!valid) return refuse_key("this is no worker's token, nor a valid key of role worker");
  context.keys.touch_key(key->id);
  std::string credential = concat("key:", key->id.text());
  call.caller =
      Caller{std::move(holder->key), std::move(holder->account), std::move(credential), false};
  return std::nullopt;
}

std::optional<Reply> admit_worker(Context& context, Call& call) {
  const auto token = bearer_of(call);
  if (!token) return refuse_key("a worker needs its token as \"Authorization: Bearer …\"");
  const std::string digest = sha256(*token);
  const std::lock_guard lock(context.worker_tokens_mutex);
  const auto at = context.worker_tokens.find(digest);
  if (at == context.worker_tokens.end()) return admit_worker_key(context, call, digest);
  // The store's row of a key is of no use to a supervised worker; only its credential counts.
  const auto nobody = *AccountId::parse("00000000-0000-0000-0000-000000000000");
  store::Key key{*KeyId::parse(nobody.text()),
                 nobody,
                 "own worker",
                 store::Role::kWorker,
                 "",
                 Priority::kNormal,
                 context.clock.wall(),
                 {},
                 {},
                 {}};
  call.caller =
      Caller{std::move(key), store::Account{nobody, "", context.clock.wall()}, at->second, true};
  return std::nullopt;
}

bool role_allows(store::Role role, Access access) {
  if (access == Access::kAdmin) return role == store::Role::kAdmin;
  return role == store::Role::kAdmin || role == store::Role::kUser;
}

// By the cookie of a session: the key it hangs on is judged anew with each call.
std::optional<Reply> admit_session(Context& context, Call& call, const Route& route,
                                   const std::string& cookie) {
  Result<store::Session> session = context.keys.find_session(sha256(cookie));
  if (!session.ok()) {
    if (session.error().code != ErrorCode::kInvalidKey) return problem(session.error());
    return refuse_key("this session is over; sign in again");
  }
  store::KeyHolder holder{std::move(session->key), std::move(session->account)};
  if (auto refused = judge_key(context, holder, route.access)) return refused;
  if (const auto foreign = judge_origin(call, cookie)) return problem(*foreign);
  context.keys.touch_key(holder.key.id);
  call.caller = Caller{std::move(holder.key),
                       std::move(holder.account),
                       {},
                       false,
                       SignedIn{cookie, session->expires}};
  return std::nullopt;
}

std::optional<Reply> admit_key(Context& context, Call& call, const Route& route) {
  const auto secret = bearer_of(call);
  if (!secret) {
    if (const auto cookie = session_cookie_of(call))
      return admit_session(context, call, route, *cookie);
    return refuse_key("this call needs a key, as \"Authorization: Bearer <key>\"");
  }
  Result<store::KeyHolder> holder = context.keys.find_key(sha256(*secret));
  if (!holder.ok()) {
    if (holder.error().code != ErrorCode::kInvalidKey) return problem(holder.error());
    return refuse_key("this key is not known here");
  }
  if (auto refused = judge_key(context, *holder, route.access)) return refused;
  context.keys.touch_key(holder->key.id);
  call.caller = Caller{std::move(holder->key), std::move(holder->account), {}, false};
  return std::nullopt;
}

}  // namespace

std::optional<Reply> judge_key(Context& context, const store::KeyHolder& holder, Access access) {
  const store::Key& key = holder.key;
  if (key.revoked) return refuse_key("this key was revoked");
  if (key.expires && *key.expires <= context.clock.wall())
    return refuse_key("this key has expired");
  if (holder.account.disabled)
    return problem(Error{ErrorCode::kPermissionDenied, "this account is disabled"});
  if (!role_allows(key.role, access)) {
    return problem(
        Error{ErrorCode::kPermissionDenied,
              concat("a key of role ", store::name_of(key.role), " may not make this call")});
  }
  return std::nullopt;
}

std::optional<Reply> admit(Context& context, Call& call, const Route& route) {
  switch (route.access) {
    case Access::kPublic:
      return std::nullopt;
    case Access::kWorker:
      return admit_worker(context, call);
    case Access::kCatalog:
      if (context.settings.public_catalog && !call.headers.get("Authorization"))
        return std::nullopt;
      [[fallthrough]];
    case Access::kUser:
    case Access::kAdmin:
      if (auto refused = admit_key(context, call, route)) return refused;
      // A submit is counted once it is known not to be a repeat of one that was accepted.
      if (route.operation_id == "submit") return std::nullopt;
      return take_call(context, call, CallKind::kRead);
  }
  CHECK(false);
  return std::nullopt;
}

MintedKey mint_key(IdSource& ids, const Clock& clock, const AccountId& account, std::string name,
                   store::Role role, std::optional<WallTime> expires) {
  std::string secret = "pt_" + random_base62(kSecretCharacters);
  store::Key key{ids.next<KeyId>(), account,      std::move(name), role, secret.substr(0, 7) + "…",
                 Priority::kNormal, clock.wall(), expires,         {},   {}};
  if (role == store::Role::kAdmin) key.highest_priority = Priority::kHigh;
  std::string hash = sha256(secret);
  return MintedKey{std::move(secret), store::NewKey{std::move(key), std::move(hash)}};
}

}  // namespace plantain::api
