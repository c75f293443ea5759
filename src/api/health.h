// Is it alive, is it ready, what does it run: the contract's section 10.
#pragma once

#include "api/context.h"

namespace plantain::api {

// Records which models can run now, for the history of /status.json. To be called once a minute;
// any thread.
void note_models(Context& context);

std::vector<Route> health_routes(Context& context);

}  // namespace plantain::api
