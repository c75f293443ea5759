// The painted face of a likeness: skin, eyes, nose, mouth, and what grows or sits on it.
// Threads: those of the sheet it is painted on.
#pragma once

#include "engine/sketch/chance.h"
#include "engine/sketch/likeness_head.h"

namespace plantain::engine::sketch {

class Face {
 public:
  // All must outlive this. The pen must lean with the head whenever a method is called.
  Face(const Look& look, const Head& head, FacePen& pen, uint64_t seed)
      : look_(look), head_(head), pen_(pen), chance_(seed, "face"), far_(head.far_side()) {}

  void outline();  // the filled shape of the bare face: what skin() has to be cut to
  void skin();     // everything on the face; reaches over its outline
  void ears();
  void over_all();  // whiskers below the chin, and glasses

 private:
  struct Eye {
    float x, side, half, up, down;
  };
  void shade();
  void wrinkles();
  void beard();
  void whiskers();
  void glasses();
  void nose();
  void mouth();
  void eye(float side);
  void upper_lid(const Eye& e, float raise);
  void opening(const Eye& e);
  void iris(const Eye& e);
  void lashes(const Eye& e);
  void brow(float side);

  const Look& look_;
  const Head& head_;
  FacePen& pen_;
  Chance chance_;
  float far_;
};

}  // namespace plantain::engine::sketch
