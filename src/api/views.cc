#include "api/views.h"

#include <algorithm>

#include "api/problem.h"
#include "base/text.h"
#include "catalog/plan.h"

namespace plantain::api {
namespace {

std::string request_url(const std::string& base, const RequestId& id, std::string_view what) {
  return concat(base, "/v1/requests/", id.text(), "/", what);
}

// How far a run is, 0 … 99: what is finished is no longer in progress.
int percent_of(const Progress& progress) {
  if (progress.steps <= 0) return 0;
  return std::clamp(static_cast<int>(int64_t{100} * progress.step / progress.steps), 0, 99);
}

void add_progress(Context& context, const Request& request, JsonObject& object) {
  if (const auto progress = context.hub.progress(request.id)) {
    object["progress"] = JsonObject{{"stage", progress->stage},
                                    {"step", progress->step},
                                    {"steps", progress->steps},
                                    {"percent", percent_of(*progress)}};
  }
  object["attempt"] = request.attempt;
  if (!request.started) return;
  object["started_at"] = to_rfc3339(*request.started);
  const Result<Json> input = parse_json(request.input);
  if (!input.ok()) return;
  if (const auto typical = context.workers.typical(run_kind(request.model_id, *input))) {
    object["estimated_finish_at"] = to_rfc3339(*request.started + *typical);
  }
}

void add_queue(Context& context, const Request& request, JsonObject& object) {
  const auto position = context.requests.queue_position(request.id);
  if (!position.ok() || !position->has_value()) return;
  object["queue_position"] = **position;
  const Result<Json> input = parse_json(request.input);
  if (!input.ok()) return;
  if (const auto typical = context.workers.typical(run_kind(request.model_id, *input))) {
    object["estimated_start_at"] = to_rfc3339(context.clock.wall() + *typical * **position);
  }
}

// The pictures' own metadata as the worker reported them, with what only the server knows.
JsonArray image_array(Context& context, const std::string& base, const Request& request,
                      const Json& metadata) {
  const Json* reported = find(metadata, "images");
  JsonArray images;
  for (const OutputFile& file : request.outputs) {
    if (file.thumbnail) continue;
    JsonObject image;
    image["url"] = base + context.signer.path(file.name, request.expires);
    image["width"] = file.width;
    image["height"] = file.height;
    image["content_type"] = file.content_type;
    image["bytes"] = file.bytes;
    image["sha256"] = file.sha256;
    const size_t at = images.size();
    if (reported && reported->is_array() && at < reported->get_array().size()) {
      const Json& own = reported->get_array()[at];
      for (const char* name : {"seed", "native", "provenance"}) {
        if (const Json* value = find(own, name)) image[name] = *value;
      }
    }
    images.push_back(std::move(image));
  }
  return images;
}

JsonObject metadata_object(Context& context, const std::string& base, const Request& request) {
  const Result<Json> reported = parse_json(request.metadata);
  JsonObject metadata;
  if (reported.ok() && reported->is_object()) metadata = reported->get_object();
  metadata["images"] =
      image_array(context, base, request, reported.ok() ? *reported : Json(nullptr));
  if (!metadata.contains("sources")) metadata["sources"] = JsonArray();
  if (request.started) {
    metadata["queue_ms"] = (*request.started - request.created).count() / 1000;
    if (request.finished)
      metadata["run_ms"] = (*request.finished - *request.started).count() / 1000;
  }
  metadata["attempts"] = request.attempt;
  if (request.maybe_charged) metadata["maybe_charged"] = true;
  metadata["cost_usd"] = dollars(request.cost);
  metadata["expires_at"] = request.expires ? Json(to_rfc3339(*request.expires)) : Json(nullptr);
  return metadata;
}

// A provider may have charged for what nobody got: said wherever there is no metadata to say it.
JsonObject error_object(const Request& request) {
  JsonObject error = problem_object(error_from_text(request.error));
  if (request.maybe_charged) error["maybe_charged"] = true;
  return error;
}

// `output` stands before `metadata`: clients take the first address that looks like a picture.
void add_output(Context& context, const std::string& base, const Request& request,
                JsonObject& object) {
  JsonArray images;
  JsonArray videos;
  for (const OutputFile& file : request.outputs) {
    if (file.thumbnail) continue;
    JsonArray& kind = file.content_type.starts_with("video/") ? videos : images;
    kind.push_back(Json(base + context.signer.path(file.name, request.expires)));
  }
  JsonObject output;
  if (!images.empty()) {
    output["image"] = images.front();
    output["images"] = std::move(images);
  }
  if (!videos.empty()) {
    output["video"] = videos.front();
    output["videos"] = std::move(videos);
  }
  object["output"] = std::move(output);
}

}  // namespace

double dollars(Microdollars amount) { return static_cast<double>(amount) / 1e6; }

std::string run_kind(const std::string& model_id, const Json& input) {
  const JsonObject* object = input.if_object();
  const int pictures = object ? catalog::most_pictures(*object) : 1;
  return concat(model_id, "/", text_or(input, "resolution", ""), "/", pictures);
}

std::string status_url(const std::string& base, const RequestId& id) {
  return request_url(base, id, "status");
}

JsonObject submitted_object(const std::string& base, const RequestId& id) {
  return JsonObject{{"request_id", id.text()},
                    {"status_url", status_url(base, id)},
                    {"result_url", request_url(base, id, "result")},
                    {"cancel_url", request_url(base, id, "cancel")}};
}

JsonObject told_object(Context& context, const std::string& base, Request request,
                       const store::Delivery& delivery) {
  if (is_end(delivery.state)) return result_object(context, base, request, /*include_cost=*/false);
  JsonObject object{{"request_id", request.id.text()}, {"status", status_name(delivery.state)}};
  object["model_id"] = request.model_id;
  for (const char* what : {"status", "result", "cancel", "events"})
    object[concat(what, "_url")] = request_url(base, request.id, what);
  object["created_at"] = to_rfc3339(request.created);
  if (is_leased(delivery.state)) {
    object["attempt"] = delivery.attempt;
    object["started_at"] = to_rfc3339(delivery.at);
  }
  return object;
}

JsonObject status_object(Context& context, const std::string& base, const Request& request) {
  JsonObject object;
  object["request_id"] = request.id.text();
  object["status"] = status_name(request.state);
  if (is_end(request.state) && request.state != RequestState::kCancelled) {
    object["outcome"] = outcome_name(request.state);
  }
  if (request.state == RequestState::kFailed) object["error"] = error_object(request);
  if (request.state == RequestState::kQueued) add_queue(context, request, object);
  object["model_id"] = request.model_id;
  object["status_url"] = request_url(base, request.id, "status");
  object["result_url"] = request_url(base, request.id, "result");
  object["cancel_url"] = request_url(base, request.id, "cancel");
  object["events_url"] = request_url(base, request.id, "events");
  object["created_at"] = to_rfc3339(request.created);
  if (is_leased(request.state)) add_progress(context, request, object);
  if (is_end(request.state)) {
    if (request.started) object["started_at"] = to_rfc3339(*request.started);
    if (request.finished) object["finished_at"] = to_rfc3339(*request.finished);
  }
  return object;
}

JsonObject result_object(Context& context, const std::string& base, const Request& request,
                         bool include_cost) {
  if (!is_end(request.state)) return status_object(context, base, request);
  JsonObject object;
  object["request_id"] = request.id.text();
  object["status"] = request.state == RequestState::kCancelled ? status_name(request.state)
                                                               : outcome_name(request.state);
  object["model_id"] = request.model_id;
  if (request.state == RequestState::kSucceeded) add_output(context, base, request, object);
  if (request.state == RequestState::kFailed) object["error"] = error_object(request);
  if (request.state == RequestState::kCancelled && request.maybe_charged)
    object["maybe_charged"] = true;
  object["created_at"] = to_rfc3339(request.created);
  if (request.started) object["started_at"] = to_rfc3339(*request.started);
  if (request.finished) object["finished_at"] = to_rfc3339(*request.finished);
  if (request.state == RequestState::kSucceeded)
    object["metadata"] = metadata_object(context, base, request);
  if (include_cost) object["cost"] = dollars(request.cost);
  return object;
}

}  // namespace plantain::api
