#include "model/weights/decode.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "base/check.h"
#include "model/weights/blocks.h"

namespace plantain::model {
namespace {

// A float of `mantissa` bits behind an exponent of the given bias, both without its sign.
float scaled(int exponent, uint32_t fraction, int mantissa, int bias) {
  if (exponent == 0) return std::ldexp(static_cast<float>(fraction), 1 - bias - mantissa);
  return std::ldexp(static_cast<float>(fraction | 1u << mantissa), exponent - bias - mantissa);
}

template <class Number, class Convert>
void convert(const std::byte* from, uint64_t count, float* to, Convert value) {
  for (uint64_t i = 0; i < count; ++i) {
    Number number;
    std::memcpy(&number, from + i * sizeof number, sizeof number);
    to[i] = value(number);
  }
}

template <class Number>
void convert(const std::byte* from, uint64_t count, float* to) {
  convert<Number>(from, count, to, [](Number number) { return static_cast<float>(number); });
}

}  // namespace

float from_bf16(uint16_t bits) { return std::bit_cast<float>(uint32_t{bits} << 16); }

float from_f16(uint16_t bits) {
  const uint32_t sign = uint32_t{bits & 0x8000u} << 16;
  const int exponent = bits >> 10 & 31;
  const uint32_t fraction = bits & 0x3FFu;
  // Infinities and NaNs keep their payload.
  if (exponent == 31) return std::bit_cast<float>(sign | 0x7F800000u | fraction << 13);
  const float magnitude = scaled(exponent, fraction, 10, 15);
  return sign ? -magnitude : magnitude;
}

float from_f8_e4m3(uint8_t bits) {
  const float sign = bits & 0x80 ? -1.0f : 1.0f;
  if ((bits & 0x7F) == 0x7F) return std::copysign(std::numeric_limits<float>::quiet_NaN(), sign);
  return sign * scaled(bits >> 3 & 15, bits & 7u, 3, 7);
}

float from_f8_e5m2(uint8_t bits) { return from_f16(static_cast<uint16_t>(bits << 8)); }

float from_f8_e8m0(uint8_t bits) {
  if (bits == 255) return std::numeric_limits<float>::quiet_NaN();
  return std::ldexp(1.0f, bits - 127);
}

void read_f32(const StoredTensor& tensor, std::span<float> out) {
  read_f32(tensor, 0, elements_of(tensor.shape).value(), out);
}

namespace {

// The stored numbers [begin, end), before scales and rotation.
void read_stored(const StoredTensor& tensor, uint64_t begin, uint64_t end, float* to) {
  const StoredTypeFacts& facts = facts_of(tensor.type);
  const std::byte* from = tensor.bytes.data() + begin / facts.block_elements * facts.block_bytes;
  const uint64_t count = end - begin;
  switch (tensor.type) {
    case StoredType::kF32:
      if (count > 0) std::memcpy(to, from, count * sizeof(float));
      return;
    case StoredType::kF64:
      return convert<double>(from, count, to);
    case StoredType::kF16:
      return convert<uint16_t>(from, count, to, from_f16);
    case StoredType::kBF16:
      return convert<uint16_t>(from, count, to, from_bf16);
    case StoredType::kF8E4M3:
      return convert<uint8_t>(from, count, to, from_f8_e4m3);
    case StoredType::kF8E5M2:
      return convert<uint8_t>(from, count, to, from_f8_e5m2);
    case StoredType::kF8E8M0:
      return convert<uint8_t>(from, count, to, from_f8_e8m0);
    case StoredType::kI64:
      return convert<int64_t>(from, count, to);
    case StoredType::kI32:
      return convert<int32_t>(from, count, to);
    case StoredType::kI16:
      return convert<int16_t>(from, count, to);
    case StoredType::kI8:
      return convert<int8_t>(from, count, to);
    case StoredType::kU64:
      return convert<uint64_t>(from, count, to);
    case StoredType::kU32:
      return convert<uint32_t>(from, count, to);
    case StoredType::kU16:
      return convert<uint16_t>(from, count, to);
    case StoredType::kU8:
      return convert<uint8_t>(from, count, to);
    case StoredType::kBool:
      return convert<uint8_t>(from, count, to, [](uint8_t byte) { return byte ? 1.0f : 0.0f; });
    default:
      return read_blocks(tensor.type, from, count / facts.block_elements, to);
  }
}

void scale(const StoredTensor& tensor, uint64_t begin, std::span<float> values) {
  if (tensor.scales.empty()) return;
  // One scale for all, or one for each row.
  const uint64_t rows = tensor.scales.size();
  const uint64_t row = elements_of(tensor.shape).value() / rows;
  for (uint64_t i = 0; i < values.size(); ++i) values[i] *= tensor.scales[(begin + i) / row];
}

}  // namespace

void rotate(std::span<float> group) {
  // A Kronecker power is applied factor by factor: H4 on every four elements `step` apart.
  for (size_t step = 1; step < group.size(); step *= 4) {
    for (size_t base = 0; base < group.size(); base += 4 * step) {
      for (size_t i = base; i < base + step; ++i) {
        float& a = group[i];
        float& b = group[i + step];
        float& c = group[i + 2 * step];
        float& d = group[i + 3 * step];
        const float sum = 0.5f * (a + b + c + d);
        const float x = a, y = b, z = c, w = d;
        a = sum - w;
        b = sum - z;
        c = sum - y;
        d = sum - x;
      }
    }
  }
}

void read_f32(const StoredTensor& tensor, uint64_t begin, uint64_t end, std::span<float> out) {
  const uint64_t unit = std::max<uint64_t>(facts_of(tensor.type).block_elements, tensor.rotation);
  CHECK(begin <= end && end <= elements_of(tensor.shape).value());
  CHECK(out.size() == end - begin);
  CHECK(begin % unit == 0 && end % unit == 0);
  read_stored(tensor, begin, end, out.data());
  scale(tensor, begin, out);
  if (tensor.rotation == 0) return;
  for (size_t at = 0; at < out.size(); at += tensor.rotation)
    rotate(out.subspan(at, tensor.rotation));
}

}  // namespace plantain::model
