#include "tensor/peak.h"

#include <algorithm>
#include <chrono>

#include "tensor/cpu/kernels.h"

namespace plantain::tensor {

double measure_peak(Runtime& runtime, bool int8) {
  using Clock = std::chrono::steady_clock;
  constexpr int kTries = 8;
  const auto kernel = int8 ? runtime.kernels().peak_int8 : runtime.kernels().peak_f32;
  const int64_t rounds = int8 ? 1'000'000 : 2'000'000;
  double best = 0;
  for (int tries = 0; tries < kTries; ++tries) {
    std::vector<double> done(static_cast<std::size_t>(runtime.threads()));
    const Clock::time_point begin = Clock::now();
    runtime.each(runtime.threads(), [&](int64_t index, int) {
      float unused[2] = {0.5f, 0.25f};
      done[static_cast<std::size_t>(index)] = kernel(rounds, unused);
    });
    double operations = 0;
    for (const double one : done) operations += one;
    best = std::max(best, operations / std::chrono::duration<double>(Clock::now() - begin).count());
  }
  return best;
}

}  // namespace plantain::tensor
