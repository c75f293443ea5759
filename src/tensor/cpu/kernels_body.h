// The kernels, written once over vectors of PLANTAIN_LANES numbers and compiled for each kind of
// processor by the kernels_*.cc beside it, which define
//   PLANTAIN_KERNELS, PLANTAIN_KERNELS_NAME, PLANTAIN_LANES, PLANTAIN_STRIP_ROWS.
//
// Vectors are the compiler's own (GCC and Clang), so that one source serves them all. Includes no
// header with inline functions that other files also use: the linker could take their bodies from
// here and run, say, AVX-512 on a processor that lacks it. For the same reason everything is in an
// unnamed namespace.
#include <stddef.h>
#include <stdint.h>
#if defined(__AVX2__)
#include <immintrin.h>
#endif

#include "tensor/cpu/kernels.h"

namespace plantain::tensor::cpu {
namespace {

constexpr int kLanes = PLANTAIN_LANES;
constexpr int kRows = PLANTAIN_STRIP_ROWS;
constexpr int kColumns = 2 * kLanes;

typedef float V __attribute__((vector_size(4 * kLanes)));
typedef int32_t I __attribute__((vector_size(4 * kLanes)));
// The same without a promise of alignment.
typedef float Loose __attribute__((vector_size(4 * kLanes), aligned(4), may_alias));
typedef uint16_t Half __attribute__((vector_size(2 * kLanes), aligned(2), may_alias));

inline V load(const float* at) { return *reinterpret_cast<const Loose*>(at); }
inline void store(float* at, V v) { *reinterpret_cast<Loose*>(at) = v; }
inline V all(float x) { return x - V{}; }

inline V load_some(const float* at, int64_t n) {
  V v{};
  for (int64_t i = 0; i < n; ++i) v[i] = at[i];
  return v;
}
inline void store_some(float* at, V v, int64_t n) {
  for (int64_t i = 0; i < n; ++i) at[i] = v[i];
}

inline float sum(V v) {
  float total = 0;
  for (int i = 0; i < kLanes; ++i) total += v[i];
  return total;
}
inline float largest(V v) {
  float most = v[0];
  for (int i = 1; i < kLanes; ++i) most = v[i] > most ? v[i] : most;
  return most;
}

// ------------------------------------------------------------------------------ short numbers

inline float bits(uint32_t pattern) { return __builtin_bit_cast(float, pattern); }

inline float from_bf16(uint16_t half) { return bits(static_cast<uint32_t>(half) << 16); }

// A half's exponent is rebiased by a multiplication, which also makes its subnormals right;
// infinities and NaN are put back by the comparison.
inline float from_f16(uint16_t half) {
  const uint32_t magnitude = static_cast<uint32_t>(half & 0x7fffu) << 13;
  const uint32_t sign = static_cast<uint32_t>(half & 0x8000u) << 16;
  const uint32_t scaled = __builtin_bit_cast(uint32_t, bits(magnitude) * 0x1p112f);
  const uint32_t whole = (half & 0x7c00u) == 0x7c00u ? (magnitude | 0x7f800000u) : scaled;
  return bits(whole | sign);
}

inline V widen(const uint16_t* at, bool brain) {
  const I raw = __builtin_convertvector(*reinterpret_cast<const Half*>(at), I);
  if (brain) return (V)(raw << 16);
  const I magnitude = (raw & 0x7fff) << 13;
  const I scaled = (I)((V)magnitude * 0x1p112f);
  const I whole = (raw & 0x7c00) == 0x7c00 ? (magnitude | 0x7f800000) : scaled;
  return (V)(whole | ((raw & 0x8000) << 16));
}

struct F32 {
  using Stored = float;
  static V wide(const float* at) { return load(at); }
  static float one(float x) { return x; }
};
struct F16 {
  using Stored = uint16_t;
  static V wide(const uint16_t* at) { return widen(at, false); }
  static float one(uint16_t x) { return from_f16(x); }
};
struct Bf16 {
  using Stored = uint16_t;
  static V wide(const uint16_t* at) { return widen(at, true); }
  static float one(uint16_t x) { return from_bf16(x); }
};

template <class Form>
void widen_all(const void* from, float* to, int64_t n) {
  const auto* at = static_cast<const typename Form::Stored*>(from);
  int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) store(to + i, Form::wide(at + i));
  for (; i < n; ++i) to[i] = Form::one(at[i]);
}

// ------------------------------------------------------------------------------------ products

void gather_rows(const float* const* rows, int64_t depth, float* to) {
  for (int r = 0; r < kRows; ++r) {
    const float* from = rows[r];
    float* at = to + r;
    if (from == nullptr) {
      for (int64_t d = 0; d < depth; ++d) at[d * kRows] = 0;
    } else {
      for (int64_t d = 0; d < depth; ++d) at[d * kRows] = from[d];
    }
  }
}

// Turns kLanes rows of kLanes numbers into columns, halving the distance of what is exchanged.
inline void transpose(V* v) {
  for (int step = kLanes / 2; step > 0; step /= 2) {
    I low{}, high{};
    for (int i = 0; i < kLanes; ++i) {
      low[i] = (i & step) ? kLanes + i - step : i;
      high[i] = (i & step) ? kLanes + i : i + step;
    }
    for (int i = 0; i < kLanes; ++i) {
      if (i & step) continue;
      const V a = v[i], b = v[i + step];
      v[i] = __builtin_shuffle(a, b, low);
      v[i + step] = __builtin_shuffle(a, b, high);
    }
  }
}

template <class Form>
void strip(const void* w, int64_t stride, int columns, int depth, float* to) {
  const auto* base = static_cast<const typename Form::Stored*>(w);
  for (int half = 0; half < 2; ++half) {
    const int first = half * kLanes;
    const int here = columns - first < 0 ? 0 : columns - first > kLanes ? kLanes : columns - first;
    int d = 0;
    for (; d + kLanes <= depth; d += kLanes) {
      V v[kLanes];
#pragma GCC unroll 16
      for (int c = 0; c < kLanes; ++c)
        v[c] = c < here ? Form::wide(base + (first + c) * stride + d) : V{};
      transpose(v);
#pragma GCC unroll 16
      for (int i = 0; i < kLanes; ++i) store(to + (d + i) * kColumns + first, v[i]);
    }
    for (; d < depth; ++d)
      for (int c = 0; c < kLanes; ++c)
        to[d * kColumns + first + c] = c < here ? Form::one(base[(first + c) * stride + d]) : 0;
  }
}

void strip_by_depth(const float* v, int64_t stride, int columns, int depth, float* to) {
  for (int d = 0; d < depth; ++d, v += stride, to += kColumns) {
    if (columns == kColumns) {
      store(to, load(v));
      store(to + kLanes, load(v + kLanes));
    } else {
      for (int c = 0; c < kColumns; ++c) to[c] = c < columns ? v[c] : 0;
    }
  }
}

void multiply(int depth, const float* rows, const float* columns, float* y, int64_t stride,
              bool add) {
  V total[kRows][2];
#pragma GCC unroll 16
  for (int r = 0; r < kRows; ++r) total[r][0] = total[r][1] = V{};
  for (int d = 0; d < depth; ++d, rows += kRows, columns += kColumns) {
    const V left = load(columns), right = load(columns + kLanes);
#pragma GCC unroll 16
    for (int r = 0; r < kRows; ++r) {
      const V x = all(rows[r]);
      total[r][0] += x * left;
      total[r][1] += x * right;
    }
  }
#pragma GCC unroll 16
  for (int r = 0; r < kRows; ++r) {
    float* at = y + r * stride;
    store(at, add ? load(at) + total[r][0] : total[r][0]);
    store(at + kLanes, add ? load(at + kLanes) + total[r][1] : total[r][1]);
  }
}

// ------------------------------------------------------------------------------ 8-bit products

// total[c] + the sum of the four products of byte c of x (unsigned) and of w (signed).
// add_dot4_fine has no limit but that of whole bytes, and takes kFineOffset off x by itself when
// that is 0.
#if defined(__AVX512BW__)
constexpr int kLevels = 63;
constexpr int kFineOffset = 128;
inline I add_dot4(I total, I x, I w) {
  const __m512i pairs = _mm512_maddubs_epi16((__m512i)x, (__m512i)w);
  return total + (I)_mm512_madd_epi16(pairs, _mm512_set1_epi16(1));
}
// Even and odd bytes apart, in 16 bits.
inline I add_dot4_fine(I total, I x, I w) {
  const __m512i low = _mm512_set1_epi16(255), wide = (__m512i)w;
  const __m512i even = _mm512_madd_epi16(_mm512_and_si512((__m512i)x, low),
                                         _mm512_srai_epi16(_mm512_slli_epi16(wide, 8), 8));
  const __m512i odd =
      _mm512_madd_epi16(_mm512_srli_epi16((__m512i)x, 8), _mm512_srai_epi16(wide, 8));
  return total + (I)even + (I)odd;
}
#elif defined(__AVX2__)
// Pairs are added in 16 bits: 2 · 127 · 127 = 32258 is the most that can come together there.
constexpr int kLevels = 63;
constexpr int kFineOffset = 0;
inline I add_dot4(I total, I x, I w) {
  const __m256i pairs = _mm256_maddubs_epi16((__m256i)x, (__m256i)w);
  return total + (I)_mm256_madd_epi16(pairs, _mm256_set1_epi16(1));
}
// The same limit holds for sizes: the sign goes over to the other side.
inline I add_dot4_fine(I total, I x, I w) {
  const __m256i whole = _mm256_xor_si256((__m256i)x, _mm256_set1_epi8(-128));
  return add_dot4(total, (I)_mm256_abs_epi8(whole), (I)_mm256_sign_epi8((__m256i)w, whole));
}
#else
constexpr int kLevels = 127;
constexpr int kFineOffset = 128;
inline I add_dot4(I total, I x, I w) {
  for (int shift = 0; shift < 32; shift += 8)
    total += ((x >> shift) & 255) * ((w << (24 - shift)) >> 24);
  return total;
}
inline I add_dot4_fine(I total, I x, I w) { return add_dot4(total, x, w); }
#endif

// Adding 1.5 · 2^23 rounds to the nearest whole number, which is then in the low bits.
constexpr float kRounder = 12582912.0f;

float quantise(const float* x, int64_t n, int levels, uint8_t* to) {
  typedef uint8_t Bytes __attribute__((vector_size(kLanes), aligned(1), may_alias));
  V most{}, strange{};
  int64_t i = 0;
  for (; i < n; i += kLanes) {
    const V v = i + kLanes <= n ? load(x + i) : load_some(x + i, n - i);
    const V size = v < 0.0f ? -v : v;
    most = size > most ? size : most;
    strange += v * 0.0f;
  }
  const float largest_size = largest(most);
  const float scale = largest_size / static_cast<float>(levels) + sum(strange);
  const float factor = scale > 0 ? 1.0f / scale : 0.0f;
  const I offset = levels + 1 - (int32_t) __builtin_bit_cast(uint32_t, kRounder) + I{};
  for (i = 0; i + kLanes <= n; i += kLanes) {
    const I q = (I)(load(x + i) * factor + kRounder) + offset;
    *reinterpret_cast<Bytes*>(to + i) = __builtin_convertvector(q, Bytes);
  }
  if (i < n) {
    const I q = (I)(load_some(x + i, n - i) * factor + kRounder) + offset;
    for (int64_t k = 0; i + k < n; ++k) to[i + k] = static_cast<uint8_t>(q[k]);
  }
  for (i = n; i % kBytesTogether != 0; ++i) to[i] = static_cast<uint8_t>(levels + 1);
  return scale;
}

template <bool kFine>
void multiply_int8(int depth, const float* rows, const float* columns, const float* row_scales,
                   const float* scales, const float* sums, float* y, int64_t stride, bool add) {
  typedef I LooseInt __attribute__((aligned(4), may_alias));
  typedef int32_t AnyInt __attribute__((may_alias));
  I total[kRows][2];
#pragma GCC unroll 16
  for (int r = 0; r < kRows; ++r) total[r][0] = total[r][1] = I{};
  for (int d = 0; d < depth; ++d, rows += kRows, columns += kColumns) {
    const I left = *reinterpret_cast<const LooseInt*>(columns);
    const I right = *reinterpret_cast<const LooseInt*>(columns + kLanes);
#pragma GCC unroll 16
    for (int r = 0; r < kRows; ++r) {
      const I x = *reinterpret_cast<const AnyInt*>(rows + r) - I{};
      total[r][0] = kFine ? add_dot4_fine(total[r][0], x, left) : add_dot4(total[r][0], x, left);
      total[r][1] = kFine ? add_dot4_fine(total[r][1], x, right) : add_dot4(total[r][1], x, right);
    }
  }
  constexpr float kOffset = kFine ? kFineOffset : kLevels + 1;
#pragma GCC unroll 2
  for (int half = 0; half < 2; ++half) {
    const V scale = load(scales + half * kLanes), rest = load(sums + half * kLanes) * kOffset;
#pragma GCC unroll 16
    for (int r = 0; r < kRows; ++r) {
      float* at = y + r * stride + half * kLanes;
      const V v = (__builtin_convertvector(total[r][half], V) * scale - rest) * row_scales[r];
      store(at, add ? load(at) + v : v);
    }
  }
}

// ---------------------------------------------------------------------------------- the fastest

constexpr int kChains = 10;  // more than a product takes cycles, times two such units

double peak_f32(int64_t rounds, float* unused) {
  V total[kChains];
#pragma GCC unroll 16
  for (int i = 0; i < kChains; ++i) total[i] = all(static_cast<float>(i));
  const V a = all(unused[0]), b = all(unused[1]);
  for (int64_t n = 0; n < rounds; ++n) {
#pragma GCC unroll 16
    for (int i = 0; i < kChains; ++i) total[i] = total[i] * a + b;
  }
  V end{};
#pragma GCC unroll 16
  for (int i = 0; i < kChains; ++i) end += total[i];
  unused[0] = sum(end);
  return 2.0 * kLanes * kChains * static_cast<double>(rounds);
}

// The sum so far is the next product's unsigned side, so that no product can be left out.
double peak_int8(int64_t rounds, float* unused) {
  I total[kChains];
#pragma GCC unroll 16
  for (int i = 0; i < kChains; ++i) total[i] = i + I{};
  const I w = __builtin_bit_cast(int32_t, unused[1]) + I{};
  for (int64_t n = 0; n < rounds; ++n) {
#pragma GCC unroll 16
    for (int i = 0; i < kChains; ++i) total[i] = add_dot4(total[i], total[i], w);
  }
  I end{};
#pragma GCC unroll 16
  for (int i = 0; i < kChains; ++i) end += total[i];
  unused[0] = static_cast<float>(end[0]);
  return 2.0 * kBytesTogether * kLanes * kChains * static_cast<double>(rounds);
}

template <class Form>
float dot(const float* x, const void* w, int64_t n) {
  const auto* at = static_cast<const typename Form::Stored*>(w);
  V total[4] = {V{}, V{}, V{}, V{}};
  int64_t i = 0;
  for (; i + 4 * kLanes <= n; i += 4 * kLanes)
    for (int k = 0; k < 4; ++k)
      total[k] += load(x + i + k * kLanes) * Form::wide(at + i + k * kLanes);
  float rest = 0;
  for (; i < n; ++i) rest += x[i] * Form::one(at[i]);
  return sum((total[0] + total[1]) + (total[2] + total[3])) + rest;
}

// ------------------------------------------------------------------------------------ functions

// e to the x, by 2^n · e^r with |r| <= ln(2) / 2 and the series of e^r to the seventh power: within
// two units in the last place. Below -87 it is exactly 0, above 88 it stays at e^88.
inline V exponential(V x) {
  const V most = all(88.0f);
  const V clamped = x > most ? most : x < -87.0f ? all(-87.0f) : x;
  const V magic = all(12582912.0f);  // 1.5 · 2^23: adding it rounds to the nearest integer
  const V shifted = clamped * 1.44269504f + magic;
  const V n = shifted - magic;
  const V r = (clamped - n * 0.693145752f) - n * 1.42860677e-6f;
  V p = all(1.0f / 5040);
  p = p * r + 1.0f / 720;
  p = p * r + 1.0f / 120;
  p = p * r + 1.0f / 24;
  p = p * r + 1.0f / 6;
  p = p * r + 0.5f;
  p = p * r + 1.0f;
  p = p * r + 1.0f;
  const I power = ((I)shifted - (I)magic) << 23;
  const V y = (V)((I)p + power);
  return x < -87.0f ? V{} : y;
}

inline V sigmoid_times(V x) { return x / (1.0f + exponential(-x)); }

// Applies `f` to pieces of kLanes numbers; the last piece is filled up with zeros.
template <class F>
inline void map(const float* x, float* y, int64_t n, F f) {
  int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) store(y + i, f(load(x + i)));
  if (i < n) store_some(y + i, f(load_some(x + i, n - i)), n - i);
}
template <class F>
inline void map(const float* x, const float* z, float* y, int64_t n, F f) {
  int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) store(y + i, f(load(x + i), load(z + i)));
  if (i < n) store_some(y + i, f(load_some(x + i, n - i), load_some(z + i, n - i)), n - i);
}

