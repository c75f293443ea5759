#include "engine/sketch/pack/wordnet.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <unordered_map>
#include <unordered_set>

#include "base/text.h"

namespace plantain::engine::sketch::pack {
namespace {

// The files WordNet's authors sorted nouns into (lexnames(5WN)), as far as they hold what can be
// seen.
enum Field {
  kTops = 3,
  kAnimal = 5,
  kArtifact = 6,
  kFood = 13,
  kLocation = 15,
  kObject = 17,
  kPerson = 18,
  kPlant = 20
};

// Words of more pieces are descriptions rather than names.
constexpr size_t kWordsMax = 3;

struct Synset {
  int field = 0;
  bool instance = false;  // one of its kind: a town, a river
  bool rude = false;      // said to hurt; nothing is drawn for it
  std::vector<std::string> words;
  std::vector<std::string> above;  // offsets of its kinds
};

using Synsets = std::unordered_map<std::string, Synset>;
using Senses = std::unordered_map<std::string, std::vector<std::string>>;  // lemma -> offsets, the
                                                                           // commonest first
using Counts = std::unordered_map<std::string, int>;  // how often a lemma was met

bool is_rude(std::string_view gloss) {
  constexpr std::string_view kMarks[] = {"offensive", "disparag", "derogat",  "slur",
                                         "obscene",   "vulgar",   "contempt", "prostitu",
                                         "sexual",    "insult",   "taboo"};
  return std::any_of(std::begin(kMarks), std::end(kMarks), [&](std::string_view mark) {
    return gloss.find(mark) != std::string_view::npos;
  });
}

std::string spaced(std::string word) {
  std::replace(word.begin(), word.end(), '_', ' ');
  return word;
}

// "02084071 05 n 03 dog 0 domestic_dog 0 Canis_familiaris 0 023 @ 02083346 n 0000 … | a member of
// …"
std::optional<Synset> read_synset(const std::string& line) {
  const size_t bar = line.find(" | ");
  const std::vector<std::string> cells = split(std::string_view(line).substr(0, bar), ' ');
  if (cells.size() < 6) return std::nullopt;
  Synset synset;
  int words = 0;
  std::from_chars(cells[1].data(), cells[1].data() + cells[1].size(), synset.field);
  std::from_chars(cells[3].data(), cells[3].data() + cells[3].size(), words, 16);
  size_t at = 4;
  for (int i = 0; i < words && at + 1 < cells.size(); ++i, at += 2)
    synset.words.push_back(cells[at]);
  for (++at; at + 3 < cells.size(); at += 4) {
    if (cells[at] != "@" && cells[at] != "@i") continue;
    synset.above.push_back(cells[at + 1]);
    synset.instance = synset.instance || cells[at] == "@i";
  }
  synset.rude = bar != std::string::npos && is_rude(std::string_view(line).substr(bar));
  return synset;
}

Result<Synsets> read_synsets(const Path& folder) {
  const Result<std::string> text = read_file(folder / "data.noun");
  if (!text.ok()) return text.error();
  Synsets out;
  for (const std::string& line : split(*text, '\n')) {
    if (line.empty() || line.front() == ' ') continue;  // the licence
    const std::optional<Synset> synset = read_synset(line);
    if (!synset) return invalid("data.noun is not WordNet's");
    out[line.substr(0, line.find(' '))] = *synset;
  }
  return out;
}

// "dog n 7 5 @ ~ #m #p %p 7 1 02084071 …": the offsets come last, as many as the third cell says.
Result<Senses> read_senses(const Path& folder) {
  const Result<std::string> text = read_file(folder / "index.noun");
  if (!text.ok()) return text.error();
  Senses out;
  for (const std::string& line : split(*text, '\n')) {
    if (line.empty() || line.front() == ' ') continue;
    const std::vector<std::string> cells = split(trim_ascii(line), ' ');
    const std::optional<int64_t> count = cells.size() > 2 ? parse_int(cells[2]) : std::nullopt;
    if (!count || *count < 1 || static_cast<size_t>(*count) >= cells.size())
      return invalid("index.noun is not WordNet's");
    out[cells[0]].assign(cells.end() - static_cast<ptrdiff_t>(*count), cells.end());
  }
  return out;
}

// "dog%1:05:00:: 1 42": how often each sense was met in tagged text; the digit is 1 for nouns.
Result<void> read_counts(const Path& folder, Counts& nouns, Counts& others) {
  const Result<std::string> text = read_file(folder / "cntlist.rev");
  if (!text.ok()) return text.error();
  for (const std::string& line : split(*text, '\n')) {
    const size_t percent = line.find('%');
    const size_t space = line.rfind(' ');
    if (percent == std::string::npos || space == std::string::npos) continue;
    const int count =
        static_cast<int>(parse_int(std::string_view(line).substr(space + 1)).value_or(0));
    Counts& counts = line[percent + 1] == '1' ? nouns : others;
    counts[line.substr(0, percent)] += count;
  }
  return {};
}

std::vector<int> fields_of(const Meaning& meaning,
                           const std::map<std::string, std::string>& facts) {
  if (meaning.kind == "noun" || meaning.kind == "trade") return {kPerson, kTops};
  if (meaning.kind == "set") {
    const bool one_place =
        meaning.value.starts_with("place=") && meaning.value.find(' ') == std::string::npos;
    return one_place ? std::vector<int>{kObject, kLocation, kArtifact} : std::vector<int>{};
  }
  const auto fact = facts.find(meaning.value);
  if (meaning.kind != "thing" || fact == facts.end()) return {};
  const std::string kind = fact->second.substr(0, fact->second.find(' '));
  if (kind == "animal" || kind == "bird" || kind == "fish" || kind == "insect") return {kAnimal};
  if (kind == "plant" || kind == "tree" || kind == "flower") return {kPlant};
  if (kind == "food") return {kFood, kPlant};
  if (kind == "person") return {kPerson};
  if (kind == "sky") return {kObject};
  return {kArtifact};
}

class Kinds {
 public:
  Kinds(const Synsets& synsets, const Senses& senses, const Counts& nouns, const Counts& others)
      : synsets_(synsets), senses_(senses), nouns_(nouns), others_(others) {}

