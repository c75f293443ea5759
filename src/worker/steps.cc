#include "worker/steps.h"

#include <utility>

#include "base/crypto.h"
#include "base/text.h"

namespace plantain::worker {

class Steps::Call final : public engine::PaidCall {
 public:
  Call(const Steps& steps, int n) : steps_(steps), n_(n) {}

  // As the server keeps it.
  void read(const Json& step) {
    state_ = text_or(step, "state", "");
    call_ = int_or(step, "call", 0);
    doubts_ = static_cast<int>(int_or(step, "doubts", 0));
    upstream_id_ = text_or(step, "upstream_id", "");
  }

  std::string key() const override {
    return to_hex(sha256(concat(steps_.request_id_, "/", n_))).substr(0, 32);
  }
  std::string accepted_as() const override { return state_ == "accepted" ? upstream_id_ : ""; }
  int in_doubt() const override { return doubts_ + (state_ == "intent" ? 1 : 0); }

  Result<void> intend() override { return put("intent", call_ + 1); }
  Result<void> answered() override { return put("answered", call_); }
  Result<void> accepted(const std::string& upstream_id) override {
    return put("accepted", call_, {{"upstream_id", upstream_id}});
  }
  Result<void> done(JsonObject outputs) {
    // Engines that pay nobody have nothing to remember.
    if (state_.empty()) return {};
    return put("done", call_, {{"outputs", std::move(outputs)}});
  }

 private:
  Result<void> put(std::string_view state, int64_t call, JsonObject more = {}) {
    more["state"] = state;
    more["call"] = call;
    more["engine"] = steps_.engine_;
    const Result<Json> kept = steps_.put_(n_, more);
    if (!kept.ok()) return kept.error();
    read(*kept);
    return {};
  }

  const Steps& steps_;
  const int n_;
  std::string state_;  // empty: never called
  int64_t call_ = 0;
  int doubts_ = 0;
  std::string upstream_id_;
};

Steps::Steps(std::string request_id, std::string engine, const JsonArray& known, Put put)
    : request_id_(std::move(request_id)), engine_(std::move(engine)), put_(std::move(put)) {
  for (const Json& step : known) {
    const int n = static_cast<int>(int_or(step, "n", -1));
    auto call = std::make_unique<Call>(*this, n);
    call->read(step);
    calls_[n] = std::move(call);
    const Json* const outputs = find(step, "outputs");
    if (text_or(step, "state", "") == "done" && outputs && outputs->is_object())
      kept_[n] = outputs->get_object();
  }
}

Steps::~Steps() = default;

engine::PaidCall& Steps::call(int n) {
  std::unique_ptr<Call>& call = calls_[n];
  if (!call) call = std::make_unique<Call>(*this, n);
  return *call;
}

std::optional<JsonObject> Steps::kept(int n) const {
  const auto at = kept_.find(n);
  if (at == kept_.end()) return std::nullopt;
  return at->second;
}

Result<void> Steps::done(int n, JsonObject outputs) {
  call(n);
  return calls_[n]->done(std::move(outputs));
}

}  // namespace plantain::worker
