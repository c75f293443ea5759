// The built-in engine: composes an illustration of the prompt from vector parts and light.
// It needs no weights, draws any size natively and is deterministic: same order, same bytes.
#pragma once

#include <memory>

#include "engine/engine.h"

namespace plantain::engine::sketch {

std::unique_ptr<Engine> make_sketch_engine();

}  // namespace plantain::engine::sketch