void silu(const float* x, float* y, int64_t n) {
  map(x, y, n, [](V v) { return sigmoid_times(v); });
}

void swiglu(const float* gate, const float* up, float* y, int64_t n) {
  map(gate, up, y, n, [](V g, V u) { return sigmoid_times(g) * u; });
}

// 1 - 2 / (e^2x + 1) loses digits near 0, where the odd series is used instead.
void tanh_all(const float* x, float* y, int64_t n) {
  map(x, y, n, [](V v) {
    const V far = 1.0f - 2.0f / (exponential(v + v) + 1.0f);
    const V s = v * v;
    const V near =
        v * (1.0f + s * (-1.0f / 3 + s * (2.0f / 15 + s * (-17.0f / 315 + s * (62.0f / 2835)))));
    return s < 0.04f ? near : far;
  });
}

void add_scaled(const float* x, const float* factor, float* y, int64_t n) {
  if (factor == nullptr) {
    map(x, y, y, n, [](V a, V b) { return a + b; });
    return;
  }
  int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) store(y + i, load(y + i) + load(factor + i) * load(x + i));
  for (; i < n; ++i) y[i] += factor[i] * x[i];
}

void multiply_by(float* x, float factor, int64_t n) {
  map(x, x, n, [factor](V v) { return v * factor; });
}

