// Limits of weight files, tokenizers and their download. Apart from limits.h because few files need
// them and nearly all include that one.
#pragma once

#include <cstddef>
#include <cstdint>

namespace plantain::limits {

// What a weight file may say of itself.
inline constexpr uint64_t kWeightHeaderMax_bytes = uint64_t{100} << 20;
inline constexpr uint64_t kWeightTensorsMax = 200'000;
inline constexpr uint64_t kWeightKeysMax = 100'000;  // of metadata
inline constexpr size_t kWeightNameMax_bytes = 512;
inline constexpr size_t kWeightRankMax = 8;
inline constexpr size_t kWeightShardsMax = 1'000;
inline constexpr uint64_t kModelConfigMax_bytes = uint64_t{64} << 20;  // a JSON file beside weights

// Tokenizers.
inline constexpr size_t kVocabularyMax_tokens = 2'000'000;
inline constexpr size_t kAddedTokensMax = 100'000;
inline constexpr size_t kTokenMax_bytes = 4'096;

}  // namespace plantain::limits
