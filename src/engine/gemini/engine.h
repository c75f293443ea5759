// Google's picture models, by the Developer API or, with a project, by Vertex.
#pragma once

#include <memory>

#include "engine/engine.h"
#include "engine/upstream_settings.h"

namespace plantain::engine::gemini {

// One call to Google for each round of the prompt. What the process learns of a model (it is gone;
// it makes no small pictures) holds for this engine alone.
std::unique_ptr<Engine> make_gemini_engine(upstream::Settings settings);

}  // namespace plantain::engine::gemini
