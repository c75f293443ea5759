// The noise that PyTorch's generator for CPUs makes: the same seed starts the same picture as
// there.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

namespace plantain::model::flow {

// torch.Generator().manual_seed(seed). Threads: one at a time.
class Generator {
 public:
  // Only the low 32 bits of the seed count, as there.
  explicit Generator(uint64_t seed);

  // torch.randn of one tensor. 16 values and more: Box-Muller by groups of 16, in float32; fewer:
  // in double precision, in pairs, of which an odd one is kept for the next call.
  void normal(std::span<float> values);

 private:
  uint32_t draw();
  double draw_53_bits();
  double single_normal();

  std::array<uint32_t, 624> state_;
  std::size_t next_ = 624;
  std::optional<double> kept_;
};

}  // namespace plantain::model::flow
