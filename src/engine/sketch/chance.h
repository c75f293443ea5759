// Chance from a seed: the same numbers on every machine, whatever the standard library.
// Threads: values; each stream belongs to whoever holds it.
#pragma once

#include <cstdint>
#include <string_view>

namespace plantain::engine::sketch {

// SplitMix64's finaliser: every bit of the input reaches every bit of the output.
constexpr uint64_t mixed(uint64_t x) {
  x += 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

class Chance {
 public:
  // Streams of different names are independent, so that one layer's draws never shift another's.
  Chance(uint64_t seed, std::string_view stream) : state_(mixed(seed)) {
    for (const char c : stream) state_ = mixed(state_ ^ static_cast<unsigned char>(c));
  }

  uint64_t bits() { return mixed(state_ += 0x9e3779b97f4a7c15u); }
  float uniform() { return static_cast<float>(bits() >> 40) * (1.0f / 16777216.0f); }  // [0, 1)
  float between(float low, float high) { return low + (high - low) * uniform(); }
  int below(int n) { return static_cast<int>(bits() % static_cast<uint64_t>(n)); }
  bool odds(float p) { return uniform() < p; }
  float sign() { return (bits() & 1) != 0 ? 1.0f : -1.0f; }

 private:
  uint64_t state_;
};

}  // namespace plantain::engine::sketch
