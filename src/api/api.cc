#include "api/api.h"

#include <algorithm>

#include "api/accounts.h"
#include "api/audit.h"
#include "api/events.h"
#include "api/files.h"
#include "api/gate.h"
#include "api/health.h"
#include "api/keys.h"
#include "api/leases.h"
#include "api/metrics.h"
#include "api/models.h"
#include "api/openapi.h"
#include "api/pages.h"
#include "api/rates.h"
#include "api/requests.h"
#include "api/sessions.h"
#include "api/submit.h"
#include "api/uploads.h"
#include "api/usage.h"
#include "api/webhooks.h"
#include "base/crypto.h"
#include "base/limits.h"
#include "base/text.h"
#include "store/wait.h"

namespace plantain::api {
namespace {

// A line of the audit log about what is done on the machine itself.
store::AuditEntry here(const Clock& clock, const AccountId& whose, std::string action,
                       std::string subject) {
  return store::AuditEntry{clock.wall(), whose, std::nullopt, std::move(action),
                           std::move(subject)};
}

Result<void> add_key_here(store::KeyStore& keys, const Clock& clock, store::NewKey fresh) {
  store::AuditEntry entry = here(clock, fresh.key.account, "key.created", fresh.key.id.text());
  return store::wait_for<void>(
      [&](auto then) { keys.add_key(std::move(fresh), std::move(entry), std::move(then)); });
}

bool has_queued(store::RequestStore& requests) {
  const auto lengths = requests.queue_lengths();
  return lengths.ok() &&
         std::any_of(lengths->begin(), lengths->end(),
                     [](const store::QueueLength& each) { return each.queued > 0; });
}

}  // namespace

Result<std::optional<std::string>> make_first_key(store::KeyStore& keys, IdSource& ids,
                                                  const Clock& clock, const Path& key_file) {
  const auto accounts = keys.accounts();
  if (!accounts.ok()) return accounts.error();
  if (!accounts->empty()) {
    const auto known = keys.keys(accounts->front().id);
    if (!known.ok()) return known.error();
    if (!known->empty()) return std::optional<std::string>();
  }
  // An account without a key is a first start that was killed half-way: it is gone on with.
  const store::Account account = accounts->empty()
                                     ? store::Account{ids.next<AccountId>(), "owner", clock.wall()}
                                     : accounts->front();
  const AccountId id = account.id;
  MintedKey minted = mint_key(ids, clock, id, "first key", store::Role::kAdmin, std::nullopt);
  // The file before the rows: a crash between the two leaves a key that opens nothing, which the
  // next start replaces, and never an account that nobody can enter.
  std::error_code ignored;
  std::filesystem::remove(key_file, ignored);
  if (auto made = create_file_exclusively(key_file, minted.secret + "\n", 0600); !made.ok())
    return made.error();
  Result<void> kept;
  if (accounts->empty()) {
    kept = store::wait_for<void>([&](auto then) {
      keys.add_account(account, here(clock, id, "account.created", id.text()), std::move(then));
    });
    if (!kept.ok()) return kept.error();
  }
  if (Result<void> added = add_key_here(keys, clock, std::move(minted.record)); !added.ok())
    return added.error();
  return std::optional(minted.secret);
}

Result<std::string> make_local_key(store::KeyStore& keys, IdSource& ids, const Clock& clock,
                                   const std::string& name, store::Role role) {
  const auto accounts = keys.accounts();
  if (!accounts.ok()) return accounts.error();
  if (accounts->empty())
    return Error{ErrorCode::kNotFound, "there is no account yet; start the server once"};
  MintedKey minted = mint_key(ids, clock, accounts->front().id, name, role, std::nullopt);
  if (Result<void> added = add_key_here(keys, clock, std::move(minted.record)); !added.ok())
    return added.error();
  return minted.secret;
}

Result<std::string> make_sign_in_token(store::KeyStore& keys, const Clock& clock) {
  const auto accounts = keys.accounts();
  if (!accounts.ok()) return accounts.error();
  if (accounts->empty()) return Error{ErrorCode::kNotFound, "there is no account yet"};
  const auto known = keys.keys(accounts->front().id);
  if (!known.ok()) return known.error();
  const WallTime now = clock.wall();
  const auto oldest = std::find_if(known->rbegin(), known->rend(), [now](const store::Key& key) {
    return key.role == store::Role::kAdmin && !key.revoked && (!key.expires || *key.expires > now);
  });
  if (oldest == known->rend()) return Error{ErrorCode::kNotFound, "there is no admin key"};
  const std::string token = random_base62(43);
  const auto kept = store::wait_for<void>([&](auto then) {
    keys.add_sign_in_token(sha256(token), oldest->id, now + limits::kSignInToken, std::move(then));
  });
  if (!kept.ok()) return kept.error();
  return token;
}

Result<std::string> signing_key(store::KeyStore& keys, std::string_view master_key) {
  return server_secret(keys, master_key, "file-signing-key-1");
}

Result<std::string> server_secret(store::KeyStore& keys, std::string_view master_key,
                                  const std::string& name) {
  const Result<std::string> sealed = keys.secret(name);
  if (sealed.ok()) {
    if (auto key = unseal(master_key, *sealed)) return *key;
    return Error{ErrorCode::kCorrupt, "the master key file does not belong to this database"};
  }
  if (sealed.error().code != ErrorCode::kNotFound) return sealed.error();
  const std::string key = random_bytes(32);
  const auto kept = store::wait_for<void>(
      [&](auto then) { keys.put_secret(name, seal(master_key, key), std::move(then)); });
  if (!kept.ok()) return kept.error();
  return key;
}

Api::Api(std::unique_ptr<Context> context) : context_(std::move(context)) {
  Context& shared = *context_;
  for (auto* table :
       {health_routes, metric_routes, page_routes, openapi_routes, model_routes, submit_routes,
        request_routes, event_routes, session_routes, key_routes, account_routes, usage_routes,
        audit_routes, file_routes, upload_routes, webhook_routes, lease_routes}) {
    for (Route& route : table(shared)) shared.routes.push_back(std::move(route));
  }
  shared.requests.set_listener([&shared](RequestId id, RequestState state) {
    shared.metrics.count_state(state);
    shared.hub.changed(id, state);
    // An account that had as many running as it may can have another one run now.
    if (is_end(state) && has_queued(shared.requests)) shared.hub.wake_queue();
    if (shared.changed) shared.changed();
  });
}

std::optional<Reply> Api::admit(Call& call, const Route& route) {
  call.route = &route;
  return api::admit(*context_, call, route);
}

void Api::finish(const Call& call, Reply& reply) {
  context_->metrics.count_call(call.route, call, reply.status,
                               context_->clock.steady() - call.began);
  if (context_->draining) reply.close = true;
  if (call.caller && call.caller->credential.empty())
    add_rate_fields(*context_, *call.caller, reply);
  if (reply.refusal) note_refusal(*context_, call, *reply.refusal);
}

void Api::add_worker(const std::string& token, const std::string& worker_id) {
  const std::string digest = sha256(token);
  const std::lock_guard lock(context_->worker_tokens_mutex);
  context_->worker_tokens[digest] = concat("own:", worker_id, ":", to_hex(digest).substr(0, 12));
}

void Api::remove_worker(const std::string& token) {
  std::string credential;
  {
    const std::lock_guard lock(context_->worker_tokens_mutex);
    const auto at = context_->worker_tokens.find(sha256(token));
    if (at == context_->worker_tokens.end()) return;
    credential = at->second;
    context_->worker_tokens.erase(at);
  }
  context_->workers.gone(credential);
  context_->requests.lose(credential, [this](Result<int> lost) {
    if (lost.ok() && *lost > 0)
      context_->log.warn("a worker died over a request", JsonObject{{"leases", *lost}});
  });
}

}  // namespace plantain::api
