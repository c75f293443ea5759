// Services that take a whole request, keep it in a queue of theirs and give the files back later:
// RunComfy (and any server of its kind, another Plantain included) and fal.
#pragma once

#include <memory>

#include "engine/engine.h"
#include "engine/upstream_settings.h"

namespace plantain::engine::queue {

// One request of ours is one of theirs. It is picked up by their id after a restart, and cancelled
// there only when its client wants it no more.
std::unique_ptr<Engine> make_runcomfy_engine(upstream::Settings settings);
std::unique_ptr<Engine> make_fal_engine(upstream::Settings settings);

}  // namespace plantain::engine::queue
