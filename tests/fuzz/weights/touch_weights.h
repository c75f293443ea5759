// What every target does with a file that was believed: the promises of weights.h are held to.
#pragma once

#include <algorithm>
#include <vector>

#include "base/check.h"
#include "model/weights/decode.h"
#include "model/weights/parts.h"

namespace plantain::model {

inline void touch_weights(std::vector<StoredTensor> tensors, Bytes file) {
  for (const StoredTensor& tensor : tensors) {
    CHECK(bytes_of(tensor.type, tensor.shape) == tensor.bytes.size());
    if (tensor.bytes.empty()) continue;
    CHECK(tensor.bytes.data() >= file.data());
    CHECK(tensor.bytes.data() + tensor.bytes.size() <= file.data() + file.size());
    std::vector<float> values(elements_of(tensor.shape).value());
    read_f32(tensor, values);
  }
  Result<Weights> weights = Weights::make("fuzz", std::move(tensors), {}, {});
  if (weights.ok()) static_cast<void>(parts_of(*weights));
}

}  // namespace plantain::model
