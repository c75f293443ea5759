// What was used: the contract's section 8.
#pragma once

#include "api/context.h"

namespace plantain::api {

std::vector<Route> usage_routes(Context& context);

}  // namespace plantain::api
