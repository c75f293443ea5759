#include "model/weights/parts.h"

#include <algorithm>

#include "base/check.h"
#include "base/text.h"
#include "model/weights/names.h"
#include "model/weights/rows.h"

namespace plantain::model {
namespace {

// Where a file that holds several parts keeps each. Longer ones first: the first that fits counts.
constexpr std::string_view kPrefixes[] = {
    "model.diffusion_model.",
    "diffusion_model.",
    "first_stage_model.",
    "text_encoders.qwen3_4b.transformer.",
    "text_encoders.qwen3_8b.transformer.",
    "text_encoders.qwen3_4b.",
    "text_encoders.qwen3_8b.",
    "cond_stage_model.transformer.",
    "text_encoder.",
    "transformer.",
    "vae.",
};

std::string_view prefix_of(std::string_view name) {
  for (const std::string_view prefix : kPrefixes) {
    if (name.starts_with(prefix)) return prefix;
  }
  return "";
}

// How many blocks "STEM0", "STEM1", … there are.
int blocks_of(const Weights& weights, std::string_view stem) {
  int most = -1;
  for (const StoredTensor& tensor : weights.all()) {
    if (!tensor.name.starts_with(stem)) continue;
    const std::string_view rest = std::string_view(tensor.name).substr(stem.size());
    const std::optional<int64_t> number = parse_int(rest.substr(0, rest.find('.')));
    if (number && *number < 10'000) most = std::max(most, static_cast<int>(*number));
  }
  return most + 1;
}

int64_t extent(const Weights& weights, std::string_view name, size_t axis) {
  const StoredTensor* tensor = weights.find(name);
  return tensor && axis < tensor->shape.size() ? tensor->shape[axis] : 0;
}

// How a part shows itself: it has both marks, the first of that rank.
struct Kind {
  std::string_view mark;
  size_t rank;
  std::string_view also;
  PartKind kind;
  NameRules (*names)(const Weights& bare);
};

NameRules no_rules(const Weights&) { return {}; }

const Kind kKinds[] = {
    {"double_stream_modulation_img.lin.weight", 2, "img_in.weight", PartKind::kFlux2Transformer,
     [](const Weights&) { return flux2_names(); }},
    {"double_stream_modulation_img.linear.weight", 2, "x_embedder.weight",
     PartKind::kFlux2Transformer, no_rules},
    {"cap_pad_token", 2, "x_embedder.weight", PartKind::kZImageTransformer,
     [](const Weights&) { return z_image_names(); }},
    {"cap_pad_token", 2, "all_x_embedder.2-1.weight", PartKind::kZImageTransformer, no_rules},
    {"model.layers.0.self_attn.q_norm.weight", 1, "model.embed_tokens.weight",
     PartKind::kQwen3Encoder, no_rules},
    // A bare model, as Z-Image's folder keeps it.
    {"layers.0.self_attn.q_norm.weight", 1, "embed_tokens.weight", PartKind::kQwen3Encoder,
     no_rules},
    {"blk.0.attn_q_norm.weight", 1, "token_embd.weight", PartKind::kQwen3Encoder,
     [](const Weights&) { return qwen3_names(); }},
    {"text_model.embeddings.position_embedding.weight", 2, "text_model.final_layer_norm.weight",
     PartKind::kClipEncoder, no_rules},
    {"down_blocks.0.resnets.0.time_emb_proj.weight", 2, "conv_in.weight", PartKind::kUnet,
     no_rules},
    {"decoder.conv_norm_out.weight", 1, "decoder.conv_in.weight", PartKind::kAutoencoder,
     [](const Weights&) { return old_autoencoder_names(); }},
    {"decoder.norm_out.weight", 1, "decoder.mid.block_1.conv1.weight", PartKind::kAutoencoder,
     [](const Weights& bare) { return autoencoder_names(blocks_of(bare, "decoder.up.")); }},
    {"decoder.layers.0.weight", 4, "encoder.layers.0.weight", PartKind::kTinyAutoencoder, no_rules},
};

// Models that are recognised so that their owner is told what they are.
struct Foreign {
  std::string_view mark;
  std::string_view name;
};
constexpr Foreign kForeign[] = {
    {"double_blocks.0.img_mod.lin.weight", "a FLUX.1 transformer"},
    {"transformer_blocks.0.img_mod.1.weight", "a Qwen-Image transformer"},
    {"joint_blocks.0.x_block.attn.qkv.weight", "a Stable Diffusion 3 transformer"},
    {"layers.0.adaLN_sa_ln.weight", "an ERNIE-Image transformer"},
    {"cap_embedder.0.weight", "a Lumina transformer"},
    {"input_blocks.0.0.weight", "a Stable Diffusion checkpoint in the original layout"},
    {"blk.0.attn_q.weight", "a language model in llama.cpp's layout, and no Qwen3"},
};

std::string described(PartKind kind, const Weights& w) {
  switch (kind) {
    case PartKind::kFlux2Transformer:
      return concat("FLUX.2 transformer, ", blocks_of(w, "transformer_blocks."), " + ",
                    blocks_of(w, "single_transformer_blocks."), " blocks, width ",
                    extent(w, "x_embedder.weight", 0));
    case PartKind::kZImageTransformer:
      return concat("Z-Image transformer, ", blocks_of(w, "layers."), " blocks, width ",
                    extent(w, "all_x_embedder.2-1.weight", 0));
    case PartKind::kQwen3Encoder:
      return concat("Qwen3 text encoder, ", blocks_of(w, "model.layers."), " layers, width ",
                    extent(w, "model.embed_tokens.weight", 1));
    case PartKind::kAutoencoder:
      return concat(w.find("bn.running_mean") ? "FLUX.2 autoencoder, " : "autoencoder, ",
                    extent(w, "decoder.conv_in.weight", 1), " latent channels");
    case PartKind::kTinyAutoencoder:
      return concat("tiny autoencoder, ", extent(w, "decoder.layers.0.weight", 1),
                    " latent channels");
    case PartKind::kClipEncoder:
      return concat("CLIP text encoder, ", blocks_of(w, "text_model.encoder.layers."),
                    " layers, width ",
                    extent(w, "text_model.embeddings.position_embedding.weight", 1));
    case PartKind::kUnet:
      return concat("UNet, ", blocks_of(w, "down_blocks."), " levels, width ",
                    extent(w, "conv_in.weight", 0));
  }
  CHECK(false);
}

// Row ranges and copies of one tensor under its new names.
class Renamer {
 public:
  Renamer(std::string label, std::vector<std::shared_ptr<const void>> keepers)
      : label_(std::move(label)), keepers_(std::move(keepers)) {}

  Result<void> add(const StoredTensor& tensor, const Renamed& renamed) {
    const size_t pieces = renamed.halves_swapped ? 2 : renamed.names.size();
    if (pieces == 1) {
      StoredTensor whole = renamed.squeezed ? squeezed(tensor) : tensor;
      whole.name = renamed.names[0];
      tensors_.push_back(std::move(whole));
      return {};
    }
    if (!divides(tensor, pieces)) {
      return Error{
          ErrorCode::kCorrupt,
          concat(label_, ": the tensor \"", shown(tensor.name), "\" is ", name_of(tensor.type), " ",
                 to_text(tensor.shape), ", which is not ", pieces, " equal parts")};
    }
    if (renamed.halves_swapped) {
      auto [swapped, keeper] = halves_swapped(tensor, renamed.names[0]);
      keepers_.push_back(std::move(keeper));
      tensors_.push_back(std::move(swapped));
      return {};
    }
    for (size_t i = 0; i < pieces; ++i)
      tensors_.push_back(row_piece(tensor, renamed.names[i], i, pieces));
    return {};
  }

  Result<Weights> finish(const Weights& from) && {
    return Weights::make(label_, std::move(tensors_), from.metadata(), std::move(keepers_));
  }

 private:
  const std::string label_;
  std::vector<std::shared_ptr<const void>> keepers_;
  std::vector<StoredTensor> tensors_;
};

// The tensors behind `prefix`, without it.
Result<Weights> behind(const Weights& weights, std::string_view prefix) {
  std::vector<StoredTensor> tensors;
  for (const StoredTensor& tensor : weights.all()) {
    if (prefix_of(tensor.name) != prefix) continue;
    StoredTensor bare = tensor;
    bare.name.erase(0, prefix.size());
    tensors.push_back(std::move(bare));
  }
  return Weights::make(weights.label(), std::move(tensors), weights.metadata(), weights.keepers());
}

Result<ModelPart> part_of(const Weights& bare, const Kind& kind) {
  Renamer renamer(bare.label(), bare.keepers());
  const NameRules rules = kind.names(bare);
  const bool headless = kind.also == "embed_tokens.weight";
  for (const StoredTensor& tensor : bare.all()) {
    Renamed renamed = rename(tensor.name, rules);
    if (headless && tensor.name != "lm_head.weight") renamed.names[0].insert(0, "model.");
    Result<void> added = renamer.add(tensor, renamed);
    if (!added.ok()) return added.error();
  }
  Result<Weights> weights = std::move(renamer).finish(bare);
  if (!weights.ok()) return weights.error();
  std::string description = described(kind.kind, *weights);
  return ModelPart{kind.kind, std::move(description), std::move(*weights)};
}

const Kind* kind_of(const Weights& bare) {
  for (const Kind& kind : kKinds) {
    const StoredTensor* mark = bare.find(kind.mark);
    if (mark && mark->shape.size() == kind.rank && bare.find(kind.also)) return &kind;
  }
  return nullptr;
}

}  // namespace

std::string_view name_of(PartKind kind) {
  switch (kind) {
    case PartKind::kFlux2Transformer:
      return "flux2-transformer";
    case PartKind::kZImageTransformer:
      return "z-image-transformer";
    case PartKind::kQwen3Encoder:
      return "qwen3-encoder";
    case PartKind::kAutoencoder:
      return "autoencoder";
    case PartKind::kTinyAutoencoder:
      return "tiny-autoencoder";
    case PartKind::kClipEncoder:
      return "clip-encoder";
    case PartKind::kUnet:
      return "unet";
  }
  CHECK(false);
}

Result<std::vector<ModelPart>> parts_of(const Weights& weights) {
  std::vector<std::string_view> prefixes;
  for (const StoredTensor& tensor : weights.all()) {
    const std::string_view prefix = prefix_of(tensor.name);
    if (std::find(prefixes.begin(), prefixes.end(), prefix) == prefixes.end())
      prefixes.push_back(prefix);
  }
  std::vector<ModelPart> parts;
  std::string foreign;
  for (const std::string_view prefix : prefixes) {
    Result<Weights> bare = behind(weights, prefix);
    if (!bare.ok()) return bare.error();
    if (const Kind* kind = kind_of(*bare)) {
      Result<ModelPart> part = part_of(*bare, *kind);
      if (!part.ok()) return part.error();
      parts.push_back(std::move(*part));
      continue;
    }
    for (const Foreign& other : kForeign) {
      if (foreign.empty() && bare->find(other.mark)) foreign = other.name;
    }
  }
  if (!parts.empty()) return parts;
  if (!foreign.empty()) {
    return invalid(concat(weights.label(), ": is ", foreign, ", which this program cannot run"));
  }
  return invalid(concat(weights.label(), ": holds no model that this program knows"));
}

}  // namespace plantain::model
