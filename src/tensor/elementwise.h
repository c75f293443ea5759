// What is done number by number, and reading numbers that are stored short.
#pragma once

#include "tensor/matrix.h"
#include "tensor/runtime.h"

namespace plantain::tensor {

// y = x / (1 + exp(-x)). y may be x.
void silu(Runtime& runtime, ConstMatrix x, Matrix y);
// y = tanh(x). y may be x.
void tanh(Runtime& runtime, ConstMatrix x, Matrix y);
// y[r, c] += factor[c] · x[r, c]; factor null: 1.
void add_scaled(Runtime& runtime, ConstMatrix x, const float* factor, Matrix y);

// `count` numbers of kF32, kF16 or kBF16 as float32.
void widen(const Runtime& runtime, Dtype dtype, const std::byte* from, int64_t count, float* to);

// Sinusoids of a time, [cos(t · w_0) … cos(t · w_h-1), sin(t · w_0) … sin(t · w_h-1)], where
// w_k = 10000^(-k / h) and h = size / 2. size: even.
void sinusoids(double time, int size, float* to);

}  // namespace plantain::tensor
