#include <algorithm>
#include <optional>

#include "base/check.h"
#include "base/text.h"
#include "engine/sketch/scene.h"
#include "engine/sketch/scene_names.h"
#include "engine/sketch/understand_cast.h"
#include "engine/sketch/understand_people.h"
#include "engine/sketch/understand_stage.h"
#include "engine/sketch/understand_units.h"

namespace plantain::engine::sketch {
namespace {

constexpr int kCountMax = 60;

// What was said before the noun that it belongs to.
struct Modifiers {
  std::optional<int> count;
  std::string colour;  // "#d32f2f red"
  std::string shade;
  float size = 1;
  Looks looks;
  std::string pose;
  std::vector<std::string> words;  // as the prompt has them
};

struct Colour {
  Rgb rgb;
  std::string word;
};

// "#d32f2f red" in its shade.
Colour shaded(const std::string& value, const std::string& shade) {
  const size_t space = value.find(' ');
  Colour colour{linear_rgb(value.substr(0, space)), value.substr(space + 1)};
  const auto toward = [&](float target, float share) {
    for (float* channel : {&colour.rgb.r, &colour.rgb.g, &colour.rgb.b}) *channel += (target - *channel) * share;
  };
  if (shade == "light") toward(1, 0.45f);
  if (shade == "dark") toward(0, 0.6f);
  if (!shade.empty()) colour.word = concat(shade, " ", colour.word);
  return colour;
}

// How many an unnumbered plural is.
int some(Kind kind) {
  switch (kind) {
    case Kind::kBird:
    case Kind::kFish:
    case Kind::kFlower: return 5;
    case Kind::kTree:
    case Kind::kBuilding: return 4;
    default: return 3;
  }
}

class Reader {
 public:
  explicit Reader(std::vector<Unit> units) : units_(std::move(units)) {}

  Scene read() {
    for (at_ = 0; at_ < units_.size(); ++at_) take(units_[at_]);
    drop_modifiers();
    stage_.finish(scene_);
    const bool close = scene_.shot == Shot::kCloseUp || scene_.shot == Shot::kPortrait;
    scene_.actors = cast_.finish(close);
    return std::move(scene_);
  }

 private:
  // --- what follows

  const Unit* next(size_t ahead = 1) const { return at_ + ahead < units_.size() ? &units_[at_ + ahead] : nullptr; }
  bool next_is(std::string_view kind) const { return next() != nullptr && next()->is(kind); }

  // A noun follows, with nothing but descriptions between.
  bool describes_what_follows() const {
    for (size_t ahead = 1; next(ahead) != nullptr; ++ahead) {
      const Unit& unit = *next(ahead);
      if (unit.names_something()) return true;
      const bool description = unit.is("colour") || unit.is("shade") || unit.is("size") || unit.is("age") ||
                               unit.is("tone") || unit.is("nation") || unit.is("quality") || unit.is("hair") ||
                               unit.is("measure") || unit.is("of") || unit.is("number");
      if (!description) return false;
    }
    return false;
  }

  // --- one unit

  void take(const Unit& unit) {
    switch (unit.kind) {
      case Unit::Kind::kComma: end_phrase(Cast::Join::kComma); return;
      case Unit::Kind::kStop: end_phrase(Cast::Join::kNone); return;
      case Unit::Kind::kLettering: scene_.lettering.push_back(unit.shown); return;
      case Unit::Kind::kUnknown: take_unknown(unit); return;
      case Unit::Kind::kPhrase: take_phrase(unit); return;
    }
  }

  void take_unknown(const Unit& unit) {
    const std::optional<int64_t> number = parse_int(unit.text);
    if (number && *number > 0) {
      modifiers_.count = static_cast<int>(std::min<int64_t>(*number, kCountMax));
      modifiers_.words.push_back(unit.shown);
      return;
    }
    ignore(unit.shown);
    // "a fox-trotting gnu": the unknown noun takes its descriptions with it.
    if (!describes_what_follows()) drop_modifiers();
  }

