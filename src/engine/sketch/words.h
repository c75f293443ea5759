// The word table of the pack: what a phrase can mean, in each language.
//
// Classes and their values:
//   thing DRAWING            a drawing of its own            noun / trade BASE [woman|man]   a person
//   number N                 how many                        measure -       a counting word (隻, 匹)
//   colour #rrggbb NAME      (the name "rainbow": many)      shade light|dark|bright          size FACTOR
//   age, tone, hair, nation  how a person looks              garment top|bottom|other
//   act NAME                 what somebody does              relation NAME   "on", said before the other thing
//   locative NAME            the same, said after it (上)    with, and, or, negate, have      small words
//   of -                     的, の: what precedes describes what follows
//   set KEY=VALUE …          fields of the scene; KEY? gives way to what is said elsewhere
//   quality -                known, but without effect here  word -          says nothing by itself
//   plural SINGULAR          an irregular plural
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

// Every sense of `phrase`, which is folded (words_text.h).
std::vector<Sense> senses_of(std::string_view phrase);

struct PartFacts {
  Kind kind = Kind::kObject;
  float height_m = 1;
  bool bust = false;
  std::string_view face;  // the drawing of its face; empty: none
};

// What the table knows of a drawing that is a thing.
std::optional<PartFacts> facts_of(std::string_view part);
bool part_exists(std::string_view name);

}  // namespace plantain::engine::sketch
