// Qwen3 as a text encoder: the residual stream of some of its layers, for every token.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "base/json.h"
#include "model/parameters.h"
#include "model/trace.h"
#include "tensor/arena.h"
#include "tensor/rotary.h"

namespace plantain::model::qwen3 {

struct Config {
  int64_t hidden = 0;
  int64_t intermediate = 0;
  int layers = 0;
  int heads = 0;
  int key_heads = 0;
  int head_size = 0;
  int64_t vocabulary = 0;
  double rope_theta = 0;
  float epsilon = 0;
};
Result<Config> parse_config(const Json& config, std::string label);

class Encoder {
 public:
  // Loads the embedding and the first `layers` layers: those above are never read.
  // kCorrupt: the weights do not go with the configuration.
  static Result<Encoder> load(const Config& config, ParameterSource source, Precision precision,
                              int layers);

  // Row t of `states`: for each of `taps`, side by side, token t's stream after that many layers
  // (0: the embedding); no final norm. Causal; tokens from `used` on are padding that no token
  // sees, themselves included. Ascending taps, none beyond the layers loaded.
  // kCancelled: keep_going said so. kInvalidInput: an id outside the vocabulary.
  Result<void> encode(tensor::Runtime& runtime, tensor::Arena& arena, std::span<const int32_t> ids,
                      int64_t used, std::span<const int> taps, tensor::Matrix states,
                      const KeepGoing& keep_going, const Named& trace) const;

  const Config& config() const { return config_; }

 private:
  struct Layer {
    const float* input_norm;
    tensor::Weight q, k, v, o;
    const float* q_norm;
    const float* k_norm;
    const float* post_norm;
    tensor::Weight gate, up, down;
  };

  void run_layer(tensor::Runtime& runtime, tensor::Arena& arena, const Layer& layer,
                 const tensor::RotaryTable& rotation, int64_t used, tensor::Matrix x) const;

  Config config_;
  std::unique_ptr<Parameters> parameters_;
  tensor::Weight embedding_;
  std::vector<Layer> layers_;
};

}  // namespace plantain::model::qwen3
