// Scales that lie beside a quantised weight as tensors of their own, as ComfyUI writes them, taken
// into the weight they belong to.
// Threads: pure functions.
#pragma once

#include <string>
#include <vector>

#include "model/weights/weights.h"

namespace plantain::model {

// For each layer X: "X.weight" (F8 or I8) gets `scales` from "X.weight_scale" or "X.scale_weight"
// and `rotation` from "X.comfy_quant"; these, "X.input_scale", "X.scale_input" (calibration of the
// activations, which are not quantised by it here) and the mark "scaled_fp8" leave the list.
// kCorrupt: a scale without a weight, of a wrong shape, or that is no positive number;
// kInvalidInput: a format of "comfy_quant" that is not known.
Result<std::vector<StoredTensor>> with_scales(std::vector<StoredTensor> tensors,
                                              const std::string& label);

}  // namespace plantain::model
