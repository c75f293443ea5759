// What every handler may use. One object, made by main/, shared by all handlers.
#pragma once

#include <atomic>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "api/hub.h"
#include "api/limiter.h"
#include "api/metrics.h"
#include "api/route.h"
#include "api/signer.h"
#include "base/clock.h"
#include "base/ids.h"
#include "base/log.h"
#include "catalog/catalog.h"
#include "store/artifact_store.h"
#include "store/file_store.h"
#include "store/key_store.h"
#include "store/ledger_store.h"
#include "store/request_store.h"
#include "store/webhook_store.h"

namespace plantain::api {

struct Settings {
  std::string version;
  bool public_catalog = false;      // the catalogue may be read without a key
  std::optional<Micros> retention;  // nothing: for ever
  Limits limits = {};               // of accounts that have none of their own
  std::map<std::string, std::vector<std::string>>
      engines;              // by model, in order; else the manifest's
  int64_t quota_bytes = 0;  // what the files of an account may have together
  bool fetch_http = false;  // inputs may also be fetched, and webhooks sent, without TLS
};

struct Context {
  Settings settings;
  store::RequestStore& requests;
  store::KeyStore& keys;
  store::LedgerStore& ledger;
  store::FileStore& files;
  store::WebhookStore& webhooks;
  store::ArtifactStore& artifacts;
  const catalog::Catalog& catalog;
  const Clock& clock;
  IdSource& ids;
  Log& log;
  Scheduler& scheduler;
  FileSigner signer;
  std::string webhook_seed;  // of the Ed25519 key that signs webhooks
  std::string master_key;    // seals the secrets of accounts
  std::function<void()> changed =
      {};  // called after each change of a request's state; may be empty
  Hub hub = {};
  std::vector<Route> routes = {};  // filled once, before the server listens
  Workers workers;
  Metrics metrics;
  Limiter limiter;
  std::mutex refusals_mutex = {};
  std::map<std::pair<KeyId, ErrorCode>, int64_t> refusals = {};  // the minute it was last noted in
  std::atomic<bool> draining = false;
  std::atomic<bool> ending = false;  // nobody waits for anything any more
  std::mutex webhook_secrets_mutex = {};
  std::mutex worker_tokens_mutex = {};
  std::map<std::string, std::string> worker_tokens =
      {};  // SHA-256 of the token -> credential, of own workers

  // All that may be pinned, in order.
  const std::vector<std::string>& engines_of(const catalog::Model& model) const {
    const auto at = settings.engines.find(model.id);
    return at == settings.engines.end() ? model.engines : at->second;
  }
  // Whether a worker of one of them was seen of late.
  bool can_run(const catalog::Model& model) const;
  // Those that are tried by themselves: what draws without weights serves only where it is alone.
  std::vector<std::string> candidates_of(const catalog::Model& model) const;
};

// A path parameter or value that must be a request's id.
Result<RequestId> request_id_of(std::string_view text);

// A flag of the query: false when it is not there, kInvalidInput unless it is "true" or "false".
Result<bool> flag_of(const Call& call, std::string_view name);

// The state a caller waits for, from "Prefer: wait=N" (RFC 7240); nothing: not asked for, or not
// understood, which Prefer allows to be passed over. Longer waits are cut to
// limits::kPreferWaitMax.
std::optional<std::chrono::seconds> preferred_wait(const Call& call);

// Answers by `answer` as soon as `done` says so, the time is up or the server ends. `done` and
// `answer` run on any thread; `done` is asked at once and after each change of the request.
void wait_for(Context& context, const RequestId& id, std::chrono::seconds longest,
              std::function<bool()> done, std::function<void()> answer);

}  // namespace plantain::api
