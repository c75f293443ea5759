#include "main/housekeeper.h"

#include <chrono>

#include "base/json.h"
#include "store/wait.h"

namespace plantain {
namespace {

constexpr std::chrono::milliseconds kRound{250};

}  // namespace

Housekeeper::Housekeeper(store::RequestStore& requests, store::ArtifactStore& artifacts, Log& log)
    : requests_(requests), artifacts_(artifacts), log_(log), thread_([this] { run(); }) {}

Housekeeper::~Housekeeper() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void Housekeeper::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    lock.unlock();
    round();
    lock.lock();
    wake_.wait_for(lock, kRound, [this] { return stopping_; });
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
