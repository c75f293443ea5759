// The denoiser of Z-Image: picture and caption are refined apart, then run as one sequence,
// picture first. docs/models/z-image.md tells the whole pipeline.
#pragma once

#include <memory>
#include <vector>

#include "base/json.h"
#include "model/parameters.h"
#include "model/trace.h"
#include "tensor/arena.h"
#include "tensor/rotary.h"

namespace plantain::model::z_image {

struct Config {
  int64_t width = 0;
  int layers = 0;
  int refiner_layers = 0;
  int heads = 0;
  float epsilon = 0;
  int latent_channels = 0;
  int patch = 0;  // latents a token, in each direction
  int64_t caption_width = 0;
  double rope_theta = 0;
  std::vector<int> axes;  // numbers of a head that t, h and w turn
  double time_scale = 0;

  int head_size() const { return static_cast<int>(width / heads); }
};
Result<Config> parse_config(const Json& config, std::string label);

class Transformer {
 public:
  static Result<Transformer> load(const Config& config, ParameterSource source, Precision precision,
                                  const std::vector<AppliedLora>* loras);

  // What the model answers for `latents` at `sigma`: the velocity with its sign changed, picture -
  // noise. Sides of the maps are multiples of the patch. caption: [tokens, caption_width], without
  // padding. kCancelled.
  Result<void> run(tensor::Runtime& runtime, tensor::Arena& arena, tensor::ConstMap latents,
                   tensor::ConstMatrix caption, float sigma, tensor::Map output,
                   const KeepGoing& keep_going, const Named& trace) const;

  const Config& config() const { return config_; }

 private:
  struct Block {
    const float* attention_norm1;
    const float* attention_norm2;
    const float* ffn_norm1;
    const float* ffn_norm2;
    tensor::Weight q, k, v, out;
    const float* q_norm;
    const float* k_norm;
    tensor::Weight gate, up, down;
    tensor::Weight modulation;  // no rows in a block that is not modulated
  };
  struct Run;

  Block read_block(const std::string& name, int64_t mlp, int64_t time_width, bool modulated);
  void embed_time(Run& run, float sigma, const Named& trace) const;
  void embed_picture(Run& run, tensor::ConstMap latents, tensor::Matrix x,
                     const Named& trace) const;
  void embed_caption(Run& run, tensor::ConstMatrix caption, tensor::Matrix c,
                     const Named& trace) const;
  void run_block(Run& run, const Block& block, tensor::Matrix x, int64_t first_position) const;
  void finish(Run& run, tensor::Matrix x, tensor::Map output, const Named& trace) const;

  Config config_;
  std::unique_ptr<Parameters> parameters_;
  tensor::Weight picture_in_, time_1_, time_2_, caption_in_, last_modulation_, out_;
  const float* caption_norm_ = nullptr;
  const float* picture_pad_ = nullptr;
  const float* caption_pad_ = nullptr;
  std::vector<Block> picture_refiners_, caption_refiners_, layers_;
};

}  // namespace plantain::model::z_image
