// Low-rank additions to the matrices of a model: W + strength · (alpha / rank) · B · A.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/weights/weights.h"

namespace plantain::model {

// The addition to one matrix [out, in].
struct LowRankPair {
  int64_t rank = 0;
  std::vector<float> down;  // A: [rank, in]
  std::vector<float> up;    // B: [out, rank]
  float alpha = 0;          // 0: none is stored, the factor is 1

  int64_t in() const { return static_cast<int64_t>(down.size()) / rank; }
  int64_t out() const { return static_cast<int64_t>(up.size()) / rank; }
  float factor() const { return alpha == 0 ? 1.0f : alpha / static_cast<float>(rank); }
};

struct LowRank {
  float strength = 1;
  std::map<std::string, LowRankPair, std::less<>> pairs;  // by the matrix's name without ".weight"
};

// The pairs of a file in peft's names ("transformer.BLOCK.lora_A.weight", with or without the
// first word). kCorrupt: a half without the other, shapes that do not go together.
// kInvalidInput: names of another kind.
Result<LowRank> read_low_rank(const Weights& weights, float strength);

}  // namespace plantain::model
