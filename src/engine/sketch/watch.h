// Between a layer that paints and the observer who may say stop.
// Threads: the one that draws.
#pragma once

#include <algorithm>

#include "engine/engine.h"

namespace plantain::engine::sketch {

// Loops over rows ask row() before each one; after the observer said stop it answers false at once,
// so that every loop on the way out ends.
class Watch {
 public:
  // `observer` must outlive this. `layers`: how many times layer() will be called.
  Watch(Observer& observer, int layers) : observer_(observer), layers_(layers) {}

  bool layer() {
    if (!stopped_)
      stopped_ = !observer_.keep_going("layers", std::min(layer_, layers_ - 1), layers_);
    ++layer_;
    since_ = 0;
    return !stopped_;
  }

  // `pixels`: about how many the row costs. Asks the observer every few milliseconds of work.
  bool row(int pixels) {
    if (stopped_) return false;
    since_ += pixels;
    if (since_ < kBetweenQuestions) return true;
    since_ = 0;
    stopped_ = !observer_.keep_going("layers", std::clamp(layer_ - 1, 0, layers_ - 1), layers_);
    return !stopped_;
  }

  bool stopped() const { return stopped_; }

 private:
  static constexpr int kBetweenQuestions = 200'000;

  Observer& observer_;
  int layers_;
  int layer_ = 0;
  int since_ = 0;
  bool stopped_ = false;
};

}  // namespace plantain::engine::sketch
