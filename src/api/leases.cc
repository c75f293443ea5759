#include "api/leases.h"

#include <algorithm>
#include <cmath>

#include "api/inputs.h"
#include "api/problem.h"
#include "api/views.h"
#include "base/crypto.h"
#include "base/error_names.h"
#include "base/limits.h"
#include "base/text.h"
#include "store/wait.h"

namespace plantain::api {
namespace {

constexpr std::size_t kProgressBodyMax_bytes =
    512 * limits::kKiB;  // a preview is at most 256 pixels a side

constexpr std::size_t kStepBodyMax_bytes = 256 * limits::kKiB;
constexpr std::size_t kUpstreamIdMax_bytes = 512;

Result<LeaseId> lease_of(const Call& call) {
  if (auto id = LeaseId::parse(call.param("lease_id"))) return *id;
  return Error{ErrorCode::kInvalidIdentifier, "a lease id is a UUID in lower case"};
}

Result<Json> object_of(const Call& call) {
  Result<Json> body = parse_json(call.body);
  if (body.ok() && !body->is_object())
    return Error{ErrorCode::kInvalidJson, "the body must be a JSON object"};
  return body;
}

// What a worker says of a lease.
struct Report {
  LeaseId lease;
  Json body;
};

Result<Report> report_of(const Call& call) {
  const Result<LeaseId> lease = lease_of(call);
  if (!lease.ok()) return lease.error();
  Result<Json> body = object_of(call);
  if (!body.ok()) return body.error();
  return Report{*lease, *std::move(body)};
}

Result<store::ClaimWish> wish_of(const Call& call, const Json& body) {
  store::ClaimWish wish;
  wish.credential = call.caller->credential;
  wish.own = call.caller->own_worker;
  wish.worker_id = text_or(body, "worker_id", "");
  wish.claim_id = text_or(body, "claim_id", "");
  wish.engine = text_or(body, "engine", "");
  const Json* models = find(body, "models");
  if (models && models->is_array()) {
    for (const Json& model : models->get_array()) {
      if (model.is_string()) wish.models.emplace_back(view(model.get_string()));
    }
  }
  if (wish.worker_id.empty() || wish.claim_id.empty() || wish.engine.empty() ||
      wish.models.empty()) {
    return invalid("worker_id, claim_id, engine and models are required");
  }
  return wish;
}

JsonObject step_object(const Step& step) {
  const Result<Json> outputs = parse_json(step.outputs);
  return JsonObject{{"n", step.n},
                    {"state", name_of(step.state)},
                    {"call", step.call},
                    {"doubts", step.doubts},
                    {"engine", step.engine},
                    {"upstream_id", step.upstream_id},
                    {"outputs", outputs.ok() ? *outputs : Json(nullptr)}};
}

JsonArray steps_array(const std::vector<Step>& steps) {
  JsonArray array;
  for (const Step& step : steps) array.push_back(step_object(step));
  return array;
}

Reply lease_reply(Context& context, const std::string& base, const store::Claim& claim,
                  const JsonObject& input) {
  JsonArray inputs;
  for (const store::InputFile& file : claim.inputs)
    inputs.emplace_back(base + context.signer.path(file.name, std::nullopt));
  return json_reply(
      200, JsonObject{
               {"lease_id", claim.lease.text()},
               {"request_id", claim.request.text()},
               {"attempt", claim.attempt},
               {"model_id", claim.model_id},
               {"input", show_inputs(context, base, context.catalog.find(claim.model_id), input,
                                     claim.inputs, std::nullopt, /*all=*/true)},
               {"inputs", std::move(inputs)},
               {"steps", steps_array(claim.steps)},
               {"lease_s", limits::kLease.count()},
               {"deadline", claim.finish_by ? Json(to_rfc3339(*claim.finish_by)) : Json(nullptr)}});
}

Reply no_content() {
  Reply reply;
  reply.status = 204;
  return reply;
}

// One worker that waits for work. It asks the store at once and again whenever something was
// queued; what was queued while it was asking makes it ask once more.
class LongPoll : public std::enable_shared_from_this<LongPoll> {
 public:
  LongPoll(Context& context, std::string base, store::ClaimWish wish, Respond respond)
      : context_(context),
        base_(std::move(base)),
        wish_(std::move(wish)),
        respond_(std::move(respond)) {}

  void begin(std::chrono::seconds longest) {
    token_ = context_.hub.watch_queue([weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->wake();
    });
    context_.scheduler.after(longest, [self = shared_from_this()] { self->give_up(); });
    wake();
  }

 private:
  void wake() {
    {
      const std::lock_guard lock(mutex_);
      if (ended_) return;
      again_ = true;
      if (asking_) return;
      asking_ = true;
      again_ = false;
    }
    context_.requests.claim(wish_,
                            [self = shared_from_this()](Result<std::optional<store::Claim>> claim) {
                              self->got(std::move(claim));
                            });
  }

