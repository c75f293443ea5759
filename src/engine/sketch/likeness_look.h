// Who a likeness shows: what the part's name says of a person, and what the seed adds.
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <string_view>

#include "engine/sketch/scene.h"

namespace plantain::engine::sketch {

enum class HairCut { kLong, kBob, kShort, kNone };
enum class Clothes { kCoat, kTurtleneck, kScarf };

struct Look {
  bool woman = true, child = false, old = false, beard = false, glasses = false;
  HairCut cut = HairCut::kLong;
  bool fringe = false;
  float wave = 0;  // sideways swing of a strand, in thousandths of the likeness's height
  Clothes clothes = Clothes::kCoat;
  Rgb skin, hair, iris, lips, coat, under;
  float part_x = 30;  // where the hair is parted, from the middle of the head
};

// `part` as the scene names it: "old-woman-dark-skin-tone+hair=2b2523+top=d32f2f".
Look look_of(std::string_view part, uint64_t seed);

}  // namespace plantain::engine::sketch
