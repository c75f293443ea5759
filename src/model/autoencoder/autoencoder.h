// The variational autoencoder between pictures and latents, one implementation for all families:
// eight pixels a latent in both directions; channels and groups from the configuration.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "base/json.h"
#include "model/parameters.h"
#include "model/trace.h"
#include "tensor/arena.h"

namespace plantain::model::autoencoder {

struct Config {
  int latent_channels = 0;
  std::vector<int> encoder_channels;  // of each level, from the picture inwards
  std::vector<int> decoder_channels;
  int layers_per_block = 0;
  int groups = 0;
  bool quant = false;       // a 1×1 convolution behind the encoder
  bool post_quant = false;  // … and before the decoder
  double scaling_factor = 1;
  double shift_factor = 0;
  double batch_norm_epsilon = 0;  // of FLUX.2's latents

  // Pixels a latent, in each direction.
  int compression() const { return 1 << (decoder_channels.size() - 1); }
};
Result<Config> parse_config(const Json& config, std::string label);

// Latents of more pixels than this a side are decoded in overlapping tiles, so that memory stays
// bounded. 0: never.
struct Tiling {
  int side_px = 0;
};

class Autoencoder {
 public:
  // Which halves to load.
  enum class Parts { kDecoder, kBoth };
  static Result<Autoencoder> load(const Config& config, ParameterSource source, Precision precision,
                                  Parts parts);

  // Pixels in about [-1, 1], of compression() times the size, into `pixels` (3 channels).
  // Tiles overlap by a quarter and are blended linearly. kCancelled.
  Result<void> decode(tensor::Runtime& runtime, tensor::Arena& arena, tensor::ConstMap latents,
                      tensor::Map pixels, const Tiling& tiling, const KeepGoing& keep_going,
                      const Named& trace) const;
  // The mean of the distribution of latents; sides of `pixels` are multiples of compression().
  Result<void> encode(tensor::Runtime& runtime, tensor::Arena& arena, tensor::ConstMap pixels,
                      tensor::Map latents, const KeepGoing& keep_going, const Named& trace) const;

  const Config& config() const { return config_; }

 private:
  struct Norm {
    const float* weight;
    const float* bias;
  };
  struct Resnet {
    Norm norm1, norm2;
    tensor::Weight conv1, conv2;
    std::optional<tensor::Weight> shortcut;
  };
  struct Attention {
    Norm norm;
    tensor::Weight q, k, v, out;
  };
  struct Level {
    std::vector<Resnet> resnets;
    std::optional<tensor::Weight> sampler;
  };
  struct Half {
    tensor::Weight conv_in;
    std::vector<Level> levels;
    Resnet mid_first, mid_last;
    Attention attention;
    Norm norm_out;
    tensor::Weight conv_out;
  };
  struct Canvas;

  static Norm read_norm(Parameters& read, const std::string& name, int channels);
  static Resnet read_resnet(Parameters& read, const std::string& name, int in, int out);
  static void read_middle(Parameters& read, const std::string& root, int channels, Half& half);
  void read_encoder();
  void read_decoder();
  void run_resnet(Canvas& canvas, const Resnet& resnet) const;
  void run_attention(Canvas& canvas, const Attention& attention) const;
  void run_middle(Canvas& canvas, const Half& half) const;
  void finish(Canvas& canvas, const Half& half, const Named& trace) const;
  Result<void> decode_whole(tensor::Runtime& runtime, tensor::Arena& arena,
                            tensor::ConstMap latents, tensor::Map pixels,
                            const KeepGoing& keep_going, const Named& trace) const;

  Config config_;
  std::unique_ptr<Parameters> parameters_;
  std::optional<Half> encoder_;
  Half decoder_;
  std::optional<tensor::Weight> quant_, post_quant_;
};

}  // namespace plantain::model::autoencoder
