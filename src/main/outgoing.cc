#include "main/outgoing.h"

#include <chrono>

namespace plantain {
namespace {

constexpr std::chrono::seconds kRound{1};

}  // namespace

Outgoing::Outgoing(int threads, std::function<std::optional<Work>()> take)
    : take_(std::move(take)) {
  for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { run(); });
}

void Outgoing::wake() {
  {
    const std::lock_guard lock(mutex_);
    woken_ = true;
  }
  changed_.notify_one();
}

void Outgoing::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

void Outgoing::run() {
  while (true) {
    std::optional<Work> work;
    {
      const std::lock_guard lock(taking_);
      work = take_();
    }
    if (work) {
      wake();  // there may be more, for another thread
      (*work)();
    }
    std::unique_lock lock(mutex_);
    if (!work) changed_.wait_for(lock, kRound, [this] { return woken_ || stopping_; });
    woken_ = false;
    if (stopping_) return;
  }
}

}  // namespace plantain
