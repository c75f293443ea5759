// The few pages a person sees without the console: a start page and the list of errors.
#pragma once

#include "api/context.h"

namespace plantain::api {

std::vector<Route> page_routes(Context& context);

}  // namespace plantain::api
