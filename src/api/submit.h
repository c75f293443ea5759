// POST /v1/models/{model_id}: the contract's section 4.2.
#pragma once

#include "api/context.h"

namespace plantain::api {

std::vector<Route> submit_routes(Context& context);

}  // namespace plantain::api
