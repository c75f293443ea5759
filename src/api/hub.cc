#include "api/hub.h"

#include <algorithm>

#include "base/limits.h"
#include "base/text.h"

namespace plantain::api {
namespace {

constexpr std::chrono::hours kForgottenAfter{1};  // who was not seen for so long is forgotten

}  // namespace

std::shared_ptr<void> Hub::watch(const RequestId& id, bool progress_too, Wake wake) {
  auto watcher = std::make_shared<Watcher>(Watcher{progress_too, std::move(wake)});
  const std::lock_guard lock(mutex_);
  // Those of the same request that have left are dropped here, so that the map stays bounded.
  for (auto [at, end] = watchers_.equal_range(id); at != end;) {
    at = at->second.expired() ? watchers_.erase(at) : std::next(at);
  }
  watchers_.emplace(id, watcher);
  return watcher;
}

std::shared_ptr<void> Hub::watch_queue(Wake wake) {
  auto watcher = std::make_shared<Watcher>(Watcher{false, std::move(wake)});
  const std::lock_guard lock(mutex_);
  std::erase_if(queue_watchers_, [](const auto& weak) { return weak.expired(); });
  queue_watchers_.push_back(watcher);
  return watcher;
}

void Hub::changed(const RequestId& id, RequestState state) {
  std::vector<std::shared_ptr<Watcher>> awake;
  {
    const std::lock_guard lock(mutex_);
    // Each attempt starts its progress anew.
    if (!is_leased(state)) progress_.erase(id);
    if (state == RequestState::kQueued) {
      for (const auto& weak : queue_watchers_) {
        if (auto watcher = weak.lock()) awake.push_back(std::move(watcher));
      }
    }
  }
  for (const auto& watcher : awake) watcher->wake();
  wake_watchers(id, /*of_progress=*/false);
  if (is_end(state)) {
    const std::lock_guard lock(mutex_);
    for (auto [at, end] = watchers_.equal_range(id); at != end;) {
      at = at->second.expired() ? watchers_.erase(at) : std::next(at);
    }
  }
}

void Hub::wake_watchers(const RequestId& id, bool of_progress) {
  std::vector<std::shared_ptr<Watcher>> awake;
  {
    const std::lock_guard lock(mutex_);
    for (auto [at, end] = watchers_.equal_range(id); at != end; ++at) {
      auto watcher = at->second.lock();
      if (watcher && (!of_progress || watcher->progress_too)) awake.push_back(std::move(watcher));
    }
  }
  for (const auto& watcher : awake) watcher->wake();
}

void Hub::report(const RequestId& id, std::string stage, int step, int steps, std::string preview) {
  {
    const std::lock_guard lock(mutex_);
    Progress& progress = progress_[id];
    ++progress.version;
    progress.stage = std::move(stage);
    progress.step = step;
    progress.steps = steps;
    if (!preview.empty()) {
      progress.preview = std::move(preview);
      progress.preview_version = progress.version;
    }
  }
  wake_watchers(id, /*of_progress=*/true);
}

std::optional<Progress> Hub::progress(const RequestId& id) const {
  const std::lock_guard lock(mutex_);
  const auto at = progress_.find(id);
  if (at == progress_.end()) return std::nullopt;
  return at->second;
}

void Hub::revoke(const KeyId& id) {
  {
    const std::lock_guard lock(mutex_);
    revoked_.insert(id);
  }
  wake_all();
}

bool Hub::is_revoked(const KeyId& id) const {
  const std::lock_guard lock(mutex_);
  return revoked_.contains(id);
}

void Hub::set_disabled(const AccountId& id, bool disabled) {
  {
    const std::lock_guard lock(mutex_);
    if (disabled) disabled_.insert(id);
    if (!disabled) disabled_.erase(id);
  }
  wake_all();
  wake_queue();
}

bool Hub::is_disabled(const AccountId& id) const {
  const std::lock_guard lock(mutex_);
  return disabled_.contains(id);
}

void Hub::wake_queue() {
  std::vector<std::shared_ptr<Watcher>> awake;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& weak : queue_watchers_) {
      if (auto watcher = weak.lock()) awake.push_back(std::move(watcher));
    }
  }
  for (const auto& watcher : awake) watcher->wake();
}

