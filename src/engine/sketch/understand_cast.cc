#include "engine/sketch/understand_cast.h"

#include <algorithm>
#include <optional>

#include "engine/sketch/understand_people.h"
#include "engine/sketch/words.h"

namespace plantain::engine::sketch {
namespace {

// What can be said of the object when the subject already stands in another relation.
Relation reverse_of(Relation relation) {
  switch (relation) {
    case Relation::kBeside:
      return Relation::kBeside;
    case Relation::kBehind:
      return Relation::kInFrontOf;
    case Relation::kInFrontOf:
      return Relation::kBehind;
    case Relation::kUnder:
      return Relation::kBehind;  // a tree cannot be moved above somebody
    case Relation::kAbove:
      return Relation::kUnder;
    default:
      return Relation::kNone;
  }
}

bool carries(Relation relation) {
  return relation == Relation::kHolding || relation == Relation::kRiding;
}

}  // namespace

bool is_animate(Kind kind) {
  switch (kind) {
    case Kind::kPerson:
    case Kind::kFace:
    case Kind::kAnimal:
    case Kind::kBird:
    case Kind::kFish:
    case Kind::kInsect:
      return true;
    default:
      return false;
  }
}

bool can_fly(const Actor& actor) {
  constexpr std::string_view kLight[] = {
      "kite", "balloon", "fallen-leaf", "maple-leaf", "leaf-fluttering-in-wind", "bat"};
  return actor.kind == Kind::kBird || actor.kind == Kind::kInsect ||
         actor.kind == Kind::kAircraft || actor.kind == Kind::kSky ||
         std::find(std::begin(kLight), std::end(kLight), actor.part) != std::end(kLight);
}

int Cast::add(Actor actor, Join join) {
  actors_.push_back(std::move(actor));
  current_ = static_cast<int>(actors_.size()) - 1;
  if (join == Join::kNone || join == Join::kObject) {
    joined_.clear();
    and_joined_ = false;
  }
  if (join != Join::kObject) joined_.push_back(current_);
  and_joined_ = and_joined_ || join == Join::kAnd;
  return current_;
}

void Cast::return_to(int index) {
  current_ = index;
  joined_ = {index};
  and_joined_ = false;
}

int Cast::named_before(const Actor& actor) const {
  for (size_t i = 0; i < actors_.size(); ++i) {
    const Actor& other = actors_[i];
    const bool same_person = actor.person && other.person &&
                             actor.person->noun == other.person->noun &&
                             actor.person->trade == other.person->trade;
    const bool same_thing = !actor.person && !other.person && actor.part == other.part;
    const bool same_colour = actor.colour_word.empty() || actor.colour_word == other.colour_word;
    if ((same_person || same_thing) && same_colour) return static_cast<int>(i);
  }
  return -1;
}

void Cast::accompany(int owner, int companion) {
  if (joined_.empty() || joined_.back() != owner) joined_ = {owner};
  joined_.push_back(companion);
  and_joined_ = true;
}

Person* Cast::person(int index) {
  if (index < 0) return nullptr;
  std::optional<Person>& person = at(index).person;
  return person ? &*person : nullptr;
}

int Cast::last_person() const {
  for (int i = static_cast<int>(actors_.size()) - 1; i >= 0; --i) {
    if (actors_[static_cast<size_t>(i)].person) return i;
  }
  return -1;
}

int Cast::last_animate() const {
  for (int i = static_cast<int>(actors_.size()) - 1; i >= 0; --i) {
    if (is_animate(actors_[static_cast<size_t>(i)].kind)) return i;
  }
  return -1;
}

std::vector<int> Cast::subjects() const {
  if (current_ < 0) return {};
  std::vector<int> carriers;
  for (size_t i = 0; i < actors_.size(); ++i) {
    if (actors_[i].relative_to == current_ && carries(actors_[i].relation))
      carriers.push_back(static_cast<int>(i));
  }
  if (!carriers.empty()) return carriers;
  return and_joined_ && !joined_.empty() && joined_.back() == current_ ? joined_
                                                                       : std::vector<int>{current_};
}

void Cast::relate(int subject, Relation relation, int object) {
  Actor& one = at(subject);
  // "with a lamp on it": what is known is told more exactly.
  const bool more_exact = one.relation == Relation::kBeside && one.relative_to == object;
  if (one.relation == relation && one.relative_to == object) return;
  if (one.relation == Relation::kNone || more_exact) {
    one.relation = relation;
    one.relative_to = object;
    return;
  }
  if (object < 0) return;
  // "flying above", said of nothing yet, now has its object.
  if (one.relation == relation && one.relative_to < 0) {
    one.relative_to = object;
    return;
  }
  one.ties.push_back({relation, object});
  Actor& other = at(object);
  const Relation reversed = reverse_of(relation);
  if (other.relation != Relation::kNone || reversed == Relation::kNone) return;
  other.relation = reversed;
  other.relative_to = subject;
}

void Cast::put_down(int holder, int thing) {
  Actor& actor = at(holder);
  if (actor.relation != Relation::kHolding || actor.relative_to != thing) return;
  actor.relation = Relation::kNone;
  actor.relative_to = -1;
}

void Cast::lead(int index) {
  if (leader_ == 0) leader_ = index;
}

// The leader before all others, which keep their order.
void Cast::reorder() {
  if (leader_ == 0) return;
  const auto moved = [&](int index) {
    return index < 0 || index > leader_ ? index : index == leader_ ? 0 : index + 1;
  };
  std::rotate(actors_.begin(), actors_.begin() + leader_, actors_.begin() + leader_ + 1);
  for (Actor& actor : actors_) {
    actor.relative_to = moved(actor.relative_to);
    for (Tie& tie : actor.ties) tie.to = moved(tie.to);
  }
  leader_ = 0;
}

std::vector<Actor> Cast::finish(bool close) {
  reorder();
  for (size_t i = 0; i < actors_.size(); ++i) {
    const bool face = close && i == 0;
    if (actors_[i].person) {
      draw_person(face, actors_[i]);
      continue;
    }
    const std::optional<PartFacts> facts = facts_of(actors_[i].part);
    if (face && facts && !facts->face.empty()) {
      actors_[i].part = facts->face;
      actors_[i].bust = true;
    }
  }
  return std::move(actors_);
}

}  // namespace plantain::engine::sketch
