#include "engine/sketch/understand_units.h"

#include <algorithm>
#include <optional>

#include "base/text.h"
#include "engine/sketch/understand_languages.h"
#include "engine/sketch/words_tokens.h"

namespace plantain::engine::sketch {
namespace {

constexpr size_t kPhraseMax_words = 6;
constexpr size_t kPhraseMax_characters = 16;

bool inflects(const std::vector<Sense>& senses) {
  return std::any_of(senses.begin(), senses.end(), [](const Sense& sense) {
    return sense.kind == "thing" || sense.kind == "noun" || sense.kind == "trade" ||
           sense.kind == "garment" || sense.kind == "colour";
  });
}

std::vector<Sense> in_language(std::vector<Sense> senses, std::string_view language) {
  std::erase_if(senses, [&](const Sense& sense) { return sense.language != language; });
  return senses;
}

// The singular of an irregular plural, also as the last word of a phrase: "wild geese".
std::optional<std::string> irregular(const std::string& phrase, std::string_view language) {
  const size_t last = phrase.rfind(' ') + 1;  // npos + 1 is 0
  for (const Sense& sense : senses_of(std::string_view(phrase).substr(last))) {
    if (sense.language == language && sense.kind == "plural") {
      return concat(std::string_view(phrase).substr(0, last), sense.value);
    }
  }
  return std::nullopt;
}

bool take_form(Unit& unit, std::string text, bool plural, std::string_view language) {
  unit.senses = in_language(senses_of(text), language);
  if (!inflects(unit.senses)) return false;
  unit.text = std::move(text);
  unit.plural = plural;
  return true;
}

bool inflected(Unit& unit, const std::string& phrase, std::string_view language) {
  for (const Inflected& form : base_forms(phrase, language)) {
    if (take_form(unit, form.base, form.plural, language)) return true;
  }
  return false;
}

// In the first of `languages` that has it.
std::optional<Unit> look_up(const std::string& phrase, const Languages& languages, bool spaced) {
  Unit unit;
  unit.kind = Unit::Kind::kPhrase;
  const std::vector<Sense> all = senses_of(phrase);
  for (const std::string_view language : languages) {
    const std::optional<std::string> singular = spaced ? irregular(phrase, language) : std::nullopt;
    std::vector<Sense> senses = in_language(all, language);
    std::erase_if(senses, [](const Sense& sense) { return sense.kind == "plural"; });
    unit.invariant = singular == phrase;
    // "autumn leaves" is a phrase of its own and no plural; "wild geese" is one.
    const bool own_phrase =
        !senses.empty() && phrase.find(' ') != std::string::npos && !unit.invariant;
    if (singular && !own_phrase && take_form(unit, *singular, true, language)) return unit;
    unit.text = phrase;
    unit.plural = false;
    unit.senses = std::move(senses);
    if (!unit.senses.empty()) return unit;
    if (spaced && inflected(unit, phrase, language)) return unit;
  }
  return std::nullopt;
}

class Matcher {
 public:
  explicit Matcher(std::vector<Token> tokens)
      : tokens_(std::move(tokens)), reading_(guess_languages(tokens_)) {}

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
      } else if (split_word(at)) {
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

  // How many tokens from `at` are of one writing and may form a phrase: for one of n words the
  // table must have phrases that begin with the first n - 1 of them.
  size_t run_from(size_t at) const {
    const Token::Kind kind = tokens_[at].kind;
    const bool spaced = kind == Token::Kind::kWord;
    const size_t most = spaced ? kPhraseMax_words : kPhraseMax_characters;
    std::string begun;
    size_t length = 0;
    while (length < most && at + length < tokens_.size() && tokens_[at + length].kind == kind) {
      if (length > 0 && !any_begins_with(begun)) break;
      begun += tokens_[at + length].text;
      if (spaced) begun += ' ';
      ++length;
    }
    return length;
  }

  std::optional<Unit> longest_at(size_t at) {
    const bool spaced = tokens_[at].kind == Token::Kind::kWord;
    const Languages& languages = spaced ? reading_.spaced : reading_.unspaced;
    for (size_t length = run_from(at); length > 0; --length) {
      std::vector<std::string> texts, shown;
      for (size_t i = at; i < at + length; ++i) {
        texts.push_back(tokens_[i].text);
        shown.push_back(tokens_[i].shown);
      }
      std::optional<Unit> unit = look_up(join(texts, spaced ? " " : ""), languages, spaced);
      if (!unit) continue;
      unit->shown = join(shown, spaced ? " " : "");
      taken_ = length;
      return unit;
    }
    return std::nullopt;
  }

  // "tree-lined" is not known: try "tree lined"; "l'herbe": "l'" and "herbe"; "dog's": "dog".
  bool split_word(size_t at) {
    if (tokens_[at].kind != Token::Kind::kWord) return false;
    std::vector<Token> pieces;
    for (const std::string& piece : pieces_of(tokens_[at].text)) {
      if (!piece.empty()) pieces.push_back({Token::Kind::kWord, piece, piece});
    }
    if (pieces.size() < 2) return false;
    tokens_.erase(tokens_.begin() + static_cast<ptrdiff_t>(at));
    tokens_.insert(tokens_.begin() + static_cast<ptrdiff_t>(at), pieces.begin(), pieces.end());
    return true;
  }

  static std::vector<std::string> pieces_of(const std::string& word) {
    const size_t apostrophe = word.find('\'');
    if (apostrophe == std::string::npos) return split(word, '-');
    if (word.substr(apostrophe) == "'s") return {word.substr(0, apostrophe), "'s"};
    return {word.substr(0, apostrophe + 1), word.substr(apostrophe + 1)};
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
