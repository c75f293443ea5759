// Low-rank changes to a model's matrices (LoRA), from the files that trainers write:
//   W' = W + strength · scale · B · A,   A: [rank, columns], B: [rows, rank]
//
//   Result<Lora> lora = read_lora(*open_weights("lora.safetensors"), transformer,
//   LoraNames::kFlux2); for (const LoraLayer& layer : lora->layers) …   // layer.module:
//   "transformer_blocks.0.attn.to_q"
//
// Keys may be peft's and diffusers' (lora_A, lora_B), kohya's (lora_up, lora_down, alpha; dots
// flattened to underscores), in diffusers' or the model's original names. Threads: pure functions.
#pragma once

#include <string>
#include <vector>

#include "model/weights/weights.h"

namespace plantain::model {

struct LoraLayer {
  std::string module;  // the changed tensor is module + ".weight"
  StoredTensor a;      // [rank, columns]
  StoredTensor b;      // [rows, rank]
  float scale = 1;     // alpha / rank
};

struct Lora {
  std::vector<LoraLayer> layers;  // sorted by module, one each
  // Modules in the file that the model does not have (those of text encoders above all): what is
  // not applied, for the user to see.
  std::vector<std::string> unmatched;
  std::vector<std::shared_ptr<const void>> keepers;  // own the bytes
};

// Which original names a file may use besides the model's own.
enum class LoraNames { kFlux2, kZImage };

// The changes in `file` for `model`, whose tensors have diffusers' names.
// kInvalidInput: nothing in it fits the model; a kind of adapter that is not read (LoHa, LoKr, DoRA
// …). kCorrupt: half a pair, shapes that do not fit the model or each other, a bad alpha.
Result<Lora> read_lora(const Weights& file, const Weights& model, LoraNames names);

}  // namespace plantain::model
