#include "api/health.h"

#include <thread>

#include "api/problem.h"
#include "base/limits.h"
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

Reply status_json(Context& context, const Call&) {
  JsonArray models;
  for (const catalog::Model& model : context.catalog.all()) {
    bool available = false;
    for (const std::string& engine : context.engines_of(model)) {
      available =
          available || context.workers.has_worker(engine, model.id, limits::kWorkerSeen, false);
    }
    models.push_back(JsonObject{{"model_id", model.id}, {"available", available}});
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

std::vector<Route> health_routes(Context& context) {
  std::vector<Route> routes;
  routes.push_back(plain_route(context, "/healthz", Access::kPublic, healthz, "healthz",
                               "The process lives", "Health", {200}));
  routes.push_back(plain_route(context, "/readyz", Access::kPublic, readyz, "readyz",
                               "The store is writable", "Health", {200, 503}));
  routes.push_back(plain_route(context, "/status.json", Access::kPublic, status_json,
                               "public_status", "Which models can run now", "PublicStatus", {200}));
  routes.push_back(plain_route(context, "/v1/system", Access::kAdmin, system, "system",
                               "Version, workers, queues; for admins", "System", {200, 403}));
  return routes;
}

}  // namespace plantain::api