  // The order decides between the senses of one word: "orange" is a colour before a noun.
  void take_phrase(const Unit& unit) {
    if (unit.is("word") || unit.is("measure")) return;
    if (unit.is("and")) return take_and();
    if (unit.is("or")) return take_or();
    if (unit.is("negate")) return take_negation();
    if (unit.is("of")) return take_of();
    if (unit.is("have")) return take_have();
    if (unit.is("colour") && (describes_what_follows() || !unit.names_something())) return take_colour(unit);
    if (unit.is("shade") && (next_is("colour") || !unit.is("set"))) return take_shade(unit);
    if (unit.names_person()) return take_person(unit);
    if (unit.is("garment")) return take_garment(unit);
    if (unit.is("kind")) return take_kind(unit);
    if (unit.is("thing")) return take_thing(unit);
    if (unit.is("number")) return take_number(unit);
    if (unit.is("set")) return take_set(unit);
    if (unit.is("size")) return take_size(unit);
    if (unit.is("age") || unit.is("tone") || unit.is("hair") || unit.is("nation")) return take_looks(unit);
    if (unit.is("act")) take_act(unit);
    if (unit.is("act") && !unit.is("relation")) return;
    if (unit.is("with")) return take_with();
    if (unit.is("relation")) return take_relation(unit);
    if (unit.is("locative")) return take_locative(unit);
    ignore(unit.shown);
  }

  void understand(const std::string& shown) { scene_.understood.push_back(shown); }
  void ignore(const std::string& shown) { scene_.ignored.push_back(shown); }

  void drop_modifiers() {
    for (const std::string& word : modifiers_.words) ignore(word);
    modifiers_ = {};
  }

  void end_phrase(Cast::Join join) {
    drop_modifiers();
    join_ = join;
    negated_ = was_negated_ = false;
    pending_.reset();
    with_ = wearing_ = false;
  }

  // --- small words

  void take_and() {
    if (pending_ || with_ || wearing_) return;  // "holding a book and a pen"
    // "no people and cars", but "no people and a dog"
    if (was_negated_ && next() != nullptr && next()->plural) negated_ = true;
    join_ = Cast::Join::kAnd;
  }

  void take_or() { negated_ = negated_ || was_negated_; }

  void take_negation() {
    negated_ = true;
  }

  // "X 上的 Y", "X を持った Y": the relation of X is said; Y comes now.
  void take_of() {
    if (after_object_) after_object_->subject_follows = true;
  }

  // "X 上有 Y"
  void take_have() {
    if (after_object_) {
      after_object_->subject_follows = true;
    } else {
      with_ = !cast_.empty();
    }
  }

  void take_with() {
    with_ = !cast_.empty();
    pending_.reset();
  }

  void take_number(const Unit& unit) {
    const std::optional<int64_t> number = parse_int(unit.sense("number")->value);
    CHECK(number.has_value());
    modifiers_.count = static_cast<int>(std::min<int64_t>(*number, kCountMax));
    if (*number > 1) modifiers_.words.push_back(unit.shown);
    if (unit.is("set")) stage_.apply(unit.sense("set")->value);
  }

  void take_size(const Unit& unit) {
    if (!describes_what_follows()) return ignore(unit.shown);
    // "little girl" is an age, and is a phrase of its own; here it is a size.
    modifiers_.size = std::stof(std::string(unit.sense("size")->value));
    modifiers_.words.push_back(unit.shown);
  }

  void take_shade(const Unit& unit) {
    if (!next_is("colour")) return ignore(unit.shown);
    modifiers_.shade = std::string(unit.sense("shade")->value);
    modifiers_.words.push_back(unit.shown);
  }

  void take_colour(const Unit& unit) {
    if (describes_what_follows()) {
      modifiers_.colour = std::string(unit.sense("colour")->value);
      modifiers_.words.push_back(unit.shown);
      return;
    }
    // "un coche rojo", "a car, red": the colour follows its noun.
    const bool follows = at_ > 0 && units_[at_ - 1].names_something() && !cast_.empty();
    if (!follows) return ignore(unit.shown);
    paint(unit);
  }

  void paint(const Unit& unit) {
    const std::string value(unit.sense("colour")->value);
    if (value.starts_with("rainbow")) {
      cast_.at(cast_.last()).colour_word = "rainbow";
    } else if (Looks* looks = cast_.looks(cast_.last())) {
      looks->top = shaded(value, modifiers_.shade).rgb;
    } else {
      set_colour(cast_.at(cast_.last()), value);
    }
    understand(unit.shown);
  }