  void got(Result<std::optional<store::Claim>> claim) {
    bool again = false;
    {
      const std::lock_guard lock(mutex_);
      asking_ = false;
      if (claim.ok() && !claim->has_value() && !late_) {
        again = again_;
      } else {
        ended_ = true;
      }
    }
    if (!ended_) {
      if (again) wake();
      return;
    }
    // What was claimed is handed out also when the time is just up: it is this worker's lease now.
    if (!claim.ok()) return respond_(problem(claim.error()));
    if (!claim->has_value()) return respond_(no_content());
    const Result<Json> input = parse_json((*claim)->input);
    CHECK(input.ok() && input->is_object());
    context_.workers.run_began(
        (*claim)->lease,
        {run_kind((*claim)->model_id, *input), (*claim)->model_id, wish_.engine, {}});
    respond_(lease_reply(context_, base_, **claim, input->get_object()));
  }

  void give_up() {
    {
      const std::lock_guard lock(mutex_);
      if (ended_) return;
      late_ = true;
      if (asking_) return;  // got() answers
      ended_ = true;
    }
    respond_(no_content());
  }

  Context& context_;
  const std::string base_;
  const store::ClaimWish wish_;
  const Respond respond_;
  std::shared_ptr<void> token_;
  std::mutex mutex_;
  bool asking_ = false;
  bool again_ = false;
  bool late_ = false;
  std::atomic<bool> ended_ = false;
};

void claim(Context& context, const std::shared_ptr<const Call>& call, const Respond& respond) {
  const Result<Json> body = object_of(*call);
  if (!body.ok()) return respond(problem(body.error()));
  Result<store::ClaimWish> wish = wish_of(*call, *body);
  if (!wish.ok()) return respond(problem(wish.error()));
  const bool paused = bool_or(*body, "paused", false);
  context.workers.seen(
      wish->credential,
      Workers::Seen{wish->worker_id, wish->engine, wish->models, {}, wish->own, paused});
  if (context.draining)
    return respond(problem(Error{ErrorCode::kUnavailable, "the server is shutting down"}));
  if (paused) return respond(no_content());
  const int64_t wait =
      std::clamp<int64_t>(int_or(*body, "wait_s", 0), 0, limits::kClaimWaitMax.count());
  std::make_shared<LongPoll>(context, call->public_base, std::move(*wish), respond)
      ->begin(std::chrono::seconds(wait));
}

void heartbeat(Context& context, const std::shared_ptr<const Call>& call, const Respond& respond) {
  const Result<LeaseId> lease = lease_of(*call);
  if (!lease.ok()) return respond(problem(lease.error()));
  const Result<bool> cancel = context.requests.renew(*lease, call->caller->credential);
  if (!cancel.ok()) return respond(problem(cancel.error()));
  context.workers.alive(call->caller->credential);
  respond(json_reply(200, JsonObject{{"cancel", *cancel}, {"lease_s", limits::kLease.count()}}));
}

void progress(Context& context, const std::shared_ptr<const Call>& call, const Respond& respond) {
  const Result<Report> report = report_of(*call);
  if (!report.ok()) return respond(problem(report.error()));
  const auto& [lease, body] = *report;
  const Result<RequestId> request = context.requests.note_progress(lease, call->caller->credential);
  if (!request.ok()) return respond(problem(request.error()));
  std::string preview = text_or(body, "preview", "");
  if (!preview.empty() && !preview.starts_with("data:image/jpeg;base64,")) preview.clear();
  context.hub.report(*request, text_or(body, "stage", ""),
                     static_cast<int>(int_or(body, "step", 0)),
                     static_cast<int>(int_or(body, "steps", 0)), std::move(preview));
  Reply reply;
  reply.status = 204;
  respond(std::move(reply));
}

void output(Context& context, const std::shared_ptr<const Call>& call, const Respond& respond) {
  const Result<LeaseId> lease = lease_of(*call);
  if (!lease.ok()) return respond(problem(lease.error()));
  const std::string blob = store::ArtifactStore::new_blob_id();
  const Result<void> staged = store::wait_for<void>([&](store::Then<void> then) {
    context.requests.stage_blob(*lease, call->caller->credential, blob, std::move(then));
  });
  if (!staged.ok()) return respond(problem(staged.error()));
  const Result<void> kept = context.artifacts.put(blob, call->body);
  if (!kept.ok()) {
    context.log.error("an output could not be kept",
                      JsonObject{{"call_id", call->id}, {"reason", kept.error().message}});
    return respond(problem(Error{kept.error().code, "the output could not be kept"}));
  }
  respond(json_reply(200, JsonObject{{"blob_id", blob}, {"bytes", call->body.size()}}));
}

Result<Step> step_of(const Call& call, const Json& body) {
  const std::optional<int64_t> n = parse_int(call.param("n"));
  if (!n || *n < 0 || *n >= limits::kPicturesMax)
    return invalid(concat("a step's number is from 0 to ", limits::kPicturesMax - 1));
  const auto state = step_state_from_name(text_or(body, "state", ""));
  if (!state) return invalid("state must be intent, accepted, answered or done");
  Step step{.n = static_cast<int>(*n),
            .state = *state,
            .call = static_cast<int>(std::clamp<int64_t>(int_or(body, "call", 0), 0, 1'000'000)),
            .engine = text_or(body, "engine", ""),
            .upstream_id = text_or(body, "upstream_id", ""),
            .outputs = {},
            .blobs = {}};
  if (step.engine.empty()) return invalid("a step names its engine");
  if (step.upstream_id.size() > kUpstreamIdMax_bytes)
    return invalid(concat("an upstream_id has at most ", kUpstreamIdMax_bytes, " bytes"));
  const Json* const outputs = find(body, "outputs");
  if (*state != StepState::kDone) return step;
  const Json* const files = outputs ? find(*outputs, "files") : nullptr;
  if (!files || !files->is_array()) return invalid("a done step names its files");
  for (const Json& file : files->get_array()) step.blobs.push_back(text_or(file, "blob_id", ""));
  step.outputs = write_json(*outputs);
  return step;
}

void put_step(Context& context, const std::shared_ptr<const Call>& call, const Respond& respond) {
  const Result<Report> report = report_of(*call);
  if (!report.ok()) return respond(problem(report.error()));
  Result<Step> step = step_of(*call, report->body);
  if (!step.ok()) return respond(problem(step.error()));
  context.requests.put_step(report->lease, call->caller->credential, std::move(*step),
                            [respond](Result<Step> kept) {
                              if (!kept.ok()) return respond(problem(kept.error()));
                              respond(json_reply(200, step_object(*kept)));
                            });
}

std::string_view extension_of(std::string_view content_type) {
  if (content_type == "image/png") return ".png";
  if (content_type == "image/jpeg") return ".jpg";
  if (content_type == "image/webp") return ".webp";
  if (content_type == "video/mp4") return ".mp4";
  if (content_type == "video/webm") return ".webm";
  return {};
}

Result<OutputFile> output_file(const Json& row, const std::string& request) {
  OutputFile file;
  file.n = static_cast<int>(int_or(row, "n", -1));
  file.blob_id = text_or(row, "blob_id", "");
  file.content_type = text_or(row, "content_type", "");
  file.bytes = int_or(row, "bytes", -1);
  file.sha256 = text_or(row, "sha256", "");
  file.width = static_cast<int>(int_or(row, "width", 0));
  file.height = static_cast<int>(int_or(row, "height", 0));
  file.thumbnail = bool_or(row, "thumbnail", false);
  const std::string_view extension = extension_of(file.content_type);
  if (file.n < 0 || file.n >= limits::kPicturesMax || file.blob_id.empty() || file.bytes < 0 ||
      extension.empty() || file.sha256.size() != 64) {
    return invalid("an output needs n, blob_id, sha256, bytes and a content_type that is served");
  }
  file.name = concat(request, "-", file.n, file.thumbnail ? "-small" : "", extension);
  return file;
}

std::optional<store::Finish::Outcome> outcome_of(std::string_view name) {
  if (name == "succeeded") return store::Finish::Outcome::kSucceeded;
  if (name == "failed") return store::Finish::Outcome::kFailed;
  if (name == "cancelled") return store::Finish::Outcome::kCancelled;
  if (name == "released") return store::Finish::Outcome::kReleased;
  return std::nullopt;
}

Error error_of(const Json* error) {
  if (!error) return Error{ErrorCode::kEngineFailed, "the engine failed without a word"};
  const auto code = error_code_from_name(text_or(*error, "code", ""));
  return Error{code.value_or(ErrorCode::kEngineFailed),
               text_or(*error, "message", "the engine failed")};
}

// The bytes that are kept must be the bytes the worker means.
std::optional<Error> verify(Context& context, const OutputFile& file) {
  constexpr std::size_t kBlock = 256 * limits::kKiB;
  const auto artifact = context.artifacts.open(file.blob_id);
  if (!artifact.ok()) return invalid(concat("output ", file.n, " was never uploaded"));
  const uint64_t size = (*artifact)->size();
  Sha256 hash;
  for (uint64_t at = 0; at < size; at += kBlock) {
    const Result<std::string> block = (*artifact)->read(at, kBlock);
    if (!block.ok()) return block.error();
    hash.add(*block);
  }
  if (size != static_cast<uint64_t>(file.bytes) || to_hex(hash.finish()) != file.sha256) {
    return invalid(concat("output ", file.n, " is not what was uploaded"));
  }
  return std::nullopt;
}

// What an upstream charged, as the worker tells it.
std::optional<Microdollars> charged_of(const Json& metadata) {
  const Json* const dollars = find(metadata, "provider_cost_usd");
  if (dollars == nullptr || !dollars->is_number()) return std::nullopt;
  const double amount = dollars->to_number<double>();
  if (amount < 0 || amount > limits::kMoneyMax_usd) return std::nullopt;
  return std::llround(amount * 1e6);
}

Result<store::Finish> finish_of(Context& context, const Json& body, const std::string& request) {
  store::Finish finish;
  const auto outcome = outcome_of(text_or(body, "outcome", ""));
  if (!outcome) return invalid("outcome must be succeeded, failed, cancelled or released");
  finish.outcome = *outcome;
  if (finish.outcome == store::Finish::Outcome::kFailed)
    finish.error = error_of(find(body, "error"));
  if (const Json* metadata = find(body, "metadata"); metadata && metadata->is_object()) {
    finish.metadata = write_json(*metadata);
    finish.provider_cost = charged_of(*metadata);
  }
  const Json* outputs = find(body, "outputs");
  if (outputs && outputs->is_array() && finish.outcome == store::Finish::Outcome::kSucceeded) {
    for (const Json& row : outputs->get_array()) {
      Result<OutputFile> file = output_file(row, request);
      if (!file.ok()) return file.error();
      if (const auto wrong = verify(context, *file)) return *wrong;
      finish.outputs.push_back(std::move(*file));
    }
  }
  return finish;
}

void finish(Context& context, const std::shared_ptr<const Call>& call, const Respond& respond) {
  const Result<Report> report = report_of(*call);
  if (!report.ok()) return respond(problem(report.error()));
  const auto& [lease, body] = *report;
  // A lease that has ended may be finished once more in the same words; its files keep their names.
  const Result<RequestId> request = context.requests.note_progress(lease, call->caller->credential);
  Result<store::Finish> wish =
      finish_of(context, body, request.ok() ? request->text() : lease.text());
  if (!wish.ok()) return respond(problem(wish.error()));
  const bool succeeded = wish->outcome == store::Finish::Outcome::kSucceeded;
  context.requests.finish(lease, call->caller->credential, std::move(*wish),
                          [&context, succeeded, outcome = text_or(body, "outcome", ""),
                           lease = lease, respond](Result<RequestState> state) {
                            if (const auto run = context.workers.run_ended(lease, succeeded)) {
                              context.metrics.count_run(run->model, run->engine, outcome,
                                                        context.clock.steady() - run->began);
                            }
                            if (!state.ok()) return respond(problem(state.error()));
                            respond(json_reply(200, JsonObject{{"status", status_name(*state)}}));
                          });
}

Route lease_route(Context& context, Method method, std::string pattern, BodyKind body,
                  std::size_t most,
                  void (*handler)(Context&, const std::shared_ptr<const Call>&, const Respond&),
                  bool slow) {
  return Route{.method = method,
               .pattern = std::move(pattern),
               .access = Access::kWorker,
               .body = body,
               .body_max_bytes = most,
               .slow = slow,
               .handler = [&context, handler](std::shared_ptr<const Call> call, Respond respond) {
                 handler(context, call, respond);
               }};
}

}  // namespace

std::vector<Route> lease_routes(Context& context) {
  const std::string lease = "/internal/v1/leases/{lease_id}/";
  std::vector<Route> routes;
  routes.push_back(lease_route(context, Method::kPost, "/internal/v1/leases", BodyKind::kJson,
                               64 * limits::kKiB, claim, false));
  routes.push_back(lease_route(context, Method::kPost, lease + "heartbeat", BodyKind::kJson,
                               limits::kKiB, heartbeat, false));
  routes.push_back(lease_route(context, Method::kPost, lease + "progress", BodyKind::kJson,
                               kProgressBodyMax_bytes, progress, false));
  routes.push_back(lease_route(context, Method::kPut, lease + "outputs/{n}", BodyKind::kBytes,
                               limits::kFileBodyMax_bytes, output, true));
  routes.push_back(lease_route(context, Method::kPut, lease + "steps/{n}", BodyKind::kJson,
                               kStepBodyMax_bytes, put_step, false));
  routes.push_back(lease_route(context, Method::kPost, lease + "finish", BodyKind::kJson,
                               limits::kMiB, finish, true));
  return routes;
}

}  // namespace plantain::api
