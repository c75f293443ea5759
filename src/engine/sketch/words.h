// The word table of the pack: what a phrase can mean, in each language.
//
// Classes and their values:
//   thing DRAWING [#rrggbb NAME]   a drawing, in a colour    noun BASE [N]            a person, or
//   N of them trade BASE [woman|man]         a person by what they do  garment WHERE [DRAWING]
//   WHERE: top, bottom, other number N                       how many                  measure - a
//   counting word (隻, 匹) colour #rrggbb NAME            ("rainbow": many)         shade
//   light|dark|bright  size FACTOR age, tone, hair, nation        how a person looks        hairs,
//   beard, glasses -  what takes a colour of its own act NAME                       what somebody
//   does        feature -                eyes, lips: their colour is theirs relation NAME "on",
//   said before the other thing; in Japanese after it locative NAME                  the same, said
//   after the other thing (上) with, and, or, negate, have -  small words               the - said
//   of what was named before it -                           what was named before, as an object
//   body on|hand                   a part of a body, where something is
//   of -                           的, の: what precedes describes what follows
//   contains -                     "of", "full of" after a basket
//   sign -                         a sign or what it says: capitals after it are lettering
//   set KEY=VALUE …                fields of the scene; KEY? gives way to what is said elsewhere
//   quality -                      known, but without effect here
//   word -                         says nothing by itself
//   plural SINGULAR                an irregular plural
//
// Threads: any; everything is read-only.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/sketch/scene.h"

namespace plantain::engine::sketch {

struct Sense {
  std::string_view language;  // "en", "zh_Hant"
  std::string_view kind;      // the class
  std::string_view value;
};

// Every sense of `phrase`, which is folded (words_text.h), in every language.
std::vector<Sense> senses_of(std::string_view phrase);

bool any_begins_with(std::string_view prefix);

struct PartFacts {
  Kind kind = Kind::kObject;
  float height_m = 1;
  bool bust = false;
  std::string_view face;             // the drawing of its face; empty: none
  bool ground = false;               // stands or lies about, also where somebody plays with it
  bool worn = false;                 // on the head or the face: a hat, glasses
  Relation holds = Relation::kNone;  // where its contents are: kIn a basket, kOn a plate
};

// What the table knows of a drawing that is a thing.
std::optional<PartFacts> facts_of(std::string_view part);
bool part_exists(std::string_view name);

}  // namespace plantain::engine::sketch
