// The hair of a painted head: a dark mass, and strands in it that follow its fall.
// Threads: those of the sheet it is painted on.
#pragma once

#include <array>

#include "engine/sketch/chance.h"
#include "engine/sketch/likeness_head.h"

namespace plantain::engine::sketch {

class Hair {
 public:
  // All three must outlive this. The pen must lean with the head whenever a method is called.
  Hair(const Look& look, const Head& head, FacePen& pen, uint64_t seed)
      : look_(look), head_(head), pen_(pen), chance_(seed, "hair") {}

  bool falls() const { return look_.cut == HairCut::kLong || look_.cut == HairCut::kBob; }
  void behind();           // what is seen beside the neck
  void shadow_on_face();   // for a clip of the face
  void locks(float side);  // what falls on one side of the face
  void top();              // short hair, or the fringe

 private:
  static constexpr int kPoints = 15;
  using Strand = std::array<float, 2 * kPoints>;

  // The way of one strand: t 0 frames the face, 1 is the outline.
  Strand strand(float side, float t, float jitter, float longer) const;
  void mass(float side);
  void draw(const Strand& s, int from, int to, const Rgb& colour, float width, float alpha);
  void shine(float side);
  void fringe();
  void short_hair();

  const Look& look_;
  const Head& head_;
  FacePen& pen_;
  Chance chance_;
};

}  // namespace plantain::engine::sketch
