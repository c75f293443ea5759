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
