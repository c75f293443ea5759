// What is in a weight file: which parts of which models, judged by its tensors and their shapes,
// and those parts under the names the rest of the program uses (diffusers' and transformers').
//
//   Result<std::vector<ModelPart>> parts = parts_of(*weights);   // {kFlux2Transformer, …}
//
// Files in the original layout (Black Forest Labs, ComfyUI, llama.cpp; safetensors or GGUF) get
// views into the same bytes: fused matrices are taken apart by rows, only where halves change
// places is a matrix copied. Threads: pure functions.
#pragma once

#include <string>
#include <vector>

#include "model/weights/weights.h"

namespace plantain::model {

enum class PartKind {
  kFlux2Transformer,
  kZImageTransformer,
  kQwen3Encoder,  // names begin with "model."
  kAutoencoder,   // AutoencoderKL: SD, FLUX.1, Z-Image; with "bn." statistics: FLUX.2
  kTinyAutoencoder,
  kClipEncoder,  // transformers' layout, names begin with "text_model."
  kUnet,         // diffusers' layout
};
std::string_view name_of(PartKind kind);

struct ModelPart {
  PartKind kind;
  // For a person: "FLUX.2 transformer, 5 + 20 blocks, width 3072".
  std::string description;
  Weights weights;
};

// kInvalidInput: nothing in it is known, or it is a model this program cannot run, by its name.
// kCorrupt: a fused tensor whose rows cannot be taken apart evenly.
Result<std::vector<ModelPart>> parts_of(const Weights& weights);

}  // namespace plantain::model
