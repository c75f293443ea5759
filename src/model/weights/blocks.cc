#include "model/weights/blocks.h"

#include <cmath>

#include "base/check.h"
#include "model/weights/decode.h"

namespace plantain::model {
namespace {

// In all formats: d and m are f16 scales, q small unsigned numbers, y the values.

float half_at(const uint8_t* b) { return from_f16(static_cast<uint16_t>(b[0] | b[1] << 8)); }

void q8_0(const uint8_t* b, float* y) {
  const float d = half_at(b);
  for (int j = 0; j < 32; ++j) y[j] = d * static_cast<float>(static_cast<int8_t>(b[2 + j]));
}

// 16 bytes hold 32 nibbles: element j is the low one of byte j, j + 16 the high one.
void q4_0(const uint8_t* b, float* y) {
  const float d = half_at(b);
  const uint8_t* q = b + 2;
  for (int j = 0; j < 16; ++j) {
    y[j] = d * static_cast<float>((q[j] & 15) - 8);
    y[j + 16] = d * static_cast<float>((q[j] >> 4) - 8);
  }
}

void q4_1(const uint8_t* b, float* y) {
  const float d = half_at(b);
  const float m = half_at(b + 2);
  const uint8_t* q = b + 4;
  for (int j = 0; j < 16; ++j) {
    y[j] = d * static_cast<float>(q[j] & 15) + m;
    y[j + 16] = d * static_cast<float>(q[j] >> 4) + m;
  }
}

uint32_t word_at(const uint8_t* b) {
  return static_cast<uint32_t>(b[0]) | static_cast<uint32_t>(b[1]) << 8 |
         static_cast<uint32_t>(b[2]) << 16 | static_cast<uint32_t>(b[3]) << 24;
}

// Nibbles as above, and a word of fifth bits: bit j belongs to element j.
int fifth(uint32_t high, int element, int nibble) {
  return nibble | static_cast<int>(high >> element & 1) << 4;
}

void q5_0(const uint8_t* b, float* y) {
  const float d = half_at(b);
  const uint32_t high = word_at(b + 2);
  const uint8_t* q = b + 6;
  for (int j = 0; j < 16; ++j) {
    y[j] = d * static_cast<float>(fifth(high, j, q[j] & 15) - 16);
    y[j + 16] = d * static_cast<float>(fifth(high, j + 16, q[j] >> 4) - 16);
  }
}

void q5_1(const uint8_t* b, float* y) {
  const float d = half_at(b);
  const float m = half_at(b + 2);
  const uint32_t high = word_at(b + 4);
  const uint8_t* q = b + 8;
  for (int j = 0; j < 16; ++j) {
    y[j] = d * static_cast<float>(fifth(high, j, q[j] & 15)) + m;
    y[j + 16] = d * static_cast<float>(fifth(high, j + 16, q[j] >> 4)) + m;
  }
}

// 16 scale bytes (low nibble: scale, high: minimum), 64 bytes of two-bit numbers, d, dmin.
void q2_k(const uint8_t* b, float* y) {
  const float d = half_at(b + 80);
  const float dmin = half_at(b + 82);
  for (int i = 0; i < 256; ++i) {
    const int half = i / 128;
    const int within = i % 128;
    const int q = b[16 + 32 * half + within % 32] >> 2 * (within / 32) & 3;
    const int scale = b[i / 16];
    y[i] = d * static_cast<float>(scale & 15) * static_cast<float>(q) -
           dmin * static_cast<float>(scale >> 4);
  }
}

// 32 bytes of third bits, 64 of the lower two, 12 of six-bit scales, d.
void q3_k(const uint8_t* b, float* y) {
  const uint8_t* scales = b + 96;
  const float d = half_at(b + 108);
  for (int i = 0; i < 256; ++i) {
    const int half = i / 128;
    const int within = i % 128;
    const int low = b[32 + 32 * half + within % 32] >> 2 * (within / 32) & 3;
    const int high = b[i % 32] >> (i / 32) & 1;
    const int s = i / 16;
    const int scale =
        (s < 8 ? scales[s] & 15 : scales[s - 8] >> 4) | (scales[8 + s % 4] >> 2 * (s / 4) & 3) << 4;
    y[i] = d * static_cast<float>(scale - 32) * static_cast<float>(low + 4 * high - 4);
  }
}

// Eight six-bit scales and as many minima in 12 bytes.
int packed_scale(const uint8_t* b, int j) {
  return j < 4 ? b[j] & 63 : (b[j + 4] & 15) | (b[j - 4] >> 6) << 4;
}
int packed_minimum(const uint8_t* b, int j) {
  return j < 4 ? b[j + 4] & 63 : (b[j + 4] >> 4) | (b[j] >> 6) << 4;
}

// d, dmin, 12 bytes of scales, (Q5_K: 32 bytes of fifth bits,) 128 bytes of nibbles: each 32 of
// them hold two sub-blocks of 32 elements, the first in the low nibbles.
void q4_or_q5_k(const uint8_t* b, const uint8_t* high, const uint8_t* nibbles, float* y) {
  const float d = half_at(b);
  const float dmin = half_at(b + 2);
  for (int i = 0; i < 256; ++i) {
    const int sub = i / 32;
    const uint8_t byte = nibbles[32 * (sub / 2) + i % 32];
    int q = sub % 2 == 0 ? byte & 15 : byte >> 4;
    if (high) q |= (high[i % 32] >> sub & 1) << 4;
    y[i] = d * static_cast<float>(packed_scale(b + 4, sub)) * static_cast<float>(q) -
           dmin * static_cast<float>(packed_minimum(b + 4, sub));
  }
}
void q4_k(const uint8_t* b, float* y) { q4_or_q5_k(b, nullptr, b + 16, y); }
void q5_k(const uint8_t* b, float* y) { q4_or_q5_k(b, b + 16, b + 48, y); }

// 128 bytes of nibbles, 64 of two-bit tops, 16 signed scales, d. Each half of 128 elements has
// four quarters of 32.
void q6_k(const uint8_t* b, float* y) {
  const float d = half_at(b + 208);
  for (int i = 0; i < 256; ++i) {
    const int half = i / 128;
    const int quarter = i % 128 / 32;
    const int l = i % 32;
    const uint8_t low = b[64 * half + 32 * (quarter % 2) + l];
    const uint8_t top = b[128 + 32 * half + l];
    const int q = (quarter < 2 ? low & 15 : low >> 4) | (top >> 2 * quarter & 3) << 4;
    const auto scale = static_cast<int8_t>(b[192 + 8 * half + 2 * quarter + l / 16]);
    y[i] = d * static_cast<float>(scale) * static_cast<float>(q - 32);
  }
}

// Sixteen levels, closer together near zero.
constexpr int8_t kLevels[16] = {-127, -104, -83, -65, -49, -35, -22, -10,
                                1,    13,   25,  38,  53,  69,  89,  113};

void iq4_nl(const uint8_t* b, float* y) {
  const float d = half_at(b);
  for (int j = 0; j < 16; ++j) {
    y[j] = d * static_cast<float>(kLevels[b[2 + j] & 15]);
    y[j + 16] = d * static_cast<float>(kLevels[b[2 + j] >> 4]);
  }
}

// d, a word of the scales' upper two bits, 4 bytes of their lower four, 128 bytes of nibbles.
void iq4_xs(const uint8_t* b, float* y) {
  const float d = half_at(b);
  const uint32_t upper = static_cast<uint32_t>(b[2]) | static_cast<uint32_t>(b[3]) << 8;
  for (int sub = 0; sub < 8; ++sub) {
    const int scale =
        (b[4 + sub / 2] >> 4 * (sub % 2) & 15) | static_cast<int>(upper >> 2 * sub & 3) << 4;
    const float dl = d * static_cast<float>(scale - 32);
    const uint8_t* q = b + 8 + 16 * sub;
    for (int j = 0; j < 16; ++j) {
      y[32 * sub + j] = dl * static_cast<float>(kLevels[q[j] & 15]);
      y[32 * sub + j + 16] = dl * static_cast<float>(kLevels[q[j] >> 4]);
    }
  }
}

// Twice the values of a four-bit float with two bits of exponent and one of fraction.
constexpr int8_t kFourBitFloats[16] = {0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12};

void mxfp4(const uint8_t* b, float* y) {
  const float d = std::ldexp(1.0f, b[0] - 128);  // half of the power of two that the byte names
  for (int j = 0; j < 16; ++j) {
    y[j] = d * static_cast<float>(kFourBitFloats[b[1 + j] & 15]);
    y[j + 16] = d * static_cast<float>(kFourBitFloats[b[1 + j] >> 4]);
  }
}

using ReadBlock = void (*)(const uint8_t*, float*);

ReadBlock reader_of(StoredType type) {
  switch (type) {
    case StoredType::kQ4_0:
      return q4_0;
    case StoredType::kQ4_1:
      return q4_1;
    case StoredType::kQ5_0:
      return q5_0;
    case StoredType::kQ5_1:
      return q5_1;
    case StoredType::kQ8_0:
      return q8_0;
    case StoredType::kQ2_K:
      return q2_k;
    case StoredType::kQ3_K:
      return q3_k;
    case StoredType::kQ4_K:
      return q4_k;
    case StoredType::kQ5_K:
      return q5_k;
    case StoredType::kQ6_K:
      return q6_k;
    case StoredType::kIQ4_NL:
      return iq4_nl;
    case StoredType::kIQ4_XS:
      return iq4_xs;
    case StoredType::kMXFP4:
      return mxfp4;
    default:
      CHECK(false);
  }
}

}  // namespace

void read_blocks(StoredType type, const std::byte* from, uint64_t blocks, float* to) {
  const StoredTypeFacts& facts = facts_of(type);
  const ReadBlock read = reader_of(type);
  for (uint64_t i = 0; i < blocks; ++i) {
    read(reinterpret_cast<const uint8_t*>(from) + i * facts.block_bytes,
         to + i * facts.block_elements);
  }
}

}  // namespace plantain::model
