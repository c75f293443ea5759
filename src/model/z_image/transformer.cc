#include "model/z_image/transformer.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/text.h"
#include "model/config.h"
#include "tensor/attention.h"
#include "tensor/elementwise.h"
#include "tensor/linear.h"
#include "tensor/norm.h"

namespace plantain::model::z_image {

using tensor::Arena;
using tensor::ConstMap;
using tensor::ConstMatrix;
using tensor::Epilogue;
using tensor::Map;
using tensor::Matrix;
using tensor::Runtime;

namespace {

constexpr int64_t kTokensMultiple = 32;  // both sequences are padded to it with learned tokens
constexpr int kSinusoids = 256;
constexpr int64_t kTimeInner = 1024;
constexpr int64_t kTimeWidthMax = 256;  // of what modulates the blocks
constexpr float kLastEpsilon = 1e-6f;

int64_t padded(int64_t tokens) {
  return (tokens + kTokensMultiple - 1) / kTokensMultiple * kTokensMultiple;
}

// t, h, w for the padded picture and then the padded caption. The caption counts on from 1 through
// its padding; the picture stands behind it in time; the picture's padding stands at 0.
std::vector<float> positions_of(int height, int width, int64_t caption) {
  std::vector<float> at;
  const float time = static_cast<float>(padded(caption) + 1);
  for (int h = 0; h < height; ++h)
    for (int w = 0; w < width; ++w)
      at.insert(at.end(), {time, static_cast<float>(h), static_cast<float>(w)});
  at.resize(static_cast<std::size_t>(padded(int64_t{height} * width)) * 3, 0.0f);
  for (int64_t k = 0; k < padded(caption); ++k)
    at.insert(at.end(), {static_cast<float>(1 + k), 0, 0});
  return at;
}

// Calls visit(token row, latent pixel, first column) for each latent of each patch: token vectors
// hold their patch row by row, channels fastest.
template <class Visit>
void each_latent(int height, int width, int patch, int channels, const Visit& visit) {
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      visit(int64_t{y / patch} * (width / patch) + x / patch, int64_t{y} * width + x,
            (y % patch * patch + x % patch) * channels);
}

}  // namespace

Result<Config> parse_config(const Json& json, std::string label) {
  ConfigReader read(json, std::move(label));
  Config config;
  config.width = read.integer("dim", 1, 1 << 17);
  config.layers = static_cast<int>(read.integer("n_layers", 0, 1024));
  config.refiner_layers = static_cast<int>(read.integer("n_refiner_layers", 0, 1024));
  config.heads = static_cast<int>(read.integer("n_heads", 1, 1024));
  config.epsilon = static_cast<float>(read.positive("norm_eps"));
  config.latent_channels = static_cast<int>(read.integer("in_channels", 1, 4096));
  config.patch = read.integers("all_patch_size", 1, 16).front();
  config.caption_width = read.integer("cap_feat_dim", 1, 1 << 17);
  config.rope_theta = read.positive("rope_theta");
  config.axes = read.integers("axes_dims", 2, 1024);
  config.time_scale = read.positive("t_scale");
  if (read.integers("all_patch_size", 1, 16).size() != 1) read.fault("all_patch_size", "one size");
  if (read.integers("all_f_patch_size", 1, 16) != std::vector<int>{1})
    read.fault("all_f_patch_size", "[1]");
  if (read.integer_or("n_kv_heads", config.heads, 1, 1024) != config.heads)
    read.fault("n_kv_heads", "as many as n_heads");
  if (!read.flag_or("qk_norm", true)) read.fault("qk_norm", "true");
  if (config.width % config.heads != 0) read.fault("n_heads", "a divisor of dim");
  if (config.axes.size() != 3 || std::accumulate(config.axes.begin(), config.axes.end(),
                                                 int64_t{0}) != config.width / config.heads)
    read.fault("axes_dims", "three numbers that add up to dim / n_heads");
  if (!read.status().ok()) return read.status().error();
  return config;
}

Transformer::Block Transformer::read_block(const std::string& name, int64_t mlp, int64_t time_width,
                                           bool modulated) {
  Parameters& read = *parameters_;
  const int64_t d = config_.width;
  const auto linear = [&](std::string_view part, int64_t rows, int64_t columns) {
    return read.linear(concat(name, part), rows, columns);
  };
  const auto norm = [&](std::string_view part, int64_t size) {
    return read.vector(concat(name, part, ".weight"), size);
  };
  Block block;
  block.attention_norm1 = norm("attention_norm1", d);
  block.attention_norm2 = norm("attention_norm2", d);
  block.ffn_norm1 = norm("ffn_norm1", d);
  block.ffn_norm2 = norm("ffn_norm2", d);
  block.q = linear("attention.to_q", d, d);
  block.k = linear("attention.to_k", d, d);
  block.v = linear("attention.to_v", d, d);
  block.out = linear("attention.to_out.0", d, d);
  block.q_norm = norm("attention.norm_q", config_.head_size());
  block.k_norm = norm("attention.norm_k", config_.head_size());
  block.gate = linear("feed_forward.w1", mlp, d);
  block.down = linear("feed_forward.w2", d, mlp);
  block.up = linear("feed_forward.w3", mlp, d);
  if (modulated)
    block.modulation = read.linear_with_bias(concat(name, "adaLN_modulation.0"), 4 * d, time_width);
  return block;
}

Result<Transformer> Transformer::load(const Config& config, ParameterSource source,
                                      Precision precision, const std::vector<AppliedLora>* loras) {
  Transformer model;
  model.config_ = config;
  model.parameters_ = std::make_unique<Parameters>(std::move(source), precision, loras);
  Parameters& read = *model.parameters_;
  const int64_t d = config.width;
  const int64_t patch = int64_t{config.patch} * config.patch * config.latent_channels;
  const int64_t mlp = d / 3 * 8 + d % 3 * 8 / 3;  // 8/3 of the width, rounded down
  const int64_t time_width = std::min(d, kTimeWidthMax);
  const std::string size = concat(config.patch, "-1");
  model.picture_in_ = read.linear_with_bias(concat("all_x_embedder.", size), d, patch);
  const std::string last = concat("all_final_layer.", size, ".");
  model.out_ = read.linear_with_bias(concat(last, "linear"), patch, d);
  model.last_modulation_ = read.linear_with_bias(concat(last, "adaLN_modulation.1"), d, time_width);
  model.time_1_ = read.linear_with_bias("t_embedder.mlp.0", kTimeInner, kSinusoids);
  model.time_2_ = read.linear_with_bias("t_embedder.mlp.2", time_width, kTimeInner);
  model.caption_norm_ = read.vector("cap_embedder.0.weight", config.caption_width);
  model.caption_in_ = read.linear_with_bias("cap_embedder.1", d, config.caption_width);
  model.picture_pad_ = read.vector("x_pad_token", d);
  model.caption_pad_ = read.vector("cap_pad_token", d);
  for (int i = 0; i < config.refiner_layers; ++i) {
    model.picture_refiners_.push_back(
        model.read_block(concat("noise_refiner.", i, "."), mlp, time_width, true));
    model.caption_refiners_.push_back(
        model.read_block(concat("context_refiner.", i, "."), mlp, time_width, false));
  }
  for (int i = 0; i < config.layers; ++i)
    model.layers_.push_back(model.read_block(concat("layers.", i, "."), mlp, time_width, true));
  if (!read.status().ok()) return read.status().error();
  return model;
}

struct Transformer::Run {
  Runtime& runtime;
  Arena& arena;
  tensor::RotaryTable positions;  // padded picture, then padded caption
  Matrix time;                    // one row
};

void Transformer::embed_time(Run& run, float sigma, const Named& trace) const {
  const Arena::Scope scope(run.arena);
  Matrix waves = run.arena.matrix(1, kSinusoids), inner = run.arena.matrix(1, kTimeInner);
  // Time runs the other way here: 0 is noise.
  tensor::sinusoids(config_.time_scale * static_cast<double>(1.0f - sigma), kSinusoids, waves.data);
  linear(run.runtime, waves, time_1_, inner, Epilogue::silu());
  linear(run.runtime, inner, time_2_, run.time);
  trace.rows(run.time, "t_embedder");
}

void Transformer::embed_picture(Run& run, ConstMap latents, Matrix x, const Named& trace) const {
  const Arena::Scope scope(run.arena);
  const int64_t tokens = latents.pixels() / (config_.patch * config_.patch);
  Matrix patches = run.arena.matrix(tokens, picture_in_.columns);
  each_latent(latents.height, latents.width, config_.patch, latents.channels,
              [&](int64_t token, int64_t pixel, int column) {
                std::copy_n(latents.rows().row(pixel), latents.channels,
                            patches.row(token) + column);
              });
  linear(run.runtime, patches, picture_in_, x.row_range(0, tokens));
  trace.rows(x.row_range(0, tokens), "all_x_embedder.", config_.patch, "-1");
  for (int64_t t = tokens; t < x.rows; ++t) std::copy_n(picture_pad_, x.columns, x.row(t));
}

void Transformer::embed_caption(Run& run, ConstMatrix caption, Matrix c, const Named& trace) const {
  const Arena::Scope scope(run.arena);
  Matrix normal = run.arena.matrix(caption.rows, caption.columns);
  rms_norm(run.runtime, caption, caption_norm_, nullptr, config_.epsilon, normal);
  trace.rows(normal, "cap_embedder.0");
  const Matrix real = c.row_range(0, caption.rows);
  linear(run.runtime, normal, caption_in_, real);
  trace.rows(real, "cap_embedder.1");
  trace.rows(real, "cap_embedder");
  for (int64_t t = caption.rows; t < c.rows; ++t) std::copy_n(caption_pad_, c.columns, c.row(t));
}

// Each branch is normalised on the way in and on the way out, scaled on the way in and gated on the
// way out by what the time says; an unmodulated block is neither.
void Transformer::run_block(Run& run, const Block& block, Matrix x, int64_t first_position) const {
  const int64_t d = config_.width;
  const Arena::Scope scope(run.arena);
  Runtime& runtime = run.runtime;
  const bool modulated = block.modulation.rows > 0;
  const float *scale_a = nullptr, *gate_a = nullptr, *scale_m = nullptr, *gate_m = nullptr;
  if (modulated) {
    Matrix m = run.arena.matrix(1, 4 * d);
    linear(runtime, run.time, block.modulation, m);
    for (const int64_t gate : {1, 3})
      tensor::tanh(runtime, m.column_range(gate * d, d), m.column_range(gate * d, d));
    scale_a = m.data, gate_a = m.data + d, scale_m = m.data + 2 * d, gate_m = m.data + 3 * d;
  }
  Matrix h = run.arena.matrix(x.rows, d), q = run.arena.matrix(x.rows, d),
         k = run.arena.matrix(x.rows, d), v = run.arena.matrix(x.rows, d);
  rms_norm(runtime, x, block.attention_norm1, scale_a, config_.epsilon, h);
  linear(runtime, h, block.q, q);
  linear(runtime, h, block.k, k);
  linear(runtime, h, block.v, v);
  for (const auto& [part, weight] : {std::pair{q, block.q_norm}, {k, block.k_norm}}) {
    rms_norm_heads(runtime, part, config_.head_size(), weight, config_.epsilon);
    rotate(runtime, part, run.positions, first_position, tensor::RotaryPairs::kNeighbours);
  }
  attention(runtime, q, k, v,
            {.heads = config_.heads,
             .key_heads = config_.heads,
             .head_size = config_.head_size(),
             .scale = 1.0f / std::sqrt(static_cast<float>(config_.head_size()))},
            q);
  linear(runtime, q, block.out, h);
  rms_norm(runtime, h, block.attention_norm2, nullptr, config_.epsilon, h);
  add_scaled(runtime, h, gate_a, x);

  Matrix inner = run.arena.matrix(x.rows, block.gate.rows);
  rms_norm(runtime, x, block.ffn_norm1, scale_m, config_.epsilon, h);
  linear_swiglu(runtime, h, block.gate, block.up, inner);
  linear(runtime, inner, block.down, h);
  rms_norm(runtime, h, block.ffn_norm2, nullptr, config_.epsilon, h);
  add_scaled(runtime, h, gate_m, x);
}

void Transformer::finish(Run& run, Matrix x, Map output, const Named& trace) const {
  const Arena::Scope scope(run.arena);
  Matrix time = run.arena.matrix(1, run.time.columns), scale = run.arena.matrix(1, config_.width);
  silu(run.runtime, run.time, time);
  linear(run.runtime, time, last_modulation_, scale);
  layer_norm(run.runtime, x, scale.data, nullptr, kLastEpsilon, x);
  Matrix patches = run.arena.matrix(x.rows, out_.rows);
  linear(run.runtime, x, out_, patches);
  trace.rows(patches, "all_final_layer.", config_.patch, "-1");
  each_latent(output.height, output.width, config_.patch, output.channels,
              [&](int64_t token, int64_t pixel, int column) {
                std::copy_n(patches.row(token) + column, output.channels, output.rows().row(pixel));
              });
}

Result<void> Transformer::run(Runtime& runtime, Arena& arena, ConstMap latents, ConstMatrix caption,
                              float sigma, Map output, const KeepGoing& keep_going,
                              const Named& trace) const {
  CHECK(latents.channels == config_.latent_channels && caption.columns == config_.caption_width);
  CHECK(latents.height % config_.patch == 0 && latents.width % config_.patch == 0);
  const Arena::Scope scope(arena);
  const int height = latents.height / config_.patch, width = latents.width / config_.patch;
  const int64_t picture_tokens = padded(int64_t{height} * width),
                caption_tokens = padded(caption.rows);
  Run run{runtime, arena,
          tensor::make_rotary_table(config_.axes, config_.rope_theta,
                                    positions_of(height, width, caption.rows)),
          arena.matrix(1, time_2_.rows)};
  Matrix all = arena.matrix(picture_tokens + caption_tokens, config_.width);
  const Matrix x = all.row_range(0, picture_tokens),
               c = all.row_range(picture_tokens, caption_tokens);
  embed_time(run, sigma, trace);
  embed_picture(run, latents, x, trace);
  for (std::size_t i = 0; i < picture_refiners_.size(); ++i) {
    if (!keep_going()) return stopped();
    run_block(run, picture_refiners_[i], x, 0);
    trace.rows(x, "noise_refiner.", i);
  }
  embed_caption(run, caption, c, trace);
  for (std::size_t i = 0; i < caption_refiners_.size(); ++i) {
    if (!keep_going()) return stopped();
    run_block(run, caption_refiners_[i], c, picture_tokens);
    trace.rows(c, "context_refiner.", i);
  }
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    if (!keep_going()) return stopped();
    run_block(run, layers_[i], all, 0);
    trace.rows(all, "layers.", i);
  }
  finish(run, all, output, trace);
  return {};
}

}  // namespace plantain::model::z_image
