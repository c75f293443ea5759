#include "model/tokenizer/bpe.h"

#include <queue>
#include <tuple>

#include "base/text.h"
#include "model/weights/weights.h"

namespace plantain::model {
namespace {

// A word as a list, so that joining two neighbours costs no moving.
struct Symbol {
  TokenId token;
  int before;
  int after;
};

// A pair that may be joined when its turn comes: the lowest rank first, then the leftmost.
struct Candidate {
  uint32_t rank;
  int at;
  TokenId left;
  TokenId right;
  TokenId whole;
  bool operator>(const Candidate& other) const {
    return std::tie(rank, at) > std::tie(other.rank, other.at);
  }
};

}  // namespace

const std::array<std::string, 256>& byte_characters() {
  static const std::array<std::string, 256> kCharacters = [] {
    std::array<std::string, 256> characters;
    char32_t next = 256;
    for (uint32_t byte = 0; byte < 256; ++byte) {
      const bool printable = (byte >= 33 && byte <= 126) || (byte >= 161 && byte != 173);
      characters[byte] = to_utf8(printable ? static_cast<char32_t>(byte) : next++);
    }
    return characters;
  }();
  return kCharacters;
}

Result<Bpe> Bpe::make(std::unordered_map<std::string, TokenId> vocabulary, std::string suffix) {
  Bpe bpe;
  for (size_t byte = 0; byte < 256; ++byte) {
    const std::string& character = byte_characters()[byte];
    const auto middle = vocabulary.find(character);
    const auto last = vocabulary.find(character + suffix);
    if (middle == vocabulary.end() || last == vocabulary.end()) {
      return Error{ErrorCode::kCorrupt, concat("the vocabulary has no token for byte ", byte)};
    }
    bpe.bytes_[byte] = middle->second;
    bpe.last_bytes_[byte] = last->second;
  }
  bpe.vocabulary_ = std::move(vocabulary);
  bpe.suffix_ = std::move(suffix);
  return bpe;
}

std::optional<TokenId> Bpe::find(std::string_view token) const {
  const auto at = vocabulary_.find(std::string(token));
  if (at == vocabulary_.end()) return std::nullopt;
  return at->second;
}

Result<void> Bpe::add_merge(std::string_view left, std::string_view right) {
  const std::optional<TokenId> a = find(left);
  const std::optional<TokenId> b = find(right);
  const std::optional<TokenId> whole = find(concat(left, right));
  if (!a || !b || !whole) {
    return Error{ErrorCode::kCorrupt,
                 concat("merge ", next_rank_, " joins \"", shown(left), "\" and \"", shown(right),
                        "\", which are no tokens or make none")};
  }
  merges_.emplace(pair_of(*a, *b), Merge{next_rank_++, *whole});
  return {};
}

void Bpe::encode(std::string_view word, std::vector<TokenId>& out) const {
  if (word.empty()) return;
  const int count = static_cast<int>(word.size());
  std::vector<Symbol> symbols(word.size());
  for (int i = 0; i < count; ++i) {
    const auto byte = static_cast<uint8_t>(word[i]);
    symbols[i] = {i + 1 == count ? last_bytes_[byte] : bytes_[byte], i - 1,
                  i + 1 == count ? -1 : i + 1};
  }
  std::priority_queue<Candidate, std::vector<Candidate>, std::greater<>> turns;
  const auto consider = [&](int at) {
    if (at < 0 || symbols[at].after < 0) return;
    const TokenId left = symbols[at].token;
    const TokenId right = symbols[symbols[at].after].token;
    const auto merge = merges_.find(pair_of(left, right));
    if (merge == merges_.end()) return;
    turns.push({merge->second.rank, at, left, right, merge->second.whole});
  };
  for (int i = 0; i < count; ++i) consider(i);
  constexpr TokenId kGone = -1;
  while (!turns.empty()) {
    const Candidate turn = turns.top();
    turns.pop();
    Symbol& left = symbols[turn.at];
    // Either half may have been joined to something else since.
    if (left.token != turn.left || left.after < 0 || symbols[left.after].token != turn.right)
      continue;
    Symbol& right = symbols[left.after];
    left.token = turn.whole;
    right.token = kGone;
    left.after = right.after;
    if (left.after >= 0) symbols[left.after].before = turn.at;
    consider(left.before);
    consider(turn.at);
  }
  for (int i = 0; i >= 0; i = symbols[i].after) out.push_back(symbols[i].token);
}

}  // namespace plantain::model
