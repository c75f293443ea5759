#include "model/lora/lora.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <unordered_map>

#include "base/json.h"
#include "base/text.h"
#include "model/weights/decode.h"
#include "model/weights/names.h"
#include "model/weights/rows.h"

namespace plantain::model {
namespace {

enum class Role { kUp, kDown, kAlpha };

struct Ending {
  std::string_view text;
  Role role;
};
// Longer ones before those they end with.
constexpr Ending kEndings[] = {
    {".lora_linear_layer.up.weight", Role::kUp},
    {".lora_linear_layer.down.weight", Role::kDown},
    {".lora_B.default.weight", Role::kUp},
    {".lora_A.default.weight", Role::kDown},
    {".lora_up.weight", Role::kUp},
    {".lora_down.weight", Role::kDown},
    {".lora_B.weight", Role::kUp},
    {".lora_A.weight", Role::kDown},
    {".lora.up.weight", Role::kUp},
    {".lora.down.weight", Role::kDown},
    {"_lora.up.weight", Role::kUp},
    {"_lora.down.weight", Role::kDown},
    {".lora_B", Role::kUp},
    {".lora_A", Role::kDown},
    {".alpha", Role::kAlpha},
};

// Adapters of other shapes, by what only their keys contain.
struct OtherKind {
  std::string_view mark;
  std::string_view name;
};
constexpr OtherKind kOtherKinds[] = {
    {".hada_", "LoHa"},
    {".lokr_", "LoKr"},
    {".dora_scale", "DoRA"},
    {".lora_magnitude_vector", "DoRA"},
    {".lora_mid.", "LoCon with a middle factor"},
    {".oft_", "OFT"},
};

constexpr std::string_view kPrefixes[] = {
    "base_model.model.", "model.diffusion_model.", "diffusion_model.",
    "transformer.",      "lora_transformer_",      "lora_unet_",
    "lycoris_",
};

std::string without_prefix(std::string name) {
  for (const std::string_view prefix : kPrefixes) {
    // "base_model.model." may stand before another one.
    if (name.starts_with(prefix)) name.erase(0, prefix.size());
  }
  return name;
}

std::string flattened(std::string path) {
  std::replace(path.begin(), path.end(), '.', '_');
  return path;
}

// What a path in a file means: one module, several whose rows it holds in order, or one with its
// halves swapped.
struct Target {
  std::vector<std::string> modules;
  bool halves_swapped = false;
};

using Targets = std::unordered_map<std::string, Target>;

// Every spelling of every matrix of the model. A flattened name cannot be unflattened by rule, so
// all are made and looked up.
Targets targets_of(const Weights& model, const NameRules& rules) {
  Targets targets;
  const auto add = [&](const std::string& path, const Target& target) {
    targets.emplace(path, target);
    targets.emplace(flattened(path), target);
  };
  for (const StoredTensor& tensor : model.all()) {
    if (!tensor.name.ends_with(".weight") || tensor.shape.size() != 2) continue;
    const std::string module =
        tensor.name.substr(0, tensor.name.size() - std::string_view(".weight").size());
    add(module, {{module}});
    for (const NameRule& rule : rules) {
      const std::optional<std::string_view> number = match(module, rule.to[0]);
      if (!number) continue;
      Target target{{}, rule.halves_swapped};
      for (const std::string& to : rule.to) target.modules.push_back(with_number(to, *number));
      add(with_number(rule.from, *number), target);
    }
  }
  return targets;
}

struct Pair {
  const StoredTensor* up = nullptr;
  const StoredTensor* down = nullptr;
  const StoredTensor* alpha = nullptr;
};

class LoraReader {
 public:
  LoraReader(const Weights& file, const Weights& model, const NameRules& rules)
      : file_(file), model_(model), targets_(targets_of(model, rules)) {}

  Result<Lora> read() {
    lora_.keepers = file_.keepers();
    Result<void> done = collect();
    if (done.ok()) done = read_metadata();
    for (auto pair = pairs_.begin(); done.ok() && pair != pairs_.end(); ++pair) {
      const auto target = targets_.find(without_prefix(pair->first));
      if (target == targets_.end()) {
        lora_.unmatched.push_back(pair->first);
      } else {
        done = add(pair->first, pair->second, target->second);
      }
    }
    if (done.ok()) done = finish();
    if (!done.ok()) return done.error();
    return std::move(lora_);
  }

 private:
  Error corrupt(std::string_view path, const std::string& what) const {
    return Error{ErrorCode::kCorrupt,
                 concat(file_.label(), ": the layer \"", shown(path), "\" ", what)};
  }

  Result<void> collect() {
    for (const StoredTensor& tensor : file_.all()) {
      for (const OtherKind& other : kOtherKinds) {
        if (tensor.name.find(other.mark) == std::string::npos) continue;
        return invalid(concat(file_.label(), ": holds ", other.name, " (\"", shown(tensor.name),
                              "\"), which is not read; only plain LoRA is"));
      }
      if (tensor.name.ends_with(".diff") || tensor.name.ends_with(".diff_b")) {
        return invalid(concat(file_.label(), ": holds whole differences (\"", shown(tensor.name),
                              "\"), which are not read; only plain LoRA is"));
      }
      const auto ending =
          std::find_if(std::begin(kEndings), std::end(kEndings),
                       [&](const Ending& e) { return tensor.name.ends_with(e.text); });
      if (ending == std::end(kEndings)) {
        return invalid(
            concat(file_.label(), ": \"", shown(tensor.name), "\" is no part of a LoRA"));
      }
      Pair& pair = pairs_[tensor.name.substr(0, tensor.name.size() - ending->text.size())];
      const StoredTensor*& slot = ending->role == Role::kUp     ? pair.up
                                  : ending->role == Role::kDown ? pair.down
                                                                : pair.alpha;
      if (slot) return corrupt(tensor.name, "stands twice under two spellings");
      slot = &tensor;
    }
    return {};
  }

