// The pages for people: the list of errors and the console or, where the program was built without
// it, a start page.
#pragma once

#include "api/context.h"

namespace plantain::api {

std::vector<Route> page_routes(Context& context);

}  // namespace plantain::api
