// Servers that speak OpenAI's Images API: OpenAI itself, LocalAI, sd-server and others.
#pragma once

#include <memory>

#include "engine/engine.h"
#include "engine/upstream_settings.h"

namespace plantain::engine::openai {

// One call for each picture: generations, or edits where the order has pictures to edit. The API
// knows no seed, so none is sent.
std::unique_ptr<Engine> make_openai_engine(upstream::Settings settings);

}  // namespace plantain::engine::openai
