// GET /v1/requests/{request_id}/events: the contract's section 4.6.
#pragma once

#include "api/context.h"

namespace plantain::api {

std::vector<Route> event_routes(Context& context);

}  // namespace plantain::api
