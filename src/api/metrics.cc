#include "api/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include "api/context.h"
#include "api/problem.h"
#include "base/limits.h"
#include "base/text.h"

namespace plantain::api {
namespace {

using Labels = std::map<std::string, std::string>;

template <class Builder>
auto& family(Builder builder, prometheus::Registry& registry, const char* name, const char* help) {
  return builder.Name(name).Help(help).Register(registry);
}

// Calls take from microseconds to a long poll; runs from milliseconds to the deadline of a run.
const prometheus::Histogram::BucketBoundaries kCallBuckets_s = {
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 20, 60, 300};
const prometheus::Histogram::BucketBoundaries kRunBuckets_s = {
    0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 900, 1800};

const char* name_of_state(RequestState state) {
  switch (state) {
    case RequestState::kQueued:
      return "queued";
    case RequestState::kRunning:
      return "running";
    case RequestState::kStopping:
      return "stopping";
    case RequestState::kSucceeded:
      return "succeeded";
    case RequestState::kFailed:
      return "failed";
    case RequestState::kCancelled:
      return "cancelled";
  }
  return "";
}

double seconds(Micros time) { return static_cast<double>(time.count()) / 1e6; }

}  // namespace

struct Metrics::State {
  prometheus::Registry registry;
  prometheus::Family<prometheus::Counter>& calls =
      family(prometheus::BuildCounter(), registry, "plantain_calls_total",
             "Answers by route, method and status.");
  prometheus::Family<prometheus::Histogram>& call_time =
      family(prometheus::BuildHistogram(), registry, "plantain_call_seconds",
             "From the head of a call to its answer, by route.");
  prometheus::Family<prometheus::Counter>& states =
      family(prometheus::BuildCounter(), registry, "plantain_request_states_total",
             "How often a request came into a state.");
  prometheus::Family<prometheus::Histogram>& runs =
      family(prometheus::BuildHistogram(), registry, "plantain_run_seconds",
             "Attempts by model, engine and outcome.");
  prometheus::Family<prometheus::Gauge>& version = family(
      prometheus::BuildGauge(), registry, "plantain_build_info", "1, with the version as a label.");
};

Metrics::Metrics(const std::string& version) : state_(std::make_unique<State>()) {
  state_->version.Add({{"version", version}}).Set(1);
}

Metrics::~Metrics() = default;

void Metrics::count_call(const Route* route, const Call& call, int status, Micros took) {
  // The pattern, never the path: an address is no label.
  const std::string pattern = route ? route->pattern : "none";
  state_->calls
      .Add({{"route", pattern},
            {"method", std::string(name_of(call.method))},
            {"status", concat(status)}})
      .Increment();
  state_->call_time.Add({{"route", pattern}}, kCallBuckets_s).Observe(seconds(took));
}

void Metrics::count_state(RequestState state) {
  state_->states.Add({{"state", name_of_state(state)}}).Increment();
}

void Metrics::count_run(const std::string& model, const std::string& engine,
                        const std::string& outcome, Micros took) {
  state_->runs.Add({{"model", model}, {"engine", engine}, {"outcome", outcome}}, kRunBuckets_s)
      .Observe(seconds(took));
}

Result<std::string> Metrics::text(Context& context) {
  // Made anew for each reading, so that what is gone is not shown.
  prometheus::Registry now;
  const auto lengths = context.requests.queue_lengths();
  if (!lengths.ok()) return lengths.error();
  auto& queue = family(prometheus::BuildGauge(), now, "plantain_requests",
                       "Requests that have not ended, by model, engine and status.");
  for (const store::QueueLength& length : *lengths) {
    const Labels of{{"model", length.model_id}, {"engine", length.engine}};
    const auto set = [&](const char* status, int64_t count) {
      Labels labels = of;
      labels["status"] = status;
      queue.Add(labels).Set(static_cast<double>(count));
    };
    set("in_queue", length.queued);
    set("in_progress", length.running);
  }
  auto& workers = family(prometheus::BuildGauge(), now, "plantain_workers",
                         "Workers seen within a minute, by engine.");
  for (const Workers::Seen& worker : context.workers.all()) {
    if (context.clock.steady() - worker.at < limits::kWorkerSeen)
      workers.Add({{"engine", worker.engine}, {"own", worker.own ? "true" : "false"}}).Increment();
  }
  if (const auto space = context.artifacts.free_bytes(); space.ok()) {
    family(prometheus::BuildGauge(), now, "plantain_free_bytes", "Free space for files.")
        .Add({})
        .Set(static_cast<double>(*space));
  }
  const prometheus::TextSerializer serializer;
  return serializer.Serialize(state_->registry.Collect()) + serializer.Serialize(now.Collect());
}

std::vector<Route> metric_routes(Context& context) {
  return {Route{.method = Method::kGet,
                .pattern = "/metrics",
                .access = Access::kAdmin,
                .slow = true,
                .handler =
                    [&context](std::shared_ptr<const Call>, Respond respond) {
                      Result<std::string> text = context.metrics.text(context);
                      if (!text.ok()) return respond(problem(text.error()));
                      Reply reply;
                      reply.body = *std::move(text);
                      respond(std::move(reply.with("Content-Type", "text/plain; version=0.0.4")
                                            .with("Cache-Control", "no-store")));
                    },
                .operation_id = "metrics",
                .summary = "What the server counts about itself, for Prometheus",
                .tag = "Health",
                .response_schema = "text/plain",
                .statuses = {200, 403}}};
}

}  // namespace plantain::api
