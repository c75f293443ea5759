#include "engine/sketch/words_tokens.h"

#include <algorithm>
#include <optional>

#include "base/text.h"
#include "engine/sketch/words_text.h"

namespace plantain::engine::sketch {
namespace {

using Characters = std::vector<char32_t>;

struct Quotes {
  char32_t open, close;
};
constexpr Quotes kQuotes[] = {{U'"', U'"'}, {U'“', U'”'},   {U'„', U'“'},
                              {U'«', U'»'}, {U'「', U'」'}, {U'『', U'』'},
                              {U'‘', U'’'}, {U'\'', U'\''}, {U'《', U'》'}};

// Longer than any sign; a stray quotation mark must not swallow the prompt.
constexpr size_t kLetteringMax_chars = 80;

std::string utf8(const Characters& text, size_t begin, size_t end) {
  std::string out;
  for (size_t i = begin; i < end; ++i) out += to_utf8(text[i]);
  return out;
}

bool is_part_of_word(const Characters& text, size_t at) {
  return at < text.size() && is_letter_or_digit(text[at]) && !is_unspaced(text[at]);
}

// Where the quotation that opens at `at` closes, if one does.
std::optional<size_t> closing(const Characters& text, size_t at) {
  for (const Quotes& quotes : kQuotes) {
    if (text[at] != quotes.open) continue;
    // An apostrophe opens nothing: "bird's", "cats' toys".
    if (quotes.open == U'\'' && at > 0 && is_part_of_word(text, at - 1)) continue;
    const size_t last = std::min(text.size(), at + kLetteringMax_chars);
    for (size_t i = at + 1; i < last; ++i) {
      const bool apostrophe = (text[i] == U'\'' || text[i] == U'’') && is_part_of_word(text, i + 1);
      if (text[i] == quotes.close && !apostrophe && i > at + 1) return i;
    }
  }
  return std::nullopt;
}

// The end of the word that starts at `at`. Marks inside a word belong to it.
size_t word_end(const Characters& text, size_t at) {
  constexpr std::u32string_view kInside = U"-'’&/.";
  size_t end = at;
  while (end < text.size()) {
    if (is_part_of_word(text, end)) {
      ++end;
      continue;
    }
    const bool inside =
        kInside.find(text[end]) != std::u32string_view::npos && is_part_of_word(text, end + 1);
    const bool needs_digit = text[end] == U'.' || text[end] == U'/';
    if (!inside || (needs_digit && (text[end + 1] < U'0' || text[end + 1] > U'9'))) break;
    ++end;
  }
  return end;
}

Token word(const Characters& text, size_t begin, size_t end, Token::Kind kind) {
  const std::string shown = utf8(text, begin, end);
  std::string folded = fold_words(shown);
  for (size_t at = folded.find("’"); at != std::string::npos; at = folded.find("’"))
    folded.replace(at, 3, 1, '\'');
  return {kind, folded, shown};
}

}  // namespace

std::vector<Token> tokenise(std::string_view prompt) {
  constexpr std::u32string_view kCommas = U",;、，；";
  constexpr std::u32string_view kStops = U".!?:。！？：\n";
  const Characters text = to_code_points(prompt);
  std::vector<Token> tokens;
  for (size_t at = 0; at < text.size();) {
    if (const std::optional<size_t> close = closing(text, at)) {
      const std::string shown = utf8(text, at + 1, *close);
      tokens.push_back({Token::Kind::kLettering, shown, shown});
      at = *close + 1;
    } else if (is_unspaced(text[at])) {
      tokens.push_back(word(text, at, at + 1, Token::Kind::kCharacter));
      ++at;
    } else if (is_part_of_word(text, at) || text[at] == U'&') {
      const size_t end = std::max(at + 1, word_end(text, at));
      tokens.push_back(word(text, at, end, Token::Kind::kWord));
      at = end;
    } else {
      if (kCommas.find(text[at]) != std::u32string_view::npos)
        tokens.push_back({Token::Kind::kComma, ",", ","});
      if (kStops.find(text[at]) != std::u32string_view::npos)
        tokens.push_back({Token::Kind::kStop, ".", "."});
      ++at;
    }
  }
  return tokens;
}

}  // namespace plantain::engine::sketch
