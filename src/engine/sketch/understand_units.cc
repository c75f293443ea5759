#include "engine/sketch/understand_units.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.h"
#include "engine/sketch/words_text.h"
#include "engine/sketch/words_tokens.h"

namespace plantain::engine::sketch {
namespace {

constexpr size_t kPhraseMax_words = 6;
constexpr size_t kPhraseMax_characters = 10;

using Languages = std::vector<std::string_view>;

// The languages to look words up in, the likeliest first.
struct Reading {
  Languages spaced;    // for words between spaces
  Languages unspaced;  // for Chinese and Japanese writing
};

bool is_small_word(const Sense& sense) {
  constexpr std::string_view kSmall[] = {"word", "and", "or", "number", "relation", "with", "negate"};
  return std::find(std::begin(kSmall), std::end(kSmall), sense.kind) != std::end(kSmall);
}

// A language is told by its small words; among equals English is the likeliest.
Reading guess_languages(const std::vector<Token>& tokens) {
  constexpr std::array<std::string_view, 4> kSpaced = {"en", "es", "fr", "de"};
  std::array<int, 4> score{};
  bool kana = false;
  for (const Token& token : tokens) {
    if (token.kind == Token::Kind::kCharacter) kana = kana || is_kana(to_code_points(token.text).front());
    if (token.kind != Token::Kind::kWord) continue;
    std::array<int, 4> points{};
    for (const Sense& sense : senses_of(token.text)) {
      for (size_t i = 0; i < kSpaced.size(); ++i) {
        if (sense.language == kSpaced[i]) points[i] = std::max(points[i], is_small_word(sense) ? 2 : 1);
      }
    }
    for (size_t i = 0; i < kSpaced.size(); ++i) score[i] += points[i];
  }
  const std::string_view best = kSpaced[static_cast<size_t>(std::max_element(score.begin(), score.end()) - score.begin())];
  Reading reading;
  reading.spaced = best == "en" ? Languages{"en"} : Languages{best, "en"};
  reading.unspaced = kana ? Languages{"ja", "zh_Hant", "zh"} : Languages{"zh_Hant", "zh", "ja"};
  return reading;
}

// The senses of `phrase` in the first of `languages` that has any.
std::vector<Sense> senses_in(std::string_view phrase, const Languages& languages) {
  const std::vector<Sense> all = senses_of(phrase);
  for (const std::string_view language : languages) {
    std::vector<Sense> some;
    std::copy_if(all.begin(), all.end(), std::back_inserter(some),
                 [&](const Sense& sense) { return sense.language == language; });
    if (!some.empty()) return some;
  }
  return {};
}

// What `phrase` may be the plural of: the last word loses its ending.
std::vector<std::string> singulars(const std::string& phrase) {
  std::vector<std::string> out;
  const auto without = [&](std::string_view ending, std::string_view instead) {
    if (phrase.size() > ending.size() + 1 && phrase.ends_with(ending)) {
      out.push_back(concat(std::string_view(phrase).substr(0, phrase.size() - ending.size()), instead));
    }
  };
  if (phrase.ends_with("ss")) return out;
  without("ies", "y");
  without("ves", "f");
  without("ves", "fe");
  without("s", "");
  without("es", "");
  without("x", "");  // French: oiseaux
  return out;
}

bool can_be_plural(const std::vector<Sense>& senses) {
  return std::any_of(senses.begin(), senses.end(), [](const Sense& sense) {
    return sense.kind == "thing" || sense.kind == "noun" || sense.kind == "trade" || sense.kind == "garment";
  });
}

std::optional<Unit> look_up(const std::string& phrase, const Languages& languages, bool spaced) {
  Unit unit;
  unit.kind = Unit::Kind::kPhrase;
  unit.text = phrase;
  unit.senses = senses_in(phrase, languages);
  if (const Sense* singular = unit.sense("plural")) {
    unit.text = std::string(singular->value);
    unit.plural = true;
    unit.senses = senses_in(unit.text, languages);
  }
  if (!unit.senses.empty()) return unit;
  if (!spaced) return std::nullopt;
  for (const std::string& singular : singulars(phrase)) {
    unit.senses = senses_in(singular, languages);
    if (can_be_plural(unit.senses)) {
      unit.text = singular;
      unit.plural = true;
      return unit;
    }
  }
  return std::nullopt;
}

class Matcher {
 public:
  explicit Matcher(std::vector<Token> tokens) : tokens_(std::move(tokens)), reading_(guess_languages(tokens_)) {}