void Hub::wake_all() {
  std::vector<std::shared_ptr<Watcher>> awake;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [request, weak] : watchers_) {
      if (auto watcher = weak.lock()) awake.push_back(std::move(watcher));
    }
  }
  for (const auto& watcher : awake) watcher->wake();
}

void Workers::seen(const std::string& credential, const Seen& worker) {
  // One key may serve several workers, and one worker ask for other models by another call.
  const std::string who =
      concat(worker.worker_id, "\n", worker.engine, "\n", join(worker.models, ","));
  const std::lock_guard lock(mutex_);
  const SteadyTime now = clock_.steady();
  std::erase_if(seen_, [&](const auto& entry) { return now - entry.second.at > kForgottenAfter; });
  Seen& entry = seen_[{credential, who}];
  entry = worker;
  entry.at = now;
}

void Workers::alive(const std::string& credential) {
  const std::lock_guard lock(mutex_);
  for (auto& [key, entry] : seen_) {
    if (key.first == credential) entry.at = clock_.steady();
  }
}

void Workers::gone(const std::string& credential) {
  const std::lock_guard lock(mutex_);
  std::erase_if(seen_, [&](const auto& entry) { return entry.first.first == credential; });
}

bool Workers::has_worker(const std::string& engine, const std::string& model, Micros window,
                         bool since_start) const {
  const std::lock_guard lock(mutex_);
  const SteadyTime now = clock_.steady();
  if (since_start && now - started_ < window) return true;
  return std::any_of(seen_.begin(), seen_.end(), [&](const auto& entry) {
    const Seen& worker = entry.second;
    return worker.engine == engine && !worker.paused && now - worker.at < window &&
           std::find(worker.models.begin(), worker.models.end(), model) != worker.models.end();
  });
}

bool Workers::is_away(const std::string& engine, const std::string& model) const {
  if (has_worker(engine, model, limits::kWorkerSeen, /*since_start=*/false)) return false;
  const std::lock_guard lock(mutex_);
  const SteadyTime now = clock_.steady();
  const bool is_paused = std::any_of(seen_.begin(), seen_.end(), [&](const auto& entry) {
    return entry.second.engine == engine && entry.second.paused &&
           now - entry.second.at < limits::kWorkerSeen;
  });
  return is_paused || now - started_ >= limits::kWorkerSeen;
}

std::vector<Workers::Seen> Workers::all() const {
  const std::lock_guard lock(mutex_);
  std::vector<Seen> workers;
  for (const auto& [key, worker] : seen_) workers.push_back(worker);
  return workers;
}

void Workers::run_began(const LeaseId& lease, Run run) {
  // Leases that were lost leave their entry behind; ids rise with time, so the first is the oldest.
  constexpr std::size_t kRemembered = 10'000;
  const std::lock_guard lock(mutex_);
  if (running_.size() >= kRemembered) running_.erase(running_.begin());
  run.began = clock_.steady();
  running_.insert_or_assign(lease, std::move(run));
}

std::optional<Workers::Run> Workers::run_ended(const LeaseId& lease, bool succeeded) {
  const std::lock_guard lock(mutex_);
  const auto at = running_.find(lease);
  if (at == running_.end()) return std::nullopt;
  Run run = std::move(at->second);
  running_.erase(at);
  if (succeeded) {
    const double took = static_cast<double>((clock_.steady() - run.began).count());
    const auto [typical, fresh] = typical_us_.emplace(run.kind, took);
    if (!fresh) typical->second += 0.2 * (took - typical->second);
  }
  return run;
}

std::optional<Micros> Workers::typical(const std::string& kind) const {
  const std::lock_guard lock(mutex_);
  const auto at = typical_us_.find(kind);
  if (at == typical_us_.end()) return std::nullopt;
  return Micros(static_cast<int64_t>(at->second));
}

}  // namespace plantain::api
