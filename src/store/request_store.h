// A RequestStore remembers every request until it is pruned. Once a call has answered success,
// its effect survives the death of any process and the loss of power.
//
// Threads: every method may be called from any thread; see then.h for callbacks.
// Time: leases are judged by the store's steady clock, never by a worker's; deadlines and
// retention by its wall clock.
// Errors: kUnavailable and kStorageFull mean "try again later"; anything else is an answer.
// Ownership: another account's request is kNotFound, as one that never existed.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "request/request.h"
#include "store/file_store.h"
#include "store/then.h"

namespace plantain::store {

struct Enqueued {
  RequestId id;
  bool replayed = false;  // the idempotency key had been seen: `id` is the first one's
};

struct Cancelled {
  RequestState state;  // after the call
  bool cancellable;    // false: it runs and `running` was not asked for, or it had ended otherwise
};

// One durable change of a request's state.
struct StateEvent {
  int64_t sequence = 0;  // rises over all requests
  RequestState state;
  int attempt = 0;
  WallTime at;
};

struct ListQuery {
  AccountId account;
  std::optional<std::string> status;  // "in_queue", "in_progress", "completed", "cancelled"
  std::optional<std::string> model_id;
  std::vector<std::string> tags;    // all of them
  std::optional<std::string> text;  // a substring of the prompt, case ignored
  std::optional<RequestId> before;  // the cursor: ids smaller than this
  int limit = 50;                   // 1 … limits::kListMax
};

// What a worker asks for.
struct ClaimWish {
  std::string credential;  // who it is; a lease is bound to it
  bool own = false;        // a supervised worker, which dies with the server
  std::string worker_id;   // for people
  std::string claim_id;    // the same id gives the same lease while that lasts
  std::string engine;
  std::vector<std::string> models;
};

struct Claim {
  LeaseId lease;
  RequestId request;
  int attempt = 0;
  std::string model_id;
  std::string input;  // JSON text
  std::optional<WallTime> finish_by;
  std::vector<InputFile> inputs;  // all of them, by n
  std::vector<Step> steps = {};   // what earlier attempts paid for, by n
};

struct Finish {
  enum class Outcome { kSucceeded, kFailed, kCancelled, kReleased };
  Outcome outcome = Outcome::kSucceeded;
  std::vector<OutputFile> outputs;  // each blob must be staged under this lease
  std::string metadata;             // JSON text
  std::optional<Error>
      error;  // for kFailed; a retryable one counts as a loss while attempts are left
  // The maker's price, cut to the request's; nothing: the request's for the pictures it delivered.
  std::optional<Microdollars> cost;
  std::optional<Microdollars> provider_cost;  // what an upstream charged for it
};

struct QueueLength {
  std::string model_id;
  std::string engine;
  int64_t queued = 0;
  int64_t running = 0;
};

struct FileRecord {
  RequestId request;
  AccountId account;
  OutputFile file;
  std::optional<WallTime> expires;
};

// What sweep() did.
struct Swept {
  int lost = 0;                         // leases that ran out, stalled, or ignored a cancel
  int late = 0;                         // deadlines passed
  int expired = 0;                      // requests past their retention
  std::vector<std::string> dead_blobs;  // to be removed from the ArtifactStore, then forget_blobs()
};

class RequestStore {
 public:
  virtual ~RequestStore() = default;

  // Called on the store's thread after each commit that changed a request's state, once per change.
  using Listener = std::function<void(RequestId, RequestState)>;
  virtual void set_listener(Listener listener) = 0;

  // -- clients ------------------------------------------------------------------------------

