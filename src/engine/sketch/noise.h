// Noise without tables: the same value at the same place on every machine.
// Threads: pure functions.
#pragma once

#include <cmath>
#include <cstdint>

#include "engine/sketch/maths.h"

namespace plantain::engine::sketch {

// A number in [0, 1) for a lattice point.
inline float hash01(int x, int y, uint32_t salt) {
  uint32_t h = static_cast<uint32_t>(x) * 0x8da6b343u ^ static_cast<uint32_t>(y) * 0xd8163841u ^
               salt * 0xcb1ab31fu;
  h ^= h >> 15;
  h *= 0x2c1b3c6du;
  h ^= h >> 12;
  h *= 0x297a2d39u;
  h ^= h >> 15;
  return static_cast<float>(h >> 8) * (1.0f / 16777216.0f);
}

// Smooth between lattice points, 0 … 1.
inline float noise(float x, float y, uint32_t salt) {
  const float fx = std::floor(x), fy = std::floor(y);
  const int ix = static_cast<int>(fx), iy = static_cast<int>(fy);
  float tx = x - fx, ty = y - fy;
  tx = tx * tx * (3 - 2 * tx);
  ty = ty * ty * (3 - 2 * ty);
  return mix(mix(hash01(ix, iy, salt), hash01(ix + 1, iy, salt), tx),
             mix(hash01(ix, iy + 1, salt), hash01(ix + 1, iy + 1, salt), tx), ty);
}

// Octaves of it, each half as strong and twice as fine; 0 … 1, mean ½.
inline float cloud(float x, float y, uint32_t salt, int octaves) {
  float sum = 0, weight = 0.5f, total = 0;
  for (int i = 0; i < octaves; ++i) {
    sum += weight * noise(x, y, salt + static_cast<uint32_t>(i));
    total += weight;
    x = x * 2.03f + 17.1f;
    y = y * 2.03f + 31.7f;
    weight *= 0.5f;
  }
  return sum / total;
}

}  // namespace plantain::engine::sketch
