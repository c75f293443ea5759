// Who has what going on, what it cost, and who did what. Threads and errors as RequestStore.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "request/request.h"
#include "store/then.h"

namespace plantain::store {

// An account's or a key's requests and money as of now.
struct Standing {
  int64_t queued = 0;
  int64_t running = 0;
  Microdollars reserved = 0;          // prices of what is queued or running
  Microdollars balance = 0;           // an account's: credits less costs; may be below nothing
  Microdollars spent_today = 0;       // UTC
  Microdollars spent_this_month = 0;  // UTC
};

struct Credit {
  AccountId account;
  Microdollars amount = 0;  // below nothing: a correction
  std::string note;
  std::optional<std::string> reference;  // the payer's; an account is credited once for each
  WallTime at;
};

struct AuditEntry {
  WallTime at;
  std::optional<AccountId> account;  // whose matter it is
  std::optional<KeyId> key;          // by which key; nothing: on the machine itself
  std::string action;                // "key.created"
  std::string subject;               // the id of what it was done to
  std::string detail = "{}";         // JSON text; never a secret, never a prompt
};

struct AuditQuery {
  std::optional<AccountId> account;
  std::string action;             // empty: all
  std::optional<int64_t> before;  // the cursor: numbers smaller than this
  int limit = 50;
};

struct AuditRow {
  int64_t number = 0;
  AuditEntry entry;
};

struct UsageQuery {
  enum class Group { kDay, kModel, kKey, kTag };
  Group group = Group::kDay;
  std::optional<AccountId> account;  // nothing: all
  int64_t first_day = 0;             // days since 1970-01-01, UTC
  int64_t last_day = 0;              // included
};

// Requests that ended, deleted ones included. A request with several tags is in each of theirs.
struct UsageRow {
  std::string group;  // "2026-11-25", a model's or a key's id, a tag; empty: no tag
  int64_t succeeded = 0;
  int64_t failed = 0;
  int64_t cancelled = 0;
  int64_t pictures = 0;
  Microdollars cost = 0;
  Microdollars provider_cost = 0;  // what upstreams charged, as far as they told
};

// How a model was on one day, UTC. The days of a model, from the first one that is known to today,
// have no gap.
struct ModelDay {
  std::string model_id;
  int64_t day = 0;                  // since 1970-01-01
  std::optional<double> available;  // the share of it that has passed, 0 … 1; nothing: not known
  int64_t succeeded = 0;            // requests of all accounts that ended
  int64_t failed = 0;
};

// A model, and whether it can run now.
struct ModelLook {
  std::string model_id;
  bool available = false;
};

class LedgerStore {
 public:
  virtual ~LedgerStore() = default;

  virtual Standing standing(const AccountId& account) = 0;  // nothing of it known: all 0
  virtual Standing standing(const KeyId& key) = 0;

  // The account's standing after it. A reference that was credited before changes nothing.
  // kNotFound: no such account.
  virtual void add_credit(Credit credit, AuditEntry entry, Then<Standing> then) = 0;
  virtual Result<std::vector<Credit>> credits(const AccountId& account) = 0;  // newest first

  virtual Result<std::vector<UsageRow>> usage(const UsageQuery& query) = 0;  // by group

  // Counts the minute for those that can run. To be called once a minute (limits::kModelLook): the
  // minutes without a call, the server being away, are none in which a model could run.
  virtual void note_models(std::vector<ModelLook> looks, Then<void> then) = 0;
  // The last `days` days (1 … limits::kModelDaysKept), by model and day.
  virtual Result<std::vector<ModelDay>> model_days(int64_t days) = 0;

  virtual void record(AuditEntry entry, Then<void> then) = 0;
  virtual Result<std::vector<AuditRow>> audit(const AuditQuery& query) = 0;  // newest first
};

}  // namespace plantain::store
