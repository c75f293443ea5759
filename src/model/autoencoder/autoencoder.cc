#include "model/autoencoder/autoencoder.h"

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "model/config.h"
#include "tensor/attention.h"
#include "tensor/elementwise.h"
#include "tensor/linear.h"
#include "tensor/norm.h"

namespace plantain::model::autoencoder {

using tensor::Arena;
using tensor::ConstMap;
using tensor::Convolution;
using tensor::Epilogue;
using tensor::Map;
using tensor::Matrix;
using tensor::Runtime;
using tensor::Weight;

namespace {

constexpr float kEpsilon = 1e-6f;
constexpr int kPictureChannels = 3;

}  // namespace

Result<Config> parse_config(const Json& json, std::string label) {
  ConfigReader read(json, std::move(label));
  Config config;
  config.latent_channels = static_cast<int>(read.integer("latent_channels", 1, 4096));
  config.encoder_channels = read.integers("block_out_channels", 1, 1 << 16);
  config.decoder_channels = read.integers_if_there("decoder_block_out_channels", 1, 1 << 16)
                                .value_or(config.encoder_channels);
  config.layers_per_block = static_cast<int>(read.integer("layers_per_block", 1, 64));
  config.groups = static_cast<int>(read.integer("norm_num_groups", 1, 1 << 16));
  config.quant = read.flag_or("use_quant_conv", true);
  config.post_quant = read.flag_or("use_post_quant_conv", true);
  config.scaling_factor = read.number_or("scaling_factor", 1.0);
  config.shift_factor = read.number_or("shift_factor", 0.0);
  config.batch_norm_epsilon = read.number_or("batch_norm_eps", 1e-4);
  for (const std::vector<int>* list : {&config.encoder_channels, &config.decoder_channels})
    for (const int channels : *list)
      if (channels % config.groups != 0) read.fault("norm_num_groups", "a divisor of all channels");
  if (config.decoder_channels.size() != config.encoder_channels.size() ||
      config.decoder_channels.size() > 8)
    read.fault("decoder_block_out_channels", "as long as block_out_channels, at most 8");
  if (config.scaling_factor == 0) read.fault("scaling_factor", "other than 0");
  if (!read.status().ok()) return read.status().error();
  return config;
}

Autoencoder::Norm Autoencoder::read_norm(Parameters& read, const std::string& name, int channels) {
  return {read.vector(concat(name, ".weight"), channels),
          read.vector(concat(name, ".bias"), channels)};
}

Autoencoder::Resnet Autoencoder::read_resnet(Parameters& read, const std::string& name, int in,
                                             int out) {
  Resnet resnet;
  resnet.norm1 = read_norm(read, concat(name, ".norm1"), in);
  resnet.conv1 = read.convolution(concat(name, ".conv1"), out, in, 3);
  resnet.norm2 = read_norm(read, concat(name, ".norm2"), out);
  resnet.conv2 = read.convolution(concat(name, ".conv2"), out, out, 3);
  if (in != out) resnet.shortcut = read.convolution(concat(name, ".conv_shortcut"), out, in, 1);
  return resnet;
}

void Autoencoder::read_middle(Parameters& read, const std::string& root, int channels, Half& half) {
  half.mid_first = read_resnet(read, concat(root, "mid_block.resnets.0"), channels, channels);
  half.mid_last = read_resnet(read, concat(root, "mid_block.resnets.1"), channels, channels);
  const std::string at = concat(root, "mid_block.attentions.0.");
  const auto linear = [&](std::string_view name, std::string_view older) {
    return read.linear_with_bias(read.first_of({concat(at, name), concat(at, older)}), channels,
                                 channels);
  };
  half.attention.norm = read_norm(read, concat(at, "group_norm"), channels);
  half.attention.q = linear("to_q", "query");
  half.attention.k = linear("to_k", "key");
  half.attention.v = linear("to_v", "value");
  half.attention.out = linear("to_out.0", "proj_attn");
}

void Autoencoder::read_encoder() {
  Parameters& read = *parameters_;
  const std::vector<int>& channels = config_.encoder_channels;
  Half half;
  half.conv_in = read.convolution("encoder.conv_in", channels.front(), kPictureChannels, 3);
  int in = channels.front();
  for (std::size_t i = 0; i < channels.size(); ++i) {
    const std::string block = concat("encoder.down_blocks.", i);
    Level level;
    for (int j = 0; j < config_.layers_per_block; ++j) {
      level.resnets.push_back(read_resnet(read, concat(block, ".resnets.", j), in, channels[i]));
      in = channels[i];
    }
    if (i + 1 < channels.size())
      level.sampler = read.convolution(concat(block, ".downsamplers.0.conv"), in, in, 3);
    half.levels.push_back(std::move(level));
  }
  read_middle(read, "encoder.", in, half);
  half.norm_out = read_norm(read, "encoder.conv_norm_out", in);
  half.conv_out = read.convolution("encoder.conv_out", 2 * config_.latent_channels, in, 3);
  if (config_.quant)
    quant_ =
        read.convolution("quant_conv", 2 * config_.latent_channels, 2 * config_.latent_channels, 1);
  encoder_ = std::move(half);
}

void Autoencoder::read_decoder() {
  Parameters& read = *parameters_;
  const std::vector<int>& channels = config_.decoder_channels;
  int in = channels.back();
  if (config_.post_quant)
    post_quant_ =
        read.convolution("post_quant_conv", config_.latent_channels, config_.latent_channels, 1);
  decoder_.conv_in = read.convolution("decoder.conv_in", in, config_.latent_channels, 3);
  read_middle(read, "decoder.", in, decoder_);
  for (std::size_t i = 0; i < channels.size(); ++i) {
    const std::string block = concat("decoder.up_blocks.", i);
    const int out = channels[channels.size() - 1 - i];
    Level level;
    for (int j = 0; j <= config_.layers_per_block; ++j) {  // one more than in the encoder
      level.resnets.push_back(read_resnet(read, concat(block, ".resnets.", j), in, out));
      in = out;
    }
    if (i + 1 < channels.size())
      level.sampler = read.convolution(concat(block, ".upsamplers.0.conv"), in, in, 3);
    decoder_.levels.push_back(std::move(level));
  }
  decoder_.norm_out = read_norm(read, "decoder.conv_norm_out", in);
  decoder_.conv_out = read.convolution("decoder.conv_out", kPictureChannels, in, 3);
}

Result<Autoencoder> Autoencoder::load(const Config& config, ParameterSource source,
                                      Precision precision, Parts parts) {
  Autoencoder model;
  model.config_ = config;
  model.parameters_ = std::make_unique<Parameters>(std::move(source), precision);
  model.read_decoder();
  if (parts == Parts::kBoth) model.read_encoder();
  if (!model.parameters_->status().ok()) return model.parameters_->status().error();
  return model;
}

// The feature map that is worked on, and room of the same arena for the next one. Maps alternate
// between slots that grow as the picture does.
struct Autoencoder::Canvas {
  Runtime& runtime;
  Arena& arena;
  const KeepGoing& keep_going;
  Map now;

