// Byte-pair merging: a word's bytes, one token each, are joined pair by pair, the pair of the
// lowest rank first, until no pair has one.
// Threads: immutable once filled.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"

namespace plantain::model {

using TokenId = int32_t;

// Vocabularies spell every byte as one printable character: itself where it is one, else from
// U+0100 on.
const std::array<std::string, 256>& byte_characters();

class Bpe {
 public:
  // `suffix` ends the last byte of each word ("</w>"; empty: none). kCorrupt: a vocabulary that
  // lacks one of the 256 bytes, with or without the suffix as words need them.
  static Result<Bpe> make(std::unordered_map<std::string, TokenId> vocabulary, std::string suffix);

  // The next merge, of the rank after the one before. kCorrupt: a part or the whole is no token.
  Result<void> add_merge(std::string_view left, std::string_view right);

  // Appends the tokens of `word`, any bytes.
  void encode(std::string_view word, std::vector<TokenId>& out) const;

  std::optional<TokenId> find(std::string_view token) const;

 private:
  struct Merge {
    uint32_t rank;
    TokenId whole;
  };
  static uint64_t pair_of(TokenId left, TokenId right) {
    return uint64_t{static_cast<uint32_t>(left)} << 32 | static_cast<uint32_t>(right);
  }

  std::unordered_map<std::string, TokenId> vocabulary_;
  std::string suffix_;
  std::array<TokenId, 256> bytes_{};
  std::array<TokenId, 256> last_bytes_{};
  std::unordered_map<uint64_t, Merge> merges_;
  uint32_t next_rank_ = 0;
};

}  // namespace plantain::model
