#include <algorithm>
#include <optional>

#include "base/check.h"
#include "base/text.h"
#include "engine/sketch/scene.h"
#include "engine/sketch/understand_reader.h"

namespace plantain::engine::sketch {
namespace {

constexpr int kCountMax = 60;

bool is_description(const Unit& unit) {
  constexpr std::string_view kDescriptions[] = {
      "colour", "shade", "size",    "age", "tone",   "nation", "quality", "hair",
      "hairs",  "beard", "measure", "of",  "number", "the",    "feature", "have"};
  return std::any_of(std::begin(kDescriptions), std::end(kDescriptions),
                     [&](std::string_view kind) { return unit.is(kind); });
}

// "OPEN", "24H": what stands on a sign without quotation marks.
bool is_capitals(std::string_view text) {
  const bool capital =
      std::any_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
  return capital &&
         std::none_of(text.begin(), text.end(), [](char c) { return c >= 'a' && c <= 'z'; });
}

// "1950", "2024": a year, not a number of things.
bool is_year(std::string_view text, int64_t number) {
  return text.size() == 4 && number >= 1500 && number < 2100;
}

bool stands_on_ground(const Actor& actor) {
  const bool airy = actor.kind == Kind::kBird || actor.kind == Kind::kInsect ||
                    actor.kind == Kind::kAircraft || actor.kind == Kind::kSky;
  return !airy && actor.relation != Relation::kAbove;
}

}  // namespace

Scene Reader::read() {
  for (at_ = 0; at_ < units_.size(); ++at_) take(units_[at_]);
  drop_modifiers();
  stage_.finish(scene_);
  const bool close = scene_.shot == Shot::kCloseUp || scene_.shot == Shot::kPortrait;
  scene_.actors = cast_.finish(close);
  // "a cat under a stormy sky" is not up there.
  const bool stands = std::any_of(scene_.actors.begin(), scene_.actors.end(), stands_on_ground);
  if (scene_.place == Place::kSky && stage_.is_implied("place") && stands)
    scene_.place = Place::kUnsaid;
  return std::move(scene_);
}

void Reader::take(const Unit& unit) {
  switch (unit.kind) {
    case Unit::Kind::kComma:
      end_phrase(true);
      return;
    case Unit::Kind::kStop:
      end_phrase(false);
      return;
    case Unit::Kind::kUnknown:
      take_unknown(unit);
      return;
    case Unit::Kind::kPhrase:
      take_phrase(unit);
      return;
    case Unit::Kind::kLettering:
      scene_.lettering.push_back(unit.shown);
      pending_.reset();
      return;
  }
}

// The order decides between the senses of one word: "orange" is a colour before a noun.
void Reader::take_phrase(const Unit& unit) {
  if (take_small_word(unit) || take_description(unit)) return;
  // "building a snowman" is no building.
  const bool verb = unit.is("thing") && unit.is("relation") && !cast_.empty() &&
                    (next_is("number") || next_is("the"));
  if (verb) return take_relation(unit);
  if (unit.is("age") && describes_what_follows())
    return take_looks(unit);  // German "jungen": young, or boys
  if (unit.names_person()) return take_person(unit);
  if (unit.is("garment")) return take_garment(unit);
  if (unit.is("kind")) return take_kind(unit);
  if (unit.is("thing")) return take_thing(unit);
  if (unit.is("number")) return take_number(unit);
  if (unit.is("set")) return take_set(unit);
  if (unit.is("size")) return take_size(unit);
  if (unit.is("age") || unit.is("tone") || unit.is("hair") || unit.is("nation"))
    return take_looks(unit);
  if (unit.is("act")) return take_deed(unit);
  if (unit.is("relation")) return take_relation(unit);
  if (unit.is("locative")) return take_locative(unit);
  if (unit.is("body")) return take_body(unit);
  ignore(unit.shown);
}

// "reading" is done alone, "reading a book" with a book.
void Reader::take_deed(const Unit& unit) {
  const Sense* relation = unit.sense("relation");
  const bool flying = unit.sense("act")->value == "flying";
  // "children flying a kite" are not up there themselves; "a bird flying past a house" does not
  // hold it.
  const bool flies_object = flying && relation != nullptr && describes_what_follows() &&
                            behind(1) != nullptr && behind(1)->names_person() && !next_is("word");
  if (flies_object) return take_relation(unit);
  take_act(unit);
  if (relation != nullptr && !flying && modifiers_.pose.empty()) take_relation(unit);
}

bool Reader::take_small_word(const Unit& unit) {
  if (unit.is("word") || unit.is("measure") || unit.is("of")) return true;
  if (unit.is("the")) {
    modifiers_.definite = true;
  } else if (unit.is("and")) {
    take_and();
  } else if (unit.is("or")) {
    negated_ = negated_ || was_negated_;
  } else if (unit.is("negate")) {
    negated_ = true;
  } else if (unit.is("have")) {
    take_have();
  } else if (unit.is("contains")) {
    take_contains(unit);
  } else if (unit.is("with")) {
    take_with();
  } else if (unit.is("it")) {
    take_it(unit);
  } else if (unit.is("sign")) {
    take_sign(unit);
  } else {
    return false;
  }
  return true;
}

bool Reader::take_description(const Unit& unit) {
  if (unit.is("colour") && (describes_what_follows() || !unit.names_something())) {
    take_colour(unit);
  } else if (unit.is("size") && describes_what_follows()) {
    take_size(unit);
  } else if (unit.is("shade") && (next_is("colour") || !unit.is("set"))) {
    take_shade(unit);
  } else if (unit.is("hairs") || unit.is("beard") || unit.is("feature") ||
             (unit.is("glasses") && worn_by_person())) {
    take_looks(unit);
  } else {
    return false;
  }
  return true;
}

void Reader::take_unknown(const Unit& unit) {
  const std::optional<int64_t> number = parse_int(unit.text);
  if (number && *number > 0 && !is_year(unit.text, *number)) {
    modifiers_.count = static_cast<int>(std::min<int64_t>(*number, kCountMax));
    modifiers_.words.push_back(unit.shown);
    return;
  }
  ignore(unit.shown);
  // "a fox-trotting gnu": the unknown noun takes its descriptions with it.
  if (!describes_what_follows()) drop_modifiers();
}

void Reader::drop_modifiers() {
  for (const auto* words :
       {&modifiers_.words, &modifiers_.colour_words, &modifiers_.person_words}) {
    for (const std::string& word : *words) ignore(word);
  }
  modifiers_ = {};
}

void Reader::end_phrase(bool comma) {
  drop_modifiers();
  negated_ = was_negated_ = false;
  pending_.reset();
  garment_ = {};
  // "holding a book, a pen and a cup"
  if (comma && repeated_ && same_relation_goes_on()) {
    pending_ = repeated_;
    return;
  }
  join_ = comma ? Cast::Join::kComma : Cast::Join::kNone;
  repeated_.reset();
  topics_.clear();
  if (!comma) after_object_.reset();  // "under a tree, a boy"
}

// --- small words

void Reader::take_and() {
  if (pending_) return;
  if (!modifiers_.colour.empty() && next_is("colour")) return;  // "red and white"
  // "no people and cars", but "no people and a dog"
  if (was_negated_ && ahead(1) != nullptr && ahead(1)->plural) negated_ = true;
  if (repeated_ && same_relation_goes_on()) {
    pending_ = repeated_;
    return;
  }
  repeated_.reset();
  join_ = Cast::Join::kAnd;
}

// "X 上有 Y": the relation is known; else "有" brings Y along.
void Reader::take_have() {
  if (!after_object_) take_with();
}

void Reader::take_number(const Unit& unit) {
  const std::optional<int64_t> number = parse_int(unit.sense("number")->value);
  CHECK(number.has_value());
  modifiers_.count = static_cast<int>(std::min<int64_t>(*number, kCountMax));
  if (*number > 1) modifiers_.words.push_back(unit.shown);
  if (unit.is("set")) stage_.apply(unit.sense("set")->value);
}

void Reader::take_sign(const Unit& unit) {
  std::vector<std::string> capitals;
  while (ahead(1) != nullptr &&
         (ahead(1)->kind == Unit::Kind::kUnknown || ahead(1)->kind == Unit::Kind::kPhrase) &&
         is_capitals(ahead(1)->shown)) {
    capitals.push_back(units_[++at_].shown);
  }
  if (!capitals.empty()) scene_.lettering.push_back(join(capitals, " "));
  understand(unit.shown);
}

// --- the stage

void Reader::take_set(const Unit& unit) {
  std::string_view effects = unit.sense("set")->value;
  // "a black and white cat" is no photograph.
  if (effects == "style=black-and-white" && unit.text.find(' ') != std::string::npos &&
      ahead(1) != nullptr && ahead(1)->names_something()) {
    return ignore(unit.shown);
  }
  understand(unit.shown);
  if (negated_) {
    for (std::string& what : Stage::excluded(effects)) scene_.without.push_back(std::move(what));
    negated_ = false;
    was_negated_ = true;
    return;
  }
  if (pending_ && pending_->relation == Relation::kAbove) {
    // "a bird above the sea": no other actor, but it is up there; "a bridge over the river" stands.
    for (const int subject : pending_->subjects) {
      const Actor& actor = cast_.at(subject);
      if (can_fly(actor) || actor.pose == "flying") cast_.relate(subject, Relation::kAbove, -1);
    }
    understand(pending_->shown);
  }
  // "in front of a bar", "the door of a bar": seen from outside.
  const bool outside = (pending_ && pending_->relation == Relation::kInFrontOf) ||
                       (!cast_.empty() && cast_.at(cast_.current()).part == "door" && !pending_);
  if (outside && (effects == "place=room" || effects == "place?=room")) effects = "place=street";
  stage_.apply(effects);
  if (!describes_what_follows()) drop_modifiers();
  pending_.reset();
}

// --- what is around

bool Reader::describes_what_follows() const {
  for (size_t by = 1; ahead(by) != nullptr; ++by) {
    const Unit& unit = *ahead(by);
    if (unit.names_something()) return true;
    const Unit* after = ahead(by + 1);
    const bool joins_colours = unit.is("and") && after != nullptr && after->is("colour") &&
                               ahead(by - 1) != nullptr && ahead(by - 1)->is("colour");
    const bool attribute = unit.is("act") && !unit.is("relation") && after != nullptr &&
                           (after->names_something() || after->is("of"));
    const bool japanese =
        unit.language() == "ja" && (unit.is("word") || unit.is("act") || unit.is("relation"));
    if (!is_description(unit) && !joins_colours && !attribute && !japanese) return false;
  }
  return false;
}

// "a man with glasses", but "a cat wearing sunglasses", "sunglasses on a table".
bool Reader::worn_by_person() const {
  if (pending_ && !pending_->subjects.empty()) return is_person(pending_->subjects.front());
  return pending_ || cast_.last_person() >= 0 || describes_what_follows();
}

bool Reader::subject_follows_object() const {
  for (size_t by = 1; ahead(by) != nullptr; ++by) {
    const Unit& unit = *ahead(by);
    const bool object = unit.names_something() || unit.is("glasses");
    if (!object) {
      if (!is_description(unit)) return false;
      continue;
    }
    const Unit* after = ahead(by + 1);
    if (after != nullptr && after->is("locative")) after = ahead(by + 2);
    return after != nullptr && after->is("of");
  }
  return false;
}

Scene understand(std::string_view prompt) { return Reader(read_units(prompt)).read(); }

}  // namespace plantain::engine::sketch
