// The worker protocol, the server's side: the contract's section 11.
#pragma once

#include "api/context.h"

namespace plantain::api {

std::vector<Route> lease_routes(Context& context);

}  // namespace plantain::api