float soften(float* scores, int64_t n, float scale, float* maximum, float* total) {
  float most = *maximum;
  V high = all(most);
  int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    const V s = load(scores + i) * scale;
    high = s > high ? s : high;
  }
  most = largest(high);
  for (; i < n; ++i) most = scores[i] * scale > most ? scores[i] * scale : most;

  V sums{};
  for (i = 0; i + kLanes <= n; i += kLanes) {
    const V e = exponential(load(scores + i) * scale - most);
    store(scores + i, e);
    sums += e;
  }
  if (i < n) {
    const V e = exponential(load_some(scores + i, n - i) * scale - most);
    store_some(scores + i, e, n - i);
    for (int64_t k = 0; k < n - i; ++k) sums[k] += e[k];
  }
  const float before = exponential(all(*maximum - most))[0];
  *maximum = most;
  *total = *total * before + sum(sums);
  return before;
}

// -------------------------------------------------------------------------------------- norms

void layer_norm(const float* x, const float* scale, const float* shift, float epsilon, float* y,
                int64_t n) {
  V sums{};
  float rest = 0;
  int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) sums += load(x + i);
  for (; i < n; ++i) rest += x[i];
  const float mean = (sum(sums) + rest) / static_cast<float>(n);
  sums = V{};
  rest = 0;
  for (i = 0; i + kLanes <= n; i += kLanes) {
    const V d = load(x + i) - mean;
    sums += d * d;
  }
  for (; i < n; ++i) rest += (x[i] - mean) * (x[i] - mean);
  const float factor = 1.0f / __builtin_sqrtf((sum(sums) + rest) / static_cast<float>(n) + epsilon);
  for (i = 0; i + kLanes <= n; i += kLanes) {
    V v = (load(x + i) - mean) * factor;
    if (scale != nullptr) v *= 1.0f + load(scale + i);
    if (shift != nullptr) v += load(shift + i);
    store(y + i, v);
  }
  for (; i < n; ++i) {
    float v = (x[i] - mean) * factor;
    if (scale != nullptr) v *= 1.0f + scale[i];
    y[i] = shift != nullptr ? v + shift[i] : v;
  }
}

