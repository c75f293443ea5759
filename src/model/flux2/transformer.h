// The denoiser of FLUX.2 (klein, dev): text and picture meet in double blocks, then run through
// single blocks as one sequence. docs/models/flux.2-klein.md tells the whole pipeline.
#pragma once

#include <memory>
#include <vector>

#include "base/json.h"
#include "model/parameters.h"
#include "model/trace.h"
#include "tensor/arena.h"
#include "tensor/rotary.h"

namespace plantain::model::flux2 {

struct Config {
  int64_t channels = 0;  // of a token of the picture
  int64_t text_width = 0;
  int heads = 0;
  int head_size = 0;
  int double_blocks = 0;
  int single_blocks = 0;
  int64_t mlp = 0;        // inner width of the feed-forward
  int time_channels = 0;  // sinusoids of the time
  std::vector<int> axes;  // numbers of a head that t, h, w and l turn
  double rope_theta = 0;
  float epsilon = 0;

  int64_t width() const { return int64_t{heads} * head_size; }
};
// kCorrupt: not as it should be. kInvalidInput: guidance embedding (FLUX.2-dev) is not supported.
Result<Config> parse_config(const Json& config, std::string label);

// Where the tokens stand: text, then the picture of height x width tokens, then references.
struct TokenGrid {
  int height = 0;
  int width = 0;
};
tensor::RotaryTable make_positions(const Config& config, int64_t text_tokens, TokenGrid picture,
                                   const std::vector<TokenGrid>& references);

class Transformer {
 public:
  static Result<Transformer> load(const Config& config, ParameterSource source, Precision precision,
                                  const std::vector<AppliedLora>* loras);

  // velocity = noise - picture at `sigma`, for the first velocity.rows rows of `picture`, which may
  // hold references' tokens behind them. text: [tokens, text_width]. kCancelled.
  Result<void> run(tensor::Runtime& runtime, tensor::Arena& arena, tensor::ConstMatrix picture,
                   tensor::ConstMatrix text, float sigma, const tensor::RotaryTable& positions,
                   tensor::Matrix velocity, const KeepGoing& keep_going, const Named& trace) const;

  const Config& config() const { return config_; }

 private:
  // What one stream (picture or text) of a double block has for itself.
  struct Stream {
    tensor::Weight q, k, v, out;
    const float* q_norm;
    const float* k_norm;
    tensor::Weight mlp_in, mlp_out;
  };
  struct DoubleBlock {
    Stream picture, text;
  };
  struct SingleBlock {
    tensor::Weight in, out;
    const float* q_norm;
    const float* k_norm;
  };
  // All that one run works on: text rows first.
  struct Run;

  static Stream read_stream(Parameters& read, const Config& config, const std::string& block,
                            bool text);
  void modulate(Run& run, float sigma, const Named& trace) const;
  void attend(Run& run, tensor::Matrix qkv, tensor::Matrix out) const;
  void project(Run& run, const Stream& stream, const float* modulation, tensor::Matrix part,
               tensor::Matrix qkv) const;
  void finish_stream(Run& run, const Stream& stream, const float* modulation,
                     tensor::ConstMatrix attended, tensor::Matrix part) const;
  void run_double(Run& run, const DoubleBlock& block) const;
  void run_single(Run& run, const SingleBlock& block) const;
  void finish(Run& run, tensor::Matrix velocity, const Named& trace) const;

  Config config_;
  std::unique_ptr<Parameters> parameters_;
  tensor::Weight picture_in_, text_in_, time_1_, time_2_;
  tensor::Weight modulation_picture_, modulation_text_, modulation_single_;
  tensor::Weight norm_out_, out_;
  std::vector<DoubleBlock> double_blocks_;
  std::vector<SingleBlock> single_blocks_;
};

}  // namespace plantain::model::flux2
