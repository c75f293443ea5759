// For the tests of this folder: numbers by chance, and how far results are from what they should
// be.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "tensor/matrix.h"
#include "tensor/runtime.h"

namespace plantain::tensor {

using Numbers = std::vector<float>;

inline Numbers random_numbers(int64_t count, unsigned seed) {
  std::mt19937 generator(seed);
  std::normal_distribution<float> normal;
  Numbers numbers(static_cast<std::size_t>(count));
  for (float& x : numbers) x = normal(generator);
  return numbers;
}

// |a - b| / |b|, Euclidean.
inline double difference(const Numbers& a, const std::vector<double>& b) {
  EXPECT_EQ(a.size(), b.size());
  double off = 0, size = 0;
  for (std::size_t i = 0; i < b.size(); ++i) {
    off += std::pow(static_cast<double>(a[i]) - b[i], 2);
    size += b[i] * b[i];
  }
  return std::sqrt(off / size);
}

// The nearest bfloat16 and float16 below in magnitude, as stored numbers.
inline std::vector<uint16_t> cut_to_bf16(const Numbers& numbers) {
  std::vector<uint16_t> cut;
  for (const float x : numbers)
    cut.push_back(static_cast<uint16_t>(__builtin_bit_cast(uint32_t, x) >> 16));
  return cut;
}
inline float bf16_value(uint16_t x) {
  return __builtin_bit_cast(float, static_cast<uint32_t>(x) << 16);
}
// By the definition: sign, exponent of five bits, fraction of ten.
inline double f16_value(uint16_t x) {
  const int exponent = (x >> 10) & 31;
  const double fraction = (x & 1023) / 1024.0;
  const double size =
      exponent == 0 ? std::ldexp(fraction, -14) : std::ldexp(1 + fraction, exponent - 15);
  return (x & 0x8000) ? -size : size;
}

// A suite that runs once for each kind of kernels this processor has.
class OnEachPath : public testing::TestWithParam<std::string> {
 protected:
  Runtime runtime_{2, GetParam()};
};

inline std::vector<std::string> paths() {
  const auto names = available_paths();
  return {names.begin(), names.end()};
}
inline std::string path_name(const testing::TestParamInfo<std::string>& info) { return info.param; }

#define ON_EACH_PATH(suite) \
  INSTANTIATE_TEST_SUITE_P(Path, suite, testing::ValuesIn(paths()), path_name)

}  // namespace plantain::tensor
