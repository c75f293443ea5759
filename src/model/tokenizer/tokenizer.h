// Text as the ids a text encoder was trained with: Qwen2 and Qwen3 (byte-level BPE) and CLIP.
//
//   Result<Tokenizer> tokenizer = open_tokenizer("FLUX.2-klein-4B/tokenizer");
//   Tokens tokens = tokenizer->encode_padded(chat_text(ChatTemplate::kQwen3Answer, prompt), 512);
//
// Tokens that were added to a vocabulary ("<|im_end|>") are found in any text, a prompt included,
// as the reference does. Threads: immutable; any.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/files.h"
#include "base/json.h"
#include "base/result.h"
#include "model/tokenizer/bpe.h"

namespace plantain::model {

enum class TokenizerKind { kQwen, kClip };

struct Tokens {
  std::vector<TokenId> ids;
  std::vector<uint8_t> mask;  // 1: of the text (its marks included); 0: padding
};

// A token that is found in the text as it stands.
struct AddedToken {
  std::string content;
  TokenId id;
  bool in_normalized;  // looked for after lower-casing and composing, not before
};

class Tokenizer {
 public:
  // The ids of `text`, which is valid UTF-8. Qwen: nothing added. CLIP: the start mark before and
  // the end mark after.
  std::vector<TokenId> encode(std::string_view text) const;

  // Exactly `length` ids: what is too long is cut at its end (CLIP keeps its end mark), what is too
  // short is filled up behind with the padding token. `length` >= 2.
  Tokens encode_padded(std::string_view text, size_t length) const;

  TokenizerKind kind() const { return kind_; }
  TokenId padding() const { return padding_; }

 private:
  friend class TokenizerBuilder;
  Tokenizer(TokenizerKind kind, Bpe bpe) : kind_(kind), bpe_(std::move(bpe)) {}
  void encode_normalized(std::u32string_view text, std::vector<TokenId>& out) const;
  void encode_words(std::u32string_view text, std::vector<TokenId>& out) const;

  TokenizerKind kind_;
  Bpe bpe_;
  std::vector<AddedToken> raw_;  // each list longest first
  std::vector<AddedToken> normalized_;
  TokenId start_ = 0;  // CLIP's marks
  TokenId end_ = 0;
  TokenId padding_ = 0;
};

// From a folder: tokenizer.json, or vocab.json and merges.txt with added_tokens.json where there is
// one; tokenizer_config.json adds its special tokens and names the padding. kNotFound: none of
// these. kCorrupt: files that contradict themselves. kInvalidInput: a kind of tokenizer that this
// program does not know; it is never taken for a similar one.
Result<Tokenizer> open_tokenizer(const Path& folder);

// From the text of a tokenizer.json; errors as above.
Result<Tokenizer> parse_tokenizer(const Json& tokenizer_json);

// The vocabularies that are linked into the program, for weights that come without one.
Result<Tokenizer> builtin_tokenizer(TokenizerKind kind);

// What a prompt is wrapped in before it is encoded.
enum class ChatTemplate {
  kQwen3Answer,  // Qwen3's with the thinking switched off: FLUX.2-klein
  kQwen3Think,   // Qwen3's as it is: Z-Image
};
std::string chat_text(ChatTemplate form, std::string_view prompt);

}  // namespace plantain::model
