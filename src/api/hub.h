// Who waits for what: callers that wait for a request's state, event streams, workers that wait
// for work; and what is known only while the server lives: progress, previews, who was seen.
// Threads: any. Callbacks are called without a lock held, on the thread that caused them.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "request/state.h"

namespace plantain::api {

// The latest word of the worker of a running request.
struct Progress {
  int64_t version = 0;  // rises with each report
  std::string stage;
  int step = 0;
  int steps = 0;
  std::string preview;  // a data URI; empty: none yet
  int64_t preview_version = 0;
};

class Hub {
 public:
  using Wake = std::function<void()>;

  // While the returned token lives, `wake` is called on each change or progress of the request.
  [[nodiscard]] std::shared_ptr<void> watch(const RequestId& id, bool progress_too, Wake wake);
  // While the token lives, `wake` is called whenever something was put in the queue.
  [[nodiscard]] std::shared_ptr<void> watch_queue(Wake wake);

  // From the store's listener.
  void changed(const RequestId& id, RequestState state);

  void report(const RequestId& id, std::string stage, int step, int steps, std::string preview);
  std::optional<Progress> progress(const RequestId& id) const;

  // Wakes everyone who watches a request.
  void wake_all();

  // A revoked key ends the streams it opened.
  void revoke(const KeyId& id);
  bool is_revoked(const KeyId& id) const;
  // A disabled account's streams end, and what waits looks again.
  void set_disabled(const AccountId& id, bool disabled);
  bool is_disabled(const AccountId& id) const;
  // More of what is queued may be run than before.
  void wake_queue();

 private:
  struct Watcher {
    bool progress_too = false;
    Wake wake;
  };
  void wake_watchers(const RequestId& id, bool of_progress);

  mutable std::mutex mutex_;
  std::multimap<RequestId, std::weak_ptr<Watcher>> watchers_;
  std::vector<std::weak_ptr<Watcher>> queue_watchers_;
  std::map<RequestId, Progress> progress_;
  std::set<KeyId> revoked_;
  std::set<AccountId> disabled_;
};

// Which workers were seen lately, and how long runs take.
// Threads: any.
class Workers {
 public:
  explicit Workers(const Clock& clock) : clock_(clock), started_(clock.steady()) {}

  struct Seen {
    std::string worker_id;
    std::string engine;
    std::vector<std::string> models;
    SteadyTime at;
    bool own = false;
    bool paused = false;  // it takes nothing at present: its provider is away
  };

  void seen(const std::string& credential, const Seen& worker);  // `at` is set here
  void alive(const std::string& credential);  // a heartbeat of whatever it serves
  void gone(const std::string& credential);
  // True when a worker of this engine and model was seen within `window`. With `since_start`, a
  // server that has not run that long gives the benefit of the doubt.
  bool has_worker(const std::string& engine, const std::string& model, Micros window,
                  bool since_start) const;
  // Nobody will take a request for this engine and model soon: its workers say so, or none was seen
  // for limits::kWorkerSeen.
  bool is_away(const std::string& engine, const std::string& model) const;
  std::vector<Seen> all() const;

  // A run of a kind ("model/resolution/pictures") began, and ended; only good ones are learned
  // from.
  struct Run {
    std::string kind;
    std::string model;
    std::string engine;
    SteadyTime began;
  };
  void run_began(const LeaseId& lease, Run run);  // `began` is set here
  // The run, if it is known here.
  std::optional<Run> run_ended(const LeaseId& lease, bool succeeded);
  // Runs of a kind take about this long; nothing: never seen one.
  std::optional<Micros> typical(const std::string& kind) const;

 private:
  const Clock& clock_;
  const SteadyTime started_;
  mutable std::mutex mutex_;
  std::map<std::pair<std::string, std::string>, Seen> seen_;  // by credential, and who
  std::map<LeaseId, Run> running_;
  std::map<std::string, double> typical_us_;
};

}  // namespace plantain::api
