#include "api/submit.h"

#include <charconv>

#include "api/accounts.h"
#include "api/inputs.h"
#include "api/models.h"
#include "api/problem.h"
#include "api/rates.h"
#include "api/views.h"
#include "api/webhooks.h"
#include "base/crypto.h"
#include "base/exchange_limits.h"
#include "base/limits.h"
#include "base/text.h"
#include "catalog/plan.h"
#include "safety/prompt_rules.h"

namespace plantain::api {
namespace {

// What the query of a submit asks for, once it is believed.
struct Wishes {
  Priority priority = Priority::kNormal;
  std::optional<std::chrono::seconds> start_within;
  std::optional<std::chrono::seconds> finish_within;
  std::optional<std::chrono::seconds> retention;
  std::optional<std::string> engine;
  std::vector<std::string> tags;
  bool dry_run = false;
  std::string webhook;
  bool webhook_intermediate = false;
};

JsonObject query_fault(std::string_view name, std::string_view rule, std::string message) {
  return JsonObject{{"pointer", concat("?", name)},
                    {"rule", rule},
                    {"limit", nullptr},
                    {"message", std::move(message)}};
}

std::optional<std::chrono::seconds> seconds_of(std::string_view text, int64_t least) {
  const auto number = parse_int(text);
  if (!number || *number < least || *number > int64_t{100} * 365 * 24 * 3600) return std::nullopt;
  return std::chrono::seconds(*number);
}

std::optional<std::vector<std::string>> tags_of(std::string_view text) {
  std::vector<std::string> tags;
  for (const std::string& tag : split(text, ',')) {
    if (tag.empty() || tag.size() > limits::kTagMax_bytes || !is_utf8(tag)) return std::nullopt;
    tags.push_back(tag);
  }
  if (tags.size() > limits::kTagsMax) return std::nullopt;
  return tags;
}

using Reader = bool (*)(std::string_view value, Wishes& wishes);
struct QueryRow {
  std::string_view name;
  std::string_view expects;
  Reader read;
};

// The query parameters of a submit. Anything else is a fault: an input is never ignored.
constexpr QueryRow kQuery[] = {
    {"priority", "must be low, normal or high",
     [](std::string_view value, Wishes& wishes) {
       const auto priority = priority_from_name(value);
       if (priority) wishes.priority = *priority;
       return priority.has_value();
     }},
    {"start_within", "must be a number of seconds, at least 1",
     [](std::string_view value, Wishes& wishes) {
       return (wishes.start_within = seconds_of(value, 1)).has_value();
     }},
    {"finish_within", "must be a number of seconds, at least 1",
     [](std::string_view value, Wishes& wishes) {
       return (wishes.finish_within = seconds_of(value, 1)).has_value();
     }},
    {"retention", "must be a number of seconds, at least 0",
     [](std::string_view value, Wishes& wishes) {
       return (wishes.retention = seconds_of(value, 0)).has_value();
     }},
    {"engine", "must name an engine",
     [](std::string_view value, Wishes& wishes) {
       return !(wishes.engine = std::string(value))->empty();
     }},
    {"tags", "must be at most 16 names of 1 to 64 bytes with commas between",
     [](std::string_view value, Wishes& wishes) {
       auto tags = tags_of(value);
       if (tags) wishes.tags = std::move(*tags);
       return tags.has_value();
     }},
    {"webhook", "must be an https address",
     [](std::string_view value, Wishes& wishes) {
       wishes.webhook = std::string(value);
       return value.size() <= limits::kTargetMax_bytes && is_utf8(value);
     }},
    {"webhook_intermediate_status", "must be true or false",
     [](std::string_view value, Wishes& wishes) {
       wishes.webhook_intermediate = value == "true";
       return value == "true" || value == "false";
     }},
    {"dry_run", "must be true or false",
     [](std::string_view value, Wishes& wishes) {
       wishes.dry_run = value == "true";
       return value == "true" || value == "false";
     }},
};

std::optional<Reply> read_query(const Context& context, const Call& call, Wishes& wishes) {
  JsonArray faults;
  std::vector<std::string> names;
  for (const QueryRow& row : kQuery) names.emplace_back(row.name);
  for (const auto& [name, value] : call.query) {
    const auto row = std::find_if(std::begin(kQuery), std::end(kQuery),
                                  [&](const QueryRow& r) { return r.name == name; });
    if (row == std::end(kQuery)) {
      const auto meant = did_you_mean(name, names);
      faults.push_back(query_fault(name, "unknown",
                                   meant ? concat("is not known; did you mean ", *meant, "?")
                                         : std::string("is not known here")));
    } else if (!row->read(value, wishes)) {
      faults.push_back(query_fault(name, "value", std::string(row->expects)));
    }
  }
  if (call.query_value("webhook") && !is_webhook_address(context, wishes.webhook)) {
    faults.push_back(query_fault("webhook", "value", "must be an https address"));
  }
  if (faults.empty()) return std::nullopt;
  Error error = invalid(
      concat("the query has ", faults.size(), faults.size() == 1 ? " fault" : " faults", ": ",
             text_or(faults[0], "pointer", ""), " ", text_or(faults[0], "message", "")));
  return problem(error, std::move(faults));
}

// The faults of an input as one answer.
Reply refuse_input(const std::vector<catalog::Fault>& faults) {
  JsonArray list;
  for (const catalog::Fault& fault : faults) list.push_back(to_json(fault));
  const catalog::Fault& first = faults.front();
  const std::string where =
      first.pointer.empty() ? std::string("the input") : first.pointer.substr(1);
  std::string sentence = concat(where, " ", first.message);
  if (faults.size() > 1)
    sentence += concat(" (and ", faults.size() - 1,
                       faults.size() == 2 ? " other fault)" : " other faults)");
  return problem(invalid(std::move(sentence)), std::move(list));
}

Result<void> judge(const JsonObject& input) {
  return safety::allow_prompt(text_or(input, "prompt", ""),
                              static_cast<int>(int_or(input, "safety_tolerance", 4)));
}

// The engine a request begins with, and those it may go on with.
struct Binding {
  std::string engine;
  std::vector<std::string> fallbacks;
};

Error unavailable(const catalog::Model& model, const std::vector<std::string>& candidates) {
  if (candidates.empty())
    return Error{
        ErrorCode::kUnavailable,
        missing_weights(model).value_or(
            "no engine is configured for this model; the owner of this server can add one")};
  return Error{ErrorCode::kUnavailable, "no engine of this model has had a worker for 10 minutes"};
}

// The first listed engine with a live worker; else one that had one not long ago (contract 4.2).
Result<Binding> bind_engine(Context& context, const catalog::Model& model, const Wishes& wishes) {
  std::vector<std::string> candidates = context.candidates_of(model);
  if (wishes.engine) {
    const std::vector<std::string>& engines = context.engines_of(model);
    if (std::find(engines.begin(), engines.end(), *wishes.engine) == engines.end()) {
      return invalid(
          concat("engine must be one that is configured for this model: ", join(engines, ", ")));
    }
    candidates = {*wishes.engine};
  }
  for (const bool lately : {false, true}) {
    const Micros window =
        lately ? Micros(limits::kNoWorkerUnavailable) : Micros(limits::kWorkerSeen);
    for (auto engine = candidates.begin(); engine != candidates.end(); ++engine) {
      if (context.workers.has_worker(*engine, model.id, window, lately))
        return Binding{*engine, {engine + 1, candidates.end()}};
    }
  }
  return unavailable(model, candidates);
}

std::optional<Error> check_open(Context& context) {
  if (context.draining)
    return Error{ErrorCode::kUnavailable, "the server is shutting down and takes no new requests"};
  const Result<uint64_t> space = context.artifacts.free_bytes();
  if (space.ok() && *space < limits::kFreeReserve_bytes) {
    return Error{ErrorCode::kStorageFull,
                 concat("less than ", limits::kFreeReserve_bytes / limits::kMiB,
                        " MiB of storage are free; reading, cancelling and deleting go on")};
  }
  return std::nullopt;
}

Result<std::optional<Idempotency>> idempotency_of(const Call& call, const std::string& model_id) {
  const auto field = call.headers.get("Idempotency-Key");
  if (!field) return std::optional<Idempotency>();
  std::string_view key = trim_ascii(*field);
  if (key.size() >= 2 && key.front() == '"' && key.back() == '"')
    key = key.substr(1, key.size() - 2);
  if (key.empty() || key.size() > limits::kIdempotencyKeyMax_bytes) {
    return invalid(
        concat("Idempotency-Key must have 1 to ", limits::kIdempotencyKeyMax_bytes, " bytes"));
  }
  return std::optional(Idempotency{
      std::string(key), sha256(concat(model_id, "\n", call.raw_query, "\n", call.body))});
}

Reply accepted(const std::string& base, const RequestId& id, bool replayed) {
  Reply reply = json_reply(200, submitted_object(base, id));
  reply.with("Location", status_url(base, id)).with("Cache-Control", "no-store");
  if (replayed) reply.with("Idempotent-Replayed", "true");
  return reply;
}

Reply dry_run(Context& context, const catalog::Model& model, const JsonObject& input,
              const std::optional<catalog::Size>& first, const std::string& engine,
              Microdollars price) {
  const catalog::Plan plan = catalog::plan_pictures(input, first);
  JsonObject object{
      {"dry_run", true},          {"model_id", model.id},        {"engine", engine},
      {"input", input},           {"price_usd", dollars(price)}, {"pictures", plan.pictures.size()},
      {"width", plan.size.width}, {"height", plan.size.height},  {"aspect_ratio", plan.ratio}};
  if (plan.ratio.empty()) object["width"] = object["height"] = object["aspect_ratio"] = nullptr;
  const auto typical = context.workers.typical(run_kind(model.id, input));
  object["estimated_run_ms"] = typical ? Json(typical->count() / 1000) : Json(nullptr);
  return json_reply(200, object);
}

// The answer to a submit that is on disk: at once, or with the result if the caller would wait.
void answer_submit(Context& context, const std::shared_ptr<const Call>& call, const RequestId& id,
                   bool replayed, const Respond& respond) {
  const auto longest = preferred_wait(*call);
  if (!longest) return respond(accepted(call->public_base, id, replayed));
  const AccountId account = call->caller->key.account;
  const auto ended = [&context, account, id] {
    const Result<Request> request = context.requests.get(account, id);
    return !request.ok() || is_end(request->state);
  };
  const auto answer = [&context, call, account, id, replayed, respond] {
    Reply reply = accepted(call->public_base, id, replayed);
    const Result<Request> request = context.requests.get(account, id);
    if (request.ok() && is_end(request->state)) {
      reply.body =
          write_json(result_object(context, call->public_base, *request, /*include_cost=*/false));
    }
    const auto asked = preferred_wait(*call);
    respond(std::move(reply.with("Preference-Applied", concat("wait=", asked->count()))));
  };
  wait_for(context, id, *longest, ended, answer);
}

NewRequest new_request(Context& context, const Call& call, const catalog::Model& model,
                       const Binding& binding, const JsonObject& input, const Wishes& wishes) {
  const WallTime now = context.clock.wall();
  NewRequest fresh{context.ids.next<RequestId>(), call.caller->key.account, call.caller->key.id,
                   model.id, binding.engine};
  fresh.fallbacks = binding.fallbacks;
  fresh.priority = wishes.priority;
  fresh.input = write_json(input);
  fresh.tags = wishes.tags;
  fresh.created = now;
  if (wishes.start_within) fresh.start_by = now + *wishes.start_within;
  if (wishes.finish_within) fresh.finish_by = now + *wishes.finish_within;
  const store::Account& account = call.caller->account;
  fresh.retention = retention_of(context, account);
  // A request can only shorten what the owner keeps.
  if (wishes.retention && (!fresh.retention || *wishes.retention < *fresh.retention))
    fresh.retention = *wishes.retention;
  fresh.price = catalog::price_of(model, input);
  fresh.pictures = catalog::most_pictures(input);
  fresh.prepaid = account.prepaid;
  fresh.key_limits = call.caller->key.limits;
  fresh.account_limits = limits_of(context, account);
  fresh.webhook = wishes.webhook;
  fresh.webhook_intermediate = wishes.webhook_intermediate;
  fresh.quota_bytes = context.settings.quota_bytes;
  return fresh;
}

void submit(Context& context, const std::shared_ptr<const Call>& call, const Respond& respond) {
  const std::string& model_id = call->param("model_id");
  if (!catalog::is_model_id(model_id)) {
    return respond(
        problem(Error{ErrorCode::kInvalidIdentifier,
                      "a model id has 2 to 6 segments of letters, digits, '.', '_' and '-'"}));
  }
  const catalog::Model* model = context.catalog.find(model_id);
  if (!model)
    return respond(
        problem(Error{ErrorCode::kNotFound, "there is no such model; GET /v1/models lists them"}));

  const auto idempotency = idempotency_of(*call, model_id);
  if (!idempotency.ok()) return respond(problem(idempotency.error()));
  if (*idempotency) {
    // Before anything else is looked at: the repeat of an accepted call is answered like the first.
    const auto first = context.requests.replay(call->caller->key.account, **idempotency);
    if (!first.ok()) return respond(problem(first.error()));
    if (*first) return answer_submit(context, call, **first, /*replayed=*/true, respond);
  }

  if (auto refused = take_call(context, *call, CallKind::kSubmit))
    return respond(std::move(*refused));
  Wishes wishes;
  if (auto refused = read_query(context, *call, wishes)) return respond(std::move(*refused));
  if (wishes.priority > call->caller->key.highest_priority) {
    return respond(problem(Error{
        ErrorCode::kPermissionDenied,
        concat("this key's highest priority is ", name_of(call->caller->key.highest_priority))}));
  }
  const Result<Json> body = parse_json(call->body);
  if (!body.ok()) return respond(problem(body.error()));
  if (!body->is_object())
    return respond(problem(Error{ErrorCode::kInvalidJson, "the body must be a JSON object"}));
  catalog::Checked checked = catalog::check_input(*model, *body);
  if (!checked.faults.empty()) return respond(refuse_input(checked.faults));
  if (const auto allowed = judge(checked.completed); !allowed.ok()) {
    return respond(problem(allowed.error()));
  }
  std::vector<catalog::Fault> faults;
  Result<FoundInputs> found = find_inputs(context, *call, *model, checked.completed, faults);
  if (!faults.empty()) return respond(refuse_input(faults));
  if (!found.ok()) return respond(problem(found.error()));
  if (const auto closed = check_open(context)) return respond(problem(*closed));
  const Result<Binding> engine = bind_engine(context, *model, wishes);
  if (!engine.ok()) return respond(problem(engine.error()));
  if (wishes.dry_run) {
    return respond(dry_run(context, *model, checked.completed, found->first, engine->engine,
                           catalog::price_of(*model, checked.completed)));
  }

  catalog::draw_seed(checked.completed);
  if (const auto staged = stage_inputs(context, *found); !staged.ok())
    return respond(problem(staged.error()));
  NewRequest fresh = new_request(context, *call, *model, *engine, checked.completed, wishes);
  fresh.inputs = std::move(found->inputs);
  context.requests.enqueue(std::move(fresh), *idempotency,
                           [&context, call, respond](Result<store::Enqueued> kept) {
                             if (!kept.ok()) return respond(problem(kept.error()));
                             answer_submit(context, call, kept->id, kept->replayed, respond);
                           });
}

// Whether a submit takes microseconds: what is long to read or brings files is not for the network
// thread.
bool is_quick(const Context& context, const Call& call) {
  const catalog::Model* model = context.catalog.find(call.param("model_id"));
  return call.body.size() <= limits::kQuickBodyMax_bytes && (!model || model->files.empty());
}

}  // namespace

std::vector<Route> submit_routes(Context& context) {
  return {Route{
      .method = Method::kPost,
      .pattern = "/v1/models/{model_id...}",
      .access = Access::kUser,
      .body = BodyKind::kJson,
      .body_max_bytes = limits::kJsonBodyMax_bytes,
      .handler =
          [&context](std::shared_ptr<const Call> call, Respond respond) {
            if (is_quick(context, *call)) return submit(context, call, respond);
            context.scheduler.aside(
                [&context, call = std::move(call), respond] { submit(context, call, respond); });
          },
      .operation_id = "submit",
      .summary = "Submit a request; with 'Prefer: wait=N' the answer is the result if it ends "
                 "within N seconds",
      .tag = "Requests",
      .parameters =
          {
              {"Idempotency-Key", "header", "Two calls with one key are one request (24 h)",
               R"({"type":"string","minLength":1,"maxLength":255,"pattern":"^[!-~]+$"})"},
              {"priority", "query", "Within the key's highest",
               R"({"type":"string","enum":["low","normal","high"]})"},
              {"start_within", "query",
               "Seconds; fails with deadline-exceeded when not started by then",
               R"({"type":"integer","minimum":1,"maximum":3153600000})"},
              {"finish_within", "query",
               "Seconds; fails with deadline-exceeded when not finished by then",
               R"({"type":"integer","minimum":1,"maximum":3153600000})"},
              {"retention", "query", "Seconds that the result is kept; shortens only",
               R"({"type":"integer","minimum":0,"maximum":3153600000})"},
              {"engine", "query", "One of the engines configured for the model",
               R"({"type":"string","minLength":1})"},
              {"tags", "query", "A name for usage, or at most 16 with commas between",
               R"({"type":"string","pattern":"^[A-Za-z0-9._-]{1,64}$"})"},
              {"webhook", "query", "An https address that the end of the request is told to",
               R"({"type":"string","format":"uri","pattern":"^https://[a-z0-9.-]+(/[a-zA-Z0-9/]*)?$"})"},
              {"webhook_intermediate_status", "query", "Tell the states before the end too",
               R"({"type":"boolean"})"},
              {"dry_run", "query", "Validate and price it, run nothing", R"({"type":"boolean"})"},
          },
      .response_schema = "Submitted",
      .statuses = {200, 400, 402, 403, 404, 409, 413, 415, 422, 429, 503},
  }};
}

}  // namespace plantain::api
