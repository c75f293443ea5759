#include "main/housekeeper.h"

#include <chrono>

#include "base/exchange_limits.h"
#include "base/json.h"
#include "store/wait.h"

namespace plantain {
namespace {

constexpr std::chrono::milliseconds kRound{250};
constexpr int kRoundsBetweenFallOver = 4;
constexpr std::chrono::seconds kFirstLook{5};  // by then own workers have asked for work

}  // namespace

Housekeeper::Housekeeper(store::RequestStore& requests, store::ArtifactStore& artifacts,
                         std::function<bool(const std::string&, const std::string&)> is_away,
                         std::function<void()> note_models, Log& log)
    : requests_(requests),
      artifacts_(artifacts),
      is_away_(std::move(is_away)),
      note_models_(std::move(note_models)),
      log_(log),
      thread_([this] { run(); }) {}

Housekeeper::~Housekeeper() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void Housekeeper::run() {
  auto next_look = std::chrono::steady_clock::now() + kFirstLook;
  std::unique_lock lock(mutex_);
  for (int number = 0; !stopping_; ++number) {
    lock.unlock();
    round();
    if (number % kRoundsBetweenFallOver == 0) fall_over();
    if (std::chrono::steady_clock::now() >= next_look) {
      note_models_();
      next_look += limits::kModelLook;
    }
    lock.lock();
    wake_.wait_for(lock, kRound, [this] { return stopping_; });
  }
}

// What waits for an engine that is away goes on with its next one.
void Housekeeper::fall_over() {
  const Result<std::vector<store::QueueLength>> lengths = requests_.queue_lengths();
  if (!lengths.ok()) return;  // round() has said so
  for (const store::QueueLength& length : *lengths) {
    if (length.queued == 0 || !is_away_(length.engine, length.model_id)) continue;
    const Result<int> moved = store::wait_for<int>([&](store::Then<int> then) {
      requests_.fall_over(length.engine, length.model_id, std::move(then));
    });
    if (moved.ok() && *moved > 0)
      log_.warn("requests go on with their next engine",
                JsonObject{{"engine", length.engine}, {"requests", *moved}});
  }
}

void Housekeeper::round() {
  const Result<store::Swept> done = store::wait_for<store::Swept>(
      [this](store::Then<store::Swept> then) { requests_.sweep(std::move(then)); });
  if (!done.ok())
    return log_.error("housekeeping failed", JsonObject{{"reason", done.error().message}});
  if (done->lost > 0) log_.warn("workers went silent", JsonObject{{"leases", done->lost}});
  if (done->late > 0) log_.info("deadlines passed", JsonObject{{"requests", done->late}});
  if (done->expired > 0) log_.info("results expired", JsonObject{{"requests", done->expired}});

  std::vector<std::string> removed;
  for (const std::string& blob : done->dead_blobs) {
    const Result<void> gone = artifacts_.remove(blob);
    if (gone.ok()) removed.push_back(blob);
    if (!gone.ok())
      log_.error("a file could not be removed", JsonObject{{"reason", gone.error().message}});
  }
  if (removed.empty()) return;
  const Result<void> forgotten = store::wait_for<void>(
      [&](store::Then<void> then) { requests_.forget_blobs(removed, std::move(then)); });
  if (!forgotten.ok())
    log_.error("removed files could not be forgotten",
               JsonObject{{"reason", forgotten.error().message}});
}

}  // namespace plantain