  void set_colour(Actor& actor, const std::string& value) {
    if (value.empty()) return;
    if (value.starts_with("rainbow")) {
      actor.colour_word = "rainbow";
      return;
    }
    const Colour colour = shaded(value, modifiers_.shade);
    actor.colour = colour.rgb;
    actor.colour_word = colour.word;
  }

  // --- the stage

  void take_set(const Unit& unit) {
    const std::string_view effects = unit.sense("set")->value;
    understand(unit.shown);
    if (negated_) {
      for (std::string& what : Stage::excluded(effects)) scene_.without.push_back(std::move(what));
      end_negation();
      return;
    }
    // "a bird above the sea": no other actor, but it is up there.
    if (pending_ && pending_->relation == Relation::kAbove) {
      for (const int subject : pending_->subjects) cast_.relate(subject, Relation::kAbove, -1);
      understand(pending_->shown);
    }
    stage_.apply(effects);
    drop_modifiers();
    pending_.reset();
    with_ = false;
  }

  // --- actors

  void take_thing(const Unit& unit) {
    const std::string value(unit.sense("thing")->value);  // "deciduous-tree #f3a9c4 pink"
    const size_t space = value.find(' ');
    const std::string part = value.substr(0, space);
    const std::optional<PartFacts> facts = facts_of(part);
    CHECK(facts.has_value());
    // "stone bridge", "lemon tree": the first of two nouns describes the second.
    const bool describes = next() != nullptr && next()->is("thing") && !unit.plural && facts->kind != Kind::kAnimal &&
                           units_follow_in_words();
    if (describes) return ignore(unit.shown);
    if (exclude(unit, part)) return;
    Actor actor;
    actor.part = part;
    actor.kind = facts->kind;
    actor.height_m = facts->height_m * modifiers_.size;
    actor.bust = facts->bust;
    actor.pose = modifiers_.pose;
    if (space != std::string::npos && modifiers_.colour.empty()) modifiers_.colour = value.substr(space + 1);
    set_colour(actor, modifiers_.colour);
    if (actor.pose == "flying") actor.relation = Relation::kAbove;
    enter(unit, std::move(actor), std::nullopt);
  }

  // Chinese names things without spaces, and two in a row are two things.
  bool units_follow_in_words() const {
    return next()->sense("thing")->language == "en" && units_[at_].sense("thing")->language == "en";
  }

  void take_person(const Unit& unit) {
    if (exclude(unit, "person")) return;
    Looks looks = modifiers_.looks;
    std::vector<std::string> shown{unit.shown};
    bool plural = name_person(unit, looks);
    // "woman astronaut", "ninja girl": two names of one person.
    const bool both = next() != nullptr && next()->names_person() && unit.is("noun") != next()->is("noun");
    if (both) {
      ++at_;
      plural = name_person(units_[at_], looks) || plural;
      shown.push_back(units_[at_].shown);
    }
    Unit whole = unit;
    whole.plural = plural;
    whole.shown = join(shown, " ");
    Actor actor;
    actor.kind = Kind::kPerson;
    if (!modifiers_.colour.empty() && !modifiers_.colour.starts_with("rainbow")) looks.top = shaded(modifiers_.colour, modifiers_.shade).rgb;
    enter(whole, std::move(actor), looks);
  }

  static bool name_person(const Unit& unit, Looks& looks) {
    if (const Sense* noun = unit.sense("noun")) {
      looks.noun = std::string(noun->value);
    } else {
      const std::string_view value = unit.sense("trade")->value;
      const size_t space = value.find(' ');
      looks.trade = std::string(value.substr(0, space));
      if (space != std::string_view::npos) looks.sex = std::string(value.substr(space + 1));
    }
    return unit.plural;
  }

  // Under "no": remembers what must not appear. True if that was the case.
  bool exclude(const Unit& unit, const std::string& what) {
    if (!negated_) return false;
    scene_.without.push_back(what);
    understand(unit.shown);
    modifiers_ = {};
    end_negation();
    return true;
  }

  // "no" reaches as far as its noun, and over an "or" to the next.
  void end_negation() {
    negated_ = false;
    was_negated_ = true;
  }

  // "animals", "text": can be wished away, but not drawn.
  void take_kind(const Unit& unit) {
    if (!exclude(unit, std::string(unit.sense("kind")->value))) ignore(unit.shown);
  }

