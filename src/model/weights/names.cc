#include "model/weights/names.h"

#include <optional>

#include "base/text.h"

namespace plantain::model {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

std::optional<std::string_view> match(std::string_view name, std::string_view pattern) {
  const size_t n = pattern.find('#');
  if (n == std::string_view::npos) {
    return name == pattern ? std::optional<std::string_view>("") : std::nullopt;
  }
  if (!name.starts_with(pattern.substr(0, n))) return std::nullopt;
  size_t end = n;
  while (end < name.size() && is_digit(name[end])) ++end;
  if (end == n || name.substr(end) != pattern.substr(n + 1)) return std::nullopt;
  return name.substr(n, end - n);
}

std::string with_number(std::string_view pattern, std::string_view number) {
  const size_t n = pattern.find('#');
  if (n == std::string_view::npos) return std::string(pattern);
  return concat(pattern.substr(0, n), number, pattern.substr(n + 1));
}

Renamed rename(std::string_view name, const NameRules& rules) {
  const size_t dot = name.rfind('.');
  const std::string_view path = dot == std::string_view::npos ? name : name.substr(0, dot);
  const std::string_view last = dot == std::string_view::npos ? "" : name.substr(dot);
  for (const NameRule& rule : rules) {
    const std::optional<std::string_view> number = match(path, rule.from);
    if (!number) continue;
    Renamed renamed{{}, rule.halves_swapped, rule.squeezed};
    // Norms are a "scale" in the original layout.
    const std::string_view end = last == ".scale" ? ".weight" : last;
    for (const std::string& to : rule.to)
      renamed.names.push_back(concat(with_number(to, *number), end));
    return renamed;
  }
  return {{std::string(name)}};
}

const NameRules& flux2_names() {
  static const NameRules kRules = {
      {"img_in", {"x_embedder"}},
      {"txt_in", {"context_embedder"}},
      {"time_in.in_layer", {"time_guidance_embed.timestep_embedder.linear_1"}},
      {"time_in.out_layer", {"time_guidance_embed.timestep_embedder.linear_2"}},
      {"guidance_in.in_layer", {"time_guidance_embed.guidance_embedder.linear_1"}},
      {"guidance_in.out_layer", {"time_guidance_embed.guidance_embedder.linear_2"}},
      {"double_stream_modulation_img.lin", {"double_stream_modulation_img.linear"}},
      {"double_stream_modulation_txt.lin", {"double_stream_modulation_txt.linear"}},
      {"single_stream_modulation.lin", {"single_stream_modulation.linear"}},
      {"double_blocks.#.img_attn.qkv",
       {"transformer_blocks.#.attn.to_q", "transformer_blocks.#.attn.to_k",
        "transformer_blocks.#.attn.to_v"}},
      {"double_blocks.#.txt_attn.qkv",
       {"transformer_blocks.#.attn.add_q_proj", "transformer_blocks.#.attn.add_k_proj",
        "transformer_blocks.#.attn.add_v_proj"}},
      {"double_blocks.#.img_attn.proj", {"transformer_blocks.#.attn.to_out.0"}},
      {"double_blocks.#.txt_attn.proj", {"transformer_blocks.#.attn.to_add_out"}},
      {"double_blocks.#.img_attn.norm.query_norm", {"transformer_blocks.#.attn.norm_q"}},
      {"double_blocks.#.img_attn.norm.key_norm", {"transformer_blocks.#.attn.norm_k"}},
      {"double_blocks.#.txt_attn.norm.query_norm", {"transformer_blocks.#.attn.norm_added_q"}},
      {"double_blocks.#.txt_attn.norm.key_norm", {"transformer_blocks.#.attn.norm_added_k"}},
      {"double_blocks.#.img_mlp.0", {"transformer_blocks.#.ff.linear_in"}},
      {"double_blocks.#.img_mlp.2", {"transformer_blocks.#.ff.linear_out"}},
      {"double_blocks.#.txt_mlp.0", {"transformer_blocks.#.ff_context.linear_in"}},
      {"double_blocks.#.txt_mlp.2", {"transformer_blocks.#.ff_context.linear_out"}},
      {"single_blocks.#.linear1", {"single_transformer_blocks.#.attn.to_qkv_mlp_proj"}},
      {"single_blocks.#.linear2", {"single_transformer_blocks.#.attn.to_out"}},
      {"single_blocks.#.norm.query_norm", {"single_transformer_blocks.#.attn.norm_q"}},
      {"single_blocks.#.norm.key_norm", {"single_transformer_blocks.#.attn.norm_k"}},
      // (shift, scale) there, (scale, shift) here.
      {"final_layer.adaLN_modulation.1", {"norm_out.linear"}, true},
      {"final_layer.linear", {"proj_out"}},
  };
  return kRules;
}

const NameRules& z_image_names() {
  static const NameRules kRules = {
      {"x_embedder", {"all_x_embedder.2-1"}},
      {"final_layer.linear", {"all_final_layer.2-1.linear"}},
      {"final_layer.adaLN_modulation.1", {"all_final_layer.2-1.adaLN_modulation.1"}},
      {"layers.#.attention.qkv",
       {"layers.#.attention.to_q", "layers.#.attention.to_k", "layers.#.attention.to_v"}},
      {"layers.#.attention.out", {"layers.#.attention.to_out.0"}},
      {"layers.#.attention.q_norm", {"layers.#.attention.norm_q"}},
      {"layers.#.attention.k_norm", {"layers.#.attention.norm_k"}},
      {"noise_refiner.#.attention.qkv",
       {"noise_refiner.#.attention.to_q", "noise_refiner.#.attention.to_k",
        "noise_refiner.#.attention.to_v"}},
      {"noise_refiner.#.attention.out", {"noise_refiner.#.attention.to_out.0"}},
      {"noise_refiner.#.attention.q_norm", {"noise_refiner.#.attention.norm_q"}},
      {"noise_refiner.#.attention.k_norm", {"noise_refiner.#.attention.norm_k"}},
      {"context_refiner.#.attention.qkv",
       {"context_refiner.#.attention.to_q", "context_refiner.#.attention.to_k",
        "context_refiner.#.attention.to_v"}},
      {"context_refiner.#.attention.out", {"context_refiner.#.attention.to_out.0"}},
      {"context_refiner.#.attention.q_norm", {"context_refiner.#.attention.norm_q"}},
      {"context_refiner.#.attention.k_norm", {"context_refiner.#.attention.norm_k"}},
  };
  return kRules;
}

const NameRules& qwen3_names() {
  static const NameRules kRules = {
      {"token_embd", {"model.embed_tokens"}},
      {"output_norm", {"model.norm"}},
      {"output", {"lm_head"}},
      {"blk.#.attn_norm", {"model.layers.#.input_layernorm"}},
      {"blk.#.attn_q", {"model.layers.#.self_attn.q_proj"}},
      {"blk.#.attn_k", {"model.layers.#.self_attn.k_proj"}},
      {"blk.#.attn_v", {"model.layers.#.self_attn.v_proj"}},
      {"blk.#.attn_output", {"model.layers.#.self_attn.o_proj"}},
      {"blk.#.attn_q_norm", {"model.layers.#.self_attn.q_norm"}},
      {"blk.#.attn_k_norm", {"model.layers.#.self_attn.k_norm"}},
      {"blk.#.ffn_norm", {"model.layers.#.post_attention_layernorm"}},
      {"blk.#.ffn_gate", {"model.layers.#.mlp.gate_proj"}},
      {"blk.#.ffn_up", {"model.layers.#.mlp.up_proj"}},
      {"blk.#.ffn_down", {"model.layers.#.mlp.down_proj"}},
  };
  return kRules;
}

namespace {

void add_resnet(NameRules& rules, const std::string& from, const std::string& to) {
  for (const char* inner : {"norm1", "conv1", "norm2", "conv2"}) {
    rules.push_back({concat(from, ".", inner), {concat(to, ".", inner)}});
  }
  rules.push_back({from + ".nin_shortcut", {to + ".conv_shortcut"}});
}

void add_middle(NameRules& rules, const std::string& side) {
  add_resnet(rules, side + ".mid.block_1", side + ".mid_block.resnets.0");
  add_resnet(rules, side + ".mid.block_2", side + ".mid_block.resnets.1");
  const std::string from = side + ".mid.attn_1.";
  const std::string to = side + ".mid_block.attentions.0.";
  rules.push_back({from + "norm", {to + "group_norm"}});
  rules.push_back({from + "q", {to + "to_q"}, false, true});
  rules.push_back({from + "k", {to + "to_k"}, false, true});
  rules.push_back({from + "v", {to + "to_v"}, false, true});
  rules.push_back({from + "proj_out", {to + "to_out.0"}, false, true});
  rules.push_back({side + ".norm_out", {side + ".conv_norm_out"}});
}

}  // namespace

NameRules autoencoder_names(int levels) {
  NameRules rules;
  for (int i = 0; i < levels; ++i) {
    const std::string down = concat("encoder.down.", i);
    const std::string down_to = concat("encoder.down_blocks.", i);
    const std::string up = concat("decoder.up.", levels - 1 - i);
    const std::string up_to = concat("decoder.up_blocks.", i);
    constexpr int kResnetsMax = 8;
    for (int j = 0; j < kResnetsMax; ++j) {
      add_resnet(rules, concat(down, ".block.", j), concat(down_to, ".resnets.", j));
      add_resnet(rules, concat(up, ".block.", j), concat(up_to, ".resnets.", j));
    }
    rules.push_back({down + ".downsample.conv", {down_to + ".downsamplers.0.conv"}});
    rules.push_back({up + ".upsample.conv", {up_to + ".upsamplers.0.conv"}});
  }
  add_middle(rules, "encoder");
  add_middle(rules, "decoder");
  rules.push_back({"encoder.quant_conv", {"quant_conv"}});
  rules.push_back({"decoder.post_quant_conv", {"post_quant_conv"}});
  return rules;
}

const NameRules& old_autoencoder_names() {
  static const NameRules kRules = [] {
    NameRules rules;
    for (const char* side : {"encoder", "decoder"}) {
      const std::string attention = concat(side, ".mid_block.attentions.0.");
      rules.push_back({attention + "query", {attention + "to_q"}, false, true});
      rules.push_back({attention + "key", {attention + "to_k"}, false, true});
      rules.push_back({attention + "value", {attention + "to_v"}, false, true});
      rules.push_back({attention + "proj_attn", {attention + "to_out.0"}, false, true});
    }
    return rules;
  }();
  return kRules;
}

}  // namespace plantain::model