  std::vector<Unit> units() {
    std::vector<Unit> out;
    for (size_t at = 0; at < tokens_.size();) {
      const Token& token = tokens_[at];
      if (token.kind == Token::Kind::kComma) {
        out.push_back(mark(Unit::Kind::kComma, token));
      } else if (token.kind == Token::Kind::kStop) {
        out.push_back(mark(Unit::Kind::kStop, token));
      } else if (token.kind == Token::Kind::kLettering) {
        out.push_back(mark(Unit::Kind::kLettering, token));
      } else if (std::optional<Unit> longest = longest_at(at)) {
        out.push_back(std::move(*longest));
        at += taken_;
        continue;
      } else if (split_hyphens(at)) {
        continue;
      } else {
        add_unknown(out, token, at);
      }
      ++at;
    }
    return out;
  }

 private:
  static Unit mark(Unit::Kind kind, const Token& token) {
    Unit unit;
    unit.kind = kind;
    unit.shown = token.shown;
    unit.text = token.text;
    return unit;
  }

  // How many tokens from `at` are of one writing and may form a phrase.
  size_t run_from(size_t at) const {
    const Token::Kind kind = tokens_[at].kind;
    const size_t most = kind == Token::Kind::kCharacter ? kPhraseMax_characters : kPhraseMax_words;
    size_t length = 0;
    while (length < most && at + length < tokens_.size() && tokens_[at + length].kind == kind) ++length;
    return length;
  }

  std::optional<Unit> longest_at(size_t at) {
    const bool spaced = tokens_[at].kind == Token::Kind::kWord;
    const Languages& languages = spaced ? reading_.spaced : reading_.unspaced;
    for (size_t length = run_from(at); length > 0; --length) {
      std::string phrase;
      std::string shown;
      for (size_t i = at; i < at + length; ++i) {
        if (spaced && i > at) phrase += ' ';
        if (spaced && i > at) shown += ' ';
        phrase += tokens_[i].text;
        shown += tokens_[i].shown;
      }
      std::optional<Unit> unit = look_up(phrase, languages, spaced);
      if (!unit) continue;
      unit->shown = shown;
      taken_ = length;
      return unit;
    }
    return std::nullopt;
  }

  // "tree-lined" is not known: try "tree lined".
  bool split_hyphens(size_t at) {
    if (tokens_[at].text.find('-') == std::string::npos) return false;
    const std::vector<std::string> texts = split(tokens_[at].text, '-');
    std::vector<Token> pieces;
    for (const std::string& text : texts) {
      if (!text.empty()) pieces.push_back({Token::Kind::kWord, text, text});
    }
    tokens_.erase(tokens_.begin() + static_cast<ptrdiff_t>(at));
    tokens_.insert(tokens_.begin() + static_cast<ptrdiff_t>(at), pieces.begin(), pieces.end());
    return true;
  }

  // Unknown characters in a row are one unknown word.
  void add_unknown(std::vector<Unit>& out, const Token& token, size_t at) const {
    const bool follows = token.kind == Token::Kind::kCharacter && at > 0 &&
                         tokens_[at - 1].kind == Token::Kind::kCharacter && !out.empty() &&
                         out.back().kind == Unit::Kind::kUnknown;
    if (follows) {
      out.back().shown += token.shown;
      out.back().text += token.text;
    } else {
      out.push_back(mark(Unit::Kind::kUnknown, token));
    }
  }

  std::vector<Token> tokens_;
  Reading reading_;
  size_t taken_ = 0;
};

}  // namespace

const Sense* Unit::sense(std::string_view name) const {
  for (const Sense& one : senses) {
    if (one.kind == name) return &one;
  }
  return nullptr;
}

std::vector<Unit> read_units(std::string_view prompt) { return Matcher(tokenise(prompt)).units(); }

}  // namespace plantain::engine::sketch
