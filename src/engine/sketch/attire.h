// What somebody wears by trade where the set has no drawing of it: a knight's helmet, a clown's
// hair. Threads: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "engine/sketch/canvas.h"
#include "engine/sketch/scene.h"

namespace plantain::engine::sketch {

enum class Attire { kOwn, kKnight, kSamurai, kCowboy, kFisherman, kClown, kBride, kGroom };

// By the words that named the person.
Attire attire_of(const Actor& actor);

// The dyes for clothes that go with it, "+top=…+bottom=…"; empty for kOwn.
std::string_view clothes_for(Attire attire);

// Puts it on a whole figure that is seen from the front. The canvas grows to hold it, upwards and
// by the same on both sides, so that the figure keeps its middle and its feet.
void put_on(Canvas& figure, Attire attire);

}  // namespace plantain::engine::sketch
