// Arithmetic that gives the same bits everywhere: polynomials in place of libm where a pixel asks.
// Threads: pure functions.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>

namespace plantain::engine::sketch {

inline constexpr float kPi = 3.14159265f;

inline float clamp01(float x) { return std::min(std::max(x, 0.0f), 1.0f); }
inline float mix(float a, float b, float t) { return a + (b - a) * t; }
inline float smooth(float from, float to, float x) {
  const float t = clamp01((x - from) / (to - from));
  return t * t * (3 - 2 * t);
}
inline float square(float x) { return x * x; }
// The whole number below, for numbers that an int can hold: std::floor is a call on old processors.
inline int floor_of(float x) {
  const int i = static_cast<int>(x);
  return i - static_cast<int>(static_cast<float>(i) > x);
}
inline float fraction(float x) { return x - static_cast<float>(floor_of(x)); }

// 2^x, relative error below 3e-6; 0 far below.
inline float exp2_of(float x) {
  if (x < -60) return 0;
  x = std::min(x, 60.0f);
  const int whole = floor_of(x);
  const float f = x - static_cast<float>(whole);
  const float p =
      1 + f * (0.69314718f +
               f * (0.24022651f + f * (0.05550411f + f * (0.00961812f + f * 0.00133336f))));
  return p * std::bit_cast<float>(static_cast<uint32_t>(whole + 127) << 23);
}
inline float exp_of(float x) { return exp2_of(x * 1.44269504f); }

// log2 of a positive number, error below 2e-6: the series of atanh, on mantissas around 1.
inline float log2_of(float x) {
  const uint32_t bits = std::bit_cast<uint32_t>(x);
  float exponent = static_cast<float>(static_cast<int>(bits >> 23) - 127);
  float m = std::bit_cast<float>((bits & 0x7fffffu) | 0x3f800000u);
  if (m > 1.41421356f) {
    m *= 0.5f;
    exponent += 1;
  }
  const float t = (m - 1) / (m + 1), t2 = t * t;
  return exponent + 2.88539008f * t * (1 + t2 * (0.33333333f + t2 * (0.2f + t2 * 0.14285714f)));
}
inline float power(float x, float e) { return x <= 1e-9f ? 0.0f : exp2_of(e * log2_of(x)); }

// sin of any angle of moderate size, error below 1e-5.
inline float sin_of(float x) {
  float t = x * (1 / (2 * kPi));
  t -= static_cast<float>(floor_of(t + 0.5f));  // turns, -½ … ½
  if (t > 0.25f) t = 0.5f - t;
  if (t < -0.25f) t = -0.5f - t;
  const float y = t * (2 * kPi), y2 = y * y;
  return y * (1 + y2 * (-0.16666667f +
                        y2 * (0.0083333333f + y2 * (-0.00019841270f + y2 * 0.0000027557319f))));
}
inline float cos_of(float x) { return sin_of(x + kPi / 2); }

}  // namespace plantain::engine::sketch
