// Keys of the caller's account: the contract's section 2.
#pragma once

#include "api/context.h"

namespace plantain::api {

std::vector<Route> key_routes(Context& context);

}  // namespace plantain::api
