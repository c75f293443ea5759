#include "api/requests.h"

#include <algorithm>

#include "api/inputs.h"
#include "api/problem.h"
#include "api/views.h"
#include "base/limits.h"
#include "base/text.h"

namespace plantain::api {
namespace {

Result<Request> request_of(Context& context, const Call& call) {
  const Result<RequestId> id = request_id_of(call.param("request_id"));
  if (!id.ok()) return id.error();
  return context.requests.get(call.caller->key.account, *id);
}

Reply no_store(Reply reply) {
  reply.with("Cache-Control", "no-store");
  return reply;
}

// When to ask again, in seconds.
Reply with_hint(Context& context, Reply reply, const Request& request) {
  if (is_end(request.state)) return reply;
  const Result<Json> input = parse_json(request.input);
  const auto typical =
      input.ok() ? context.workers.typical(run_kind(request.model_id, *input)) : std::nullopt;
  const int64_t seconds = typical ? std::clamp<int64_t>(typical->count() / 4'000'000, 1, 10) : 1;
  reply.with("Retry-After", concat(seconds));
  return reply;
}

using View = std::function<JsonObject(const Request&)>;

// Answers `view` of the request: at once, or, with "Prefer: wait", when `ready` says so.
void show(Context& context, const std::shared_ptr<const Call>& call, const Respond& respond,
          const View& view,
          const std::function<bool(const Request& first, const Request& now)>& ready) {
  const Result<Request> request = request_of(context, *call);
  if (!request.ok()) return respond(problem(request.error()));
  const auto longest = preferred_wait(*call);
  if (!longest)
    return respond(with_hint(context, no_store(json_reply(200, view(*request))), *request));

  const RequestId id = request->id;
  const AccountId account = request->account;
  const auto done = [&context, account, id, ready, first = *request] {
    const Result<Request> now = context.requests.get(account, id);
    return !now.ok() || ready(first, *now);
  };
  const auto answer = [&context, account, id, view, respond, waited = longest->count()] {
    const Result<Request> now = context.requests.get(account, id);
    if (!now.ok()) return respond(problem(now.error()));
    Reply reply = with_hint(context, no_store(json_reply(200, view(*now))), *now);
    respond(std::move(reply.with("Preference-Applied", concat("wait=", waited))));
  };
  wait_for(context, id, *longest, done, answer);
}

void status(Context& context, const std::shared_ptr<const Call>& call, const Respond& respond) {
  show(
      context, call, respond,
      [&context, call](const Request& request) {
        return status_object(context, call->public_base, request);
      },
      [](const Request& first, const Request& now) {
        return is_end(now.state) || status_name(first.state) != status_name(now.state);
      });
}

void result(Context& context, const std::shared_ptr<const Call>& call, const Respond& respond) {
  const Result<bool> include_cost = flag_of(*call, "include_cost");
  if (!include_cost.ok()) return respond(problem(include_cost.error()));
  show(
      context, call, respond,
      [&context, call, include_cost = *include_cost](const Request& request) {
        return result_object(context, call->public_base, request, include_cost);
      },
      [](const Request&, const Request& now) { return is_end(now.state); });
}

JsonObject whole_object(Context& context, const std::string& base, const Request& request) {
  JsonObject object = status_object(context, base, request);
  const Result<Json> input = parse_json(request.input);
  const auto files = context.files.inputs(request.id);
  if (input.ok() && input->is_object() && files.ok()) {
    object["input"] = show_inputs(context, base, context.catalog.find(request.model_id),
                                  input->get_object(), *files, request.expires, /*all=*/false);
  } else {
    object["input"] = input.ok() ? *input : Json(nullptr);
  }
  object["engine"] = request.engine;
  object["priority"] = name_of(request.priority);
  object["tags"] = JsonArray(request.tags.begin(), request.tags.end());
  object["expires_at"] = request.expires ? Json(to_rfc3339(*request.expires)) : Json(nullptr);
  object["result"] =
      is_end(request.state) ? Json(result_object(context, base, request, true)) : Json(nullptr);
  return object;
}

// A line of the history: what a list needs to show, without the whole input.
JsonObject listed_object(Context& context, const std::string& base, const Request& request) {
  JsonObject object = status_object(context, base, request);
  const Result<Json> input = parse_json(request.input);
  if (input.ok()) object["prompt"] = text_or(*input, "prompt", "");
  object["tags"] = JsonArray(request.tags.begin(), request.tags.end());
  object["thumbnail_url"] = nullptr;
  for (const OutputFile& file : request.outputs) {
    if (!file.thumbnail) continue;
    object["thumbnail_url"] = base + context.signer.path(file.name, request.expires);
    break;
  }
  object["images"] = std::count_if(request.outputs.begin(), request.outputs.end(),
                                   [](const OutputFile& file) { return !file.thumbnail; });
  return object;
}

bool is_status(std::string_view text) {
  return text == "in_queue" || text == "in_progress" || text == "completed" || text == "cancelled";
}

Result<store::ListQuery> list_query(const Call& call) {
  store::ListQuery query{.account = call.caller->key.account};
  if (const auto value = call.query_value("status")) {
    if (!is_status(*value))
      return invalid("status must be in_queue, in_progress, completed or cancelled");
    query.status = std::string(*value);
  }
  if (const auto value = call.query_value("model_id")) query.model_id = std::string(*value);
  if (const auto value = call.query_value("tags")) query.tags = split(*value, ',');
  if (const auto value = call.query_value("q")) query.text = std::string(*value);
  if (const auto value = call.query_value("limit")) {
    const auto limit = parse_int(*value);
    if (!limit || *limit < 1 || *limit > limits::kListMax) {
      return invalid(concat("limit must be 1 to ", limits::kListMax));
    }
    query.limit = static_cast<int>(*limit);
  }
  if (const auto value = call.query_value("cursor")) {
    query.before = RequestId::parse(*value);
    if (!query.before) return invalid("cursor must be a next_cursor of this list");
  }
  return query;
}

Reply list(Context& context, const Call& call) {
  Result<store::ListQuery> query = list_query(call);
  if (!query.ok()) return problem(query.error());
  const Result<std::vector<Request>> page = context.requests.list(*query);
  if (!page.ok()) return problem(page.error());
  JsonArray requests;
  for (const Request& request : *page)
    requests.push_back(listed_object(context, call.public_base, request));
  const bool more = static_cast<int>(page->size()) == query->limit;
  return no_store(json_reply(
      200, JsonObject{{"requests", std::move(requests)},
                      {"next_cursor", more ? Json(page->back().id.text()) : Json(nullptr)}}));
}

JsonObject cancelled_object(const RequestId& id, const store::Cancelled& cancelled) {
  return JsonObject{{"request_id", id.text()},
                    {"status", status_name(cancelled.state)},
                    {"outcome", cancelled.cancellable ? "cancelled" : "not_cancellable"}};
}

void cancel(Context& context, const std::shared_ptr<const Call>& call, const Respond& respond) {
  const Result<RequestId> id = request_id_of(call->param("request_id"));
  if (!id.ok()) return respond(problem(id.error()));
  const Result<bool> running = flag_of(*call, "running");
  if (!running.ok()) return respond(problem(running.error()));
  context.requests.cancel(
      call->caller->key.account, *id, *running, [id = *id, respond](Result<store::Cancelled> done) {
        respond(done.ok() ? no_store(json_reply(202, cancelled_object(id, *done)))
                          : problem(done.error()));
      });
}

// Cancels the matching ones of a page one after the other and answers when the last is done.
struct BulkCancel : std::enable_shared_from_this<BulkCancel> {
  BulkCancel(Context& c, AccountId a, std::vector<RequestId> i, bool r, Respond f)
      : context(c), account(std::move(a)), ids(std::move(i)), running(r), respond(std::move(f)) {}

