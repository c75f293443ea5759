// The catalogue: the contract's section 7.
#pragma once

#include "api/context.h"

namespace plantain::api {

// For a model without an engine that is drawn with weights installed on this server: how to get
// them, in a sentence.
std::optional<std::string> missing_weights(const catalog::Model& model);

std::vector<Route> model_routes(Context& context);

}  // namespace plantain::api
