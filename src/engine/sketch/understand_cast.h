// The actors of a scene while a prompt is read: who was named, how they look, how they stand to
// each other.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/sketch/scene.h"
#include "engine/sketch/understand_people.h"

namespace plantain::engine::sketch {

class Cast {
 public:
  // How the next actor is joined to those before it.
  enum class Join { kNone, kComma, kAnd, kObject };  // kObject: of a relation, so of no list

  int add(Actor actor, std::optional<Looks> looks, Join join);
  bool empty() const { return actors_.empty(); }
  int last() const { return static_cast<int>(actors_.size()) - 1; }
  Actor& at(int index) { return actors_[static_cast<size_t>(index)]; }
  Looks* looks(int index);       // null pointer for what is not a person
  int last_person() const;       // -1: none
  bool is_person(int index) { return looks(index) != nullptr; }

  // Who a relation that is said now speaks of: the last one named, with those that "and" joins
  // to it; whoever holds or rides it instead of a thing that is held or ridden.
  std::vector<int> subjects() const;

  // `subject` stands in `relation` to `object`. Each actor has one relation: where it is taken,
  // the reverse is said of the object.
  void relate(int subject, Relation relation, int object);

  // The finished actors. `close`: the picture shows the first one's face.
  std::vector<Actor> finish(bool close);

 private:
  std::vector<Actor> actors_;
  std::vector<std::optional<Looks>> looks_;
  std::vector<int> joined_;  // the current list: "a cat, a dog and a bird"
  bool and_joined_ = false;
};

}  // namespace plantain::engine::sketch