  void enter(const Unit& unit, Actor actor, std::optional<Looks> looks) {
    std::vector<std::string> words = modifiers_.words;
    words.push_back(unit.shown);
    actor.words = join(words, " ");
    actor.count = modifiers_.count.value_or(unit.plural ? some(actor.kind) : 1);
    // "a" before a plural is a measure: "a cats' home" is rare enough.
    if (unit.plural && actor.count == 1) actor.count = some(actor.kind);
    for (const std::string& word : words) understand(word);
    modifiers_ = {};

    const bool object = pending_ || with_ || wearing_;
    const int index = cast_.add(std::move(actor), std::move(looks), object ? Cast::Join::kObject : join_);
    relate(index);
    join_ = Cast::Join::kNone;
  }

  // --- relations

  struct Pending {
    Relation relation;
    std::vector<int> subjects;
    std::string shown;
  };
  // The relation that a word after its object told, until its subject comes.
  struct AfterObject {
    Relation relation;
    int object;
    bool subject_follows = false;
  };

  void relate(int index) {
    if (after_object_ && after_object_->subject_follows) {
      cast_.relate(index, after_object_->relation, after_object_->object);
    } else if (pending_) {
      for (const int subject : pending_->subjects) cast_.relate(subject, pending_->relation, index);
      understand(pending_->shown);
    } else if (wearing_) {
      cast_.relate(index, Relation::kOn, wearer_);
    } else if (with_) {
      bring(index);
    }
    after_object_.reset();
    pending_.reset();
    with_ = wearing_ = false;
  }

  // "with": somebody has a thing in the hand, a table has it on top, all else stands beside.
  void bring(int index) {
    const int owner = index - 1;
    const Kind kind = cast_.at(index).kind;
    const bool portable = kind == Kind::kObject || kind == Kind::kFood || kind == Kind::kFlower;
    if (portable && cast_.is_person(owner)) {
      cast_.relate(owner, Relation::kHolding, index);
    } else if ((portable || kind == Kind::kPlant) && cast_.at(owner).kind == Kind::kFurniture) {
      cast_.relate(index, Relation::kOn, owner);
    } else {
      cast_.relate(index, Relation::kBeside, owner);
    }
  }

  void take_relation(const Unit& unit) {
    const Sense& sense = *unit.sense("relation");
    if (cast_.empty()) return;
    if (sense.value == "wearing") {
      wearing_ = true;
      wearer_ = cast_.subjects().front();
      return;
    }
    const std::optional<Relation> relation = value_named<Relation>(sense.value);
    CHECK(relation.has_value());
    // Japanese says the verb last: "傘を持った女性", "女性が傘を持っている".
    if (sense.language == "ja") return take_verb_after(*relation);
    pending_ = Pending{*relation, cast_.subjects(), unit.shown};
    with_ = wearing_ = false;
  }

  void take_verb_after(Relation relation) {
    if (describes_what_follows()) {
      after_object_ = AfterObject{relation, cast_.last(), true};
    } else if (cast_.last() > 0) {
      cast_.relate(cast_.last() - 1, relation, cast_.last());
    }
  }

  // 上, 下, の上: the object was named just before.
  void take_locative(const Unit& unit) {
    if (cast_.empty() || at_ == 0 || !units_[at_ - 1].names_something()) return;
    const std::optional<Relation> relation = value_named<Relation>(unit.sense("locative")->value);
    CHECK(relation.has_value());
    understand(unit.shown);
    const int object = cast_.last();
    const bool subject_follows = next() != nullptr && (next_is("of") || next_is("have") || describes_what_follows());
    if (subject_follows) {
      after_object_ = AfterObject{*relation, object, true};
    } else if (object > 0) {
      Actor& subject = cast_.at(object - 1);
      subject.relation = *relation;  // "在" alone said no more than "at"
      subject.relative_to = object;
    }
  }

  // --- descriptions of people and of what is done

  void take_garment(const Unit& unit) {
    const std::string where(unit.sense("garment")->value);
    const int person = wearing_ || pending_ || with_ ? cast_.last_person() : -1;
    Looks* looks = cast_.looks(person);
    if (looks == nullptr) return take_lone_garment(unit);
    if (!modifiers_.colour.empty() && !modifiers_.colour.starts_with("rainbow") && where != "other") {
      const Rgb colour = shaded(modifiers_.colour, modifiers_.shade).rgb;
      (where == "top" ? looks->top : looks->bottom) = colour;
      for (const std::string& word : modifiers_.words) understand(word);
      understand(unit.shown);
      modifiers_ = {};
    } else {
      drop_modifiers();
      ignore(unit.shown);
    }
    // "in a red dress": who wears it may now stand in another relation.
    pending_.reset();
    with_ = false;
  }

