#include "api/events.h"

#include "api/problem.h"
#include "api/views.h"
#include "base/text.h"

namespace plantain::api {
namespace {

std::string event_text(std::string_view kind, std::optional<int64_t> id, const JsonObject& data) {
  std::string text;
  if (id) text += concat("id: ", *id, "\n");
  return text + concat("event: ", kind, "\ndata: ", write_json(data), "\n\n");
}

// One client's stream. Everything durable is read from the store when the client can take it, and
// of progress only the latest is kept by the hub, so that a stream costs no memory of its own.
class Feed final : public EventSource {
 public:
  Feed(Context& context, const Call& call, RequestId id, int64_t after)
      : context_(context),
        base_(call.public_base),
        key_(call.caller->key),
        id_(std::move(id)),
        after_(after) {}

  void on_wake(std::function<void()> wake) override {
    token_ = context_.hub.watch(id_, /*progress_too=*/true, std::move(wake));
  }

  Piece take() override {
    if (context_.hub.is_revoked(key_.id)) return Piece{": the key was revoked\n\n", true};
    if (context_.hub.is_disabled(key_.account)) return Piece{": the account is disabled\n\n", true};
    Piece piece;
    const auto events = context_.requests.events(id_, after_);
    if (!events.ok()) return Piece{": the request is gone\n\n", true};
    for (const store::StateEvent& event : *events) {
      if (!add_state(event, piece)) break;
    }
    if (!piece.last) add_progress(piece);
    return piece;
  }

 private:
  // False: the stream ends with this event.
  bool add_state(const store::StateEvent& event, Piece& piece) {
    const Result<Request> request = context_.requests.get(key_.account, id_);
    if (!request.ok()) {
      piece.bytes += ": the request was deleted\n\n";
      piece.last = true;
      return false;
    }
    after_ = event.sequence;
    if (is_end(event.state)) {
      piece.bytes +=
          event_text("done", event.sequence, result_object(context_, base_, *request, false));
      piece.last = true;
      return false;
    }
    JsonObject data{{"request_id", id_.text()},
                    {"status", status_name(event.state)},
                    {"attempt", event.attempt},
                    {"at", to_rfc3339(event.at)}};
    if (event.state == RequestState::kQueued && request->state == RequestState::kQueued) {
      const auto position = context_.requests.queue_position(id_);
      if (position.ok() && *position) data["queue_position"] = **position;
    }
    piece.bytes += event_text("status", event.sequence, data);
    return true;
  }

  void add_progress(Piece& piece) {
    const auto progress = context_.hub.progress(id_);
    if (!progress || progress->version == seen_) return;
    const int percent =
        progress->steps > 0 ? static_cast<int>(int64_t{100} * progress->step / progress->steps) : 0;
    piece.bytes += event_text("progress", std::nullopt,
                              JsonObject{{"stage", progress->stage},
                                         {"step", progress->step},
                                         {"steps", progress->steps},
                                         {"percent", std::min(percent, 99)}});
    if (progress->preview_version > seen_) {
      piece.bytes += event_text("preview", std::nullopt, JsonObject{{"image", progress->preview}});
    }
    seen_ = progress->version;
  }

  Context& context_;
  const std::string base_;
  const store::Key key_;
  const RequestId id_;
  int64_t after_;     // the last durable event that was sent
  int64_t seen_ = 0;  // the last progress that was sent
  std::shared_ptr<void> token_;
};

void events(Context& context, const std::shared_ptr<const Call>& call, const Respond& respond) {
  const Result<RequestId> id = request_id_of(call->param("request_id"));
  if (!id.ok()) return respond(problem(id.error()));
  const Result<Request> request = context.requests.get(call->caller->key.account, *id);
  if (!request.ok()) return respond(problem(request.error()));

  const auto last = call->headers.get("Last-Event-ID");
  const int64_t after = last ? parse_int(*last).value_or(0) : 0;
  if (is_end(request->state)) {
    const auto rest = context.requests.events(*id, after);
    if (rest.ok() && rest->empty()) {
      Reply seen;
      seen.status = 204;  // "done" was seen: do not reconnect
      return respond(std::move(seen));
    }
  }
  Reply reply;
  reply.body = std::shared_ptr<EventSource>(std::make_shared<Feed>(context, *call, *id, after));
  reply.with("Content-Type", "text/event-stream").with("Cache-Control", "no-store");
  respond(std::move(reply));
}

}  // namespace

std::vector<Route> event_routes(Context& context) {
  return {Route{
      .method = Method::kGet,
      .pattern = "/v1/requests/{request_id}/events",
      .access = Access::kUser,
      .handler = [&context](std::shared_ptr<const Call> call,
                            Respond respond) { events(context, call, respond); },
      .operation_id = "events",
      .summary = "Server-sent events: status, progress, preview, done",
      .tag = "Requests",
      .parameters = {{"request_id", "path", "The request", R"({"type":"string","format":"uuid"})"},
                     {"Last-Event-ID", "header", "Resume behind this event",
                      R"({"type":"string","pattern":"^[0-9]{1,15}$"})"}},
      .response_schema = "text/event-stream",
      .statuses = {200, 204, 400, 404}}};
}

}  // namespace plantain::api
