#include "api/health.h"

#include <map>
#include <thread>

#include "api/problem.h"
#include "base/exchange_limits.h"
#include "base/text.h"

namespace plantain::api {
namespace {

Reply healthz(Context&, const Call&) { return json_reply(200, JsonObject{{"status", "ok"}}); }

Reply readyz(Context& context, const Call&) {
  if (context.draining)
    return problem(Error{ErrorCode::kUnavailable, "the server is shutting down"});
  const Result<void> writable = context.requests.check_writable();
  if (!writable.ok()) return problem(Error{ErrorCode::kUnavailable, "the store is not writable"});
  return json_reply(200, JsonObject{{"status", "ready"}});
}

Reply system(Context& context, const Call&) {
  const auto lengths = context.requests.queue_lengths();
  if (!lengths.ok()) return problem(lengths.error());
  JsonArray queues;
  for (const store::QueueLength& length : *lengths) {
    queues.push_back(JsonObject{{"model_id", length.model_id},
                                {"engine", length.engine},
                                {"in_queue", length.queued},
                                {"in_progress", length.running}});
  }
  JsonArray workers;
  for (const Workers::Seen& worker : context.workers.all()) {
    workers.push_back(
        JsonObject{{"worker_id", worker.worker_id},
                   {"engine", worker.engine},
                   {"models", JsonArray(worker.models.begin(), worker.models.end())},
                   {"own", worker.own},
                   {"seen_s_ago", (context.clock.steady() - worker.at).count() / 1'000'000}});
  }
  const Result<uint64_t> space = context.artifacts.free_bytes();
  Reply reply =
      json_reply(200, JsonObject{{"version", context.settings.version},
                                 {"processors", std::thread::hardware_concurrency()},
                                 {"draining", context.draining.load()},
                                 {"workers", std::move(workers)},
                                 {"queues", std::move(queues)},
                                 {"free_bytes", space.ok() ? Json(*space) : Json(nullptr)}});
  reply.with("Cache-Control", "no-store");
  return reply;
}

bool is_available(const Context& context, const catalog::Model& model) {
  return !context.draining && context.can_run(model);
}

JsonObject day_object(const store::ModelDay& day) {
  constexpr int64_t kDay_us = int64_t{24} * 3600 * 1'000'000;
  return JsonObject{{"day", to_rfc3339(WallTime{day.day * kDay_us}).substr(0, 10)},
                    {"available", day.available ? Json(*day.available) : Json(nullptr)},
                    {"succeeded", day.succeeded},
                    {"failed", day.failed}};
}

Result<int64_t> days_wanted(const Call& call) {
  const auto text = call.query_value("days");
  if (!text) return limits::kModelDaysKept;
  const auto days = parse_int(*text);
  if (!days || *days < 0 || *days > limits::kModelDaysKept)
    return invalid(concat("days must be 0 to ", limits::kModelDaysKept));
  return *days;
}

Reply status_json(Context& context, const Call& call) {
  const Result<int64_t> wanted = days_wanted(call);
  if (!wanted.ok()) return problem(wanted.error());
  std::map<std::string, JsonArray> history;
  if (*wanted > 0) {
    const auto days = context.ledger.model_days(*wanted);
    if (!days.ok()) return problem(days.error());
    for (const store::ModelDay& day : *days) history[day.model_id].push_back(day_object(day));
  }
  JsonArray models;
  for (const catalog::Model& model : context.catalog.all()) {
    models.push_back(JsonObject{{"model_id", model.id},
                                {"available", is_available(context, model)},
                                {"days", std::move(history[model.id])}});
  }
  Reply reply = json_reply(200, JsonObject{{"status", context.draining ? "draining" : "ok"},
                                           {"models", std::move(models)}});
  reply.with("Cache-Control", "no-store");
  return reply;
}

Route plain_route(Context& context, std::string pattern, Access access,
                  Reply (*handler)(Context&, const Call&), std::string_view operation,
                  std::string_view summary, std::string_view schema, std::vector<int> statuses) {
  return Route{
      .method = Method::kGet,
      .pattern = std::move(pattern),
      .access = access,
      .handler = [&context, handler](std::shared_ptr<const Call> call,
                                     Respond respond) { respond(handler(context, *call)); },
      .operation_id = operation,
      .summary = summary,
      .tag = "Health",
      .response_schema = schema,
      .statuses = std::move(statuses)};
}

}  // namespace

void note_models(Context& context) {
  std::vector<store::ModelLook> looks;
  for (const catalog::Model& model : context.catalog.all())
    looks.push_back({model.id, is_available(context, model)});
  context.ledger.note_models(std::move(looks), [&context](const Result<void>& noted) {
    if (!noted.ok())
      context.log.error("how the models are could not be noted",
                        JsonObject{{"reason", noted.error().message}});
  });
}

std::vector<Route> health_routes(Context& context) {
  std::vector<Route> routes;
  routes.push_back(plain_route(context, "/healthz", Access::kPublic, healthz, "healthz",
                               "The process lives", "Health", {200}));
  routes.push_back(plain_route(context, "/readyz", Access::kPublic, readyz, "readyz",
                               "The store is writable", "Health", {200, 503}));
  Route status =
      plain_route(context, "/status.json", Access::kPublic, status_json, "public_status",
                  "Which models can run now, and how they were", "PublicStatus", {200, 422});
  status.slow = true;
  status.parameters = {{"days", "query", "How many days of history, UTC, today's included",
                        R"({"type":"integer","minimum":0,"maximum":90})"}};
  routes.push_back(std::move(status));
  routes.push_back(plain_route(context, "/v1/system", Access::kAdmin, system, "system",
                               "Version, workers, queues; for admins", "System", {200, 403}));
  return routes;
}

}  // namespace plantain::api