void rms_norm(const float* x, const float* weight, const float* scale, float epsilon, float* y,
              int64_t n) {
  V sums{};
  float rest = 0;
  int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) sums += load(x + i) * load(x + i);
  for (; i < n; ++i) rest += x[i] * x[i];
  const float factor = 1.0f / __builtin_sqrtf((sum(sums) + rest) / static_cast<float>(n) + epsilon);
  for (i = 0; i + kLanes <= n; i += kLanes) {
    V v = load(x + i) * factor;
    if (weight != nullptr) v *= load(weight + i);
    if (scale != nullptr) v *= 1.0f + load(scale + i);
    store(y + i, v);
  }
  for (; i < n; ++i) {
    float v = x[i] * factor;
    if (weight != nullptr) v *= weight[i];
    y[i] = scale != nullptr ? v * (1.0f + scale[i]) : v;
  }
}

void moments(const float* x, int64_t rows, int64_t channels, const float* origin, float* sums,
             float* squares) {
  for (int64_t r = 0; r < rows; ++r, x += channels) {
    int64_t c = 0;
    for (; c + kLanes <= channels; c += kLanes) {
      const V d = load(x + c) - load(origin + c);
      store(sums + c, load(sums + c) + d);
      store(squares + c, load(squares + c) + d * d);
    }
    for (; c < channels; ++c) {
      const float d = x[c] - origin[c];
      sums[c] += d;
      squares[c] += d * d;
    }
  }
}

