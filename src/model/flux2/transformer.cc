#include "model/flux2/transformer.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/text.h"
#include "model/config.h"
#include "tensor/attention.h"
#include "tensor/elementwise.h"
#include "tensor/linear.h"
#include "tensor/norm.h"

namespace plantain::model::flux2 {

using tensor::Arena;
using tensor::ConstMatrix;
using tensor::Epilogue;
using tensor::Matrix;
using tensor::Runtime;

namespace {

constexpr int kAxes = 4;                 // t, h, w, l
constexpr float kReferenceTime = 10.0f;  // t of the first reference, and between two
constexpr float kTimeScale = 1000.0f;

}  // namespace

Result<Config> parse_config(const Json& json, std::string label) {
  ConfigReader read(json, label);
  Config config;
  config.channels = read.integer("in_channels", 1, 1 << 16);
  config.text_width = read.integer("joint_attention_dim", 1, 1 << 17);
  config.heads = static_cast<int>(read.integer("num_attention_heads", 1, 1024));
  config.head_size = static_cast<int>(read.integer("attention_head_dim", 2, 1024));
  config.double_blocks = static_cast<int>(read.integer("num_layers", 0, 1024));
  config.single_blocks = static_cast<int>(read.integer("num_single_layers", 0, 1024));
  config.time_channels =
      static_cast<int>(read.integer_or("timestep_guidance_channels", 256, 2, 1 << 16));
  config.axes = read.integers("axes_dims_rope", 2, 1024);
  config.rope_theta = read.positive("rope_theta");
  config.epsilon = static_cast<float>(read.positive("eps"));
  const double mlp = std::floor(read.positive("mlp_ratio") * static_cast<double>(config.width()));
  if (mlp < 1 || mlp > 1 << 20)
    read.fault("mlp_ratio", "a factor that leads to a width below 2^20");
  config.mlp = static_cast<int64_t>(mlp);
  if (config.axes.size() != kAxes ||
      std::accumulate(config.axes.begin(), config.axes.end(), 0) != config.head_size)
    read.fault("axes_dims_rope", "four numbers that add up to attention_head_dim");
  if (config.time_channels % 2 != 0) read.fault("timestep_guidance_channels", "even");
  if (read.integer_or("patch_size", 1, 1, 16) != 1) read.fault("patch_size", "1");
  const bool guided = read.flag_or("guidance_embeds", false);
  if (!read.status().ok()) return read.status().error();
  if (guided)
    return invalid(concat(label, ": FLUX.2 with guidance embedding is not supported; klein is"));
  return config;
}

tensor::RotaryTable make_positions(const Config& config, int64_t text_tokens, TokenGrid picture,
                                   const std::vector<TokenGrid>& references) {
  std::vector<float> at;
  for (int64_t n = 0; n < text_tokens; ++n) at.insert(at.end(), {0, 0, 0, static_cast<float>(n)});
  const auto add = [&at](TokenGrid grid, float time) {
    for (int h = 0; h < grid.height; ++h)
      for (int w = 0; w < grid.width; ++w)
        at.insert(at.end(), {time, static_cast<float>(h), static_cast<float>(w), 0});
  };
  add(picture, 0);
  float time = kReferenceTime;
  for (const TokenGrid& reference : references) {
    add(reference, time);
    time += kReferenceTime;
  }
  return tensor::make_rotary_table(config.axes, config.rope_theta, at);
}

Transformer::Stream Transformer::read_stream(Parameters& read, const Config& config,
                                             const std::string& block, bool text) {
  const int64_t d = config.width();
  const auto linear = [&](std::string_view name, int64_t rows, int64_t columns) {
    return read.linear(concat(block, name), rows, columns);
  };
  const auto norm = [&](std::string_view name) {
    return read.vector(concat(block, name, ".weight"), config.head_size);
  };
  Stream stream;
  stream.q = linear(text ? "attn.add_q_proj" : "attn.to_q", d, d);
  stream.k = linear(text ? "attn.add_k_proj" : "attn.to_k", d, d);
  stream.v = linear(text ? "attn.add_v_proj" : "attn.to_v", d, d);
  stream.out = linear(text ? "attn.to_add_out" : "attn.to_out.0", d, d);
  stream.q_norm = norm(text ? "attn.norm_added_q" : "attn.norm_q");
  stream.k_norm = norm(text ? "attn.norm_added_k" : "attn.norm_k");
  stream.mlp_in = linear(text ? "ff_context.linear_in" : "ff.linear_in", 2 * config.mlp, d);
  stream.mlp_out = linear(text ? "ff_context.linear_out" : "ff.linear_out", d, config.mlp);
  return stream;
}

Result<Transformer> Transformer::load(const Config& config, ParameterSource source,
                                      Precision precision, const std::vector<AppliedLora>* loras) {
  Transformer model;
  model.config_ = config;
  model.parameters_ = std::make_unique<Parameters>(std::move(source), precision, loras);
  Parameters& read = *model.parameters_;
  const int64_t d = config.width();
  model.picture_in_ = read.linear_as_stored("x_embedder", d, config.channels);
  model.text_in_ = read.linear_as_stored("context_embedder", d, config.text_width);
  model.time_1_ = read.linear_as_stored("time_guidance_embed.timestep_embedder.linear_1", d,
                                        config.time_channels);
  model.time_2_ = read.linear_as_stored("time_guidance_embed.timestep_embedder.linear_2", d, d);
  model.modulation_picture_ =
      read.linear_as_stored("double_stream_modulation_img.linear", 6 * d, d);
  model.modulation_text_ = read.linear_as_stored("double_stream_modulation_txt.linear", 6 * d, d);
  model.modulation_single_ = read.linear_as_stored("single_stream_modulation.linear", 3 * d, d);
  for (int i = 0; i < config.double_blocks; ++i) {
    const std::string block = concat("transformer_blocks.", i, ".");
    model.double_blocks_.push_back(
        {read_stream(read, config, block, false), read_stream(read, config, block, true)});
  }
  for (int i = 0; i < config.single_blocks; ++i) {
    const std::string block = concat("single_transformer_blocks.", i, ".attn.");
    SingleBlock single;
    single.in = read.linear(concat(block, "to_qkv_mlp_proj"), 3 * d + 2 * config.mlp, d);
    single.out = read.linear(concat(block, "to_out"), d, d + config.mlp);
    single.q_norm = read.vector(concat(block, "norm_q.weight"), config.head_size);
    single.k_norm = read.vector(concat(block, "norm_k.weight"), config.head_size);
    model.single_blocks_.push_back(single);
  }
  model.norm_out_ = read.linear_as_stored("norm_out.linear", 2 * d, d);
  model.out_ = read.linear_as_stored("proj_out", config.channels, d);
  if (!read.status().ok()) return read.status().error();
  return model;
}

struct Transformer::Run {
  Runtime& runtime;
  Arena& arena;
  const tensor::RotaryTable& positions;
  int64_t text_tokens;
  Matrix stream;      // [text + picture, d]
  Matrix normal;      // the same, normalised and modulated
  Matrix modulation;  // one row each: picture 6d, text 6d, single 3d
  Matrix ends;        // one row: scale and shift of the last norm

