#include "model/tokenizer/split.h"

#include "model/tokenizer/unicode.h"

namespace plantain::model {
namespace {

using Text = std::u32string_view;

bool is_line_end(char32_t c) { return c == U'\r' || c == U'\n'; }
bool is_sign(char32_t c) { return !is_blank(c) && !is_letter(c) && !is_number(c); }

// How many characters from `at` on are such.
template <class Kind>
size_t run(Text text, size_t at, Kind kind) {
  size_t end = at;
  while (end < text.size() && kind(text[end])) ++end;
  return end - at;
}

// ſ (U+017F) is an s to a pattern that ignores case.
char32_t folded(char32_t c) {
  if (c >= U'A' && c <= U'Z') return c + (U'a' - U'A');
  return c == U'\u017F' ? U's' : c;
}

// The length of 's 't 're 've 'm 'll 'd at the front of `text`, or 0.
size_t contraction(Text text, bool any_case) {
  if (text.empty() || text[0] != U'\'') return 0;
  for (const Text ending :
       {Text(U"s"), Text(U"t"), Text(U"re"), Text(U"ve"), Text(U"m"), Text(U"ll"), Text(U"d")}) {
    if (text.size() < 1 + ending.size()) continue;
    bool same = true;
    for (size_t i = 0; i < ending.size(); ++i) {
      same &= (any_case ? folded(text[1 + i]) : text[1 + i]) == ending[i];
    }
    if (same) return 1 + ending.size();
  }
  return 0;
}

// The length of a run of blanks that is one piece: through its last line end where it has one;
// else all but the last blank, which belongs to the word that follows.
size_t blanks(Text text) {
  const size_t length = run(text, 0, is_blank);
  for (size_t i = length; i > 0; --i) {
    if (is_line_end(text[i - 1])) return i;
  }
  return length == text.size() || length == 1 ? length : length - 1;
}

size_t next_qwen(Text text) {
  if (const size_t length = contraction(text, true)) return length;
  if (const size_t letters = run(text, 0, is_letter)) return letters;
  if (is_number(text[0])) return 1;
  if (!is_line_end(text[0])) {
    if (const size_t letters = run(text, 1, is_letter)) return 1 + letters;
  }
  const size_t space = text[0] == U' ' ? 1 : 0;
  if (const size_t signs = run(text, space, is_sign)) {
    return space + signs + run(text, space + signs, is_line_end);
  }
  return blanks(text);
}

size_t next_clip(Text text) {
  if (const size_t length = contraction(text, false)) return length;
  if (const size_t letters = run(text, 0, is_letter)) return letters;
  if (is_number(text[0])) return 1;
  return run(text, 0, is_sign);
}

}  // namespace

std::vector<Text> split_qwen(Text text) {
  std::vector<Text> pieces;
  while (!text.empty()) {
    const size_t length = next_qwen(text);
    pieces.push_back(text.substr(0, length));
    text.remove_prefix(length);
  }
  return pieces;
}

std::vector<Text> split_clip(Text text) {
  std::vector<Text> pieces;
  const auto take = [&](size_t length) {
    pieces.push_back(text.substr(0, length));
    text.remove_prefix(length);
  };
  while (!text.empty()) {
    if (text.starts_with(U"<|startoftext|>") || text.starts_with(U"<|endoftext|>")) {
      take(2);
      take(run(text, 0, is_letter));
      take(2);
    } else if (const size_t space = run(text, 0, is_blank)) {
      text.remove_prefix(space);
    } else {
      take(next_clip(text));
    }
  }
  return pieces;
}

}  // namespace plantain::model
