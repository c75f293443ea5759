#include "engine/sketch/pack/lexicon.h"

#include <algorithm>

#include "base/text.h"
#include "engine/sketch/words_text.h"

namespace plantain::engine::sketch::pack {
namespace {

using Endings = std::vector<std::string_view>;

// What "~" at the end of an adjective stands for.
Endings endings_of(std::string_view language) {
  if (language == "de") return {"", "e", "er", "es", "en", "em"};
  if (language == "es") return {"o", "a", "os", "as"};
  if (language == "fr") return {"", "e", "s", "es"};
  return {""};
}

void add(Phrases& phrases, const std::string& phrase, const Meaning& meaning) {
  std::vector<Meaning>& meanings = phrases[phrase];
  if (std::find(meanings.begin(), meanings.end(), meaning) == meanings.end())
    meanings.push_back(meaning);
}

// "rot~" stands for the adjective with its endings, also before further words: "weiß~ haare".
void add_words(Phrases& phrases, std::string_view words, const Meaning& meaning,
               const Endings& endings) {
  for (const std::string& word : split(words, ',')) {
    const std::string phrase = fold_words(trim_ascii(word));
    if (phrase.empty()) continue;
    const size_t tilde = phrase.find('~');
    if (tilde == std::string::npos) {
      add(phrases, phrase, meaning);
      continue;
    }
    const std::string_view before = std::string_view(phrase).substr(0, tilde);
    for (const std::string_view ending : endings)
      add(phrases, concat(before, ending, phrase.substr(tilde + 1)), meaning);
  }
}

Result<std::vector<std::vector<std::string>>> rows(const Path& path, size_t columns) {
  const Result<std::string> text = read_file(path);
  if (!text.ok()) return text.error();
  std::vector<std::vector<std::string>> out;
  int number = 0;
  for (const std::string& line : split(*text, '\n')) {
    ++number;
    if (trim_ascii(line).empty() || line.starts_with('#')) continue;
    std::vector<std::string> cells;
    for (const std::string& cell : split(line, '|')) cells.emplace_back(trim_ascii(cell));
    if (cells.size() != columns)
      return invalid(concat(path.string(), ":", number, ": wants ", columns, " columns"));
    out.push_back(std::move(cells));
  }
  return out;
}

Result<void> read_things(const Path& path, Lexicon& lexicon) {
  const auto table = rows(path, 3);
  if (!table.ok()) return table.error();
  for (const std::vector<std::string>& row : *table) {
    if (!lexicon.order.try_emplace(row[0], static_cast<int>(lexicon.order.size())).second) {
      return invalid(concat(path.string(), ": ", row[0], " is listed twice"));
    }
    lexicon.facts[row[0]] = row[1];
    add_words(lexicon.phrases["en"], row[2], {"thing", row[0]}, {});
  }
  return {};
}

Result<void> read_language(const Path& path, const std::string& language, Lexicon& lexicon) {
  const auto table = rows(path, 2);
  if (!table.ok()) return table.error();
  for (const std::vector<std::string>& row : *table) {
    const size_t space = row[0].find(' ');
    if (space == std::string::npos)
      return invalid(concat(path.string(), ": ", row[0], " has no value"));
    add_words(lexicon.phrases[language], row[1],
              {row[0].substr(0, space), row[0].substr(space + 1)}, endings_of(language));
  }
  return {};
}

// Simplified Chinese says the same in other characters.
void derive_simplified(Lexicon& lexicon) {
  for (const auto& [phrase, meanings] : lexicon.phrases["zh_Hant"]) {
    for (const Meaning& meaning : meanings)
      add(lexicon.phrases["zh"], to_simplified(phrase), meaning);
  }
}

}  // namespace

Result<Lexicon> read_lexicon(const Path& folder) {
  Lexicon lexicon;
  if (Result<void> done = read_things(folder / "things.txt", lexicon); !done.ok())
    return done.error();
  if (Result<void> done = read_language(folder / "people.txt", "en", lexicon); !done.ok())
    return done.error();
  for (const std::string language : kLexiconLanguages) {
    if (language == "zh") continue;
    const Result<void> done = read_language(folder / concat(language, ".txt"), language, lexicon);
    if (!done.ok()) return done.error();
  }
  derive_simplified(lexicon);
  return lexicon;
}

}  // namespace plantain::engine::sketch::pack
