#include "api/openapi.h"

#include <algorithm>

#include "api/problem.h"
#include "base/text.h"

namespace plantain::api {
namespace {

Json schema_ref(std::string_view name) {
  return JsonObject{{"$ref", concat("#/components/schemas/", name)}};
}

JsonObject content_of(std::string_view schema) {
  if (schema.starts_with("text/")) {
    return JsonObject{{schema, JsonObject{{"schema", JsonObject{{"type", "string"}}}}}};
  }
  if (schema == "application/octet-stream") {
    JsonObject content;
    for (const char* type :
         {"image/png", "image/jpeg", "image/webp", "image/gif", "video/mp4", "video/webm"})
      content[type] = JsonObject();
    return content;
  }
  JsonObject content{{"application/json", JsonObject{{"schema", schema_ref(schema)}}}};
  if (schema == "Usage")
    content["text/csv"] = JsonObject{{"schema", JsonObject{{"type", "string"}}}};
  return content;
}

std::string_view meaning_of(int status) {
  switch (status) {
    case 201:
      return "Made";
    case 202:
      return "Accepted";
    case 204:
      return "Done; there is no body";
    case 206:
      return "A part";
    case 304:
      return "Not changed";
    case 416:
      return "No such range";
    default:
      return status < 300 ? "Done" : "Refused";
  }
}

JsonObject answer(int status, std::string_view schema) {
  JsonObject object{{"description", meaning_of(status)}};
  const bool empty =
      status == 204 || status == 304 || status == 416 || (status < 300 && schema.empty());
  if (empty) return object;
  if (status < 300) {
    object["content"] = content_of(schema);
  } else {
    object["content"] =
        JsonObject{{"application/problem+json", JsonObject{{"schema", schema_ref("Problem")}}}};
  }
  return object;
}

JsonObject answers_of(const Route& route) {
  JsonObject answers;
  std::vector<int> statuses = route.statuses;
  if (route.access != Access::kPublic) statuses.push_back(401);
  if (route.access != Access::kPublic) statuses.push_back(429);
  if (route.access == Access::kUser || route.access == Access::kAdmin) statuses.push_back(403);
  // The host rule, and what no caller can rule out.
  statuses.insert(statuses.end(), {421, 500, 503});
  if (route.pattern.find('{') != std::string::npos || !route.parameters.empty())
    statuses.push_back(400);
  std::sort(statuses.begin(), statuses.end());
  statuses.erase(std::unique(statuses.begin(), statuses.end()), statuses.end());
  for (const int status : statuses) answers[concat(status)] = answer(status, route.response_schema);
  return answers;
}

Json parsed(std::string_view text) {
  Result<Json> value = parse_json(text);
  CHECK(value.ok());
  return std::move(*value);
}

JsonObject parameter_of(const Parameter& parameter) {
  return JsonObject{{"name", parameter.name},
                    {"in", parameter.in},
                    {"required", parameter.in == "path"},
                    {"description", parameter.description},
                    {"schema", parsed(parameter.schema_json)}};
}

JsonObject operation_of(const Route& route) {
  JsonObject operation{{"operationId", route.operation_id},
                       {"summary", route.summary},
                       {"tags", JsonArray{route.tag}}};
  JsonArray parameters;
  for (const Parameter& parameter : route.parameters) parameters.push_back(parameter_of(parameter));
  if (!parameters.empty()) operation["parameters"] = std::move(parameters);
  operation["responses"] = answers_of(route);
  if (route.access == Access::kPublic) operation["security"] = JsonArray();
  return operation;
}

JsonObject json_body(Json schema, bool required) {
  return JsonObject{
      {"required", required},
      {"content", JsonObject{{"application/json", JsonObject{{"schema", std::move(schema)}}}}}};
}

JsonObject file_body() {
  const JsonObject bytes{{"type", "string"}, {"contentEncoding", "binary"}};
  const JsonObject form{{"type", "object"},
                        {"required", JsonArray{"file"}},
                        {"properties", JsonObject{{"file", bytes}}}};
  return JsonObject{
      {"required", true},
      {"content", JsonObject{{"application/octet-stream", JsonObject{{"schema", bytes}}},
                             {"multipart/form-data", JsonObject{{"schema", form}}}}}};
}

std::string lower_name(Method method) { return to_lower_ascii(name_of(method)); }

constexpr std::string_view kModelParameter = "{model_id...}";

bool names_model(const Route& route) {
  return route.pattern.find(kModelParameter) != std::string::npos;
}

// A model's id has slashes, which a parameter of a path cannot have in the document: each model
// has paths of its own there.
std::string path_of_model(const Route& route, const catalog::Model& model) {
  std::string path = route.pattern;
  return path.replace(path.find(kModelParameter), kModelParameter.size(), model.id);
}

JsonObject operation_of_model(const Route& route, const catalog::Model& model) {
  JsonObject operation = operation_of(route);
  std::string id = model.id;
  std::replace_if(
      id.begin(), id.end(), [](char c) { return c == '/' || c == '.' || c == '-'; }, '_');
  operation["operationId"] = concat(route.operation_id, "_", id);
  return operation;
}

// The submit of one model, with what is enforced of its input.
JsonObject submit_of(const Context& context, const Route& route, const catalog::Model& model) {
  JsonObject operation = operation_of_model(route, model);
  const std::vector<std::string>& engines = context.engines_of(model);
  for (Json& parameter : operation["parameters"].as_array()) {
    if (text_or(parameter, "name", "") != "engine" || engines.empty()) continue;
    parameter.as_object()["schema"] =
        JsonObject{{"type", "string"}, {"enum", JsonArray(engines.begin(), engines.end())}};
  }
  operation["summary"] = model.display_name;
  operation["requestBody"] = json_body(model.enforced_schema, true);
  return operation;
}

JsonObject frame(Context& context, const std::string& base) {
  JsonObject document;
  document["openapi"] = "3.1.0";
  document["info"] = JsonObject{
      {"title", "Plantain"},
      {"version", context.settings.version},
      {"summary", "Submit, status, result, cancel: generative pictures on your own machines"},
      {"license", JsonObject{{"name", "Apache-2.0"}, {"identifier", "Apache-2.0"}}}};
  document["servers"] = JsonArray{JsonObject{{"url", base}}};
  document["security"] = JsonArray{JsonObject{{"key", JsonArray()}}};
  document["paths"] = JsonObject();
  document["components"] = JsonObject{
      {"securitySchemes",
       JsonObject{
           {"key", JsonObject{{"type", "http"}, {"scheme", "bearer"}, {"bearerFormat", "pt_…"}}}}},
      {"schemas", answer_schemas()}};
  return document;
}

void add_operation(JsonObject& document, const std::string& path, Method method,
                   JsonObject operation) {
  JsonObject& paths = document["paths"].as_object();
  if (!paths.contains(path)) paths[path] = JsonObject();
  paths[path].as_object()[lower_name(method)] = std::move(operation);
}

}  // namespace

JsonObject openapi_of(Context& context, const std::string& base) {
  JsonObject document = frame(context, base);
  for (const Route& route : context.routes) {
    if (route.access == Access::kWorker || route.operation_id.empty()) continue;
    if (route.operation_id == "submit") {
      for (const catalog::Model& model : context.catalog.all()) {
        add_operation(document, path_of_model(route, model), route.method,
                      submit_of(context, route, model));
      }
      continue;
    }
    if (names_model(route)) {
      for (const catalog::Model& model : context.catalog.all()) {
        add_operation(document, path_of_model(route, model), route.method,
                      operation_of_model(route, model));
      }
      continue;
    }
    JsonObject operation = operation_of(route);
    if (route.operation_id == "upload") operation["requestBody"] = file_body();
    if (const auto schema = route.request_schema; !schema.empty()) {
      operation["requestBody"] = json_body(schema_ref(schema), schema != "CancelFilter");
    }
    add_operation(document, route.pattern, route.method, std::move(operation));
  }
  return document;
}

JsonObject openapi_of_model(Context& context, const catalog::Model& model,
                            const std::string& base) {
  JsonObject document = frame(context, base);
  for (const Route& route : context.routes) {
    const std::string_view operation = route.operation_id;
    if (operation == "submit") {
      add_operation(document, path_of_model(route, model), route.method,
                    submit_of(context, route, model));
    } else if (operation == "status" || operation == "result" || operation == "cancel") {
      add_operation(document, route.pattern, route.method, operation_of(route));
    }
  }
  return document;
}

std::vector<Route> openapi_routes(Context& context) {
  return {Route{.method = Method::kGet,
                .pattern = "/openapi.json",
                .access = Access::kPublic,
                .handler =
                    [&context](std::shared_ptr<const Call> call, Respond respond) {
                      respond(json_reply(200, openapi_of(context, call->public_base)));
                    },
                .operation_id = "openapi",
                .summary = "This document",
                .tag = "Models",
                .response_schema = "Document",
                .statuses = {200}}};
}

}  // namespace plantain::api
