#include "safety/prompt_rules.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "base/check.h"
#include "base/text.h"
#include "safety/lexicon.h"
#include "safety/normalise.h"
#include "safety/phrase_table.h"

namespace plantain::safety {
namespace {

constexpr uint32_t kNear_chars = 80;    // about a dozen words between two places
constexpr uint32_t kBeside_chars = 24;  // about four
constexpr uint32_t kNext_chars = 8;     // one

uint32_t chars_of(Lexicon::Reach reach) {
  switch (reach) {
    case Lexicon::Reach::kAnywhere:
      break;  // has no number
    case Lexicon::Reach::kNear:
      return kNear_chars;
    case Lexicon::Reach::kBeside:
      return kBeside_chars;
    case Lexicon::Reach::kNext:
      return kNext_chars;
  }
  CHECK(false);
  return 0;
}

// The lexicon made ready to search.
struct Rules {
  Lexicon lexicon;
  PhraseTable phrases;  // its ids are indices into lexicon.entries

  static const Rules& get() {
    static const Rules rules = make();
    return rules;
  }

 private:
  static Rules make() {
    Result<Lexicon> read = parse_lexicon(lexicon_text());
    CHECK(read.ok());  // a test reads the same bytes
    Rules rules{std::move(*read), {}};
    const std::vector<Lexicon::Entry>& entries = rules.lexicon.entries;
    for (size_t i = 0; i < entries.size(); ++i)
      rules.phrases.add(entries[i].phrase, static_cast<uint32_t>(i));
    for (const std::string& particle : rules.lexicon.particles)
      rules.phrases.add_particle(particle);
    for (const std::string& proclitic : rules.lexicon.proclitics)
      rules.phrases.add_proclitic(proclitic);
    return rules;
  }
};

// A place in the text that counts: a hit or a member of a group.
struct Place {
  const Lexicon::Entry* entry;
  uint32_t begin;
  uint32_t end;
};

// The furthest end of a span that begins at a character or before it.
class Cover {
 public:
  explicit Cover(size_t characters) : until_(characters + 1, 0) {}

  void add(uint32_t begin, uint32_t end) { until_[begin] = std::max(until_[begin], end); }
  void finish() {
    for (size_t i = 1; i < until_.size(); ++i) until_[i] = std::max(until_[i], until_[i - 1]);
  }

  bool holds(const Place& place) const { return until_[place.begin] >= place.end; }
  // Whether a span holds the place and goes on, before or behind it.
  bool exceeds(const Place& place) const {
    return until_[place.begin] > place.end ||
           (place.begin > 0 && until_[place.begin - 1] >= place.end);
  }

 private:
  std::vector<uint32_t> until_;
};

// In the order of their begins, without those inside a harmless phrase ("shooting star") and
// without hits inside a longer hit ("suicide" in "suicide bomber"): the longer phrase says what is
// meant.
std::vector<Place> places_of(const Rules& rules, const Normalised& text) {
  Cover safe(text.text.size());
  Cover hits(text.text.size());
  std::vector<Place> places;
  for (const PhraseTable::Match& match : rules.phrases.find(text)) {
    const Lexicon::Entry& entry = rules.lexicon.entries[match.id];
    if (entry.kind == Lexicon::Kind::kSafe) {
      safe.add(match.begin, match.end);
      continue;
    }
    if (entry.kind == Lexicon::Kind::kHit) hits.add(match.begin, match.end);
    places.push_back({&entry, match.begin, match.end});
  }
  safe.finish();
  hits.finish();
  std::stable_sort(places.begin(), places.end(),
                   [](const Place& a, const Place& b) { return a.begin < b.begin; });
  std::erase_if(places, [&](const Place& place) {
    return safe.holds(place) || (place.entry->kind == Lexicon::Kind::kHit && hits.exceeds(place));
  });
  return places;
}

// The number of the sentence that each character belongs to.
std::vector<uint32_t> sentences_of(const Normalised& text) {
  std::vector<uint32_t> sentences(text.text.size());
  uint32_t current = 0;
  for (size_t i = 0; i < sentences.size(); ++i) {
    if (text.has(i, kSentence)) ++current;
    sentences[i] = current;
  }
  return sentences;
}

class Judge {
 public:
  Judge(const Rules& rules, const Normalised& text)
      : lexicon_(rules.lexicon),
        places_(places_of(rules, text)),
        sentences_(sentences_of(text)),
        groups_(lexicon_.groups.size()) {
    for (const Place& place : places_) {
      if (place.entry->kind == Lexicon::Kind::kGroup) groups_[place.entry->group].push_back(place);
    }
    std::erase_if(places_, [&](const Place& place) {
      return place.entry->unless && is_near(place, groups_[*place.entry->unless]);
    });
  }

  Verdict verdict() {
    for (const Place& place : places_) {
      if (place.entry->kind == Lexicon::Kind::kHit) count(place.entry->category, lowered(place));
    }
    for (const Lexicon::Pair& pair : lexicon_.pairs) {
      if (meets(pair)) count(pair.category, pair.severity);
    }
    return verdict_;
  }

 private:
  void count(Category category, int severity) {
    int& known = verdict_.severity[static_cast<size_t>(category)];
    known = std::max(known, std::min(severity, 3));
    if (severity == kFloor && !verdict_.floor) verdict_.floor = category;
  }

