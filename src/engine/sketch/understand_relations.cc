// How actors stand to each other.
#include <algorithm>

#include "base/check.h"
#include "engine/sketch/scene_names.h"
#include "engine/sketch/understand_reader.h"

namespace plantain::engine::sketch {
namespace {

bool is_done_by_the_living(Relation relation) {
  return relation == Relation::kHolding || relation == Relation::kRiding;
}

// What somebody is busy with, but cannot lift: "playing the piano", "pushing a car".
bool is_too_large_to_hold(const Actor& actor) {
  const bool large = actor.kind == Kind::kVehicle || actor.kind == Kind::kBuilding ||
                     actor.kind == Kind::kFurniture || actor.kind == Kind::kTree;
  const std::optional<PartFacts> facts = facts_of(actor.part);
  return large || (facts && facts->ground);
}

bool is_portable(Kind kind) {
  return kind == Kind::kObject || kind == Kind::kFood || kind == Kind::kFlower;
}

}  // namespace

void Reader::take_relation(const Unit& unit) {
  // Japanese says the verb last: "傘を持った女性", "女性が傘を持っている".
  if (unit.language() == "ja") return take_verb_after(unit);
  const std::string_view value = unit.sense("relation")->value;
  Pending pending;
  if (!unit.is("act")) pending.shown = unit.shown;  // else it has been counted
  if (value == "wearing") {
    pending.role = Pending::Role::kWorn;
    pending.relation = Relation::kOn;
  } else {
    pending.relation = *value_named<Relation>(value);
  }
  if (subject_follows_object()) {
    subject_count_ = modifiers_.count;
    modifiers_.count.reset();
  } else {
    pending.subjects =
        value == "wearing" ? subjects_for(Relation::kHolding) : subjects_for(pending.relation);
  }
  // "volando sobre": nobody flies on something.
  const bool flies = std::any_of(pending.subjects.begin(), pending.subjects.end(), [&](int i) {
    return cast_.at(i).pose == "flying" && !is_person(i);
  });
  if (flies && pending.relation == Relation::kOn) pending.relation = Relation::kAbove;
  pending_ = std::move(pending);
}

// Whom a relation that is said now is said of.
std::vector<int> Reader::subjects_for(Relation relation) const {
  std::vector<int> subjects = cast_.subjects();
  if (!is_done_by_the_living(relation)) return subjects;
  const bool living = std::all_of(subjects.begin(), subjects.end(),
                                  [&](int i) { return is_animate(cast_.at(i).kind); });
  return living || cast_.last_animate() < 0 ? subjects : std::vector<int>{cast_.last_animate()};
}

void Reader::take_verb_after(const Unit& unit) {
  if (cast_.empty() || !garment_.empty()) return;
  const std::string_view value = unit.sense("relation")->value;
  const bool worn = value == "wearing";
  const Relation relation = worn ? Relation::kOn : *value_named<Relation>(value);
  const int object = cast_.current();
  understand(unit.shown);
  if (describes_what_follows()) {
    after_object_ = AfterObject{relation, object, worn};
    return;
  }
  for (const int subject : subjects_before(object)) {
    worn ? cast_.relate(object, relation, subject) : cast_.relate(subject, relation, object);
  }
}

// Who was spoken of before the object of a relation that is told after it.
std::vector<int> Reader::subjects_before(int object) const {
  if (!topics_.empty() && topics_.front() != object) return topics_;
  return object > 0 ? std::vector<int>{object - 1} : std::vector<int>{};
}

// 上, 下, の上: the object was named just before.
void Reader::take_locative(const Unit& unit) {
  if (cast_.empty() || behind(1) == nullptr) return;
  const Relation relation = *value_named<Relation>(unit.sense("locative")->value);
  if (!behind(1)->names_something()) {
    // "旁邊有一頭水牛": beside whom was spoken of before.
    if (!topics_.empty() || behind(1)->is("set") || !describes_what_follows()) return;
    understand(unit.shown);
    after_object_ = AfterObject{
        relation, cast_.last_animate() >= 0 ? cast_.last_animate() : cast_.current(), false, false};
    return;
  }
  understand(unit.shown);
  const int object = cast_.current();
  if (next_is("of") || next_is("have") || describes_what_follows()) {
    after_object_ = AfterObject{relation, object, false};
    if (!topics_.empty() && topics_.front() == object) topics_.clear();
  } else {
    for (const int subject : subjects_before(object)) cast_.relate(subject, relation, object);
  }
}

// "a table, and a lamp on it"
void Reader::take_it(const Unit& unit) {
  if (!pending_ || pending_->role != Pending::Role::kPlain || pending_->subjects.empty()) return;
  // "a table and a lamp on it": the lamp alone
  if (pending_->subjects.size() > 1 && pending_->subjects.front() == 0)
    pending_->subjects = {pending_->subjects.back()};
  int object = pending_->subjects.front() - 1;
  while (object >= 0 && std::find(pending_->subjects.begin(), pending_->subjects.end(), object) !=
                            pending_->subjects.end())
    --object;
  if (object < 0) return;
  for (const int subject : pending_->subjects) cast_.relate(subject, pending_->relation, object);
  understand(unit.shown);
  pending_.reset();
}

// "with a parrot on his shoulder", "a candle in her hand": at the one who was named before.
void Reader::take_body(const Unit& unit) {
  const bool placed = pending_ && pending_->role == Pending::Role::kPlain && cast_.current() > 0 &&
                      (pending_->relation == Relation::kOn || pending_->relation == Relation::kIn);
  int owner = placed ? cast_.current() - 1 : -1;
  while (owner >= 0 && !is_animate(cast_.at(owner).kind)) --owner;
  if (owner < 0) return ignore(unit.shown);
  const int thing = cast_.current();
  if (unit.sense("body")->value == "hand") {
    cast_.relate(owner, Relation::kHolding, thing);
  } else {
    cast_.put_down(owner, thing);
    cast_.relate(thing, Relation::kOn, owner);
  }
  understand(unit.shown);
  pending_.reset();
}

void Reader::take_with() {
  if (cast_.empty()) return;
  pending_ = Pending{Pending::Role::kWith, Relation::kNone, cast_.subjects(), {}};
}

void Reader::relate(int index) {
  if (pending_) return relate_pending(index);
  if (!after_object_) return;
  const AfterObject after = *after_object_;
  if (after.object != index) {
    after.worn ? cast_.relate(after.object, after.relation, index)
               : cast_.relate(index, after.relation, after.object);
    if (after.object == 0 && after.leads) cast_.lead(index);
  }
  // "桌上有一杯咖啡和兩本書"
  if (!next_is("and")) after_object_.reset();
}

void Reader::relate_pending(int index) {
  Pending pending = *pending_;
  pending_.reset();
  repeated_.reset();
  // "在桌子上": what lies behind the noun says where at it.
  if (next_is("locative") && pending.role == Pending::Role::kPlain) {
    pending.relation = *value_named<Relation>(ahead(1)->sense("locative")->value);
    ++at_;
    understand(units_[at_].shown);
  }
  // Other languages sit "in" a chair as they do on a bench.
  const bool seat = cast_.at(index).kind == Kind::kFurniture && units_[at_].language() != "en";
  if (pending.relation == Relation::kIn && seat) pending.relation = Relation::kOn;
  if (pending.relation == Relation::kHolding && is_too_large_to_hold(cast_.at(index)))
    pending.relation = Relation::kBeside;
  if (pending.subjects.empty()) {
    after_object_ = AfterObject{pending.relation, index, pending.role == Pending::Role::kWorn};
    if (!pending.shown.empty()) understand(pending.shown);
    return;
  }
  switch (pending.role) {
    case Pending::Role::kPlain:
      for (const int subject : pending.subjects) {
        if (subject != index) cast_.relate(subject, pending.relation, index);
      }
      break;
    case Pending::Role::kWorn:
      put_on(index, pending.subjects.front());
      break;
    case Pending::Role::kContents:
      put_in(index, pending.relation, pending.subjects.front());
      break;
    case Pending::Role::kWith:
      bring(index, pending.subjects);
      break;
  }
  if (!pending.shown.empty()) understand(pending.shown);
  if (pending.role != Pending::Role::kPlain || pending.relation == Relation::kHolding)
    repeated_ = std::move(pending);
}

// "a vase of roses on a table": it is still the vase that is spoken of.
void Reader::put_in(int index, Relation relation, int container) {
  cast_.relate(index, relation, container);
  if (relation == Relation::kIn) cast_.return_to(container);
}

// "a cowboy with a hat on a horse": it is still the cowboy who is spoken of.
void Reader::put_on(int index, int wearer) {
  cast_.relate(index, Relation::kOn, wearer);
  cast_.return_to(wearer);
}

// "with": a basket has it inside, a table on top, somebody in the hand; all else stands beside.
void Reader::bring(int index, const std::vector<int>& owners) {
  const Kind kind = cast_.at(index).kind;
  const int named = owners.front();
  const std::optional<PartFacts> facts = facts_of(cast_.at(named).part);
  if (facts && facts->holds != Relation::kNone && !is_animate(kind))
    return put_in(index, facts->holds, named);
  // "a robot playing chess with an old man": beside the robot.
  const int topic = topics_.empty() ? named : topics_.front();
  const bool of_topic =
      topic != index && is_animate(cast_.at(topic).kind) && !is_animate(cast_.at(named).kind);
  const int owner = of_topic ? topic : named;
  const std::optional<PartFacts> brought = facts_of(cast_.at(index).part);
  if (brought && brought->worn && is_animate(cast_.at(owner).kind)) return put_on(index, owner);
  if (is_portable(kind) && cast_.person(owner) != nullptr) {
    for (const int each : of_topic ? std::vector<int>{topic} : owners)
      cast_.relate(each, Relation::kHolding, index);
    return;
  }
  cast_.relate(index, Relation::kBeside, owner);
  if (is_animate(kind) && is_animate(cast_.at(owner).kind)) cast_.accompany(owner, index);
}

// After "and" or a comma: another object of the relation that was said last, and no actor with
// deeds of its own. A list with commas ends with "and".
bool Reader::same_relation_goes_on() const {
  const bool after_and = units_[at_].is("and");
  bool noun = false;
  for (size_t by = 1; ahead(by) != nullptr; ++by) {
    const Unit& unit = *ahead(by);
    if (unit.kind == Unit::Kind::kStop || unit.kind == Unit::Kind::kComma || unit.is("and")) {
      if (after_and || !noun || unit.is("and")) return noun;
      if (unit.kind == Unit::Kind::kStop) return false;
      noun = false;
      continue;
    }
    if (noun && (unit.is("act") || unit.is("relation"))) return false;
    if (unit.names_person() || unit.is("act") || unit.is("relation") || unit.is("set") ||
        unit.is("with"))
      return false;
    noun = noun || unit.is("thing") || unit.is("garment") || unit.is("glasses") ||
           unit.is("beard") || unit.is("hairs");
  }
  return noun && after_and;
}

}  // namespace plantain::engine::sketch
