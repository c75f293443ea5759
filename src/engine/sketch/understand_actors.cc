// Things and people: how a noun becomes an actor.
#include <algorithm>

#include "base/check.h"
#include "base/text.h"
#include "engine/sketch/understand_people.h"
#include "engine/sketch/understand_reader.h"

namespace plantain::engine::sketch {
namespace {

// How many an unnumbered plural is.
int some(Kind kind) {
  switch (kind) {
    case Kind::kBird:
    case Kind::kFish:
    case Kind::kFlower:
      return 5;
    case Kind::kTree:
    case Kind::kBuilding:
      return 4;
    default:
      return 3;
  }
}

// Takes the text up to the first space off the front of `rest`.
std::string_view take_word(std::string_view& rest) {
  const size_t space = rest.find(' ');
  const std::string_view word = rest.substr(0, space);
  rest = space == std::string_view::npos ? std::string_view() : rest.substr(space + 1);
  return word;
}

bool is_unspaced_language(std::string_view language) {
  return language.starts_with("zh") || language == "ja";
}

}  // namespace

void Reader::take_thing(const Unit& unit) {
  std::string_view colour =
      unit.sense("thing")->value;  // "deciduous-tree #f3a9c4 pink", "coral x6"
  const std::string part(take_word(colour));
  if (colour.starts_with('x')) {
    if (!modifiers_.count || modifiers_.count == 1)
      modifiers_.count = static_cast<int>(parse_int(colour.substr(1)).value_or(1));
    colour = {};
  }
  const std::optional<PartFacts> facts = facts_of(part);
  CHECK(facts.has_value());
  if (describes_next_noun(unit, *facts)) return ignore(unit.shown);
  if (exclude(unit, part)) return;
  if (is_drawn_with_owner(part)) {
    drop_modifiers();
    return ignore(unit.shown);
  }
  Actor actor;
  actor.part = part;
  actor.kind = facts->kind;
  actor.height_m = facts->height_m * modifiers_.size;
  actor.bust = facts->bust;
  actor.pose = modifiers_.pose;
  if (actor.pose == "flying") actor.relation = Relation::kAbove;
  if (modifiers_.colour.empty()) modifiers_.colour = std::string(colour);
  const bool spectacled = modifiers_.person.glasses && is_animate(actor.kind);
  // What only people have says nothing of a thing.
  for (const std::string& word : modifiers_.person_words)
    spectacled ? understand(word) : ignore(word);
  modifiers_.person_words.clear();
  enter(unit, std::move(actor));
  if (spectacled) put_glasses_on(cast_.current());
  // "park bench": a bench, and where it stands if nothing else is said.
  if (unit.is("set")) stage_.apply(unit.sense("set")->value);
}

// "a house with a blue door": no door beside the house.
bool Reader::is_drawn_with_owner(std::string_view part) const {
  if (part != "door" && part != "window") return false;
  if (!pending_ || pending_->role != Pending::Role::kWith || pending_->subjects.empty())
    return false;
  const Kind owner = cast_.at(pending_->subjects.front()).kind;
  return owner == Kind::kBuilding || owner == Kind::kVehicle;
}

// "戴著墨鏡的狗": a beast's glasses are a thing of their own.
void Reader::put_glasses_on(int wearer) {
  constexpr const char* kPart = "sunglasses";
  const PartFacts facts = *facts_of(kPart);
  Actor glasses;
  glasses.part = glasses.words = kPart;
  glasses.kind = facts.kind;
  glasses.height_m = facts.height_m;
  put_on(cast_.add(std::move(glasses), Cast::Join::kObject), wearer);
}

// "lemon tree", "robot chef's hat": the first of two English nouns describes the second; so does a
// possessor, unless what it has is drawn with it ("a dog's face").
bool Reader::describes_next_noun(const Unit& unit, const PartFacts& facts) const {
  const Unit* next = ahead(1);
  if (next == nullptr || unit.language() != "en") return false;
  if (next->text == "'s")
    return ahead(2) != nullptr && (ahead(2)->names_something() || ahead(2)->is("set"));
  if (unit.plural || next->language() != "en") return false;
  return next->is("thing") ||
         (next->is("noun") && facts.kind != Kind::kPerson && !is_animate(facts.kind));
}

void Reader::take_person(const Unit& unit) {
  if (describes_other_noun(unit)) {
    if (unit.text == "baby") modifiers_.size = 0.5f;  // "baby elephant"
    return ignore(unit.shown);
  }
  if (exclude(unit, "person")) return;
  Unit whole = unit;
  Actor actor;
  actor.kind = Kind::kPerson;
  actor.person = modifiers_.person;
  name_person(unit, *actor.person);
  // "woman astronaut", "ninja girl": two names of one person.
  const Unit* next = ahead(1);
  if (next != nullptr && next->names_person() && unit.is("noun") != next->is("noun") &&
      next->language() == unit.language()) {
    name_person(*next, *actor.person);
    whole.plural = whole.plural || next->plural;
    whole.shown = concat(unit.shown, " ", next->shown);
    ++at_;
  }
  actor.person->noun = noun_for_age(*actor.person);
  if (actor.person->noun.starts_with("old")) actor.person->age = "old";
  actor.pose = modifiers_.pose;
  if (actor.pose == "flying") actor.relation = Relation::kAbove;
  if (!modifiers_.colour.empty()) colour_person(*actor.person, modifiers_.colour);
  modifiers_.colour.clear();
  enter(whole, std::move(actor));
}

// "cowboy hat", "baby elephant"; a beast that has a trade stays a beast: "robot chef".
bool Reader::describes_other_noun(const Unit& unit) const {
  PartFacts person;
  person.kind = Kind::kPerson;
  const bool trade_of_beast = !cast_.empty() && behind(1) != nullptr && behind(1)->is("thing") &&
                              unit.is("trade") && unit.language() == "en";
  return trade_of_beast || describes_next_noun(unit, person);
}

void Reader::name_person(const Unit& by, Person& person) {
  if (const Sense* noun = by.sense("noun")) {
    std::string_view value = noun->value;  // "older-person 2" for a couple
    person.noun = std::string(take_word(value));
    const bool uncounted = !modifiers_.count || modifiers_.count == 1;
    if (!value.empty() && uncounted)
      modifiers_.count = static_cast<int>(parse_int(value).value_or(1));
  } else {
    std::string_view value = by.sense("trade")->value;  // "mage woman"
    person.trade = std::string(take_word(value));
    if (!value.empty()) person.sex = std::string(value);
  }
}

// "a black woman" tells of her skin, "a red woman" of her clothes.
void Reader::colour_person(Person& person, const std::string& value) const {
  const std::string_view word = std::string_view(value).substr(value.find(' ') + 1);
  const std::string_view tone = word == "black"   ? "dark"
                                : word == "white" ? "light"
                                : word == "brown" ? "medium-dark"
                                                  : "";
  if (!tone.empty() && person.trade.empty()) {
    person.tone = std::string(tone);
  } else {
    set_garment_colour(person, "top", value);
  }
}

// Under "no": remembers what must not appear. True if that was the case.
bool Reader::exclude(const Unit& unit, const std::string& what) {
  if (!negated_) return false;
  scene_.without.push_back(what);
  understand(unit.shown);
  modifiers_ = {};
  // "no" reaches as far as its noun, and over an "or" to the next.
  negated_ = false;
  was_negated_ = true;
  return true;
}

// "animals", "text": can be wished away, but not drawn.
void Reader::take_kind(const Unit& unit) {
  if (!exclude(unit, std::string(unit.sense("kind")->value))) ignore(unit.shown);
}

// On somebody: the colour of their clothes. Else the thing itself, if there is a drawing of it.
void Reader::take_garment(const Unit& unit) {
  std::string_view part = unit.sense("garment")->value;
  const std::string_view where = take_word(part);
  Person* wearer = wearer_of(unit);
  if (wearer == nullptr) return take_lone_garment(unit, part);
  garment_ = where;
  const bool coloured = !modifiers_.colour.empty() && where != "other";
  if (coloured) set_garment_colour(*wearer, where, modifiers_.colour);
  modifiers_.colour_words.push_back(unit.shown);
  for (const std::string& word : modifiers_.colour_words) {
    coloured ? understand(word) : ignore(word);
  }
  modifiers_.colour_words.clear();
  consume_colour();
  // "in a green jacket and blue jeans"
  const int last = cast_.last_person();
  if (wearer == cast_.person(last))
    repeated_ = Pending{Pending::Role::kWorn, Relation::kOn, {last}, {}};
  // "in a red dress": who wears it may now stand in another relation.
  if (pending_ && pending_->role != Pending::Role::kWorn) pending_.reset();
}

// The person who wears what is named now: of those named before, or the one who comes. Null
// pointer: nobody does, or a beast.
Person* Reader::wearer_of(const Unit& unit) {
  if (negated_) return nullptr;
  if (!pending_) {
    // "和服女子"; "コートを着た女性", where the verb comes last
    const bool compound =
        is_unspaced_language(unit.language()) && ahead(1) != nullptr && ahead(1)->names_person();
    if (!compound && unit.language() != "ja") return nullptr;
    return describes_what_follows() ? &modifiers_.person : cast_.person(cast_.last_person());
  }
  const bool dressed =
      pending_->role != Pending::Role::kPlain || pending_->relation == Relation::kIn;
  if (!dressed) return nullptr;
  if (pending_->subjects.empty()) {
    return describes_what_follows() ? &modifiers_.person : cast_.person(cast_.last_person());
  }
  return is_person(pending_->subjects.front()) ? cast_.person(cast_.last_person()) : nullptr;
}

void Reader::take_lone_garment(const Unit& unit, std::string_view part) {
  const std::optional<PartFacts> facts = facts_of(part);
  if (!facts || negated_) {
    consume_colour();
    return ignore(unit.shown);
  }
  // "a penguin with a red scarf"
  if (pending_ && pending_->role == Pending::Role::kWith) pending_->role = Pending::Role::kWorn;
  Actor actor;
  actor.part = std::string(part);
  actor.kind = facts->kind;
  actor.height_m = facts->height_m;
  enter(unit, std::move(actor));
}

// "a basket of apples", "a vase full of roses"
void Reader::take_contains(const Unit& unit) {
  if (cast_.empty() || behind(1) == nullptr || !behind(1)->is("thing")) return;
  const std::optional<PartFacts> facts = facts_of(cast_.at(cast_.current()).part);
  if (!facts || facts->holds == Relation::kNone || !describes_what_follows()) return;
  pending_ = Pending{Pending::Role::kContents, facts->holds, {cast_.current()}, unit.shown};
}

void Reader::enter(const Unit& unit, Actor actor) {
  actor.words = take_words(unit);
  if (!pending_) take_what_was_said_of_subject(actor);
  actor.count = count_of(unit, actor);
  const std::string colour = modifiers_.colour;
  const bool object = pending_.has_value();
  int index = named_again(unit, actor);
  if (index >= 0) {
    cast_.return_to(index);
  } else {
    index = cast_.add(std::move(actor), object ? Cast::Join::kObject : join_);
  }
  garment_ = {};
  named_ = index;
  if (!colour.empty()) paint(colour);
  modifiers_ = {};
  const bool joined = join_ == Cast::Join::kAnd && !topics_.empty() && topics_.back() == index - 1;
  if (!object && (topics_.empty() || joined)) topics_.push_back(index);
  relate(index);
  join_ = Cast::Join::kNone;
}

// The words that named it, all of them understood.
std::string Reader::take_words(const Unit& unit) {
  std::vector<std::string> words = modifiers_.words;
  words.insert(words.end(), modifiers_.colour_words.begin(), modifiers_.colour_words.end());
  words.insert(words.end(), modifiers_.person_words.begin(), modifiers_.person_words.end());
  words.push_back(unit.shown);
  for (const std::string& word : words) understand(word);
  return join(words, " ");
}

// "兩個坐在椅子上的女孩"
void Reader::take_what_was_said_of_subject(Actor& actor) {
  if (subject_count_ && !modifiers_.count) modifiers_.count = subject_count_;
  if (actor.pose.empty()) actor.pose = subject_pose_;
  subject_count_.reset();
  subject_pose_.clear();
}

int Reader::count_of(const Unit& unit, const Actor& actor) const {
  const bool fills = fills_next_place(unit, actor);
  const bool many = fills || (unit.plural && !(unit.invariant && modifiers_.definite));
  if (fills && modifiers_.count == 1) return some(actor.kind);  // "a sunflower field"
  return modifiers_.count.value_or(many ? some(actor.kind) : 1);
}

// "a sunflower field", "向日葵花田": many of what grows there.
bool Reader::fills_next_place(const Unit& unit, const Actor& actor) const {
  const bool grows =
      actor.kind == Kind::kPlant || actor.kind == Kind::kFlower || actor.kind == Kind::kTree;
  if (!grows || !next_is("set") || ahead(1)->language() != unit.language()) return false;
  const std::string_view effects = ahead(1)->sense("set")->value;
  return effects.starts_with("place=field") || effects.starts_with("place=garden") ||
         effects.starts_with("place=forest");
}

// "the table", named before; in Chinese and Japanese the bare noun where something is at it.
int Reader::named_again(const Unit& unit, const Actor& actor) const {
  const bool bare = is_unspaced_language(unit.language()) && !modifiers_.count &&
                    (pending_ || next_is("locative"));
  if (unit.plural || modifiers_.count || !(modifiers_.definite || bare)) return -1;
  return cast_.named_before(actor);
}

}  // namespace plantain::engine::sketch
