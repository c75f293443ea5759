#include "model/flow/noise.h"

#include <cmath>
#include <numbers>

namespace plantain::model::flow {
namespace {

constexpr std::size_t kGroup = 16;

// Eight radii and eight angles become sixteen values.
void turn_group(float* group) {
  constexpr float kTurn = 2.0f * std::numbers::pi_v<float>;
  for (std::size_t j = 0; j < kGroup / 2; ++j) {
    const float radius = std::sqrt(-2.0f * std::log(1.0f - group[j]));
    const float angle = kTurn * group[j + kGroup / 2];
    group[j] = radius * std::cos(angle);
    group[j + kGroup / 2] = radius * std::sin(angle);
  }
}

}  // namespace

// The Mersenne Twister, MT19937, by its published definition.
Generator::Generator(uint64_t seed) {
  state_[0] = static_cast<uint32_t>(seed);
  for (uint32_t i = 1; i < 624; ++i)
    state_[i] = 1812433253u * (state_[i - 1] ^ (state_[i - 1] >> 30)) + i;
}

uint32_t Generator::draw() {
  if (next_ == 624) {
    for (std::size_t i = 0; i < 624; ++i) {
      const uint32_t joined = (state_[i] & 0x80000000u) | (state_[(i + 1) % 624] & 0x7fffffffu);
      state_[i] = state_[(i + 397) % 624] ^ (joined >> 1) ^ ((joined & 1u) ? 0x9908b0dfu : 0u);
    }
    next_ = 0;
  }
  uint32_t y = state_[next_++];
  y ^= y >> 11;
  y ^= (y << 7) & 0x9d2c5680u;
  y ^= (y << 15) & 0xefc60000u;
  return y ^ (y >> 18);
}

double Generator::draw_53_bits() {
  const uint64_t high = draw();
  const uint64_t bits = (high << 32) | draw();
  return static_cast<double>(bits & ((uint64_t{1} << 53) - 1)) * 0x1p-53;
}

double Generator::single_normal() {
  if (kept_) {
    const double value = *kept_;
    kept_.reset();
    return value;
  }
  const double angle = 2.0 * std::numbers::pi * draw_53_bits();
  const double radius = std::sqrt(-2.0 * std::log1p(-draw_53_bits()));
  kept_ = radius * std::sin(angle);
  return radius * std::cos(angle);
}

void Generator::normal(std::span<float> values) {
  if (values.size() < kGroup) {
    for (float& value : values) value = static_cast<float>(single_normal());
    return;
  }
  const auto uniform = [this] { return static_cast<float>(draw() & 0xffffffu) * 0x1p-24f; };
  for (float& value : values) value = uniform();
  std::size_t i = 0;
  for (; i + kGroup <= values.size(); i += kGroup) turn_group(values.data() + i);
  if (i == values.size()) return;
  // What is left over is part of a last group that is drawn anew.
  float* last = values.data() + values.size() - kGroup;
  for (std::size_t j = 0; j < kGroup; ++j) last[j] = uniform();
  turn_group(last);
}

}  // namespace plantain::model::flow
