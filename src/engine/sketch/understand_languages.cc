#include "engine/sketch/understand_languages.h"

#include <algorithm>
#include <map>
#include <optional>

#include "base/text.h"
#include "engine/sketch/words.h"
#include "engine/sketch/words_text.h"

namespace plantain::engine::sketch {
namespace {

// Where a word is of several languages alike, these are meant, in this order.
constexpr std::string_view kSpacedFirst[] = {"en", "es", "fr", "de"};
constexpr std::string_view kUnspacedRest[] = {"th", "lo", "km", "my"};

bool is_small_word(const Sense& sense) {
  constexpr std::string_view kSmall[] = {"word",     "and",  "or",     "the",     "number",
                                         "relation", "with", "negate", "contains"};
  return std::find(std::begin(kSmall), std::end(kSmall), sense.kind) != std::end(kSmall);
}

// What a script tells where the words are inflected beyond the table.
std::string_view language_of_script(std::string_view word) {
  const std::vector<char32_t> text = to_code_points(word);
  if (text.empty()) return "";
  if (is_hangul(text.front())) return "ko";
  const bool cyrillic = text.front() >= 0x0400 && text.front() <= 0x04ff;
  return cyrillic ? "ru" : "";
}

std::string_view likeliest(const std::map<std::string_view, int>& scores) {
  std::string_view best = "en";
  int most = 0;
  const auto consider = [&](std::string_view language, int points) {
    if (points <= most) return;
    best = language;
    most = points;
  };
  for (const std::string_view language : kSpacedFirst) {
    const auto found = scores.find(language);
    if (found != scores.end()) consider(language, found->second);
  }
  for (const auto& [language, points] : scores) {
    if (language != "*") consider(language, points);
  }
  return best;
}

// An ending and what stands in its place in the singular.
struct Ending {
  std::string_view language;
  std::string_view ending;
  std::string_view instead;
};
constexpr Ending kEndings[] = {
    {"en", "ies", "y"},   {"en", "ves", "f"},  {"en", "ves", "fe"}, {"en", "s", ""},
    {"en", "es", ""},     {"es", "s", ""},     {"es", "es", ""},    {"es", "ces", "z"},
    {"es", "ones", "ón"}, {"es", "itos", "o"}, {"es", "itas", "a"}, {"es", "ito", "o"},
    {"es", "ita", "a"},   {"fr", "s", ""},     {"fr", "x", ""},     {"fr", "aux", "al"},
    {"de", "n", ""},      {"de", "en", ""},    {"de", "e", ""},     {"de", "er", ""},
    {"de", "s", ""},      {"de", "nen", ""},   {"de", "es", ""},    {"de", "ern", ""},
    {"it", "i", "o"},     {"it", "i", "e"},    {"it", "e", "a"},    {"it", "hi", "o"},
    {"pt", "s", ""},      {"pt", "es", ""},    {"pt", "ões", "ão"}, {"pt", "is", "l"},
    {"nl", "en", ""},     {"nl", "s", ""},     {"nl", "'s", ""},    {"ca", "s", ""},
    {"ca", "es", "a"},    {"gl", "s", ""},     {"sv", "ar", ""},    {"sv", "or", "a"},
    {"sv", "er", ""},     {"sv", "en", ""},    {"sv", "et", ""},    {"da", "er", ""},
    {"da", "en", ""},     {"no", "er", ""},    {"no", "en", ""},    {"ru", "и", "а"},
    {"ru", "ы", ""},      {"ru", "ы", "а"},    {"ru", "и", ""},     {"uk", "и", ""},
    {"uk", "и", "а"},     {"pl", "y", ""},     {"pl", "y", "a"},    {"pl", "i", "a"},
    {"it", "a", "o"},     {"it", "e", "o"},    {"pt", "a", "o"},    {"pt", "os", "o"},
    {"pt", "as", "o"},    {"ru", "ая", "ый"},  {"ru", "ое", "ый"},  {"ru", "ые", "ый"},
    {"ru", "ой", "ый"},   {"uk", "а", "ий"},   {"uk", "е", "ий"},   {"uk", "і", "ий"},
    {"pl", "a", "y"},     {"pl", "e", "y"},    {"tr", "ler", ""},   {"tr", "lar", ""},
};

bool ends_so(std::string_view word, const Ending& row) {
  return word.size() > row.ending.size() + 1 && word.ends_with(row.ending);
}

std::string without_ending(std::string_view word, const Ending& row) {
  return concat(word.substr(0, word.size() - row.ending.size()), row.instead);
}

// The endings that only tell a case, so that one thing is meant.
bool is_case(std::string_view language, std::string_view ending) {
  return language == "sv" || language == "da" || language == "no" ? ending == "en" || ending == "et"
         : language == "es" ? ending == "ito" || ending == "ita"
                            : language == "de" && ending == "es";
}

// "Häuser" -> "haus": the last umlaut that a German plural put there.
std::optional<std::string> without_umlaut(std::string word) {
  constexpr std::pair<std::string_view, std::string_view> kUmlauts[] = {
      {"ä", "a"}, {"ö", "o"}, {"ü", "u"}};
  size_t last = std::string::npos;
  std::string_view plain;
  for (const auto& [umlaut, letter] : kUmlauts) {
    const size_t at = word.rfind(umlaut);
    if (at == std::string::npos || (last != std::string::npos && at < last)) continue;
    last = at;
    plain = letter;
  }
  if (last == std::string::npos) return std::nullopt;
  return word.replace(last, 2, plain);
}

// Korean particles are written behind the noun: "고양이가" -> "고양이".
void add_without_particle(const std::string& phrase, std::vector<Inflected>& out) {
  constexpr std::string_view kParticles[] = {"에서", "으로", "이랑", "하고", "가", "이",
                                             "는",   "은",   "를",   "을",   "와", "과",
                                             "의",   "도",   "에",   "로",   "랑"};
  for (const std::string_view particle : kParticles) {
    if (phrase.size() > particle.size() && phrase.ends_with(particle)) {
      out.push_back({phrase.substr(0, phrase.size() - particle.size()), false});
    }
  }
}

// One point for a word of the language, two for a small one. The names of towns are everybody's.
void count_points(std::string_view phrase, std::map<std::string_view, int>& points) {
  for (const Sense& sense : senses_of(phrase)) {
    if (sense.kind == "set" && sense.value.starts_with("place?=city")) continue;
    int& point = points[sense.language];
    point = std::max(point, is_small_word(sense) ? 2 : 1);
  }
}

// Words that the table has in no language as they stand: plurals, cases.
void count_inflected(std::string_view word, std::map<std::string_view, int>& points) {
  for (const Ending& row : kEndings) {
    if (!ends_so(word, row)) continue;
    for (const Sense& sense : senses_of(without_ending(word, row))) {
      if (sense.language == row.language) points[row.language] = 1;
    }
  }
}

void score(const std::vector<Token>& tokens, size_t at, std::map<std::string_view, int>& scores) {
  const std::string& word = tokens[at].text;
  std::map<std::string_view, int> points;
  count_points(word, points);
  if (points.empty()) count_inflected(word, points);
  const bool goes_on = at + 1 < tokens.size() && tokens[at + 1].kind == Token::Kind::kWord;
  if (goes_on) count_points(concat(word, " ", tokens[at + 1].text), points);  // "primer plano"
  if (const std::string_view told = language_of_script(word); !told.empty())
    points.try_emplace(told, 1);
  for (const auto& [language, point] : points) scores[language] += point;
}

}  // namespace

Reading guess_languages(const std::vector<Token>& tokens) {
  std::map<std::string_view, int> scores;
  bool kana = false;
  for (size_t at = 0; at < tokens.size(); ++at) {
    if (tokens[at].kind == Token::Kind::kCharacter)
      kana = kana || is_kana(to_code_points(tokens[at].text).front());
    if (tokens[at].kind == Token::Kind::kWord) score(tokens, at, scores);
  }
  const std::string_view best = likeliest(scores);
  Reading reading;
  reading.spaced = best == "en" ? Languages{"en"} : Languages{best, "en"};
  reading.unspaced = kana ? Languages{"ja", "zh_Hant", "zh"} : Languages{"zh_Hant", "zh", "ja"};
  reading.unspaced.insert(reading.unspaced.end(), std::begin(kUnspacedRest),
                          std::end(kUnspacedRest));
  return reading;
}

std::vector<Inflected> base_forms(const std::string& phrase, std::string_view language) {
  std::vector<Inflected> out;
  if (language == "ko") add_without_particle(phrase, out);
  if (language == "en" && phrase.ends_with("ss")) return out;
  for (const Ending& row : kEndings) {
    if (row.language != language || !ends_so(phrase, row)) continue;
    const std::string stem = without_ending(phrase, row);
    const bool plural = !is_case(language, row.ending);
    out.push_back({stem, plural});
    if (language != "de") continue;
    if (const std::optional<std::string> plain = without_umlaut(stem))
      out.push_back({*plain, plural});
  }
  if (language == "de") {
    if (const std::optional<std::string> plain = without_umlaut(phrase))
      out.push_back({*plain, true});  // "Vögel"
  }
  return out;
}

}  // namespace plantain::engine::sketch
