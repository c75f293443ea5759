// What a likeness wears, and the neck that shows above it. The shoulders do not lean with the head.
// Threads: those of the sheet it is painted on.
#pragma once

#include "engine/sketch/chance.h"
#include "engine/sketch/likeness_head.h"

namespace plantain::engine::sketch {

class Garment {
 public:
  // All must outlive this.
  Garment(const Look& look, const Head& head, FacePen& pen, uint64_t seed)
      : look_(look), head_(head), pen_(pen), chance_(seed, "clothes"), far_(head.far_side()) {}

  void paint();  // the neck and all that is worn
  void
  far_outline();  // the filled shape of the front that is turned away, before which no hair falls

 private:
  void neck();
  void under();
  float reach(float side) const;
  void path(float side);
  void fronts();
  void folds(float side);
  void lapel(float side);
  void collar();
  void scarf_back();
  void scarf();

  const Look& look_;
  const Head& head_;
  FacePen& pen_;
  Chance chance_;
  float far_;
};

}  // namespace plantain::engine::sketch
