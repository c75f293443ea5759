// Reads the units of a prompt from left to right into a scene.
//
// What is said before a noun waits in `modifiers_`; what is said between two nouns waits in
// `pending_` (before the object: "on", "holding") or in `after_object_` (behind it: 上,
// "を持った"). A comma or a stop ends a phrase.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/sketch/scene.h"
#include "engine/sketch/understand_cast.h"
#include "engine/sketch/understand_stage.h"
#include "engine/sketch/understand_units.h"
#include "engine/sketch/words.h"

namespace plantain::engine::sketch {

class Reader {
 public:
  explicit Reader(std::vector<Unit> units) : units_(std::move(units)) {}
  Scene read();

 private:
  // What was said before the noun that it belongs to.
  struct Modifiers {
    std::optional<int> count;
    std::string colour;  // "#d32f2f red"
    std::string shade;   // "light", "dark"
    std::string pose;
    float size = 1;
    bool definite = false;  // "the"
    Person person;
    std::vector<std::string> words;         // as the prompt has them
    std::vector<std::string> person_words;  // those that only people have
    std::vector<std::string> colour_words;
  };
  // A relation whose object comes next.
  struct Pending {
    enum class Role { kPlain, kWorn, kWith, kContents };
    Role role = Role::kPlain;
    Relation relation = Relation::kNone;
    std::vector<int> subjects;  // empty: the subject comes after the object
    std::string shown;
  };
  // A relation whose object has been named and whose subject comes next.
  struct AfterObject {
    Relation relation = Relation::kNone;
    int object = -1;
    bool worn = false;  // it is the object that is on the subject
    bool leads = true;  // the object has been named only for the subject's sake
  };

  // --- understand.cc: what each unit is, and the small words
  void take(const Unit& unit);
  void take_phrase(const Unit& unit);
  void take_unknown(const Unit& unit);
  void take_deed(const Unit& unit);
  bool take_small_word(const Unit& unit);
  bool take_description(const Unit& unit);
  void take_and();
  void take_have();
  void take_number(const Unit& unit);
  void take_set(const Unit& unit);
  void take_sign(const Unit& unit);
  void end_phrase(bool comma);
  void understand(const std::string& shown) { scene_.understood.push_back(shown); }
  void ignore(const std::string& shown) { scene_.ignored.push_back(shown); }
  void drop_modifiers();

  // --- what is around
  const Unit* ahead(size_t by) const {
    return at_ + by < units_.size() ? &units_[at_ + by] : nullptr;
  }
  const Unit* behind(size_t by) const { return by <= at_ ? &units_[at_ - by] : nullptr; }
  bool next_is(std::string_view kind) const { return ahead(1) != nullptr && ahead(1)->is(kind); }
  // A noun follows, with nothing but descriptions between.
  bool describes_what_follows() const;
  bool worn_by_person() const;
  bool is_person(int index) const { return cast_.at(index).person.has_value(); }
  // Chinese and Japanese: "撐著紅傘的女孩", the subject comes after the object.
  bool subject_follows_object() const;

  // --- understand_actors.cc: things and people
  void take_thing(const Unit& unit);
  bool is_drawn_with_owner(std::string_view part) const;
  void put_glasses_on(int wearer);
  void take_person(const Unit& unit);
  bool describes_other_noun(const Unit& unit) const;
  void name_person(const Unit& by, Person& person);
  void take_kind(const Unit& unit);
  void take_garment(const Unit& unit);
  Person* wearer_of(const Unit& unit);
  void take_lone_garment(const Unit& unit, std::string_view part);
  void take_contains(const Unit& unit);
  bool describes_next_noun(const Unit& unit, const PartFacts& facts) const;
  bool exclude(const Unit& unit, const std::string& what);
  void enter(const Unit& unit, Actor actor);
  std::string take_words(const Unit& unit);
  void take_what_was_said_of_subject(Actor& actor);
  int count_of(const Unit& unit, const Actor& actor) const;
  bool fills_next_place(const Unit& unit, const Actor& actor) const;
  void colour_person(Person& person, const std::string& value) const;
  int named_again(const Unit& unit, const Actor& actor) const;

  // --- understand_looks.cc: colours, looks, poses
  void take_size(const Unit& unit);
  void take_shade(const Unit& unit);
  void take_colour(const Unit& unit);
  void take_looks(const Unit& unit);
  void take_no_looks(const Unit& unit);
  void take_act(const Unit& unit);
  bool mount(const std::string& act, int subject);
  bool is_attributive(const Unit& unit) const;
  std::vector<int> actors_of(const std::string& act) const;
  bool describes_last_person() const;
  Person& described();
  bool follows_its_noun() const;
  void paint(const std::string& colour);
  std::string take_colour_of_part();
  void set_garment_colour(Person& person, std::string_view where, const std::string& colour) const;
  void consume_colour();

  // --- understand_relations.cc
  void take_relation(const Unit& unit);
  void take_verb_after(const Unit& unit);
  void take_locative(const Unit& unit);
  void take_it(const Unit& unit);
  void take_body(const Unit& unit);
  void take_with();
  void relate(int index);
  void relate_pending(int index);
  void put_on(int index, int wearer);
  void put_in(int index, Relation relation, int container);
  void bring(int index, const std::vector<int>& owners);
  std::vector<int> subjects_for(Relation relation) const;
  std::vector<int> subjects_before(int object) const;
  bool same_relation_goes_on() const;

  std::vector<Unit> units_;
  size_t at_ = 0;
  Scene scene_;
  Stage stage_;
  Cast cast_;
  Modifiers modifiers_;
  Cast::Join join_ = Cast::Join::kNone;
  std::optional<Pending> pending_;
  std::optional<Pending> repeated_;  // the relation that "and" may say again
  std::optional<AfterObject> after_object_;
  std::optional<int> subject_count_;  // "兩個撐著傘的女孩": how many, said before the object
  std::string subject_pose_;  // "坐在椅子上的女孩": what they do, said before the object
  std::string_view garment_;  // where what was named last is worn, for "un vestido rojo"
  std::vector<int> topics_;   // who this phrase speaks of: its first actor, and those joined to it
  int named_ = -1;            // the actor named last, for "con sombrero negro"
  bool negated_ = false;
  bool was_negated_ = false;
};

}  // namespace plantain::engine::sketch
