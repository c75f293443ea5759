// Normalisations. Means and variances are summed in float32 or better whatever the weights were.
#pragma once

#include "tensor/matrix.h"
#include "tensor/runtime.h"

namespace plantain::tensor {

//   y[r, c] = (x[r, c] - mean) / sqrt(variance + epsilon) · (1 + scale[c]) + shift[c]
//
// Mean and variance over c. scale, shift: [columns], or null for 0. y may be x.
void layer_norm(Runtime& runtime, ConstMatrix x, const float* scale, const float* shift,
                float epsilon, Matrix y);

//   y[r, c] = x[r, c] / sqrt(mean over c of x[r, c]^2 + epsilon) · weight[c] · (1 + scale[c])
//
// scale: [columns], or null for 0. y may be x.
void rms_norm(Runtime& runtime, ConstMatrix x, const float* weight, const float* scale,
              float epsilon, Matrix y);

// rms_norm of each head by itself: columns are heads of `head_size`, weight: [head_size].
void rms_norm_heads(Runtime& runtime, Matrix x, int head_size, const float* weight, float epsilon);

//   z = (x[p, c] - mean) / sqrt(variance + epsilon) · weight[c] + bias[c];   y = silu(z) or z
//
// Mean and variance over all pixels p of a group of channels. y may be x.
void group_norm(Runtime& runtime, ConstMap x, int groups, const float* weight, const float* bias,
                float epsilon, bool silu, Map y);

}  // namespace plantain::tensor
