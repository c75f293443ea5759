// Attention with a softmax that never holds more scores than one block of queries by one of keys.
#pragma once

#include "tensor/matrix.h"
#include "tensor/runtime.h"

namespace plantain::tensor {

struct AttentionShape {
  int heads = 1;      // of q; a head's columns lie together
  int key_heads = 1;  // of k and v: query head h reads key head h / (heads / key_heads)
  int head_size = 0;
  float scale = 1;
  // Query i sees the keys 0 … i alone.
  bool causal = false;
  // The keys from here on are padding that no query sees, itself included; < 0: none is.
  int64_t keys_used = -1;
};

//   y[i, h] = sum over j of softmax over j of (scale · q[i, h] · k[j, h']) · v[j, h']
//
// q, y: [queries, heads · head_size]; k, v: [keys, key_heads · head_size]. y may be q; it must not
// overlap k and v. Each query sees one key or more.
void attention(Runtime& runtime, ConstMatrix q, ConstMatrix k, ConstMatrix v,
               const AttentionShape& shape, Matrix y);

}  // namespace plantain::tensor
