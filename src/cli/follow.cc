#include "cli/follow.h"

#include "base/error_names.h"
#include "base/text.h"

namespace plantain::cli {
namespace {

constexpr int kPollWait_s = 20;
constexpr int kFailuresMax = 60;  // in a row, a second apart: a restart of the server is survived
constexpr Micros kPause = std::chrono::seconds(1);

bool is_end(std::string_view status) {
  return status == "succeeded" || status == "failed" || status == "cancelled";
}

// No answer, or one that asks for patience.
bool may_pass(ErrorCode code) { return is_retryable(code); }

void tell(const Watcher& watcher, const ServerEvent& event) {
  const Result<Json> data = parse_json(event.data);
  if (!data.ok()) return;  // the end is read from the result, not from events
  if (event.name == "status" && watcher.on_status) watcher.on_status(*data);
  if (event.name == "progress" && watcher.on_progress) watcher.on_progress(*data);
}

Result<Json> poll(ApiClient& api, const World& world, const std::string& request_id,
                  const Watcher& watcher) {
  int failures = 0;
  int wait_s = 0;  // the first question is answered at once
  while (true) {
    Result<Json> answer = api.call({.path = request_path(request_id, "/result"), .wait_s = wait_s});
    if (answer.ok()) {
      failures = 0;
      wait_s = kPollWait_s;
      if (is_end(text_or(*answer, "status", ""))) return answer;
      if (watcher.on_status) watcher.on_status(*answer);
    } else {
      if (!may_pass(answer.error().code) || ++failures >= kFailuresMax) return answer;
      world.sleep(kPause);
    }
  }
}

}  // namespace

Result<void> follow_events(ApiClient& api, const std::string& request_id,
                           const std::function<bool(const ServerEvent&)>& on_event,
                           const std::function<void()>& on_tick) {
  std::string last_id;
  while (true) {
    ApiCall call{.path = request_path(request_id, "/events"),
                 .headers = {{"Accept", "text/event-stream"}}};
    if (!last_id.empty()) call.headers.emplace_back("Last-Event-ID", last_id);
    EventParser parser;
    bool advanced = false;
    bool enough = false;
    const auto on_piece = [&](std::string_view piece) {
      for (const ServerEvent& event : parser.feed(piece)) {
        advanced = advanced || (!event.id.empty() && event.id != last_id);
        last_id = event.id.empty() ? last_id : event.id;
        enough = enough || !on_event(event);
      }
      return !enough;
    };
    Result<void> streamed = api.stream(call, on_piece, on_tick);
    if (enough) return {};
    const bool again = advanced && (streamed.ok() || may_pass(streamed.error().code));
    if (!again) return streamed;
  }
}

Result<Json> wait_for_result(ApiClient& api, const World& world, const std::string& request_id,
                             const Watcher& watcher) {
  const auto on_event = [&](const ServerEvent& event) {
    tell(watcher, event);
    return event.name != "done";
  };
  const Result<void> followed = follow_events(api, request_id, on_event, watcher.on_tick);
  if (!followed.ok() && followed.error().code == ErrorCode::kCancelled) return followed.error();
  return poll(api, world, request_id, watcher);
}

}  // namespace plantain::cli
