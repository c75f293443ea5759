#include "api/models.h"

#include "api/openapi.h"
#include "api/problem.h"
#include "api/views.h"
#include "base/crypto.h"
#include "base/limits.h"
#include "base/text.h"

namespace plantain::api {
namespace {

// Answers with a strong ETag of the bytes, or 304 when the caller has them.
Reply with_etag(const Call& call, const Json& value) {
  Reply reply = json_reply(200, value);
  const std::string tag =
      concat('"', to_hex(sha256(std::get<std::string>(reply.body))).substr(0, 32), '"');
  reply.with("ETag", tag).with("Cache-Control", "no-cache");
  const auto known = call.headers.get("If-None-Match");
  if (known && (*known == "*" || known->find(tag) != std::string_view::npos)) {
    reply.status = 304;
    reply.body = std::string();
  }
  return reply;
}

JsonArray names_of(const Json& schema, std::string_view member) {
  JsonArray names;
  const Json* found = find(schema, member);
  if (found && found->is_object()) {
    for (const auto& property : found->get_object()) names.push_back(Json(property.key()));
  } else if (found && found->is_array()) {
    names = found->get_array();
  }
  return names;
}

JsonObject entry(Context& context, const std::string& base, const catalog::Model& model,
                 bool schema) {
  JsonObject object;
  object["model_id"] = model.id;
  object["display_name"] = model.display_name;
  object["description"] = model.description;
  object["categories"] = JsonArray(model.categories.begin(), model.categories.end());
  object["kind"] = model.kind;
  object["base_price_usd"] = dollars(model.base_price_microdollars);
  object["price_unit"] = model.price_unit;
  object["pricing_note"] = model.pricing_note;
  object["model_url"] = concat(base, "/v1/models/", model.id);
  object["inputs"] = names_of(model.input_schema, "properties");
  object["required_inputs"] = names_of(model.input_schema, "required");
  if (schema) object["input_schema"] = model.input_schema;
  object["available"] = context.can_run(model);
  if (!object["available"].as_bool()) {
    const std::vector<std::string>& engines = context.engines_of(model);
    object["unavailable_because"] =
        engines.empty()
            ? missing_weights(model).value_or(
                  "no engine is configured for this model; docs/engines.md shows how")
            : concat("no worker is running an engine of this model (", join(engines, ", "),
                     "); start one with: plantain worker --engine ", engines.front());
  }
  return object;
}

Result<int64_t> number_in(const Call& call, std::string_view name, int64_t otherwise, int64_t least,
                          int64_t most) {
  const auto text = call.query_value(name);
  if (!text) return otherwise;
  const auto number = parse_int(*text);
  if (!number || *number < least || *number > most)
    return invalid(concat(name, " must be ", least, " to ", most));
  return *number;
}

Reply list(Context& context, const Call& call) {
  const Result<int64_t> limit = number_in(call, "limit", 50, 1, limits::kListMax);
  const Result<int64_t> offset = number_in(call, "offset", 0, 0, 1'000'000);
  if (!limit.ok()) return problem(limit.error());
  if (!offset.ok()) return problem(offset.error());
  const auto text = [&](std::string_view name) { return call.query_value(name).value_or(""); };
  const auto found = context.catalog.search(text("search"), text("category"), text("kind"));
  const Result<bool> schema = flag_of(call, "include_schema");
  if (!schema.ok()) return problem(schema.error());
  JsonArray models;
  for (size_t i = static_cast<size_t>(*offset);
       i < found.size() && models.size() < static_cast<size_t>(*limit); ++i) {
    models.push_back(entry(context, call.public_base, *found[i], *schema));
  }
  return with_etag(call, JsonObject{{"models", std::move(models)},
                                    {"total", found.size()},
                                    {"limit", *limit},
                                    {"offset", *offset}});
}

Result<const catalog::Model*> model_of(Context& context, const Call& call) {
  const std::string& id = call.param("model_id");
  if (!catalog::is_model_id(id)) {
    return Error{ErrorCode::kInvalidIdentifier,
                 "a model id has 2 to 6 segments of letters, digits, '.', '_' and '-'"};
  }
  if (const catalog::Model* model = context.catalog.find(id)) return model;
  return Error{ErrorCode::kNotFound, "there is no such model; GET /v1/models lists them"};
}

Reply one(Context& context, const Call& call) {
  const auto model = model_of(context, call);
  if (!model.ok()) return problem(model.error());
  JsonObject object = entry(context, call.public_base, **model, true);
  object["output_schema"] = (*model)->output_schema;
  return with_etag(call, object);
}

Reply one_openapi(Context& context, const Call& call) {
  const auto model = model_of(context, call);
  if (!model.ok()) return problem(model.error());
  return with_etag(call, openapi_of_model(context, **model, call.public_base));
}

}  // namespace

std::optional<std::string> missing_weights(const catalog::Model& model) {
  constexpr std::string_view kInstalled = "diffusion:";
  for (const std::string& engine : model.engines) {
    if (!engine.starts_with(kInstalled)) continue;
    return concat("its weights are not installed here, or not whole; get them with: plantain pull ",
                  split(engine.substr(kInstalled.size()), '?').front(),
                  " (and then start the server again)");
  }
  return std::nullopt;
}

namespace {

using Plain = Reply (*)(Context&, const Call&);
Handler bound(Context& context, Plain handler) {
  return [&context, handler](std::shared_ptr<const Call> call, Respond respond) {
    respond(handler(context, *call));
  };
}

}  // namespace

std::vector<Route> model_routes(Context& context) {
  return {
      Route{
          .method = Method::kGet,
          .pattern = "/v1/models",
          .access = Access::kCatalog,
          .handler = bound(context, list),
          .operation_id = "list_models",
          .summary = "The catalogue",
          .tag = "Models",
          .parameters = {{"search", "query", "Text in id, name or description",
                          R"({"type":"string"})"},
                         {"category", "query", "Only of this category", R"({"type":"string"})"},
                         {"kind", "query", "image or video", R"({"type":"string"})"},
                         {"include_schema", "query", "With input schemas", R"({"type":"boolean"})"},
                         {"limit", "query", "At most so many",
                          R"({"type":"integer","minimum":1,"maximum":200})"},
                         {"offset", "query", "Pass over so many",
                          R"({"type":"integer","minimum":0,"maximum":1000000})"}},
          .response_schema = "ModelList",
          .statuses = {200, 304, 422}},
      Route{.method = Method::kGet,
            .pattern = "/v1/models/categories",
            .access = Access::kCatalog,
            .handler =
                [&context](std::shared_ptr<const Call> call, Respond respond) {
                  const auto names = context.catalog.categories();
                  respond(with_etag(
                      *call, JsonObject{{"categories", JsonArray(names.begin(), names.end())}}));
                },
            .operation_id = "list_categories",
            .summary = "The categories in use",
            .tag = "Models",
            .response_schema = "Categories",
            .statuses = {200, 304}},
      Route{.method = Method::kGet,
            .pattern = "/v1/models/{model_id...}/openapi.json",
            .access = Access::kCatalog,
            .handler = bound(context, one_openapi),
            .operation_id = "model_openapi",
            .summary = "OpenAPI 3.1 of one model",
            .tag = "Models",
            .response_schema = "Document",
            .statuses = {200, 304, 400, 404}},
      Route{.method = Method::kGet,
            .pattern = "/v1/models/{model_id...}",
            .access = Access::kCatalog,
            .handler = bound(context, one),
            .operation_id = "get_model",
            .summary = "One model with its schemas",
            .tag = "Models",
            .response_schema = "Model",
            .statuses = {200, 304, 400, 404}},
  };
}

}  // namespace plantain::api
