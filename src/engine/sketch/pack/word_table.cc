#include "engine/sketch/pack/word_table.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>

#include "base/text.h"
#include "engine/sketch/pack/annotations.h"
#include "engine/sketch/pack/drawings.h"
#include "engine/sketch/pack/lexicon.h"
#include "engine/sketch/pack/tongues.h"
#include "engine/sketch/pack/wordnet.h"

namespace plantain::engine::sketch::pack {
namespace {

// A keyword that more drawings share than this is a topic ("vehicle"), not a name.
constexpr size_t kSharedKeywordMax = 4;

struct Category {
  std::string_view name;
  std::string_view facts;  // for drawings that the lexicon does not list
};
// Drawings of the other categories (faces, gestures, symbols, flags) are not what words mean.
constexpr Category kThings[] = {
    {"Animals & Nature", "animal 0.5"}, {"Food & Drink", "food 0.1"},    {"Objects", "object 0.3"},
    {"Activities", "object 0.4"},       {"Travel & Places", "object 2"},
};

// phrase -> "class \t value" -> languages. Many languages name a thing alike, so that this is half
// the size of a line for each.
using Table = std::map<std::string, std::map<std::string, std::set<std::string>>>;

struct Builder {
  const WordSources& sources;
  Lexicon lexicon;
  std::map<std::string, std::string> facts;           // of every drawing that can be a thing
  std::map<std::string, std::vector<Meaning>> means;  // drawing -> what its English name means
  Table table;