  // Nobody wears it: the thing itself, if there is a drawing of it.
  void take_lone_garment(const Unit& unit) {
    std::string name = unit.text;
    std::replace(name.begin(), name.end(), ' ', '-');
    const std::optional<PartFacts> facts = facts_of(name);
    if (!facts || negated_) return ignore(unit.shown);
    Actor actor;
    actor.part = name;
    actor.kind = facts->kind;
    actor.height_m = facts->height_m;
    set_colour(actor, modifiers_.colour);
    enter(unit, std::move(actor), std::nullopt);
  }

  void take_looks(const Unit& unit) {
    Looks* person = cast_.looks(cast_.last_person());
    const bool after = person != nullptr && (with_ || pending_ || !describes_what_follows());
    Looks& looks = after ? *person : modifiers_.looks;
    if (const Sense* age = unit.sense("age")) looks.age = std::string(age->value);
    if (const Sense* tone = unit.sense("tone")) looks.tone = std::string(tone->value);
    if (const Sense* hair = unit.sense("hair")) looks.hair = hair_of(*hair);
    if (after) {
      understand(unit.shown);
      if (unit.is("hair")) modifiers_ = {};
    } else {
      modifiers_.words.push_back(unit.shown);
    }
  }

  static std::string hair_of(const Sense& hair) { return hair.value == "-" ? std::string() : std::string(hair.value); }

  void take_act(const Unit& unit) {
    const std::string act(unit.sense("act")->value);
    if (cast_.empty() || (describes_what_follows() && before_noun())) {
      modifiers_.pose = act;
      modifiers_.looks.act = act;
      modifiers_.words.push_back(unit.shown);
      return;
    }
    understand(unit.shown);
    for (const int subject : cast_.subjects()) {
      if (mount(act, subject)) continue;
      if (Looks* looks = cast_.looks(subject)) {
        if (looks->act.empty() || looks->act == "standing") looks->act = act;
      } else {
        Actor& actor = cast_.at(subject);
        actor.pose = act;
        if (act == "flying" && actor.relation == Relation::kNone) actor.relation = Relation::kAbove;
      }
    }
  }

  // "riding a bicycle" is one drawing for plain people; anybody else gets the thing to ride.
  bool mount(const std::string& act, int subject) {
    constexpr std::pair<std::string_view, std::string_view> kMounts[] = {
        {"horse-racing", "horse"}, {"biking", "bicycle"}, {"mountain-biking", "bicycle"}, {"rowing-boat", "canoe"}};
    const Looks* looks = cast_.looks(subject);
    if (looks != nullptr && looks->trade.empty()) return false;
    for (const auto& [name, part] : kMounts) {
      if (name != act) continue;
      const PartFacts facts = *facts_of(part);
      Actor actor;
      actor.part = std::string(part);
      actor.words = std::string(part);
      actor.kind = facts.kind;
      actor.height_m = facts.height_m;
      actor.count = cast_.at(subject).count;
      cast_.relate(subject, Relation::kRiding, cast_.add(std::move(actor), std::nullopt, Cast::Join::kObject));
      return true;
    }
    return false;
  }

  // "a sleeping cat" and "奔跑的狗", but "a cat sleeping".
  bool before_noun() const {
    if (at_ == 0) return true;
    const Unit& before = units_[at_ - 1];
    if (next_is("of")) return true;
    return !before.names_something() && !before.is("word");
  }

  std::vector<Unit> units_;
  size_t at_ = 0;
  Scene scene_;
  Stage stage_;
  Cast cast_;
  Modifiers modifiers_;
  Cast::Join join_ = Cast::Join::kNone;
  std::optional<Pending> pending_;
  std::optional<AfterObject> after_object_;
  bool with_ = false;
  bool wearing_ = false;
  int wearer_ = -1;
  bool negated_ = false;
  bool was_negated_ = false;
};

}  // namespace

Scene understand(std::string_view prompt) { return Reader(read_units(prompt)).read(); }

}  // namespace plantain::engine::sketch
