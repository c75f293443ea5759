// The innermost loops, as a table of functions that is filled once for each kind of processor.
// They check nothing: the operations above them do. Every function is pure.
//
// This header is compiled with different instruction sets into one program, so nothing in it (or
// in what it includes) may have a body that the linker could pick from the wrong one.
#pragma once

#include <cstddef>
#include <cstdint>

namespace plantain::tensor::cpu {

// Depth of one block of a product: a strip of `depth_max` x strip_columns weights fits the first
// cache beside what streams past it.
constexpr int kDepthMax = 256;
// Depth that shares one scale in products of 8-bit numbers.
constexpr int kScaledDepth = 256;
// 8-bit numbers that lie together: a strip moves them by fours, as if they were one float32.
constexpr int kBytesTogether = 4;
constexpr int kFineLevels = 127;

struct Kernels {
  const char* name;
  int strip_rows;     // R: rows of x that one call of `multiply` works on
  int strip_columns;  // C: columns of y

  // A strip of rows for multiply: to[d * R + r] = rows[r][d]; a null row is zeros.
  void (*gather_rows)(const float* const* rows, int64_t depth, float* to);
  // A strip of columns: to[d * C + c] = w[c][d], zeros for c >= columns. `stride` in numbers.
  void (*strip_f32)(const void* w, int64_t stride, int columns, int depth, float* to);
  void (*strip_f16)(const void* w, int64_t stride, int columns, int depth, float* to);
  void (*strip_bf16)(const void* w, int64_t stride, int columns, int depth, float* to);
  // The same from values that lie depth by depth: to[d * C + c] = v[d][c].
  void (*strip_by_depth)(const float* v, int64_t stride, int columns, int depth, float* to);
  // y[r][c] (+)= sum over d of rows[d * R + r] * columns[d * C + c], for all R x C.
  void (*multiply)(int depth, const float* rows, const float* columns, float* y, int64_t stride,
                   bool add);

  // Activations of 8-bit products are whole numbers from -levels to levels, stored with levels + 1
  // added. 127; 63 where the processor adds pairs of products in 16 bits.
  int levels;
  // One row's block, n <= kScaledDepth: to[i] = round(x[i] / scale) + levels + 1 for the scale,
  // which is returned, that makes the largest number `levels_wanted`; filled up to a multiple of
  // kBytesTogether with levels + 1. A NaN or infinity makes the scale one.
  float (*quantise)(const float* x, int64_t n, int levels_wanted, uint8_t* to);
  // The same as multiply for 8-bit numbers, `depth` of fours: with t the sum over d of rows
  // (unsigned) times columns (signed),
  //   y[r][c] (+)= row_scales[r] * (scales[c] * t - (levels + 1) * sums[c])
  // so that sums[c] = scales[c] * (sum of the column).
  void (*multiply_int8)(int depth, const float* rows, const float* columns, const float* row_scales,
                        const float* scales, const float* sums, float* y, int64_t stride, bool add);
  // The same for 127 levels, whatever `levels` is.
  void (*multiply_int8_fine)(int depth, const float* rows, const float* columns,
                             const float* row_scales, const float* scales, const float* sums,
                             float* y, int64_t stride, bool add);
  // Does nothing but multiply and add in registers; returns how many operations those were (a
  // multiplication and an addition are two). `unused` keeps them from being left out.
  double (*peak_f32)(int64_t rounds, float* unused);
  double (*peak_int8)(int64_t rounds, float* unused);

  // sum of x[i] * w[i]
  float (*dot_f32)(const float* x, const void* w, int64_t n);
  float (*dot_f16)(const float* x, const void* w, int64_t n);
  float (*dot_bf16)(const float* x, const void* w, int64_t n);
  void (*widen_f16)(const void* from, float* to, int64_t n);
  void (*widen_bf16)(const void* from, float* to, int64_t n);

  // y = x / (1 + exp(-x)); y may be x.
  void (*silu)(const float* x, float* y, int64_t n);
  // y = silu(gate) * up; y may be either.
  void (*swiglu)(const float* gate, const float* up, float* y, int64_t n);
  void (*tanh)(const float* x, float* y, int64_t n);
  // y += factor[i] * x[i]; a null factor is 1.
  void (*add_scaled)(const float* x, const float* factor, float* y, int64_t n);
  // One row of a softmax that sees its keys in pieces. Scores become exp(scale * score - new
  // maximum); `maximum` (of scaled scores) and `sum` are carried along. Returns what the sums so
  // far must be multiplied by.
  float (*soften)(float* scores, int64_t n, float scale, float* maximum, float* sum);
  void (*multiply_by)(float* x, float factor, int64_t n);
  // y = (x - mean) / sqrt(variance + epsilon) * (1 + scale) + shift; null scale and shift: 0.
  void (*layer_norm)(const float* x, const float* scale, const float* shift, float epsilon,
                     float* y, int64_t n);
  // y = x / sqrt(mean of squares + epsilon) * weight * (1 + scale); null weight: 1; null scale: 0.
  void (*rms_norm)(const float* x, const float* weight, const float* scale, float epsilon, float* y,
                   int64_t n);
  // Over rows: sums[c] += d, squares[c] += d^2, where d = x[c] - origin[c].
  void (*moments)(const float* x, int64_t rows, int64_t channels, const float* origin, float* sums,
                  float* squares);
  // y = x * factor + offset per channel, then SiLU when `silu`.
  void (*normalise)(const float* x, int64_t rows, int64_t channels, const float* factor,
                    const float* offset, bool silu, float* y);
};

const Kernels& portable_kernels();
#if defined(__x86_64__)
const Kernels& avx2_kernels();
const Kernels& avx512_kernels();
#endif

}  // namespace plantain::tensor::cpu
