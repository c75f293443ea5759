#include "model/tokenizer/tokenizer.h"

#include <algorithm>

#include "base/check.h"
#include "base/text.h"
#include "model/tokenizer/split.h"
#include "model/tokenizer/unicode.h"

namespace plantain::model {
namespace {

std::u32string widened(std::string_view utf8) {
  const std::vector<char32_t> points = to_code_points(utf8);
  return {points.begin(), points.end()};
}

void append_utf8(std::u32string_view text, std::string& out) {
  for (const char32_t c : text) out += to_utf8(c);
}

// The longest of `tokens`, which are sorted so, that stands at the front of `text`.
const AddedToken* at_front(std::string_view text, const std::vector<AddedToken>& tokens) {
  const auto found = std::find_if(tokens.begin(), tokens.end(), [&](const AddedToken& token) {
    return text.starts_with(token.content);
  });
  return found == tokens.end() ? nullptr : &*found;
}

// Hands the text between added tokens to `between` and the tokens to `out`, in order.
template <class Between>
void walk(std::string_view text, const std::vector<AddedToken>& tokens, std::vector<TokenId>& out,
          Between between) {
  size_t begin = 0;
  size_t at = 0;
  while (at < text.size()) {
    const AddedToken* token = at_front(text.substr(at), tokens);
    if (!token) {
      ++at;
      continue;
    }
    if (at > begin) between(text.substr(begin, at - begin));
    out.push_back(token->id);
    at += token->content.size();
    begin = at;
  }
  if (begin < text.size()) between(text.substr(begin));
}

// CLIP's normaliser makes every run of blanks one space before it lowers.
std::u32string with_single_blanks(std::u32string_view text) {
  std::u32string result;
  bool blank = false;
  for (const char32_t c : text) {
    if (!is_blank(c)) result += c;
    if (is_blank(c) && !blank) result += U' ';
    blank = is_blank(c);
  }
  return result;
}

}  // namespace

std::vector<TokenId> Tokenizer::encode(std::string_view text) const {
  CHECK(is_utf8(text));
  std::vector<TokenId> ids;
  if (kind_ == TokenizerKind::kClip) ids.push_back(start_);
  walk(text, raw_, ids, [&](std::string_view piece) {
    const std::u32string whole = composed(widened(piece));
    encode_normalized(kind_ == TokenizerKind::kClip ? lowered(with_single_blanks(whole)) : whole,
                      ids);
  });
  if (kind_ == TokenizerKind::kClip) ids.push_back(end_);
  return ids;
}

void Tokenizer::encode_normalized(std::u32string_view text, std::vector<TokenId>& out) const {
  if (normalized_.empty()) return encode_words(text, out);
  std::string utf8;
  append_utf8(text, utf8);
  walk(utf8, normalized_, out, [&](std::string_view piece) { encode_words(widened(piece), out); });
}

void Tokenizer::encode_words(std::u32string_view text, std::vector<TokenId>& out) const {
  std::string word;
  for (const std::u32string_view piece :
       kind_ == TokenizerKind::kClip ? split_clip(text) : split_qwen(text)) {
    word.clear();
    append_utf8(piece, word);
    bpe_.encode(word, out);
  }
}

Tokens Tokenizer::encode_padded(std::string_view text, size_t length) const {
  CHECK(length >= 2);
  Tokens tokens{encode(text), {}};
  if (tokens.ids.size() > length) {
    tokens.ids.resize(length);
    if (kind_ == TokenizerKind::kClip) tokens.ids.back() = end_;
  }
  tokens.mask.assign(tokens.ids.size(), 1);
  tokens.ids.resize(length, padding_);
  tokens.mask.resize(length, 0);
  return tokens;
}

std::string chat_text(ChatTemplate form, std::string_view prompt) {
  // No empty thought where thinking is on: the model would write its own.
  const char* answer = form == ChatTemplate::kQwen3Answer ? "<think>\n\n</think>\n\n" : "";
  return concat("<|im_start|>user\n", prompt, "<|im_end|>\n<|im_start|>assistant\n", answer);
}

}  // namespace plantain::model