  void add(const std::string& phrase, std::string_view language, const Meaning& meaning) {
    if (phrase.empty() || meaning.kind == "alone") return;  // "alone" is said to kinds_of() only
    table[phrase][concat(meaning.kind, "\t", meaning.value)].emplace(language);
  }
  void add(const Phrases& phrases, std::string_view language) {
    for (const auto& [phrase, meanings] : phrases) {
      for (const Meaning& meaning : meanings) add(phrase, language, meaning);
    }
  }
  bool says(const std::string& language, const std::string& phrase) const {
    const auto senses = table.find(phrase);
    return senses != table.end() &&
           std::any_of(senses->second.begin(), senses->second.end(),
                       [&](const auto& sense) { return sense.second.contains(language); });
  }
  bool curated(const std::string& language, const std::string& phrase) const {
    const auto phrases = lexicon.phrases.find(language);
    return phrases != lexicon.phrases.end() && phrases->second.contains(phrase);
  }
};

std::string drawing_of(const Builder& builder, const Annotation& annotation) {
  const std::string name = text_or(builder.sources.characters, annotation.emoji, "");
  return without_skin_tones(name) == name ? name : "";
}

Result<void> collect_facts(Builder& builder) {
  const Json* categories = find(builder.sources.metadata, "categories");
  if (categories == nullptr || !categories->is_object())
    return invalid("the icon set has no categories");
  for (const Category& category : kThings) {
    const Json* names = find(*categories, category.name);
    if (names == nullptr || !names->is_array())
      return invalid(concat("the icon set lacks ", category.name));
    for (const Json& name : names->get_array())
      builder.facts[std::string(view(name.get_string()))] = category.facts;
  }
  const std::set<std::string> parts(builder.sources.parts.begin(), builder.sources.parts.end());
  for (const auto& [drawing, facts] : builder.lexicon.facts) {
    if (!parts.contains(drawing)) return invalid(concat("things.txt names no drawing: ", drawing));
    builder.facts[drawing] = facts;
  }
  return {};
}

// The engine trusts the table; a slip of the lexicon shall stop the build instead.
Result<void> check_things(const Builder& builder) {
  for (const auto& [language, phrases] : builder.lexicon.phrases) {
    for (const auto& [phrase, meanings] : phrases) {
      for (const Meaning& meaning : meanings) {
        const std::string drawing = meaning.value.substr(0, meaning.value.find(' '));
        if (meaning.kind == "thing" && !builder.facts.contains(drawing)) {
          return invalid(concat(language, ".txt: ", phrase, " is no drawing: ", drawing));
        }
      }
    }
  }
  return {};
}

// What a drawing is called in English decides what it means in every language: the lexicon may
// say that "desert" is a place and "rain" a weather, not things that stand around.
void collect_meanings(Builder& builder, const std::vector<Annotation>& english) {
  const auto& phrases = builder.lexicon.phrases["en"];
  for (const Annotation& annotation : english) {
    const std::string drawing = drawing_of(builder, annotation);
    if (drawing.empty()) continue;
    const auto known = phrases.find(annotation.name);
    if (known != phrases.end()) {
      builder.means[drawing] = known->second;
    } else if (builder.facts.contains(drawing)) {
      builder.means[drawing] = {{"thing", drawing}};
    }
  }
}

int order_of(const Builder& builder, const std::string& drawing) {
  const auto found = builder.lexicon.order.find(drawing);
  return found == builder.lexicon.order.end() ? INT32_MAX : found->second;
}

// Keywords that name one of the everyday things: the commonest of those that share it.
void add_keywords(Builder& builder, const std::string& language,
                  const std::vector<Annotation>& annotations, const std::set<std::string>& names) {
  std::map<std::string, std::vector<std::string>> shared;
  for (const Annotation& annotation : annotations) {
    const std::string drawing = drawing_of(builder, annotation);
    if (drawing.empty() || !builder.means.contains(drawing)) continue;
    for (const std::string& keyword : annotation.keywords) shared[keyword].push_back(drawing);
  }
  for (const auto& [keyword, drawings] : shared) {
    const bool too_short = count_code_points(keyword) < 2;
    if (drawings.size() > kSharedKeywordMax || too_short || names.contains(keyword)) continue;
    if (builder.curated(language, keyword)) continue;
    const auto first = std::min_element(
        drawings.begin(), drawings.end(),
        [&](const auto& a, const auto& b) { return order_of(builder, a) < order_of(builder, b); });
    if (order_of(builder, *first) == INT32_MAX) continue;
    for (const Meaning& meaning : builder.means[*first]) builder.add(keyword, language, meaning);
  }
}

// In languages without a lexicon: keywords that name one place, time or weather.
void add_scenery(Builder& builder, const std::string& language,
                 const std::vector<Annotation>& annotations) {
  std::map<std::string, std::set<Meaning>> shared;
  for (const Annotation& annotation : annotations) {
    const auto meanings = builder.means.find(drawing_of(builder, annotation));
    if (meanings == builder.means.end()) continue;
    for (const std::string& keyword : annotation.keywords)
      shared[keyword].insert(meanings->second.begin(), meanings->second.end());
  }
  for (const auto& [keyword, meanings] : shared) {
    const bool one_scene = meanings.size() == 1 && meanings.begin()->kind == "set";
    if (one_scene && !builder.says(language, keyword))
      builder.add(keyword, language, *meanings.begin());
  }
}

Result<void> add_language(Builder& builder, const std::string& language) {
  const auto annotations = read_annotations(builder.sources.cldr, language);
  if (!annotations.ok()) return annotations.error();
  std::set<std::string> names;
  for (const Annotation& annotation : *annotations) {
    const std::string drawing = drawing_of(builder, annotation);
    const auto meanings = builder.means.find(drawing);
    if (meanings == builder.means.end() || builder.curated(language, annotation.name)) continue;
    names.insert(annotation.name);
    for (const Meaning& meaning : meanings->second) builder.add(annotation.name, language, meaning);
  }
  const auto lexicon = builder.lexicon.phrases.find(language);
  if (lexicon != builder.lexicon.phrases.end()) {
    builder.add(lexicon->second, language);
    // English has its synonyms in the lexicon; there, keywords are moods as often as names.
    if (language != "en") add_keywords(builder, language, *annotations, names);
  } else {
    add_scenery(builder, language, *annotations);
    builder.add(numbers_of(language), language);
    builder.add(colours_of(*annotations, builder.lexicon.phrases["en"]), language);
  }
  return {};
}

// The languages of CLDR's annotations, without those of single regions; Cantonese is read as
// Chinese.
std::vector<std::string> languages_of(const Path& cldr) {
  std::vector<std::string> out;
  std::error_code failure;
  for (const auto& file : std::filesystem::directory_iterator(cldr / "annotations", failure)) {
    const std::string name = file.path().stem().string();
    const bool regional =
        name.find('_') != std::string::npos && name != "zh_Hant" && name != "sr_Latn";
    const bool whole =
        std::filesystem::exists(cldr / "annotationsDerived" / file.path().filename(), failure);
    if (whole && !regional && name != "root" && name != "yue") out.push_back(name);
  }
  std::sort(out.begin(), out.end());
  return out;
}

// What English says beyond the lexicon and CLDR.
Result<void> add_kinds(Builder& builder) {
  Phrases known;
  for (const auto& [phrase, senses] : builder.table) {
    for (const auto& [sense, languages] : senses) {
      const size_t tab = sense.find('\t');
      if (languages.contains("en"))
        known[phrase].push_back({sense.substr(0, tab), sense.substr(tab + 1)});
    }
  }
  for (const auto& [phrase, meanings] : builder.lexicon.phrases["en"]) {
    for (const Meaning& meaning : meanings) {
      if (meaning.kind == "alone") known[phrase].push_back(meaning);
    }
  }
  const Result<Phrases> kinds = kinds_of(builder.sources.wordnet, known, builder.lexicon.facts);
  if (!kinds.ok()) return kinds.error();
  builder.add(*kinds, "en");
  return {};
}

void append_number(std::string& out, size_t number) {
  const auto value = static_cast<uint32_t>(number);
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

// The count, then where each line starts, then the lines in the order of their phrases.
std::string written(const Table& table) {
  std::string text;
  std::vector<size_t> starts;
  for (const auto& [phrase, senses] : table) {
    for (const auto& [sense, languages] : senses) {
      starts.push_back(text.size());
      text +=
          concat(phrase, "\t", join({languages.begin(), languages.end()}, ","), "\t", sense, "\n");
    }
  }
  std::string out;
  append_number(out, starts.size());
  for (const size_t start : starts) append_number(out, start);
  return out + text;
}

}  // namespace

Result<std::string> word_table(const WordSources& sources) {
  Result<Lexicon> lexicon = read_lexicon(sources.lexicon);
  if (!lexicon.ok()) return lexicon.error();
  const auto english = read_annotations(sources.cldr, "en");
  if (!english.ok()) return english.error();
  Builder builder{sources, std::move(*lexicon), {}, {}, {}};
  if (Result<void> done = collect_facts(builder); !done.ok()) return done.error();
  if (Result<void> done = check_things(builder); !done.ok()) return done.error();
  collect_meanings(builder, *english);
  for (const std::string& language : languages_of(sources.cldr)) {
    const Result<void> done = add_language(builder, language);
    if (!done.ok()) return done.error();
  }
  if (Result<void> done = add_kinds(builder); !done.ok()) return done.error();
  for (const auto& [drawing, facts] : builder.facts)
    builder.add(concat("=", drawing), "*", {"part", facts});
  return written(builder.table);
}

}  // namespace plantain::engine::sketch::pack
