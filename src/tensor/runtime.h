// What operations run on: the processor's threads and the kernels chosen for it.
//
// A program has one Runtime for each device it draws on. Operations are functions that take it;
// each states its formula, shapes, what may alias what. They all compute and sum in float32.
// Threads: one operation at a time; an operation uses all threads of the runtime.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

namespace plantain::tensor {

namespace cpu {
struct Kernels;
}

class Runtime {
 public:
  // `threads`: 0 for one a processor. `path`: one of available_paths(); "" for the fastest.
  explicit Runtime(int threads = 0, std::string_view path = "");
  ~Runtime();
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;

  int threads() const;
  // Which kernels run: "avx512", "avx2", "portable".
  std::string_view path() const;
  const cpu::Kernels& kernels() const { return kernels_; }

  // Calls work(index, thread) for each index below `count`, on all threads; returns when all are
  // done. Indices are handed out in order.
  using Work = std::function<void(int64_t index, int thread)>;
  void each(int64_t count, const Work& work);

  // What operations of a kind took since the last reset_tallies().
  enum class Kind { kProduct, kConvolution, kAttention };
  static constexpr int kKinds = 3;
  struct Tally {
    double seconds = 0;
    double operations = 0;  // multiplications and additions, of the formula alone
    double bytes = 0;       // read and written at least once: weights, inputs, results
  };
  const Tally& tally(Kind kind) const { return tallies_[static_cast<std::size_t>(kind)]; }
  void reset_tallies() { tallies_ = {}; }
  // Adds the time from its making to its end to a tally.
  class Timed {
   public:
    Timed(Runtime& runtime, Kind kind, double operations, double bytes);
    ~Timed();
    Timed(const Timed&) = delete;
    Timed& operator=(const Timed&) = delete;

   private:
    Tally& tally_;
    std::chrono::steady_clock::time_point begin_;
  };

  // At least `count` numbers that `thread` may use during one call of `work`, 64-byte aligned.
  // `slot` tells apart what is used at the same time; below kScratchSlots.
  static constexpr int kScratchSlots = 8;
  float* scratch(int thread, int slot, int64_t count);

 private:
  struct Pool;
  struct Scratch;

  const cpu::Kernels& kernels_;
  std::unique_ptr<Pool> pool_;
  std::unique_ptr<Scratch> scratch_;
  std::array<Tally, kKinds> tallies_{};
};

// The kernels this processor can run, fastest first; "portable" is always there.
std::vector<std::string_view> available_paths();

}  // namespace plantain::tensor
