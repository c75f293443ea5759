// From a stage to pixels: the order of the layers. Threads: pure functions but for the observer.
#pragma once

#include <vector>

#include "engine/sketch/retouch.h"
#include "engine/sketch/stage.h"
#include "engine/sketch/watch.h"

namespace plantain::engine::sketch {

// What an edit starts from: one picture at least.
struct Given {
  const std::vector<image::Pixels>& pictures;
  const Retouch& retouch;
};

// kCancelled if the observer said stop. Pixels have the stage's size. With `given`, its pictures
// take the place of the stage's own painting.
Result<image::Pixels> paint(const Scene& scene, const Stage& stage, Observer& observer,
                            const Given* given = nullptr);

}  // namespace plantain::engine::sketch
