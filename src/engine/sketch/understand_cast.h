// The actors of a scene while a prompt is read: who was named, how they look, how they stand to
// each other.
#pragma once

#include <vector>

#include "engine/sketch/scene.h"

namespace plantain::engine::sketch {

bool is_animate(Kind kind);
// What is up in the air by itself or by the wind.
bool can_fly(const Actor& actor);

class Cast {
 public:
  // How the next actor is joined to those before it.
  enum class Join { kNone, kComma, kAnd, kObject };  // kObject: of a relation, so of no list

  // Adds an actor, which is then spoken of. A person's drawing is chosen in finish().
  int add(Actor actor, Join join);
  // Speaks of an actor again: "the cat".
  void return_to(int index);
  // The actor that was named before as `actor` is now, or -1.
  int named_before(const Actor& actor) const;
  // `companion` was brought along: what is said now is said of both.
  void accompany(int owner, int companion);

  bool empty() const { return actors_.empty(); }
  int current() const { return current_; }  // the one spoken of; -1: nobody yet
  Actor& at(int index) { return actors_[static_cast<size_t>(index)]; }
  const Actor& at(int index) const { return actors_[static_cast<size_t>(index)]; }
  Person* person(int index);  // null pointer for what is not a person
  int last_person() const;    // -1: none
  int last_animate() const;   // person or beast; -1: none

  // Who is spoken of now: the one named last, with those that "and" joins to it; whoever holds or
  // rides it instead of a thing that is held or ridden.
  std::vector<int> subjects() const;

  // `subject` stands in `relation` to `object` (-1: to no actor). The first relation said of an
  // actor is its own, further ones are its ties; then the reverse is said of the object too, if it
  // has no relation yet.
  void relate(int subject, Relation relation, int object);

  // "under a tree, a boy": the subject comes first in the scene, though its object was named
  // before.
  void lead(int index);
  // "with a basket on her head": it is not in her hand.
  void put_down(int holder, int thing);

  // The finished actors. `close`: the picture shows the first one's face.
  std::vector<Actor> finish(bool close);

 private:
  void reorder();

  std::vector<Actor> actors_;
  std::vector<int> joined_;  // the current list: "a cat, a dog and a bird"
  bool and_joined_ = false;
  int current_ = -1;
  int leader_ = 0;
};

}  // namespace plantain::engine::sketch
