#include "tensor/runtime.h"

#include <array>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <new>
#include <thread>

#include "base/check.h"
#include "tensor/cpu/choose.h"

namespace plantain::tensor {

// Threads that sleep until there is work. The caller works too, as thread 0.
struct Runtime::Pool {
  explicit Pool(int threads) {
    for (int thread = 1; thread < threads; ++thread)
      workers.emplace_back([this, thread] { serve(thread); });
  }

  ~Pool() {
    {
      const std::lock_guard lock(mutex);
      stopping = true;
    }
    begin.notify_all();
    for (std::thread& worker : workers) worker.join();
  }

  void run(int64_t count, const Work& task) {
    if (workers.empty() || count == 1) {
      for (int64_t index = 0; index < count; ++index) task(index, 0);
      return;
    }
    {
      const std::lock_guard lock(mutex);
      work = &task;
      total = count;
      next.store(0, std::memory_order_relaxed);
      busy = static_cast<int>(workers.size());
      ++round;
    }
    begin.notify_all();
    take_turns(task, count, 0);
    std::unique_lock lock(mutex);
    finished.wait(lock, [this] { return busy == 0; });
  }

  void take_turns(const Work& task, int64_t count, int thread) {
    while (true) {
      const int64_t index = next.fetch_add(1, std::memory_order_relaxed);
      if (index >= count) return;
      task(index, thread);
    }
  }

  void serve(int thread) {
    uint64_t seen = 0;
    while (true) {
      const Work* task = nullptr;
      int64_t count = 0;
      {
        std::unique_lock lock(mutex);
        begin.wait(lock, [&] { return stopping || round != seen; });
        if (stopping) return;
        seen = round;
        task = work;
        count = total;
      }
      take_turns(*task, count, thread);
      const std::lock_guard lock(mutex);
      if (--busy == 0) finished.notify_one();
    }
  }

  std::mutex mutex;
  std::condition_variable begin;
  std::condition_variable finished;
  const Work* work = nullptr;
  int64_t total = 0;
  uint64_t round = 0;
  int busy = 0;
  bool stopping = false;
  std::atomic<int64_t> next{0};
  std::vector<std::thread> workers;
};

struct Runtime::Scratch {
  struct Free {
    void operator()(float* at) const { ::operator delete(at, std::align_val_t{64}); }
  };
  struct Slot {
    std::unique_ptr<float, Free> data;
    int64_t size = 0;
  };
  std::vector<std::array<Slot, kScratchSlots>> slots;
};

Runtime::Runtime(int threads, std::string_view path) : kernels_(cpu::choose(path)) {
  if (threads <= 0) threads = static_cast<int>(std::thread::hardware_concurrency());
  if (threads <= 0) threads = 1;
  pool_ = std::make_unique<Pool>(threads);
  scratch_ = std::make_unique<Scratch>();
  scratch_->slots.resize(static_cast<std::size_t>(threads));
}

Runtime::~Runtime() = default;

int Runtime::threads() const { return static_cast<int>(pool_->workers.size()) + 1; }

std::string_view Runtime::path() const { return kernels_.name; }

void Runtime::each(int64_t count, const Work& work) { pool_->run(count, work); }

float* Runtime::scratch(int thread, int slot, int64_t count) {
  CHECK(slot >= 0 && slot < kScratchSlots);
  Scratch::Slot& place =
      scratch_->slots[static_cast<std::size_t>(thread)][static_cast<std::size_t>(slot)];
  if (place.size < count) {
    place.data.reset();
    place.data.reset(static_cast<float*>(
        ::operator new(static_cast<std::size_t>(count) * sizeof(float), std::align_val_t{64})));
    place.size = count;
  }
  return place.data.get();
}

Runtime::Timed::Timed(Runtime& runtime, Kind kind, double operations, double bytes)
    : tally_(runtime.tallies_[static_cast<std::size_t>(kind)]),
      begin_(std::chrono::steady_clock::now()) {
  tally_.operations += operations;
  tally_.bytes += bytes;
}

Runtime::Timed::~Timed() {
  tally_.seconds +=
      std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
}

std::vector<std::string_view> available_paths() {
  std::vector<std::string_view> names;
  for (const cpu::Kernels* kernels : cpu::available()) names.emplace_back(kernels->name);
  return names;
}

}  // namespace plantain::tensor
