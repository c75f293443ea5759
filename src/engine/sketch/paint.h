// From a stage to pixels: the order of the layers. Threads: pure functions but for the observer.
#pragma once

#include "engine/sketch/stage.h"
#include "engine/sketch/watch.h"

namespace plantain::engine::sketch {

// kCancelled if the observer said stop. Pixels have the stage's size.
Result<image::Pixels> paint(const Scene& scene, const Stage& stage, Observer& observer);

}  // namespace plantain::engine::sketch
