// Text cut into the words that byte-pair merging never crosses. Each family of models was trained
// with one regular expression; here is what it means, written out.
// Threads: pure functions.
#pragma once

#include <string_view>
#include <vector>

namespace plantain::model {

// Qwen2 and Qwen3. The pieces are the whole text:
//   (?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|
//   \s*[\r\n]+|\s+(?!\S)|\s+
std::vector<std::u32string_view> split_qwen(std::u32string_view text);

// CLIP, on lower-case text; blanks between the pieces are dropped:
//   's|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+
// <|startoftext|> and <|endoftext|> that stand in the text literally are cut out before
// the rest and fall apart into `<|`, the letters and `|>`.
std::vector<std::u32string_view> split_clip(std::u32string_view text);

}  // namespace plantain::model
