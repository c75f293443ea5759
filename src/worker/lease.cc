#include "worker/lease.h"

#include <utility>

#include "base/error_names.h"
#include "base/limits.h"
#include "base/text.h"

namespace plantain::worker {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kBeatTimeout{3'000};
constexpr milliseconds kBetweenReports{50};
constexpr milliseconds kSameAgain{5'000};  // well within limits::kStall

std::string lease_path(const Lease& lease, std::string_view call) {
  return concat("/internal/v1/leases/", lease.id, "/", call);
}

// The code behind a problem's type: "/docs/errors#worker-lost".
Error error_of(const net::HttpAnswer& answer) {
  const Result<Json> problem = parse_json(answer.body);
  const std::string type = problem.ok() ? text_or(*problem, "type", "") : "";
  const std::string message = problem.ok() ? text_or(*problem, "detail", "") : "";
  const auto code = error_code_from_name(type.substr(type.find('#') + 1));
  const ErrorCode otherwise = answer.status >= 500 ? ErrorCode::kUnavailable : ErrorCode::kInternal;
  return Error{answer.status == 409 ? ErrorCode::kConflict : code.value_or(otherwise),
               message.empty() ? concat("the server answered ", answer.status) : message};
}

}  // namespace

Calls::Calls(const Link& link) : link_(link), http_(link.socket) {}

Result<Json> Calls::post(const std::string& path, const JsonObject& body, milliseconds timeout,
                         const std::atomic<bool>* abort) {
  return send(net::HttpRequest{.method = "POST",
                               .url = link_.base + path,
                               .headers = {{"Content-Type", "application/json"}},
                               .body = write_json(body),
                               .timeout = timeout,
                               .abort = abort});
}

Result<Json> Calls::put(const std::string& path, const JsonObject& body, milliseconds timeout,
                        const std::atomic<bool>* abort) {
  return send(net::HttpRequest{.method = "PUT",
                               .url = link_.base + path,
                               .headers = {{"Content-Type", "application/json"}},
                               .body = write_json(body),
                               .timeout = timeout,
                               .abort = abort});
}

Result<Json> Calls::put(const std::string& path, std::string bytes, milliseconds timeout,
                        const std::atomic<bool>* abort) {
  return send(net::HttpRequest{.method = "PUT",
                               .url = link_.base + path,
                               .headers = {{"Content-Type", "application/octet-stream"}},
                               .body = std::move(bytes),
                               .timeout = timeout,
                               .abort = abort});
}

Result<std::string> Calls::get(std::string_view address, std::size_t most, milliseconds timeout,
                               const std::atomic<bool>* abort) {
  const std::size_t host = address.find("://");
  const std::size_t path = host == std::string_view::npos ? 0 : address.find('/', host + 3);
  if (path == std::string_view::npos)
    return Error{ErrorCode::kCorrupt, "the server named a file without a path"};
  Result<net::HttpAnswer> answer =
      exchange(net::HttpRequest{.url = concat(link_.base, address.substr(path)),
                                .timeout = timeout,
                                .answer_max_bytes = most,
                                .abort = abort});
  if (!answer.ok()) return answer.error();
  return std::move(answer->body);
}

Result<net::HttpAnswer> Calls::exchange(net::HttpRequest request) {
  request.headers.emplace_back("Authorization", "Bearer " + link_.token);
  Result<net::HttpAnswer> answer = http_.send(request);
  if (!answer.ok()) return answer;
  if (answer->status < 200 || answer->status > 299) return error_of(*answer);
  return answer;
}

Result<Json> Calls::send(net::HttpRequest request) {
  const Result<net::HttpAnswer> answer = exchange(std::move(request));
  if (!answer.ok()) return answer.error();
  if (answer->body.empty()) return Json(nullptr);
  return parse_json(answer->body);
}

Result<Lease> Lease::parse(const Json& answer) {
  Lease lease{text_or(answer, "lease_id", ""),
              text_or(answer, "request_id", ""),
              static_cast<int>(int_or(answer, "attempt", 0)),
              text_or(answer, "model_id", ""),
              {},
              {}};
  const Json* const input = find(answer, "input");
  if (lease.id.empty() || lease.request_id.empty() || input == nullptr || !input->is_object()) {
    return Error{ErrorCode::kCorrupt, "the server's lease lacks lease_id, request_id or input"};
  }
  lease.input = input->get_object();
  if (const Json* const inputs = find(answer, "inputs"); inputs != nullptr && inputs->is_array()) {
    for (const Json& address : inputs->get_array()) {
      if (address.is_string()) lease.inputs.emplace_back(view(address.get_string()));
    }
  }
  if (const Json* const steps = find(answer, "steps"); steps && steps->is_array())
    lease.steps = steps->get_array();
  return lease;
}

Keeper::Keeper(const Link& link, const Lease& lease)
    : link_(link),
      lease_(lease),
      good_until_(steady_clock::now() + limits::kLease),
      thread_([this] { run(); }) {}

Keeper::~Keeper() {
  {
    const std::lock_guard lock(mutex_);
    done_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void Keeper::progress(std::string_view stage, int step, int steps) {
  const std::lock_guard lock(mutex_);
  const auto now = steady_clock::now();
  const bool same = latest_.stage == stage && latest_.step == step && latest_.steps == steps;
  if (same && now - latest_at_ < kSameAgain) return;
  latest_ = Report{std::string(stage), step, steps, {}};
  latest_at_ = now;
  if (!pending_) pending_.emplace();
  pending_->stage = stage;
  pending_->step = step;
  pending_->steps = steps;
  wake_.notify_all();
}

void Keeper::preview(std::string data_uri) {
  const std::lock_guard lock(mutex_);
  if (!pending_) pending_ = latest_;
  pending_->preview = std::move(data_uri);
}

void Keeper::run() {
  Calls calls(link_);
  auto next_beat = steady_clock::now() + limits::kHeartbeat;
  auto next_report = steady_clock::now();
  std::unique_lock lock(mutex_);
  while (!done_ && !lost_) {
    const auto until = pending_ ? std::min(next_beat, next_report) : next_beat;
    wake_.wait_until(lock, until,
                     [&] { return done_ || (pending_ && steady_clock::now() >= next_report); });
    if (done_) return;
    const auto now = steady_clock::now();
    std::optional<Report> report;
    if (pending_ && now >= next_report) report = std::exchange(pending_, std::nullopt);
    lock.unlock();
    if (report) {
      send(calls, *report);
      next_report = steady_clock::now() + kBetweenReports;
    }
    if (now >= next_beat) {
      beat(calls);
      next_beat = std::max(next_beat + limits::kHeartbeat, steady_clock::now());
    }
    lock.lock();
  }
}

void Keeper::beat(Calls& calls) {
  const Result<Json> answer = calls.post(lease_path(lease_, "heartbeat"), {}, kBeatTimeout);
  if (answer.ok()) {
    good_until_ = steady_clock::now() +
                  std::chrono::seconds(int_or(*answer, "lease_s", limits::kLease.count()));
    if (bool_or(*answer, "cancel", false)) cancel_ = stop_ = true;
  } else if (answer.error().code != ErrorCode::kUnavailable || steady_clock::now() > good_until_) {
    lose();
  }
}

void Keeper::send(Calls& calls, const Report& report) {
  JsonObject body{{"stage", report.stage}, {"step", report.step}, {"steps", report.steps}};
  if (!report.preview.empty()) body["preview"] = report.preview;
  const Result<Json> answer = calls.post(lease_path(lease_, "progress"), body, kBeatTimeout);
  if (!answer.ok() && answer.error().code == ErrorCode::kConflict) lose();
}

void Keeper::lose() { lost_ = stop_ = true; }

}  // namespace plantain::worker
