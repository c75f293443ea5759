#include "api/context.h"

#include <algorithm>

#include "base/limits.h"
#include "base/text.h"

namespace plantain::api {

std::vector<std::string> Context::candidates_of(const catalog::Model& model) const {
  std::vector<std::string> candidates = engines_of(model);
  const auto is_sketch = [](const std::string& engine) { return engine == "sketch"; };
  if (!std::all_of(candidates.begin(), candidates.end(), is_sketch))
    std::erase_if(candidates, is_sketch);
  return candidates;
}

bool Context::can_run(const catalog::Model& model) const {
  const std::vector<std::string>& engines = engines_of(model);
  return std::any_of(engines.begin(), engines.end(), [&](const std::string& engine) {
    return workers.has_worker(engine, model.id, limits::kWorkerSeen, /*since_start=*/false);
  });
}

Result<RequestId> request_id_of(std::string_view text) {
  if (auto id = RequestId::parse(text)) return *id;
  return Error{ErrorCode::kInvalidIdentifier, "a request id is a UUID in lower case"};
}

Result<bool> flag_of(const Call& call, std::string_view name) {
  const auto value = call.query_value(name);
  if (!value || *value == "false") return false;
  if (*value == "true") return true;
  return invalid(concat(name, " must be true or false"));
}

std::optional<std::chrono::seconds> preferred_wait(const Call& call) {
  const auto field = call.headers.get("Prefer");
  if (!field) return std::nullopt;
  for (const std::string& piece : split(*field, ',')) {
    const std::string_view wish = trim_ascii(std::string_view(piece).substr(0, piece.find(';')));
    if (!to_lower_ascii(wish).starts_with("wait=")) continue;
    std::string_view number = wish.substr(5);
    if (number.size() >= 2 && number.front() == '"' && number.back() == '"')
      number = number.substr(1, number.size() - 2);
    const auto seconds = parse_int(number);
    if (!seconds || *seconds < 0) return std::nullopt;
    return std::min<std::chrono::seconds>(std::chrono::seconds(*seconds), limits::kPreferWaitMax);
  }
  return std::nullopt;
}

namespace {

// One caller who waits. It lives while the hub or the timer may still call it.
struct Waiting {
  std::function<bool()> done;
  std::function<void()> answer;
  std::atomic<bool> answered = false;
  std::mutex mutex;
  std::shared_ptr<void> token;  // of the hub; dropped with the answer, which also ends the cycle

  void finish() {
    if (answered.exchange(true)) return;
    answer();
    const std::lock_guard lock(mutex);
    token.reset();
  }
};

}  // namespace

void wait_for(Context& context, const RequestId& id, std::chrono::seconds longest,
              std::function<bool()> done, std::function<void()> answer) {
  auto waiting = std::make_shared<Waiting>();
  waiting->done = std::move(done);
  waiting->answer = std::move(answer);
  const auto is_over = [&context, waiting] { return context.ending || waiting->done(); };
  auto token = context.hub.watch(id, /*progress_too=*/false, [waiting, is_over] {
    if (!waiting->answered && is_over()) waiting->finish();
  });
  {
    const std::lock_guard lock(waiting->mutex);
    if (!waiting->answered) waiting->token = std::move(token);
  }
  if (is_over()) return waiting->finish();
  context.scheduler.after(longest, [waiting] { waiting->finish(); });
}

}  // namespace plantain::api
