#include "model/low_rank.h"

#include "base/text.h"
#include "model/weights/decode.h"

namespace plantain::model {
namespace {

constexpr std::string_view kFirstWords[] = {"transformer.", "diffusion_model."};

std::string_view without_first_word(std::string_view name) {
  for (const std::string_view word : kFirstWords)
    if (name.starts_with(word)) return name.substr(word.size());
  return name;
}

Result<std::vector<float>> matrix_of(const StoredTensor& tensor) {
  if (tensor.shape.size() != 2 || tensor.shape[0] < 1 || tensor.shape[1] < 1)
    return Error{ErrorCode::kCorrupt,
                 concat(shown(tensor.name), ": a LoRA's half should be a matrix; it is ",
                        to_text(tensor.shape))};
  std::vector<float> values(static_cast<std::size_t>(*elements_of(tensor.shape)));
  read_f32(tensor, values);
  return values;
}

Result<void> read_pair(const Weights& weights, const StoredTensor& down, std::string_view stem,
                       std::string_view up_suffix, LowRank& lora) {
  Result<const StoredTensor*> up = weights.get(concat(stem, up_suffix));
  if (!up.ok()) return up.error();
  LowRankPair pair;
  Result<std::vector<float>> a = matrix_of(down);
  if (!a.ok()) return a.error();
  Result<std::vector<float>> b = matrix_of(**up);
  if (!b.ok()) return b.error();
  pair.rank = down.shape[0];
  if ((*up)->shape[1] != pair.rank)
    return Error{ErrorCode::kCorrupt, concat(shown((*up)->name), ": rank ", (*up)->shape[1],
                                             " should be ", pair.rank, ", as in its other half")};
  pair.down = *std::move(a);
  pair.up = *std::move(b);
  if (const StoredTensor* alpha = weights.find(concat(stem, ".alpha"))) {
    if (elements_of(alpha->shape) != 1u)
      return Error{ErrorCode::kCorrupt, concat(shown(alpha->name), ": should be one number")};
    read_f32(*alpha, {&pair.alpha, 1});
  }
  lora.pairs.emplace(without_first_word(stem), std::move(pair));
  return {};
}

}  // namespace

Result<LowRank> read_low_rank(const Weights& weights, float strength) {
  constexpr std::pair<std::string_view, std::string_view> kHalves[] = {
      {".lora_A.weight", ".lora_B.weight"}, {".lora_down.weight", ".lora_up.weight"}};
  LowRank lora;
  lora.strength = strength;
  std::size_t read = 0;
  for (const StoredTensor& tensor : weights.all()) {
    for (const auto& [down, up] : kHalves) {
      if (!tensor.name.ends_with(down)) continue;
      const std::string_view stem =
          std::string_view(tensor.name).substr(0, tensor.name.size() - down.size());
      const Result<void> pair = read_pair(weights, tensor, stem, up, lora);
      if (!pair.ok()) return pair.error();
      read += weights.find(concat(stem, ".alpha")) != nullptr ? 3 : 2;
    }
  }
  if (read != weights.all().size())
    return invalid(concat(weights.label(),
                          ": this LoRA has tensors in a form that is not read; "
                          "peft names (lora_A, lora_B) are"));
  return lora;
}

}  // namespace plantain::model
