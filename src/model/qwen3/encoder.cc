#include "model/qwen3/encoder.h"

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "model/config.h"
#include "tensor/attention.h"
#include "tensor/elementwise.h"
#include "tensor/linear.h"
#include "tensor/norm.h"

namespace plantain::model::qwen3 {

using tensor::Arena;
using tensor::Epilogue;
using tensor::Matrix;
using tensor::Runtime;

Result<Config> parse_config(const Json& json, std::string label) {
  constexpr int64_t kWidthMax = 1 << 17;
  ConfigReader read(json, std::move(label));
  Config config;
  config.hidden = read.integer("hidden_size", 1, kWidthMax);
  config.intermediate = read.integer("intermediate_size", 1, kWidthMax);
  config.layers = static_cast<int>(read.integer("num_hidden_layers", 1, 1024));
  config.heads = static_cast<int>(read.integer("num_attention_heads", 1, 1024));
  config.key_heads =
      static_cast<int>(read.integer_or("num_key_value_heads", config.heads, 1, 1024));
  config.head_size = static_cast<int>(
      read.integer_or("head_dim", std::max<int64_t>(1, config.hidden / config.heads), 1, 4096));
  config.vocabulary = read.integer("vocab_size", 1, 1 << 24);
  config.epsilon = static_cast<float>(read.positive("rms_norm_eps"));
  // Newer files keep theta in a group of its own.
  if (const Json* rope = find(json, "rope_parameters"); rope != nullptr && rope->is_object()) {
    ConfigReader inner(*rope, "rope_parameters");
    config.rope_theta = inner.positive("rope_theta");
    if (!inner.status().ok()) return inner.status().error();
  } else {
    config.rope_theta = read.positive("rope_theta");
  }
  if (config.heads % config.key_heads != 0)
    read.fault("num_key_value_heads", "a divisor of the heads");
  if (config.head_size % 2 != 0) read.fault("head_dim", "even");
  if (!read.status().ok()) return read.status().error();
  return config;
}

Result<Encoder> Encoder::load(const Config& config, ParameterSource source, Precision precision,
                              int layers) {
  if (layers > config.layers)
    return Error{ErrorCode::kCorrupt, concat("the text encoder has ", config.layers,
                                             " layers; this model needs ", layers)};
  Encoder encoder;
  encoder.config_ = config;
  encoder.parameters_ = std::make_unique<Parameters>(std::move(source), precision);
  Parameters& read = *encoder.parameters_;
  const std::string root = read.has("model.embed_tokens.weight") ? "model." : "";
  const int64_t queries = int64_t{config.heads} * config.head_size;
  const int64_t keys = int64_t{config.key_heads} * config.head_size;
  encoder.embedding_ =
      read.linear_as_stored(concat(root, "embed_tokens"), config.vocabulary, config.hidden);
  for (int i = 0; i < layers; ++i) {
    const std::string at = concat(root, "layers.", i, ".");
    const auto linear = [&](std::string_view name, int64_t rows, int64_t columns) {
      return read.linear(concat(at, name), rows, columns);
    };
    const auto norm = [&](std::string_view name, int64_t size) {
      return read.vector(concat(at, name, ".weight"), size);
    };
    Layer layer;
    layer.input_norm = norm("input_layernorm", config.hidden);
    layer.q = linear("self_attn.q_proj", queries, config.hidden);
    layer.k = linear("self_attn.k_proj", keys, config.hidden);
    layer.v = linear("self_attn.v_proj", keys, config.hidden);
    layer.o = linear("self_attn.o_proj", config.hidden, queries);
    layer.q_norm = norm("self_attn.q_norm", config.head_size);
    layer.k_norm = norm("self_attn.k_norm", config.head_size);
    layer.post_norm = norm("post_attention_layernorm", config.hidden);
    layer.gate = linear("mlp.gate_proj", config.intermediate, config.hidden);
    layer.up = linear("mlp.up_proj", config.intermediate, config.hidden);
    layer.down = linear("mlp.down_proj", config.hidden, config.intermediate);
    encoder.layers_.push_back(layer);
  }
  if (!read.status().ok()) return read.status().error();
  return encoder;
}

void Encoder::run_layer(Runtime& runtime, Arena& arena, const Layer& layer,
                        const tensor::RotaryTable& rotation, int64_t used, Matrix x) const {
  const Arena::Scope scope(arena);
  Matrix h = arena.matrix(x.rows, x.columns);
  Matrix q = arena.matrix(x.rows, layer.q.rows);
  Matrix k = arena.matrix(x.rows, layer.k.rows);
  Matrix v = arena.matrix(x.rows, layer.v.rows);
  rms_norm(runtime, x, layer.input_norm, nullptr, config_.epsilon, h);
  linear(runtime, h, layer.q, q);
  linear(runtime, h, layer.k, k);
  linear(runtime, h, layer.v, v);
  rms_norm_heads(runtime, q, config_.head_size, layer.q_norm, config_.epsilon);
  rms_norm_heads(runtime, k, config_.head_size, layer.k_norm, config_.epsilon);
  rotate(runtime, q, rotation, 0, tensor::RotaryPairs::kHalves);
  rotate(runtime, k, rotation, 0, tensor::RotaryPairs::kHalves);
  attention(runtime, q, k, v,
            {.heads = config_.heads,
             .key_heads = config_.key_heads,
             .head_size = config_.head_size,
             .scale = 1.0f / std::sqrt(static_cast<float>(config_.head_size)),
             .causal = true,
             .keys_used = used},
            q);
  linear(runtime, q, layer.o, x, Epilogue::add());

  Matrix m = arena.matrix(x.rows, config_.intermediate);
  rms_norm(runtime, x, layer.post_norm, nullptr, config_.epsilon, h);
  linear_swiglu(runtime, h, layer.gate, layer.up, m);
  linear(runtime, m, layer.down, x, Epilogue::add());
}

Result<void> Encoder::encode(Runtime& runtime, Arena& arena, std::span<const int32_t> ids,
                             int64_t used, std::span<const int> taps, Matrix states,
                             const KeepGoing& keep_going, const Named& trace) const {
  const int64_t tokens = static_cast<int64_t>(ids.size());
  CHECK(states.rows == tokens &&
        states.columns == config_.hidden * static_cast<int64_t>(taps.size()));
  CHECK(!taps.empty() && taps.back() <= static_cast<int>(layers_.size()) && used > 0);
  const Arena::Scope scope(arena);
  Matrix x = arena.matrix(tokens, config_.hidden);
  for (int64_t t = 0; t < tokens; ++t) {
    const int32_t id = ids[static_cast<std::size_t>(t)];
    if (id < 0 || id >= config_.vocabulary)
      return invalid(concat("token ", id, " is outside the text encoder's vocabulary"));
    widen(runtime, embedding_.dtype, embedding_.row(id), config_.hidden, x.row(t));
  }
  trace.rows(x, "embed_tokens");

  std::vector<float> positions(ids.size());
  for (std::size_t t = 0; t < ids.size(); ++t) positions[t] = static_cast<float>(t);
  const int sizes[] = {config_.head_size};
  const tensor::RotaryTable rotation =
      tensor::make_rotary_table(sizes, config_.rope_theta, positions);
  std::size_t tap = 0;
  for (int done = 0;; ++done) {
    for (; tap < taps.size() && taps[tap] == done; ++tap) {
      const Matrix part =
          states.column_range(static_cast<int64_t>(tap) * config_.hidden, config_.hidden);
      for (int64_t t = 0; t < tokens; ++t) std::copy(x.row(t), x.row(t) + x.columns, part.row(t));
    }
    if (tap == taps.size()) return {};
    if (!keep_going()) return stopped();
    run_layer(runtime, arena, layers_[static_cast<std::size_t>(done)], rotation, used, x);
    trace.rows(x, "layers.", done);
  }
}

}  // namespace plantain::model::qwen3
