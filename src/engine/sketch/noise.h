// Noise without tables: the same value at the same place on every machine.
// Threads: pure functions.
#pragma once

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
[[gnu::always_inline]] inline float noise(float x, float y, uint32_t salt) {
  typedef uint32_t Corners __attribute__((vector_size(16)));
  const int ix = floor_of(x), iy = floor_of(y);
  float tx = x - static_cast<float>(ix), ty = y - static_cast<float>(iy);
  tx = tx * tx * (3 - 2 * tx);
  ty = ty * ty * (3 - 2 * ty);
  // hash01() of the four corners at once.
  const uint32_t left = static_cast<uint32_t>(ix) * 0x8da6b343u, right = left + 0x8da6b343u;
  const uint32_t up = static_cast<uint32_t>(iy) * 0xd8163841u ^ salt * 0xcb1ab31fu,
                 down = (static_cast<uint32_t>(iy) + 1) * 0xd8163841u ^ salt * 0xcb1ab31fu;
  Corners h = Corners{left, right, left, right} ^ Corners { up, up, down, down };
  h ^= h >> 15;
  h *= 0x2c1b3c6du;
  h ^= h >> 12;
  h *= 0x297a2d39u;
  h ^= h >> 15;
  h >>= 8;
  const float a = static_cast<float>(static_cast<int>(h[0])),
              b = static_cast<float>(static_cast<int>(h[1])),
              c = static_cast<float>(static_cast<int>(h[2])),
              d = static_cast<float>(static_cast<int>(h[3]));
  const float above = a + (b - a) * tx, below = c + (d - c) * tx;
  return (above + (below - above) * ty) * (1.0f / 16777216.0f);
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