  // Ties what is known to its synset.
  void anchor(const Phrases& known, const std::map<std::string, std::string>& facts) {
    for (const auto& [phrase, meanings] : known) {
      const bool alone = std::any_of(meanings.begin(), meanings.end(),
                                     [](const Meaning& m) { return m.kind == "alone"; });
      if (alone || meanings.empty()) continue;
      std::string lemma = phrase;
      std::replace(lemma.begin(), lemma.end(), ' ', '_');
      for (const Meaning& meaning : meanings) {
        if (const std::string* offset = sense_in(lemma, fields_of(meaning, facts))) {
          anchors_.try_emplace(*offset, meaning);
          break;
        }
      }
    }
  }

  Phrases collect(const Phrases& known) const {
    Phrases out;
    for (const auto& [offset, synset] : synsets_) {
      const Meaning* meaning = synset.rude ? nullptr : inherited(offset);
      if (meaning == nullptr) continue;
      for (const std::string& word : synset.words) {
        const std::string phrase = spaced(to_lower_ascii(word));
        if (!known.contains(phrase) && !is_read_by_words(phrase, *meaning, known) &&
            may_name(word, offset, synset))
          out[phrase] = {as_said_of(*meaning, synset, phrase)};
      }
    }
    return out;
  }

 private:
  const std::string* sense_in(const std::string& lemma, const std::vector<int>& fields) const {
    const auto found = senses_.find(lemma);
    if (found == senses_.end()) return nullptr;
    for (const std::string& offset : found->second) {
      const auto synset = synsets_.find(offset);
      if (synset == synsets_.end() || synset->second.instance) continue;
      if (std::find(fields.begin(), fields.end(), synset->second.field) != fields.end())
        return &offset;
    }
    return nullptr;
  }

  // The meaning of the nearest anchor at or above `start`.
  const Meaning* inherited(const std::string& start) const {
    std::vector<std::string> level{start};
    std::unordered_set<std::string> seen;
    while (!level.empty()) {
      std::vector<std::string> next;
      for (const std::string& offset : level) {
        if (const auto anchor = anchors_.find(offset); anchor != anchors_.end())
          return &anchor->second;
        const auto synset = synsets_.find(offset);
        if (synset == synsets_.end() || !seen.insert(offset).second) continue;
        next.insert(next.end(), synset->second.above.begin(), synset->second.above.end());
      }
      level = std::move(next);
    }
    return nullptr;
  }