void normalise(const float* x, int64_t rows, int64_t channels, const float* factor,
               const float* offset, bool with_silu, float* y) {
  for (int64_t r = 0; r < rows; ++r, x += channels, y += channels) {
    int64_t c = 0;
    for (; c + kLanes <= channels; c += kLanes) {
      const V v = load(x + c) * load(factor + c) + load(offset + c);
      store(y + c, with_silu ? sigmoid_times(v) : v);
    }
    if (c == channels) continue;
    const int64_t n = channels - c;
    const V v = load_some(x + c, n) * load_some(factor + c, n) + load_some(offset + c, n);
    store_some(y + c, with_silu ? sigmoid_times(v) : v, n);
  }
}

constexpr Kernels kTable = {
    .name = PLANTAIN_KERNELS_NAME,
    .strip_rows = kRows,
    .strip_columns = kColumns,
    .gather_rows = gather_rows,
    .strip_f32 = strip<F32>,
    .strip_f16 = strip<F16>,
    .strip_bf16 = strip<Bf16>,
    .strip_by_depth = strip_by_depth,
    .multiply = multiply,
    .levels = kLevels,
    .quantise = quantise,
    .multiply_int8 = multiply_int8<false>,
    .multiply_int8_fine = multiply_int8<true>,
    .peak_f32 = peak_f32,
    .peak_int8 = peak_int8,
    .dot_f32 = dot<F32>,
    .dot_f16 = dot<F16>,
    .dot_bf16 = dot<Bf16>,
    .widen_f16 = widen_all<F16>,
    .widen_bf16 = widen_all<Bf16>,
    .silu = silu,
    .swiglu = swiglu,
    .tanh = tanh_all,
    .add_scaled = add_scaled,
    .soften = soften,
    .multiply_by = multiply_by,
    .layer_norm = layer_norm,
    .rms_norm = rms_norm,
    .moments = moments,
    .normalise = normalise,
};

}  // namespace

const Kernels& PLANTAIN_KERNELS() { return kTable; }

}  // namespace plantain::tensor::cpu
