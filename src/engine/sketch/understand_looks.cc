// Descriptions: colours, how people look, what somebody does.
#include <algorithm>
#include <array>

#include "base/check.h"
#include "base/text.h"
#include "engine/sketch/understand_people.h"
#include "engine/sketch/understand_reader.h"

namespace plantain::engine::sketch {
namespace {

struct Colour {
  Rgb rgb;
  std::string word;
};

// "#d32f2f red" in its shade.
Colour shaded(const std::string& value, const std::string& shade) {
  const size_t space = value.find(' ');
  Colour colour{linear_rgb(value.substr(0, space)), value.substr(space + 1)};
  const auto toward = [&](float target, float share) {
    for (float* channel : {&colour.rgb.r, &colour.rgb.g, &colour.rgb.b})
      *channel += (target - *channel) * share;
  };
  if (shade == "light") toward(1, 0.45f);
  if (shade == "dark") toward(0, 0.6f);
  if (!shade.empty()) colour.word = concat(shade, " ", colour.word);
  return colour;
}

bool is_rainbow(std::string_view value) { return value.starts_with("rainbow"); }

// What a thing can do by itself; everything else is done by people and beasts.
bool does_itself(const Actor& actor, std::string_view act) {
  if (act == "flying") return can_fly(actor) || actor.kind == Kind::kVehicle;
  if (act == "floating")
    return can_fly(actor) || actor.kind == Kind::kBoat || actor.kind == Kind::kFlower;
  if (act == "moving")
    return actor.kind == Kind::kVehicle || actor.kind == Kind::kBoat ||
           actor.kind == Kind::kAircraft;
  return act == "growing";
}

}  // namespace

void Reader::take_size(const Unit& unit) {
  if (!describes_what_follows()) return ignore(unit.shown);
  // "little girl" is an age, and is a phrase of its own; here it is a size.
  const std::string_view factor = unit.sense("size")->value;
  CHECK(std::from_chars(factor.data(), factor.data() + factor.size(), modifiers_.size).ec ==
        std::errc());
  modifiers_.words.push_back(unit.shown);
}

void Reader::take_shade(const Unit& unit) {
  if (!next_is("colour")) return ignore(unit.shown);
  modifiers_.shade = std::string(unit.sense("shade")->value);
  modifiers_.colour_words.push_back(unit.shown);
}

void Reader::take_colour(const Unit& unit) {
  const std::string colour(unit.sense("colour")->value);
  const Unit* next = ahead(1);
  const bool of_part =
      next != nullptr && (next->is("hairs") || next->is("beard") || next->is("feature"));
  // "un coche rojo grande", "a car red as fire": after its noun unless another noun follows at
  // once.
  const bool after = follows_its_noun() && !of_part;
  if (!after && (of_part || describes_what_follows())) {
    if (!modifiers_.colour.empty())
      return ignore(unit.shown);  // "red and white": one colour is drawn
    modifiers_.colour = colour;
    modifiers_.colour_words.push_back(unit.shown);
    return;
  }
  // "a woman in red"
  const bool dressed = pending_ && pending_->relation == Relation::kIn &&
                       !pending_->subjects.empty() &&
                       cast_.person(pending_->subjects.front()) != nullptr;
  if (dressed) {
    for (const int subject : pending_->subjects) {
      if (Person* person = cast_.person(subject)) set_garment_colour(*person, "top", colour);
    }
    pending_.reset();
    understand(unit.shown);
  } else if (after) {
    paint(colour);
    for (const std::string& word : modifiers_.colour_words) understand(word);
    understand(unit.shown);
  } else {
    for (const std::string& word : modifiers_.colour_words) ignore(word);
    ignore(unit.shown);
  }
  modifiers_.colour_words.clear();
  consume_colour();
}

// Spanish and French say the colour behind the noun.
bool Reader::follows_its_noun() const {
  if (cast_.empty() || units_[at_].language() == "en" || units_[at_].language() == "de")
    return false;
  for (size_t by = 1; behind(by) != nullptr && by <= 4; ++by) {
    const Unit& unit = *behind(by);
    if (unit.names_something()) return unit.language() == units_[at_].language();
    const bool description =
        unit.is("size") || unit.is("shade") || unit.is("quality") || unit.is("age") ||
        unit.is("nation") || unit.is("colour") ||
        (unit.is("and") && behind(by + 1) != nullptr && behind(by + 1)->is("colour"));
    if (!description) return false;
  }
  return false;
}

// Colours what is spoken of: a thing, somebody's clothes.
void Reader::paint(const std::string& value) {
  Actor& actor = cast_.at(named_);
  Person* wearer = cast_.person(garment_.empty() ? named_ : cast_.last_person());
  if (wearer != nullptr) {
    garment_.empty() ? colour_person(*wearer, value) : set_garment_colour(*wearer, garment_, value);
  } else if (is_rainbow(value)) {
    actor.colour_word = "rainbow";
  } else {
    const Colour colour = shaded(value, modifiers_.shade);
    actor.colour = colour.rgb;
    actor.colour_word = colour.word;
  }
}

void Reader::set_garment_colour(Person& person, std::string_view where,
                                const std::string& value) const {
  if (is_rainbow(value) || where == "other") return;
  const Colour colour = shaded(value, modifiers_.shade);
  (where == "top" ? person.top : person.bottom) = colour.rgb;
  (where == "top" ? person.top_word : person.bottom_word) = colour.word;
}

void Reader::consume_colour() {
  for (const std::string& word : modifiers_.colour_words) ignore(word);
  modifiers_.colour_words.clear();
  modifiers_.colour.clear();
  modifiers_.shade.clear();
}

// The colour said of hair, a beard or eyes, before or behind the word.
std::string Reader::take_colour_of_part() {
  std::string colour = modifiers_.colour;
  if (colour.empty() && next_is("colour")) {
    ++at_;
    colour = std::string(units_[at_].sense("colour")->value);
    modifiers_.colour_words.push_back(units_[at_].shown);
  }
  return colour.substr(colour.find(' ') + 1);
}

bool Reader::describes_last_person() const {
  if (cast_.last_person() < 0) return false;
  if (pending_) return !pending_->subjects.empty();
  return !describes_what_follows();
}

Person& Reader::described() {
  return describes_last_person() ? *cast_.person(cast_.last_person()) : modifiers_.person;
}

void Reader::take_looks(const Unit& unit) {
  if (negated_) return take_no_looks(unit);
  const bool known = describes_last_person();
  Person& person = described();
  std::vector<std::string> words{unit.shown};
  if (const Sense* age = unit.sense("age")) {
    person.age = std::string(age->value);
    person.noun = noun_for_age(person);
  }
  if (const Sense* tone = unit.sense("tone")) person.tone = std::string(tone->value);
  if (const Sense* hair = unit.sense("hair"); hair != nullptr && hair->value != "-")
    person.hair = std::string(hair->value);
  if (unit.is("glasses")) person.glasses = true;
  if (unit.is("beard")) person.beard = true;
  if (unit.is("hairs") || unit.is("beard")) {
    const std::string_view hair = hair_of_colour(take_colour_of_part());
    if (!hair.empty() && (unit.is("hairs") || person.hair.empty())) person.hair = std::string(hair);
    words.insert(words.end(), modifiers_.colour_words.begin(), modifiers_.colour_words.end());
    modifiers_.colour_words.clear();
    consume_colour();
  }
  if (unit.is("feature")) {
    take_colour_of_part();
    consume_colour();
    return ignore(unit.shown);
  }
  for (const std::string& word : words) {
    if (known) {
      understand(word);
    } else {
      modifiers_.person_words.push_back(word);
    }
  }
  // "a man with a beard and a hat": the relation is used up, but may be said again.
  if (pending_ && pending_->role == Pending::Role::kWith) {
    repeated_ = pending_;
    pending_.reset();
  }
}

// "without glasses", "no hair"
void Reader::take_no_looks(const Unit& unit) {
  Person* person = cast_.person(cast_.last_person());
  if (person != nullptr && unit.is("hairs")) person->hair = "bald";
  if (person != nullptr && unit.is("glasses")) person->glasses = false;
  if (person != nullptr && unit.is("beard")) person->beard = false;
  understand(unit.shown);
  negated_ = false;
}

// --- what is done

void Reader::take_act(const Unit& unit) {
  const std::string act(unit.sense("act")->value);
  if (unit.is("relation") && subject_follows_object()) {
    subject_pose_ = act;
    return understand(unit.shown);
  }
  if (cast_.empty() || is_attributive(unit)) {
    modifiers_.pose = act;
    modifiers_.words.push_back(unit.shown);
    return;
  }
  understand(unit.shown);
  for (const int subject : actors_of(act)) {
    if (mount(act, subject)) continue;
    Actor& actor = cast_.at(subject);
    if (actor.pose.empty() || actor.pose == "standing") actor.pose = act;
    if (act == "flying" && actor.relation == Relation::kNone) actor.relation = Relation::kAbove;
  }
}

// "a sleeping cat", "奔跑的狗", "眠る猫", but "a cat sleeping".
bool Reader::is_attributive(const Unit& unit) const {
  if (!describes_what_follows()) return false;
  if (next_is("of") || after_object_ || unit.language() == "ja") return true;
  for (size_t by = 1; behind(by) != nullptr; ++by) {
    const Unit& before = *behind(by);
    if (before.is("quality") || before.is("size") || before.is("age") || before.is("colour"))
      continue;
    // "a reading girl", but "a girl, reading books"
    if (unit.is("relation") && !before.is("number") && !before.is("the") && !before.is("with"))
      return false;
    return before.kind != Unit::Kind::kPhrase || before.is("number") || before.is("the") ||
           before.is("relation") || before.is("with") || before.is("and") || before.is("contains");
  }
  return true;
}

std::vector<int> Reader::actors_of(const std::string& act) const {
  const auto lives = [&](int i) { return is_animate(cast_.at(i).kind); };
  const std::vector<int> subjects = cast_.subjects();
  if (std::all_of(subjects.begin(), subjects.end(),
                  [&](int i) { return lives(i) || does_itself(cast_.at(i), act); })) {
    return subjects;
  }
  // "犬と猫がソファの上で寝ている", "a cat on a sofa, sleeping"
  if (!topics_.empty() && std::all_of(topics_.begin(), topics_.end(), lives)) return topics_;
  return cast_.last_animate() >= 0 ? std::vector<int>{cast_.last_animate()} : subjects;
}

// "riding a bicycle" is one drawing for plain people; anybody else gets the thing to ride.
bool Reader::mount(const std::string& act, int subject) {
  constexpr std::pair<std::string_view, std::string_view> kMounts[] = {
      {"horse-racing", "horse"},
      {"biking", "bicycle"},
      {"mountain-biking", "bicycle"},
      {"rowing-boat", "canoe"}};
  const Person* person = cast_.person(subject);
  if (person != nullptr && person->trade.empty()) return false;
  for (const auto& [name, part] : kMounts) {
    if (name != act) continue;
    const PartFacts facts = *facts_of(part);
    Actor actor;
    actor.part = std::string(part);
    actor.words = std::string(part);
    actor.kind = facts.kind;
    actor.height_m = facts.height_m;
    actor.count = cast_.at(subject).count;
    cast_.relate(subject, Relation::kRiding, cast_.add(std::move(actor), Cast::Join::kObject));
    return true;
  }
  return false;
}

}  // namespace plantain::engine::sketch