  // A map beside `now`, of the arena's memory.
  Map like(int channels) { return arena.map(now.height, now.width, channels); }
  void convolve_to(Map to, const Weight& weight, const Convolution& shape) {
    convolve(runtime, now, weight, shape, to);
    now = to;
  }
};

// The result is written over the input when it has as many channels, else into fresh memory.
void Autoencoder::run_resnet(Canvas& canvas, const Resnet& resnet) const {
  const int in = canvas.now.channels, out = static_cast<int>(resnet.conv1.rows);
  Runtime& runtime = canvas.runtime;
  Map target = in == out ? canvas.now : canvas.like(out);
  const Arena::Scope scope(canvas.arena);
  Map normal = canvas.like(in), inner = canvas.like(out);
  group_norm(runtime, canvas.now, config_.groups, resnet.norm1.weight, resnet.norm1.bias, kEpsilon,
             true, normal);
  convolve(runtime, normal, resnet.conv1, Convolution::same(3), inner);
  group_norm(runtime, inner, config_.groups, resnet.norm2.weight, resnet.norm2.bias, kEpsilon, true,
             inner);
  if (resnet.shortcut)
    convolve(runtime, canvas.now, *resnet.shortcut, Convolution::same(1), target);
  convolve(runtime, inner, resnet.conv2, Convolution::same(3), target, Epilogue::add());
  canvas.now = target;
}

void Autoencoder::run_attention(Canvas& canvas, const Attention& attention) const {
  const Arena::Scope scope(canvas.arena);
  Runtime& runtime = canvas.runtime;
  const int channels = canvas.now.channels;
  Map normal = canvas.like(channels);
  group_norm(runtime, canvas.now, config_.groups, attention.norm.weight, attention.norm.bias,
             kEpsilon, false, normal);
  Matrix q = canvas.like(channels).rows(), k = canvas.like(channels).rows(),
         v = canvas.like(channels).rows();
  linear(runtime, normal.rows(), attention.q, q);
  linear(runtime, normal.rows(), attention.k, k);
  linear(runtime, normal.rows(), attention.v, v);
  tensor::attention(
      runtime, q, k, v,
      {.head_size = channels, .scale = 1.0f / std::sqrt(static_cast<float>(channels))}, q);
  linear(runtime, q, attention.out, canvas.now.rows(), Epilogue::add());
}

// The last norm of a half, with its SiLU.
void Autoencoder::finish(Canvas& canvas, const Half& half, const Named& trace) const {
  const auto normalise = [&](bool silu, Map to) {
    group_norm(canvas.runtime, canvas.now, config_.groups, half.norm_out.weight, half.norm_out.bias,
               kEpsilon, silu, to);
  };
  if (trace.looking()) {
    const Arena::Scope scope(canvas.arena);
    const Map bare = canvas.like(canvas.now.channels);
    normalise(false, bare);
    trace.map(bare, "conv_norm_out");
  }
  normalise(true, canvas.now);
  trace.map(canvas.now, "conv_act");
}

void Autoencoder::run_middle(Canvas& canvas, const Half& half) const {
  run_resnet(canvas, half.mid_first);
  run_attention(canvas, half.attention);
  run_resnet(canvas, half.mid_last);
}

Result<void> Autoencoder::decode_whole(Runtime& runtime, Arena& arena, ConstMap latents, Map pixels,
                                       const KeepGoing& keep_going, const Named& trace) const {
  const Arena::Scope scope(arena);
  Canvas canvas{runtime, arena, keep_going,
                arena.map(latents.height, latents.width, latents.channels)};
  if (post_quant_)
    convolve(runtime, latents, *post_quant_, Convolution::same(1), canvas.now);
  else
    std::copy(latents.data, latents.data + latents.pixels() * latents.channels, canvas.now.data);
  trace.map(canvas.now, "post_quant_conv");
  canvas.convolve_to(canvas.like(config_.decoder_channels.back()), decoder_.conv_in,
                     Convolution::same(3));
  trace.map(canvas.now, "decoder.conv_in");
  run_middle(canvas, decoder_);
  trace.map(canvas.now, "decoder.mid_block");
  for (std::size_t i = 0; i < decoder_.levels.size(); ++i) {
    const Level& level = decoder_.levels[i];
    for (const Resnet& resnet : level.resnets) {
      if (!keep_going()) return stopped();
      run_resnet(canvas, resnet);
    }
    if (level.sampler) {
      if (!keep_going()) return stopped();
      canvas.convolve_to(
          arena.map(2 * canvas.now.height, 2 * canvas.now.width, canvas.now.channels),
          *level.sampler, Convolution::doubling());
    }
    trace.map(canvas.now, "decoder.up_blocks.", i);
  }
  if (!keep_going()) return stopped();
  finish(canvas, decoder_, trace.under("decoder."));
  convolve(runtime, canvas.now, decoder_.conv_out, Convolution::same(3), pixels);
  trace.map(pixels, "decoder.conv_out");
  trace.map(pixels, "decoder");
  return {};
}

namespace {

// Places of tiles along one side: each begins three quarters of a tile behind the one before; the
// last ends with the side.
std::vector<int> tile_places(int side, int tile) {
  if (side <= tile) return {0};
  std::vector<int> places;
  for (int at = 0; at + tile < side; at += tile * 3 / 4) places.push_back(at);
  places.push_back(side - tile);
  return places;
}

// How much a tile counts at a place `into` it: rising over the overlap with the tile before.
float share(int into, int overlap) {
  return overlap == 0
             ? 1.0f
             : std::min(1.0f, (static_cast<float>(into) + 0.5f) / static_cast<float>(overlap));
}

struct Tile {
  int row = 0, column = 0;  // in pixels
  int overlap_above = 0, overlap_left = 0;
};

// Lays a tile over the picture: what was there before fades out over the overlaps.
void blend(ConstMap tile, const Tile& at, Map picture) {
  for (int y = 0; y < tile.height; ++y) {
    for (int x = 0; x < tile.width; ++x) {
      const float part = share(y, at.overlap_above) * share(x, at.overlap_left);
      const float* from = tile.data + (int64_t{y} * tile.width + x) * tile.channels;
      float* to =
          picture.data + (int64_t{at.row + y} * picture.width + at.column + x) * picture.channels;
      for (int c = 0; c < tile.channels; ++c)
        to[c] = part == 1.0f ? from[c] : to[c] + part * (from[c] - to[c]);
    }
  }
}

Map copy_part(Arena& arena, ConstMap from, int row, int column, int height, int width) {
  Map part = arena.map(height, width, from.channels);
  for (int y = 0; y < height; ++y) {
    const float* begin = from.data + (int64_t{row + y} * from.width + column) * from.channels;
    std::copy(begin, begin + int64_t{width} * from.channels,
              part.data + int64_t{y} * width * from.channels);
  }
  return part;
}

}  // namespace

// Rows of tiles are finished one after the other and then blended downwards, so that the corner
// where four meet is the blend of two blended rows.
Result<void> Autoencoder::decode(Runtime& runtime, Arena& arena, ConstMap latents, Map pixels,
                                 const Tiling& tiling, const KeepGoing& keep_going,
                                 const Named& trace) const {
  const int scale = config_.compression();
  CHECK(pixels.height == scale * latents.height && pixels.width == scale * latents.width);
  const int side = tiling.side_px / scale;
  if (side == 0 || (latents.height <= side && latents.width <= side))
    return decode_whole(runtime, arena, latents, pixels, keep_going, trace);
  const std::vector<int> rows = tile_places(latents.height, side);
  const std::vector<int> columns = tile_places(latents.width, side);
  const int height = std::min(side, latents.height), width = std::min(side, latents.width);
  const Arena::Scope scope(arena);
  Map band = arena.map(scale * height, pixels.width, kPictureChannels);
  Map tile = arena.map(scale * height, scale * width, kPictureChannels);
  for (std::size_t r = 0; r < rows.size(); ++r) {
    for (std::size_t c = 0; c < columns.size(); ++c) {
      const Arena::Scope tile_scope(arena);
      const Map part = copy_part(arena, latents, rows[r], columns[c], height, width);
      const Result<void> done =
          decode_whole(runtime, arena, part, tile, keep_going, Named(nullptr, ""));
      if (!done.ok()) return done;
      const int overlap = c == 0 ? 0 : columns[c - 1] + width - columns[c];
      blend(tile, {0, scale * columns[c], 0, scale * overlap}, band);
    }
    const int overlap = r == 0 ? 0 : rows[r - 1] + height - rows[r];
    blend(band, {scale * rows[r], 0, scale * overlap, 0}, pixels);
  }
  return {};
}

Result<void> Autoencoder::encode(Runtime& runtime, Arena& arena, ConstMap pixels, Map latents,
                                 const KeepGoing& keep_going, const Named& trace) const {
  CHECK(encoder_.has_value());
  const Half& half = *encoder_;
  const Arena::Scope scope(arena);
  Canvas canvas{runtime, arena, keep_going,
                arena.map(pixels.height, pixels.width, config_.encoder_channels.front())};
  convolve(runtime, pixels, half.conv_in, Convolution::same(3), canvas.now);
  trace.map(canvas.now, "encoder.conv_in");
  for (std::size_t i = 0; i < half.levels.size(); ++i) {
    for (const Resnet& resnet : half.levels[i].resnets) {
      if (!keep_going()) return stopped();
      run_resnet(canvas, resnet);
    }
    if (half.levels[i].sampler) {
      const Convolution shape = Convolution::halving();
      canvas.convolve_to(arena.map(shape.output(canvas.now.height), shape.output(canvas.now.width),
                                   canvas.now.channels),
                         *half.levels[i].sampler, shape);
    }
    trace.map(canvas.now, "encoder.down_blocks.", i);
  }
  run_middle(canvas, half);
  trace.map(canvas.now, "encoder.mid_block");
  finish(canvas, half, trace.under("encoder."));
  canvas.convolve_to(canvas.like(2 * config_.latent_channels), half.conv_out, Convolution::same(3));
  trace.map(canvas.now, "encoder.conv_out");
  trace.map(canvas.now, "encoder");
  if (quant_)
    canvas.convolve_to(canvas.like(2 * config_.latent_channels), *quant_, Convolution::same(1));
  trace.map(canvas.now, "quant_conv");
  for (int64_t p = 0; p < latents.pixels(); ++p)
    std::copy_n(canvas.now.rows().row(p), latents.channels, latents.rows().row(p));
  return {};
}

}  // namespace plantain::model::autoencoder
