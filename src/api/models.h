// The catalogue: the contract's section 7.
#pragma once

#include "api/context.h"

namespace plantain::api {

std::vector<Route> model_routes(Context& context);

}  // namespace plantain::api
