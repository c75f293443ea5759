// Status, result, the whole request, cancel, history and delete: the contract's 4.3 to 4.5 and 4.7.
#pragma once

#include "api/context.h"

namespace plantain::api {

std::vector<Route> request_routes(Context& context);

}  // namespace plantain::api