  // peft keeps alpha and rank beside the tensors: {"transformer.lora_alpha": 16, "transformer.r":
  // 8}.
  Result<void> read_metadata() {
    const auto text = file_.metadata().find("lora_adapter_metadata");
    if (text == file_.metadata().end()) return {};
    Result<Json> json = parse_json(text->second);
    if (!json.ok() || !json->is_object()) {
      return Error{ErrorCode::kCorrupt,
                   concat(file_.label(), ": its lora_adapter_metadata is no JSON object")};
    }
    double alpha = 0;
    double rank = 0;
    for (const auto& [key, value] : json->get_object()) {
      const std::string_view name(key.data(), key.size());
      const bool pattern = name.ends_with("alpha_pattern") || name.ends_with("rank_pattern");
      if (pattern && value.is_object() && !value.get_object().empty()) {
        return invalid(concat(file_.label(),
                              ": gives its layers different alphas by pattern, which is not read"));
      }
      if (!value.is_number()) continue;
      if (name == "lora_alpha" || name.ends_with(".lora_alpha")) alpha = value.to_number<double>();
      if (name == "r" || name.ends_with(".r")) rank = value.to_number<double>();
    }
    if (alpha > 0 && rank > 0) default_scale_ = static_cast<float>(alpha / rank);
    return {};
  }

  Result<float> scale_of(const std::string& path, const Pair& pair, int64_t rank) const {
    if (!pair.alpha) return default_scale_;
    if (elements_of(pair.alpha->shape) != 1)
      return corrupt(path, "has an alpha that is no single number");
    float alpha = 0;
    read_f32(*pair.alpha, {&alpha, 1});
    if (!std::isfinite(alpha)) return corrupt(path, "has an alpha that is no number");
    return alpha / static_cast<float>(rank);
  }

  Result<void> add(const std::string& path, const Pair& pair, const Target& target) {
    if (!pair.up || !pair.down)
      return corrupt(path, pair.up ? "has no half A (down)" : "has no half B (up)");
    const StoredTensor up = squeezed(*pair.up);
    const StoredTensor down = squeezed(*pair.down);
    const bool fit = up.shape.size() == 2 && down.shape.size() == 2 &&
                     up.shape[1] == down.shape[0] && up.shape[1] > 0;
    if (!fit) {
      return corrupt(path, concat("has B ", to_text(up.shape), " and A ", to_text(down.shape),
                                  ", which are no pair [rows, rank] and [rank, columns]"));
    }
    Result<float> scale = scale_of(path, pair, down.shape[0]);
    if (!scale.ok()) return scale.error();
    const size_t pieces = target.halves_swapped ? 2 : target.modules.size();
    if (!divides(up, pieces))
      return corrupt(path, concat("has a B that is not ", pieces, " equal parts"));
    for (size_t i = 0; i < target.modules.size(); ++i) {
      LoraLayer layer{target.modules[i], down, row_piece(up, up.name, i, target.modules.size()),
                      *scale};
      if (target.halves_swapped) {
        auto [swapped, keeper] = halves_swapped(up, up.name);
        layer.b = std::move(swapped);
        lora_.keepers.push_back(std::move(keeper));
      }
      Result<void> fits = check_fits(path, layer);
      if (!fits.ok()) return fits;
      lora_.layers.push_back(std::move(layer));
    }
    return {};
  }

  Result<void> check_fits(const std::string& path, const LoraLayer& layer) const {
    const StoredTensor* weight = model_.find(layer.module + ".weight");
    if (!weight)
      return corrupt(path, concat("changes \"", layer.module, "\", which the model lacks"));
    if (weight->shape == Shape{layer.b.shape[0], layer.a.shape[1]}) return {};
    return corrupt(path,
                   concat("changes a matrix ", to_text(Shape{layer.b.shape[0], layer.a.shape[1]}),
                          "; \"", layer.module, "\" is ", to_text(weight->shape)));
  }

  Result<void> finish() {
    if (lora_.layers.empty()) {
      return invalid(
          concat(file_.label(), ": none of its ", pairs_.size(), " layers belongs to this model"));
    }
    const auto less = [](const LoraLayer& a, const LoraLayer& b) { return a.module < b.module; };
    std::sort(lora_.layers.begin(), lora_.layers.end(), less);
    const auto twice = std::adjacent_find(
        lora_.layers.begin(), lora_.layers.end(),
        [](const LoraLayer& a, const LoraLayer& b) { return a.module == b.module; });
    if (twice != lora_.layers.end())
      return corrupt(twice->module, "is changed twice, under two spellings");
    return {};
  }

  const Weights& file_;
  const Weights& model_;
  const Targets targets_;
  std::map<std::string, Pair> pairs_;
  float default_scale_ = 1;
  Lora lora_;
};

}  // namespace

Result<Lora> read_lora(const Weights& file, const Weights& model, LoraNames names) {
  return LoraReader(file, model, names == LoraNames::kFlux2 ? flux2_names() : z_image_names())
      .read();
}

}  // namespace plantain::model