  // The word names this before anything else. Capitals are names of genera, firms and persons, but
  // for places and breeds.
  bool may_name(const std::string& word, const std::string& offset, const Synset& synset) const {
    const bool plain = std::all_of(word.begin(), word.end(), [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-';
    });
    const bool capital =
        std::any_of(word.begin(), word.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
    const bool place = synset.instance && (synset.field == kLocation || synset.field == kObject);
    const bool breed = synset.field == kAnimal && !is_latin(word);
    const auto pieces = static_cast<size_t>(std::count(word.begin(), word.end(), '_')) + 1;
    if (!plain || word.size() < 3 || pieces > kWordsMax || (capital && !place && !breed) ||
        (synset.instance && !place))
      return false;
    const std::string lemma = to_lower_ascii(word);
    const auto senses = senses_.find(lemma);
    return senses != senses_.end() && senses->second.front() == offset &&
           count(nouns_, lemma) >= count(others_, lemma);
  }

  // Phrases whose words say it better one by one: "young man" and "gray wolf", so that age and
  // colour are heard; "small white", which is seldom the butterfly; "lone wolf", a wolf in
  // pictures.
  static bool is_read_by_words(const std::string& phrase, const Meaning& meaning,
                               const Phrases& known) {
    const size_t space = phrase.find(' ');
    if (space == std::string::npos) return false;
    const std::vector<Meaning> first = meanings_of(phrase.substr(0, space), known);
    const std::vector<Meaning> last = meanings_of(phrase.substr(phrase.rfind(' ') + 1), known);
    const bool describes = std::any_of(first.begin(), first.end(), is_description);
    const bool described = std::any_of(last.begin(), last.end(), is_description);
    const bool two_words = phrase.rfind(' ') == space;
    if (meaning.kind == "thing") {
      const bool same = std::find(last.begin(), last.end(), meaning) != last.end();
      return describes && (described || (two_words && same));
    }
    const auto is_thing = [](const Meaning& one) { return one.kind == "thing"; };
    return describes || std::any_of(last.begin(), last.end(), is_thing);
  }

  static std::vector<Meaning> meanings_of(const std::string& word, const Phrases& known) {
    const auto found = known.find(word);
    return found == known.end() ? std::vector<Meaning>{} : found->second;
  }

  static bool is_description(const Meaning& meaning) {
    constexpr std::string_view kKinds[] = {"colour", "age",  "tone",  "nation",
                                           "size",   "hair", "shade", "number"};
    return std::find(std::begin(kKinds), std::end(kKinds), meaning.kind) != std::end(kKinds);
  }

  // "Canis_familiaris", but not "Siamese_cat" or "Great_Dane".
  bool is_latin(const std::string& word) const {
    const size_t last = word.rfind('_');
    if (last == std::string::npos || (word[last + 1] >= 'A' && word[last + 1] <= 'Z')) return false;
    return !senses_.contains(word.substr(last + 1));
  }

  static int count(const Counts& counts, const std::string& lemma) {
    const auto found = counts.find(lemma);
    return found == counts.end() ? 0 : found->second;
  }

  // A town is a place that gives way to what else is said, and has its name.
  static Meaning as_said_of(const Meaning& kind, const Synset& synset, std::string phrase) {
    if (!synset.instance || kind.value != "place=city") return kind;
    std::replace(phrase.begin(), phrase.end(), ' ', '-');
    return {"set", concat("place?=city name=", phrase)};
  }

  const Synsets& synsets_;
  const Senses& senses_;
  const Counts& nouns_;
  const Counts& others_;
  std::unordered_map<std::string, Meaning> anchors_;
};

}  // namespace

Result<Phrases> kinds_of(const Path& folder, const Phrases& known,
                         const std::map<std::string, std::string>& facts) {
  const Result<Synsets> synsets = read_synsets(folder);
  if (!synsets.ok()) return synsets.error();
  const Result<Senses> senses = read_senses(folder);
  if (!senses.ok()) return senses.error();
  Counts nouns, others;
  if (Result<void> done = read_counts(folder, nouns, others); !done.ok()) return done.error();
  Kinds kinds(*synsets, *senses, nouns, others);
  kinds.anchor(known, facts);
  return kinds.collect(known);
}

}  // namespace plantain::engine::sketch::pack