  // Several reasons lower a hit no further than one does.
  int lowered(const Place& hit) const {
    const auto applies = [&](const Lexicon::Lower& lower) {
      return lower.category == hit.entry->category && hit.entry->severity <= lower.severity &&
             is_near(hit, groups_[lower.group]);
    };
    const bool is_lower = std::any_of(lexicon_.lowers.begin(), lexicon_.lowers.end(), applies);
    return hit.entry->severity - (is_lower ? 1 : 0);
  }

  // Whether one of `others`, which are in the order of their begins, stands near and not inside.
  // Only the last one before and the first one behind are looked at.
  bool is_near(const Place& place, const std::vector<Place>& others) const {
    const auto from = [&](uint32_t at) {
      return std::lower_bound(
          others.begin(), others.end(), at,
          [](const Place& other, uint32_t begin) { return other.begin < begin; });
    };
    const auto before = from(place.begin);
    const auto behind = from(place.end);
    return (behind != others.end() && within(place, *behind, kNear_chars)) ||
           (before != others.begin() && within(*std::prev(before), place, kNear_chars));
  }

  // `first` begins no later than `second`.
  bool within(const Place& first, const Place& second, uint32_t characters) const {
    return second.begin <= first.end + characters &&
           sentences_[first.begin] == sentences_[second.begin];
  }

  static bool is_side(const Place& place, const Lexicon::Side& side) {
    const Lexicon::Entry& entry = *place.entry;
    if (side.is_group) return entry.kind == Lexicon::Kind::kGroup && entry.group == side.group;
    return entry.kind == Lexicon::Kind::kHit && entry.category == side.category &&
           entry.severity >= side.severity;
  }

  // In the order of their begins.
  std::vector<Place> of_side(const Lexicon::Side& side) const {
    std::vector<Place> found;
    std::copy_if(places_.begin(), places_.end(), std::back_inserter(found),
                 [&](const Place& place) { return is_side(place, side); });
    return found;
  }

  bool meets(const Lexicon::Pair& pair) const {
    const std::vector<Place> left = of_side(pair.left);
    if (left.empty()) return false;
    const std::vector<Place> right = of_side(pair.right);
    return follows(left, right, pair.reach) || follows(right, left, pair.reach);
  }

  // Whether one of `second` stands behind one of `first`, without overlapping it. The next one
  // behind a place is also the nearest, so it alone is looked at.
  bool follows(const std::vector<Place>& first, const std::vector<Place>& second,
               Lexicon::Reach reach) const {
    return std::any_of(first.begin(), first.end(), [&](const Place& a) {
      const auto b =
          std::lower_bound(second.begin(), second.end(), a.end,
                           [](const Place& place, uint32_t end) { return place.begin < end; });
      if (b == second.end()) return false;
      if (reach == Lexicon::Reach::kAnywhere) return true;
      return within(a, *b, chars_of(reach));
    });
  }

  const Lexicon& lexicon_;
  std::vector<Place> places_;
  const std::vector<uint32_t> sentences_;
  std::vector<std::vector<Place>> groups_;  // the members in the text
  Verdict verdict_;
};

}  // namespace

std::string_view name_of(Category category) {
  switch (category) {
    case Category::kSexual:
      return "sexual";
    case Category::kViolence:
      return "violence";
    case Category::kHate:
      return "hate";
    case Category::kSelfHarm:
      return "self-harm";
    case Category::kDangerous:
      return "dangerous";
  }
  CHECK(false);
  return {};
}

Verdict judge_prompt(std::string_view prompt) {
  const Normalised text = normalise(prompt);
  return Judge(Rules::get(), text).verdict();
}

int refused_from(Category category, int tolerance) {
  CHECK(tolerance >= 1 && tolerance <= 6);
  //                                              1  2  3  4  5  6
  static constexpr int kSexualHate[] = {1, 1, 2, 2, 3, 4};
  static constexpr int kSelfHarm[] = {1, 2, 2, 2, 3, 4};
  static constexpr int kViolenceDangerous[] = {1, 2, 2, 3, 3, 4};
  const size_t column = static_cast<size_t>(tolerance - 1);
  switch (category) {
    case Category::kSexual:
    case Category::kHate:
      return kSexualHate[column];
    case Category::kSelfHarm:
      return kSelfHarm[column];
    case Category::kViolence:
    case Category::kDangerous:
      return kViolenceDangerous[column];
  }
  CHECK(false);
  return 0;
}

std::optional<Category> refusal(const Verdict& verdict, int tolerance) {
  if (verdict.floor) return verdict.floor;
  std::optional<Category> worst;
  for (int i = 0; i < kCategories; ++i) {
    const Category category = static_cast<Category>(i);
    if (verdict.of(category) < refused_from(category, tolerance)) continue;
    if (!worst || verdict.of(category) > verdict.of(*worst)) worst = category;
  }
  return worst;
}

Result<void> allow_prompt(std::string_view prompt, int tolerance) {
  const std::optional<Category> category = refusal(judge_prompt(prompt), tolerance);
  if (!category) return {};
  return Error{
      ErrorCode::kContentPolicyViolation,
      concat("the prompt is refused: ", name_of(*category), ", at safety_tolerance ", tolerance)};
}

}  // namespace plantain::safety
