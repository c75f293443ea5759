#include "engine/sketch/pack/tongues.h"

#include <unicode/rbnf.h>

#include <algorithm>
#include <memory>
#include <set>

#include "base/check.h"
#include "base/text.h"
#include "engine/sketch/words_text.h"

namespace plantain::engine::sketch::pack {
namespace {

constexpr int kNumberMax = 12;

struct Shapes {
  const char* colour;  // in English
  const char* circle;  // code points as annotations have them
  const char* square;
};
constexpr Shapes kShapes[] = {
    {"red", "1f534", "1f7e5"},   {"orange", "1f7e0", "1f7e7"}, {"yellow", "1f7e1", "1f7e8"},
    {"green", "1f7e2", "1f7e9"}, {"blue", "1f535", "1f7e6"},   {"purple", "1f7e3", "1f7ea"},
    {"brown", "1f7e4", "1f7eb"}, {"black", "26ab", "2b1b"},    {"white", "26aa", "2b1c"},
};

std::set<std::string> words_in(const std::vector<Annotation>& annotations, const char* emoji) {
  std::set<std::string> words;
  for (const Annotation& annotation : annotations) {
    if (annotation.emoji != emoji) continue;
    for (const std::string& word : split(annotation.name, ' ')) words.insert(word);
  }
  return words;
}

std::set<std::string> shared(const std::set<std::string>& a, const std::set<std::string>& b) {
  std::set<std::string> both;
  std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::inserter(both, both.end()));
  return both;
}

}  // namespace

Phrases numbers_of(const std::string& language) {
  Phrases out;
  UErrorCode status = U_ZERO_ERROR;
  const icu::Locale locale(language.c_str());
  icu::RuleBasedNumberFormat spell(icu::URBNF_SPELLOUT, locale, status);
  // ICU answers for a language it does not know with the rules of another.
  const bool own = U_SUCCESS(status) && spell.getLocale(ULOC_ACTUAL_LOCALE, status).getLanguage() ==
                                            std::string_view(locale.getLanguage());
  if (!own || U_FAILURE(status)) return out;
  for (int rule = 0; rule < spell.getNumberOfRuleSetNames(); ++rule) {
    const icu::UnicodeString name = spell.getRuleSetName(rule);
    if (!name.startsWith(UNICODE_STRING_SIMPLE("%spellout-cardinal"))) continue;
    for (int number = 1; number <= kNumberMax; ++number) {
      icu::UnicodeString spelt;
      icu::FieldPosition nowhere;
      spell.format(number, name, spelt, nowhere, status);
      CHECK(U_SUCCESS(status));
      std::string word;
      spelt.toUTF8String(word);
      out[fold_words(word)] = {{"number", concat(number)}};
    }
  }
  return out;
}

Phrases colours_of(const std::vector<Annotation>& annotations, const Phrases& english) {
  std::map<std::string, std::vector<std::string>> colours;  // word -> the colours it may mean
  for (const Shapes& shapes : kShapes) {
    for (const std::string& word :
         shared(words_in(annotations, shapes.circle), words_in(annotations, shapes.square))) {
      colours[word].emplace_back(shapes.colour);
    }
  }
  Phrases out;
  for (const auto& [word, meant] : colours) {
    // A word that all shapes share means "shape", "large", "of".
    if (meant.size() > 1 || count_code_points(word) < 2) continue;
    for (const Meaning& meaning : english.at(meant.front())) {
      if (meaning.kind == "colour") out[word] = {meaning};
    }
  }
  return out;
}

}  // namespace plantain::engine::sketch::pack