  const float* part(int64_t i, int64_t d) const { return modulation.data + i * d; }
};

// The vectors that scale, shift and gate every block of a kind depend on the time alone.
void Transformer::modulate(Run& run, float sigma, const Named& trace) const {
  const int64_t d = config_.width();
  const Arena::Scope scope(run.arena);
  Matrix waves = run.arena.matrix(1, config_.time_channels);
  Matrix hidden = run.arena.matrix(1, d), time = run.arena.matrix(1, d);
  tensor::sinusoids(kTimeScale * sigma, config_.time_channels, waves.data);
  linear(run.runtime, waves, time_1_, hidden, Epilogue::silu());
  linear(run.runtime, hidden, time_2_, time);
  trace.rows(time, "time_guidance_embed");
  silu(run.runtime, time, time);
  const Matrix all = run.modulation;
  linear(run.runtime, time, modulation_picture_, all.column_range(0, 6 * d));
  linear(run.runtime, time, modulation_text_, all.column_range(6 * d, 6 * d));
  linear(run.runtime, time, modulation_single_, all.column_range(12 * d, 3 * d));
  linear(run.runtime, time, norm_out_, run.ends);
  trace.rows(all.column_range(0, 6 * d), "double_stream_modulation_img");
  trace.rows(all.column_range(6 * d, 6 * d), "double_stream_modulation_txt");
  trace.rows(all.column_range(12 * d, 3 * d), "single_stream_modulation");
}

// q, k, v of one stream from its modulated norm; q and k normalised by head.
void Transformer::project(Run& run, const Stream& stream, const float* modulation, Matrix part,
                          Matrix qkv) const {
  const int64_t d = config_.width();
  const Matrix normal = run.normal.row_range(0, part.rows);
  layer_norm(run.runtime, part, modulation + d, modulation, config_.epsilon, normal);
  linear(run.runtime, normal, stream.q, qkv.column_range(0, d));
  linear(run.runtime, normal, stream.k, qkv.column_range(d, d));
  linear(run.runtime, normal, stream.v, qkv.column_range(2 * d, d));
  rms_norm_heads(run.runtime, qkv.column_range(0, d), config_.head_size, stream.q_norm,
                 config_.epsilon);
  rms_norm_heads(run.runtime, qkv.column_range(d, d), config_.head_size, stream.k_norm,
                 config_.epsilon);
}

void Transformer::attend(Run& run, Matrix qkv, Matrix out) const {
  const int64_t d = config_.width();
  const Matrix q = qkv.column_range(0, d), k = qkv.column_range(d, d),
               v = qkv.column_range(2 * d, d);
  rotate(run.runtime, q, run.positions, 0, tensor::RotaryPairs::kNeighbours);
  rotate(run.runtime, k, run.positions, 0, tensor::RotaryPairs::kNeighbours);
  attention(run.runtime, q, k, v,
            {.heads = config_.heads,
             .key_heads = config_.heads,
             .head_size = config_.head_size,
             .scale = 1.0f / std::sqrt(static_cast<float>(config_.head_size))},
            out);
}

void Transformer::finish_stream(Run& run, const Stream& stream, const float* modulation,
                                ConstMatrix attended, Matrix part) const {
  const int64_t d = config_.width();
  const Arena::Scope scope(run.arena);
  linear(run.runtime, attended, stream.out, part, Epilogue::add(modulation + 2 * d));
  const Matrix normal = run.normal.row_range(0, part.rows);
  layer_norm(run.runtime, part, modulation + 4 * d, modulation + 3 * d, config_.epsilon, normal);
  Matrix inner = run.arena.matrix(part.rows, config_.mlp);
  linear_swiglu(run.runtime, normal, stream.mlp_in.row_range(0, config_.mlp),
                stream.mlp_in.row_range(config_.mlp, config_.mlp), inner);
  linear(run.runtime, inner, stream.mlp_out, part, Epilogue::add(modulation + 5 * d));
}

void Transformer::run_double(Run& run, const DoubleBlock& block) const {
  const int64_t d = config_.width(), text = run.text_tokens, picture = run.stream.rows - text;
  const Arena::Scope scope(run.arena);
  Matrix qkv = run.arena.matrix(run.stream.rows, 3 * d);
  const float* for_picture = run.part(0, d);
  const float* for_text = run.part(6, d);
  const Matrix c = run.stream.row_range(0, text), x = run.stream.row_range(text, picture);
  project(run, block.text, for_text, c, qkv.row_range(0, text));
  project(run, block.picture, for_picture, x, qkv.row_range(text, picture));
  const Matrix attended = qkv.column_range(0, d);
  attend(run, qkv, attended);
  finish_stream(run, block.text, for_text, attended.row_range(0, text), c);
  finish_stream(run, block.picture, for_picture, attended.row_range(text, picture), x);
}

void Transformer::run_single(Run& run, const SingleBlock& block) const {
  const int64_t d = config_.width(), mlp = config_.mlp;
  const float* modulation = run.part(12, d);
  const Arena::Scope scope(run.arena);
  Matrix qkv = run.arena.matrix(run.stream.rows, 3 * d);
  Matrix both = run.arena.matrix(run.stream.rows, d + mlp);  // attention | feed-forward
  layer_norm(run.runtime, run.stream, modulation + d, modulation, config_.epsilon, run.normal);
  linear(run.runtime, run.normal, block.in.row_range(0, 3 * d), qkv);
  linear_swiglu(run.runtime, run.normal, block.in.row_range(3 * d, mlp),
                block.in.row_range(3 * d + mlp, mlp), both.column_range(d, mlp));
  rms_norm_heads(run.runtime, qkv.column_range(0, d), config_.head_size, block.q_norm,
                 config_.epsilon);
  rms_norm_heads(run.runtime, qkv.column_range(d, d), config_.head_size, block.k_norm,
                 config_.epsilon);
  attend(run, qkv, both.column_range(0, d));
  linear(run.runtime, both, block.out, run.stream, Epilogue::add(modulation + 2 * d));
}

void Transformer::finish(Run& run, Matrix velocity, const Named& trace) const {
  const int64_t d = config_.width();
  const Matrix picture = run.stream.row_range(run.text_tokens, run.stream.rows - run.text_tokens);
  const Matrix normal = run.normal.row_range(0, picture.rows);
  // Scale first, then shift: the other way round than everywhere else.
  layer_norm(run.runtime, picture, run.ends.data, run.ends.data + d, config_.epsilon, normal);
  trace.rows(normal, "norm_out");
  linear(run.runtime, normal.row_range(0, velocity.rows), out_, velocity);
}

Result<void> Transformer::run(Runtime& runtime, Arena& arena, ConstMatrix picture, ConstMatrix text,
                              float sigma, const tensor::RotaryTable& positions, Matrix velocity,
                              const KeepGoing& keep_going, const Named& trace) const {
  const int64_t d = config_.width(), tokens = text.rows + picture.rows;
  CHECK(positions.tokens() == tokens && velocity.rows <= picture.rows);
  const Arena::Scope scope(arena);
  Run run{runtime,
          arena,
          positions,
          text.rows,
          arena.matrix(tokens, d),
          arena.matrix(tokens, d),
          arena.matrix(1, 15 * d),
          arena.matrix(1, 2 * d)};
  modulate(run, sigma, trace);
  const Matrix c = run.stream.row_range(0, text.rows);
  const Matrix x = run.stream.row_range(text.rows, picture.rows);
  linear(runtime, picture, picture_in_, x);
  linear(runtime, text, text_in_, c);
  trace.rows(x, "x_embedder");
  trace.rows(c, "context_embedder");
  for (std::size_t i = 0; i < double_blocks_.size(); ++i) {
    if (!keep_going()) return stopped();
    run_double(run, double_blocks_[i]);
    trace.rows(c, "transformer_blocks.", i, ".0");
    trace.rows(x, "transformer_blocks.", i, ".1");
  }
  for (std::size_t i = 0; i < single_blocks_.size(); ++i) {
    if (!keep_going()) return stopped();
    run_single(run, single_blocks_[i]);
    trace.rows(run.stream, "single_transformer_blocks.", i);
  }
  finish(run, velocity, trace);
  return {};
}

}  // namespace plantain::model::flux2