  void next() {
    if (at == ids.size()) {
      return respond(no_store(json_reply(202, JsonObject{{"requests", std::move(done)}})));
    }
    context.requests.cancel(
        account, ids[at], running, [self = shared_from_this()](Result<store::Cancelled> answer) {
          // One that was deleted meanwhile is simply no longer there.
          if (answer.ok()) self->done.push_back(cancelled_object(self->ids[self->at], *answer));
          ++self->at;
          self->next();
        });
  }

  Context& context;
  AccountId account;
  std::vector<RequestId> ids;
  bool running;
  Respond respond;
  size_t at = 0;
  JsonArray done;
};

Result<store::ListQuery> bulk_query(const Call& call) {
  store::ListQuery query{.account = call.caller->key.account, .limit = limits::kListMax};
  const Result<Json> body =
      call.body.empty() ? Result<Json>(Json(JsonObject())) : parse_json(call.body);
  if (!body.ok()) return body.error();
  if (!body->is_object()) return Error{ErrorCode::kInvalidJson, "the body must be a JSON object"};
  for (const auto& member : body->get_object()) {
    const std::string name(member.key());
    const Json& value = member.value();
    if (name == "status" && value.is_string() && is_status(view(value.get_string()))) {
      query.status = std::string(view(value.get_string()));
    } else if (name == "model_id" && value.is_string()) {
      query.model_id = std::string(view(value.get_string()));
    } else if (name == "tags" && value.is_array()) {
      for (const Json& tag : value.get_array()) {
        if (!tag.is_string()) return invalid("tags must be a list of names");
        query.tags.emplace_back(view(tag.get_string()));
      }
    } else {
      return invalid(concat(
          name,
          " is not a filter here, or not of its kind; filters are model_id, status and tags"));
    }
  }
  return query;
}

void cancel_many(Context& context, const std::shared_ptr<const Call>& call,
                 const Respond& respond) {
  Result<store::ListQuery> query = bulk_query(*call);
  if (!query.ok()) return respond(problem(query.error()));
  const Result<bool> running = flag_of(*call, "running");
  if (!running.ok()) return respond(problem(running.error()));
  std::vector<RequestId> ids;
  for (const char* status : {"in_queue", "in_progress"}) {
    if (query->status.value_or(status) != status ||
        (!*running && std::string_view(status) == "in_progress"))
      continue;
    store::ListQuery page = *query;
    page.status = status;
    while (true) {
      const Result<std::vector<Request>> found = context.requests.list(page);
      if (!found.ok()) return respond(problem(found.error()));
      for (const Request& request : *found) ids.push_back(request.id);
      if (static_cast<int>(found->size()) < page.limit) break;
      page.before = found->back().id;
    }
  }
  std::make_shared<BulkCancel>(context, call->caller->key.account, std::move(ids), *running,
                               respond)
      ->next();
}

void remove(Context& context, const std::shared_ptr<const Call>& call, const Respond& respond) {
  const Result<RequestId> id = request_id_of(call->param("request_id"));
  if (!id.ok()) return respond(problem(id.error()));
  context.requests.remove(call->caller->key.account, *id, [respond](Result<void> done) {
    if (!done.ok()) return respond(problem(done.error()));
    Reply reply;
    reply.status = 204;
    respond(std::move(reply));
  });
}

using Async = void (*)(Context&, const std::shared_ptr<const Call>&, const Respond&);

Handler bound(Context& context, Async handler) {
  return [&context, handler](std::shared_ptr<const Call> call, Respond respond) {
    handler(context, call, respond);
  };
}

constexpr Parameter kRequestId = {"request_id", "path", "The request",
                                  R"({"type":"string","format":"uuid"})"};
constexpr Parameter kPrefer = {"Prefer", "header",
                               "wait=N answers when it has changed, or N seconds have passed",
                               R"({"type":"string","pattern":"^wait=[0-9]{1,3}$"})"};
constexpr Parameter kRunning = {"running", "query", "Also stop what already runs",
                                R"({"type":"boolean"})"};

std::vector<Route> reading_routes(Context& context) {
  return {
      Route{.method = Method::kGet,
            .pattern = "/v1/requests/{request_id}/status",
            .access = Access::kUser,
            .handler = bound(context, status),
            .operation_id = "status",
            .summary = "The state of a request",
            .tag = "Requests",
            .parameters = {kRequestId, kPrefer},
            .response_schema = "Status",
            .statuses = {200, 400, 404}},
      Route{.method = Method::kGet,
            .pattern = "/v1/requests/{request_id}/result",
            .access = Access::kUser,
            .handler = bound(context, result),
            .operation_id = "result",
            .summary = "The result of a request, or its state while it is not finished",
            .tag = "Requests",
            .parameters = {kRequestId,
                           kPrefer,
                           {"include_cost", "query", "Add the cost", R"({"type":"boolean"})"}},
            .response_schema = "Result",
            .statuses = {200, 400, 404, 422}},
      Route{.method = Method::kGet,
            .pattern = "/v1/requests",
            .access = Access::kUser,
            .slow = true,
            .handler = [&context](std::shared_ptr<const Call> call,
                                  Respond respond) { respond(list(context, *call)); },
            .operation_id = "list_requests",
            .summary = "The account's requests, newest first",
            .tag = "Requests",
            .parameters =
                {{"status", "query", "Only these",
                  R"({"type":"string","enum":["in_queue","in_progress","completed","cancelled"]})"},
                 {"model_id", "query", "Only of this model", R"({"type":"string"})"},
                 {"tags", "query", "With all of these, commas between", R"({"type":"string"})"},
                 {"q", "query", "Text in the prompt", R"({"type":"string"})"},
                 {"limit", "query", "At most so many",
                  R"({"type":"integer","minimum":1,"maximum":200})"},
                 {"cursor", "query", "next_cursor of the page before",
                  R"({"type":"string","format":"uuid"})"}},
            .response_schema = "RequestList",
            .statuses = {200, 422}},
      Route{.method = Method::kGet,
            .pattern = "/v1/requests/{request_id}",
            .access = Access::kUser,
            .handler =
                [&context](std::shared_ptr<const Call> call, Respond respond) {
                  const Result<Request> request = request_of(context, *call);
                  respond(request.ok()
                              ? no_store(json_reply(
                                    200, whole_object(context, call->public_base, *request)))
                              : problem(request.error()));
                },
            .operation_id = "get_request",
            .summary = "All of a request: input, status, result",
            .tag = "Requests",
            .parameters = {kRequestId},
            .response_schema = "Request",
            .statuses = {200, 400, 404}},
  };
}

}  // namespace

std::vector<Route> request_routes(Context& context) {
  std::vector<Route> routes = reading_routes(context);
  routes.push_back(Route{.method = Method::kPost,
                         .pattern = "/v1/requests/cancel",
                         .access = Access::kUser,
                         .body = BodyKind::kJson,
                         .body_max_bytes = limits::kKiB * 64,
                         .slow = true,
                         .handler = bound(context, cancel_many),
                         .operation_id = "cancel_many",
                         .summary = "Cancel all that match a filter",
                         .tag = "Requests",
                         .parameters = {kRunning},
                         .request_schema = "CancelFilter",
                         .response_schema = "CancelledList",
                         .statuses = {202, 400, 413, 415, 422}});
  routes.push_back(Route{.method = Method::kPost,
                         .pattern = "/v1/requests/{request_id}/cancel",
                         .access = Access::kUser,
                         .handler = bound(context, cancel),
                         .operation_id = "cancel",
                         .summary = "Cancel a queued request; with running=true also a running one",
                         .tag = "Requests",
                         .parameters = {kRequestId, kRunning},
                         .response_schema = "Cancelled",
                         .statuses = {202, 400, 404, 422}});
  routes.push_back(Route{.method = Method::kDelete,
                         .pattern = "/v1/requests/{request_id}",
                         .access = Access::kUser,
                         .handler = bound(context, remove),
                         .operation_id = "delete_request",
                         .summary = "Delete a request with its files for good",
                         .tag = "Requests",
                         .parameters = {kRequestId},
                         .statuses = {204, 400, 404}});
  return routes;
}

}  // namespace plantain::api
