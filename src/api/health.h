// Is it alive, is it ready, what does it run: the contract's section 10.
#pragma once

#include "api/context.h"

namespace plantain::api {

std::vector<Route> health_routes(Context& context);

}  // namespace plantain::api
