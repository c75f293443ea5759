// OpenAPI 3.1, made from the same tables that routing and validation use.
#pragma once

#include "api/context.h"

namespace plantain::api {

// The whole public API; each model's submit stands as a path of its own with its schema.
JsonObject openapi_of(Context& context, const std::string& base);
// The four calls of one model.
JsonObject openapi_of_model(Context& context, const catalog::Model& model, const std::string& base);

std::vector<Route> openapi_routes(Context& context);

// The JSON Schemas of answers, by name (openapi_schemas.cc).
const JsonObject& answer_schemas();

}  // namespace plantain::api
