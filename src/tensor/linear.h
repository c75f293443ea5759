// Products with weights, and what is done to the result while it is still in the cache.
#pragma once

#include "tensor/matrix.h"
#include "tensor/runtime.h"

namespace plantain::tensor {

// What becomes of z = x · transposed(W) + bias on its way into y.
struct Epilogue {
  enum class Kind {
    kStore,  // y = z
    kSilu,   // y = silu(z)
    kAdd,    // y = y + factor · z; `factor` per column, null: 1
  };
  Kind kind = Kind::kStore;
  const float* factor = nullptr;

  static Epilogue store() { return {}; }
  static Epilogue silu() { return {Kind::kSilu, nullptr}; }
  static Epilogue add(const float* factor = nullptr) { return {Kind::kAdd, factor}; }
};

//   z[m, n] = sum over k of x[m, k] · w[n, k] + bias[n];   y = epilogue(z)
//
// x: [M, K]; w: [N, K] in any dtype; y: [M, N], must not overlap x. With kI8, x is rounded to 8
// bits: see int8.h.
// A row of y depends on that row of x alone: the same bits whatever M and the number of threads,
// for M above kFewRows; at most kFewRows rows are summed in another order.
void linear(Runtime& runtime, ConstMatrix x, const Weight& w, Matrix y,
            const Epilogue& epilogue = Epilogue::store());
constexpr int64_t kFewRows = 3;

//   y[m, n] = silu(g[m, n]) · u[m, n],   g = x · transposed(gate), u = x · transposed(up)
//
// gate, up: [N, K], same dtype, without bias; y: [M, N], must not overlap x.
void linear_swiglu(Runtime& runtime, ConstMatrix x, const Weight& gate, const Weight& up, Matrix y);

// How a convolution walks over its input. Everything outside the picture is zero.
struct Convolution {
  int kernel = 3;  // height and width of the window
  int stride = 1;
  int before = 1;      // rows above and columns left that are padded
  int after = 1;       // … below and right
  bool twice = false;  // the input is first enlarged ×2, each pixel becoming four

  static Convolution same(int kernel) { return {kernel, 1, kernel / 2, kernel / 2, false}; }
  static Convolution halving() { return {3, 2, 0, 1, false}; }  // pads right and below only
  static Convolution doubling() { return {3, 1, 1, 1, true}; }

  int output(int side) const {
    return ((twice ? 2 * side : side) + before + after - kernel) / stride + 1;
  }
};

//   z[y, x, n] = sum over i, j, c of in[y·stride + i - before, x·stride + j - before, c] · w[n, (i,
//   j, c)] + bias[n]
//
// w: [out channels, kernel · kernel · in channels], channels fastest. out: of the size that
// Convolution::output() says; must not overlap `in`.
void convolve(Runtime& runtime, ConstMap in, const Weight& w, const Convolution& shape, Map out,
              const Epilogue& epilogue = Epilogue::store());

}  // namespace plantain::tensor
