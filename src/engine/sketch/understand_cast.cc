#include "engine/sketch/understand_cast.h"

#include <algorithm>

#include "engine/sketch/words.h"

namespace plantain::engine::sketch {
namespace {

// What can be said of the object when the subject already stands in another relation.
Relation reverse_of(Relation relation) {
  switch (relation) {
    case Relation::kBeside: return Relation::kBeside;
    case Relation::kBehind: return Relation::kInFrontOf;
    case Relation::kInFrontOf: return Relation::kBehind;
    case Relation::kUnder: return Relation::kBehind;  // a tree cannot be moved above somebody
    case Relation::kAbove: return Relation::kUnder;
    default: return Relation::kNone;
  }
}

bool carries(Relation relation) { return relation == Relation::kHolding || relation == Relation::kRiding; }

}  // namespace

int Cast::add(Actor actor, std::optional<Looks> looks, Join join) {
  actors_.push_back(std::move(actor));
  looks_.push_back(std::move(looks));
  if (join == Join::kNone || join == Join::kObject) {
    joined_.clear();
    and_joined_ = false;
  }
  if (join != Join::kObject) joined_.push_back(last());
  and_joined_ = and_joined_ || join == Join::kAnd;
  return last();
}

Looks* Cast::looks(int index) {
  if (index < 0) return nullptr;
  std::optional<Looks>& looks = looks_[static_cast<size_t>(index)];
  return looks ? &*looks : nullptr;
}

int Cast::last_person() const {
  for (int i = last(); i >= 0; --i) {
    if (looks_[static_cast<size_t>(i)]) return i;
  }
  return -1;
}

std::vector<int> Cast::subjects() const {
  if (actors_.empty()) return {};
  for (size_t i = 0; i < actors_.size(); ++i) {
    if (actors_[i].relative_to == last() && carries(actors_[i].relation)) return {static_cast<int>(i)};
  }
  return and_joined_ && !joined_.empty() && joined_.back() == last() ? joined_ : std::vector<int>{last()};
}

void Cast::relate(int subject, Relation relation, int object) {
  Actor& one = at(subject);
  if (one.relation == Relation::kNone) {
    one.relation = relation;
    one.relative_to = object;
    return;
  }
  if (object < 0) return;
  Actor& other = at(object);
  const Relation reversed = reverse_of(relation);
  if (other.relation != Relation::kNone || reversed == Relation::kNone) return;
  other.relation = reversed;
  other.relative_to = subject;
}

std::vector<Actor> Cast::finish(bool close) {
  for (size_t i = 0; i < actors_.size(); ++i) {
    const bool face = close && i == 0;
    if (looks_[i]) {
      draw_person(*looks_[i], face, actors_[i]);
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
