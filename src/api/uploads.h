// POST, GET and DELETE /v1/files: the contract's section 5.
#pragma once

#include "api/context.h"

namespace plantain::api {

std::vector<Route> upload_routes(Context& context);

}  // namespace plantain::api