  // Stores a queued request. If the idempotency key was used before with the same fingerprint,
  // stores nothing and answers the first id; with another fingerprint: kConflict. Otherwise its
  // limits are judged and its price is reserved: kQueueFull, kInsufficientBalance,
  // kPermissionDenied (a limit of spending). kFileUnreachable: an input names an upload that is not
  // the account's; kTooLarge: its files would pass their quota.
  virtual void enqueue(NewRequest fresh, std::optional<Idempotency> key, Then<Enqueued> then) = 0;
  // The answer given for this key before, if any; kConflict for another fingerprint.
  virtual Result<std::optional<RequestId>> replay(const AccountId& account,
                                                  const Idempotency& key) = 0;
  virtual Result<Request> get(const AccountId& account, const RequestId& id) = 0;
  virtual Result<std::vector<Request>> list(const ListQuery& query) = 0;  // newest first
  // Asks for an end: what is queued ends now; what runs is marked kStopping if `running`.
  // Cancelling what is cancelled answers the same again.
  virtual void cancel(AccountId account, RequestId id, bool running, Then<Cancelled> then) = 0;
  // Deletes for good; unfinished ones are cancelled first. Its files are gone at once.
  virtual void remove(AccountId account, RequestId id, Then<void> then) = 0;
  // Its changes with a sequence above `after`, in order.
  virtual Result<std::vector<StateEvent>> events(const RequestId& id, int64_t after) = 0;
  // How many requests of the same engine go first, as accounts take turns now; nothing unless
  // queued.
  virtual Result<std::optional<int64_t>> queue_position(const RequestId& id) = 0;
  virtual Result<std::vector<QueueLength>> queue_lengths() = 0;
  // The file that is served under `name`; kNotFound once its request is deleted.
  virtual Result<FileRecord> find_file(const std::string& name) = 0;

  // -- workers ------------------------------------------------------------------------------

  // Hands out the next due request whose inputs are all here: highest priority, then of the account
  // that has used the least of late, then the oldest. Accounts and keys with as many running as
  // they may are passed over, and disabled accounts. Nothing: nothing is due. While the lease lasts
  // nobody else can claim it.
  virtual void claim(ClaimWish wish, Then<std::optional<Claim>> then) = 0;
  // Extends the lease in memory (limits::kLease from now). True: its client asked for an end.
  // kConflict: the lease is lost.
  virtual Result<bool> renew(const LeaseId& lease, const std::string& credential) = 0;
  // Notes that work goes on, so that it does not count as stalled. The request it is for.
  // kConflict: lost.
  virtual Result<RequestId> note_progress(const LeaseId& lease, const std::string& credential) = 0;
  // Records, before the bytes are visible, that `blob_id` belongs to this lease. kConflict: lost.
  virtual void stage_blob(LeaseId lease, std::string credential, std::string blob_id,
                          Then<void> then) = 0;
  // Records what becomes of one paid call, before and after it is sent; the step as it then is. The
  // same word again changes nothing. kConflict: the lease is lost, or the step's state forbids it:
  // an intent has the number after the last one's (from 1), anything else the last one's.
  virtual void put_step(LeaseId lease, std::string credential, Step step, Then<Step> then) = 0;
  // Ends the lease. The state after it. A failure of an engine's own sends the request to the next
  // of its fallbacks, unless a call is in doubt; that costs no attempt. Repeating the finish that
  // ended it answers the same; kConflict if anything else ended it: nothing changed.
  virtual void finish(LeaseId lease, std::string credential, Finish finish,
                      Then<RequestState> then) = 0;
  // What waits for this engine and has a fallback goes on with that. How many did.
  virtual void fall_over(std::string engine, std::string model_id, Then<int> then) = 0;
  // Every lease of a credential is lost at once: its worker is known to be dead.
  virtual void lose(std::string credential, Then<int> then) = 0;

  // -- housekeeping -------------------------------------------------------------------------

  // Ends leases that ran out, requests past a deadline, and results past their retention; lists
  // blobs nobody needs any more. Call it often (every 250 ms); it costs little when nothing is due.
  virtual void sweep(Then<Swept> then) = 0;
  virtual void forget_blobs(std::vector<std::string> blob_ids, Then<void> then) = 0;
  // True while a write would succeed (for /readyz).
  virtual Result<void> check_writable() = 0;
};

}  // namespace plantain::store
