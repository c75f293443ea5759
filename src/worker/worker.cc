#include "worker/worker.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <thread>
#include <utility>

#include "base/crypto.h"
#include "base/error_names.h"
#include "base/exchange_limits.h"
#include "base/limits.h"
#include "base/text.h"
#include "engine/engines.h"
#include "request/request.h"
#include "worker/breaker.h"
#include "worker/picture_reader.h"
#include "worker/run_request.h"
#include "worker/steps.h"

namespace plantain::worker {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kClaimSlack{10'000};  // beyond the long poll
constexpr milliseconds kCallTimeout{30'000};
constexpr milliseconds kUploadTimeout{300'000};
constexpr milliseconds kRetryFirst{50};
constexpr milliseconds kRetryMost{5'000};
constexpr milliseconds kBetweenTurns{1'000};  // while a provider is away
constexpr milliseconds kFinishFor{60'000};    // how long a finish is offered to a silent server

// Pauses that grow, cut short by a wish to stop.
class Pause {
 public:
  explicit Pause(const std::atomic<bool>& stop) : stop_(stop) {}
  void take() {
    const auto until = steady_clock::now() + next_;
    while (!stop_ && steady_clock::now() < until)
      std::this_thread::sleep_for(std::min(next_, kRetryFirst));
    next_ = std::min(next_ * 2, kRetryMost);
  }
  void reset() { next_ = kRetryFirst; }

 private:
  const std::atomic<bool>& stop_;
  milliseconds next_ = kRetryFirst;
};

// Runs one lease.
class LeaseRun final : public RunWatcher {
 public:
  LeaseRun(const Options& options, const Lease& lease, engine::Engine& engine, const Stop& stop)
      : options_(options),
        lease_(lease),
        engine_(engine),
        stop_(stop),
        calls_(options.link),
        keeper_(options.link, lease),
        steps_(lease.request_id, std::string(engine.name()), lease.steps,
               [this](int n, const JsonObject& body) { return put_step(n, body); }) {}

  // What became of it, for the log.
  std::string run() {
    Result<JsonObject> metadata = make();
    if (keeper_.lost()) return "lost";
    if (metadata.ok())
      return finish(JsonObject{{"outcome", "succeeded"},
                               {"outputs", std::move(outputs_)},
                               {"metadata", std::move(*metadata)}});
    if (keeper_.cancel_wished()) return finish(JsonObject{{"outcome", "cancelled"}});
    if (stop_.give_back) return finish(JsonObject{{"outcome", "released"}});
    const Error& error = metadata.error();
    failure_ = error.code;
    return finish(JsonObject{
        {"outcome", "failed"},
        {"error", JsonObject{{"code", name_of(error.code)}, {"message", error.message}}}});
  }

  std::string_view model_id() const override { return lease_.model_id; }
  bool is_unwanted() const override { return keeper_.cancel_wished() && !keeper_.lost(); }
  engine::PaidCall* paid_call(int d) override { return &steps_.call(d); }

  std::optional<JsonObject> kept(int d, int first_n) override {
    const std::optional<JsonObject> outputs = steps_.kept(d);
    if (!outputs || !outputs->contains("files") || !outputs->contains("record"))
      return std::nullopt;
    for (const Json& file : outputs->at("files").as_array()) {
      JsonObject output = file.as_object();
      output["n"] = int_or(file, "n", 0) + first_n;
      outputs_.push_back(std::move(output));
    }
    files_of_steps_ = outputs_.size();
    return outputs->at("record").as_object();
  }

  Result<void> finished(int d, int first_n, const JsonObject& record) override {
    JsonArray files;
    for (; files_of_steps_ < outputs_.size(); ++files_of_steps_) {
      JsonObject file = outputs_[files_of_steps_].as_object();
      file["n"] = int_or(file, "n", 0) - first_n;
      files.push_back(std::move(file));
    }
    return steps_.done(d, JsonObject{{"record", record}, {"files", std::move(files)}});
  }

  // Why it failed, once run() has ended.
  std::optional<ErrorCode> failure() const { return failure_; }

  bool keep_going(std::string_view stage, int step, int steps) override {
    keeper_.progress(stage, step, steps);
    return !keeper_.stop_flag() && !stop_.give_back;
  }

  void preview(const image::Pixels& small) override {
    const Result<std::string> jpeg =
        image::encode(small, image::Format::kJpeg, image::Provenance{});
    if (jpeg.ok()) keeper_.preview("data:image/jpeg;base64," + to_base64(*jpeg));
  }

  Result<void> take(MadeFile file) override {
    JsonObject output{{"n", file.n},
                      {"thumbnail", file.thumbnail},
                      {"sha256", to_hex(sha256(file.bytes))},
                      {"bytes", file.bytes.size()},
                      {"content_type", file.content_type},
                      {"width", file.width},
                      {"height", file.height}};
    Pause pause(keeper_.stop_flag());
    while (true) {
      const Result<Json> answer = calls_.put(path(concat("outputs/", file.n)), file.bytes,
                                             kUploadTimeout, &keeper_.stop_flag());
      if (answer.ok()) {
        output["blob_id"] = text_or(*answer, "blob_id", "");
        outputs_.push_back(std::move(output));
        return {};
      }
      if (answer.error().code != ErrorCode::kUnavailable) return answer.error();
      pause.take();
      if (keeper_.stop_flag())
        return Error{ErrorCode::kCancelled, "stopped while a file was on its way"};
    }
  }

 private:
  Result<JsonObject> make() {
    Result<std::vector<image::Pixels>> references = read_inputs();
    if (!references.ok()) return references.error();
    return run_request(lease_.input, std::move(*references), engine_, *this);
  }

  Result<std::vector<image::Pixels>> read_inputs() {
    std::vector<image::Pixels> pictures;
    const int count = static_cast<int>(lease_.inputs.size());
    if (count > limits::kReferencesMax)
      return invalid(concat("a request may have ", limits::kReferencesMax, " input pictures"));
    for (const std::string& address : lease_.inputs) {
      if (!keep_going("inputs", static_cast<int>(pictures.size()), count))
        return Error{ErrorCode::kCancelled, "stopped while inputs were read"};
      const Result<std::string> bytes = fetch(address);
      if (!bytes.ok()) return bytes.error();
      Result<image::Pixels> picture = read_picture(options_.program, *bytes, keeper_.stop_flag());
      if (!picture.ok()) {
        return Error{picture.error().code,
                     concat("input picture ", pictures.size() + 1, ": ", picture.error().message)};
      }
      pictures.push_back(std::move(*picture));
    }
    return pictures;
  }

  // Asked for again while the server does not answer.
  Result<std::string> fetch(const std::string& address) {
    Pause pause(keeper_.stop_flag());
    while (true) {
      Result<std::string> bytes =
          calls_.get(address, limits::kInputFilmMax_bytes, kUploadTimeout, &keeper_.stop_flag());
      if (bytes.ok() || bytes.error().code != ErrorCode::kUnavailable) return bytes;
      pause.take();
      if (keeper_.stop_flag())
        return Error{ErrorCode::kCancelled, "stopped while an input was on its way"};
    }
  }

  std::string path(std::string_view call) const {
    return concat("/internal/v1/leases/", lease_.id, "/", call);
  }

  // Said until the server has answered: repeating it changes nothing.
  Result<Json> put_step(int n, const JsonObject& body) {
    Pause pause(keeper_.lost_flag());
    while (true) {
      Result<Json> answer =
          calls_.put(path(concat("steps/", n)), body, kCallTimeout, &keeper_.lost_flag());
      if (answer.ok() || answer.error().code != ErrorCode::kUnavailable) return answer;
      pause.take();
      if (keeper_.lost()) return Error{ErrorCode::kConflict, "the lease is lost"};
    }
  }

  // Offered until the server has answered: repeating it changes nothing.
  std::string finish(const JsonObject& body) {
    const auto until = steady_clock::now() + kFinishFor;
    std::atomic<bool> never = false;
    Pause pause(never);
    while (!keeper_.lost() && steady_clock::now() < until) {
      const Result<Json> answer = calls_.post(path("finish"), body, kCallTimeout);
      if (answer.ok()) return text_or(Json(body), "outcome", "");
      if (answer.error().code != ErrorCode::kUnavailable)
        return concat("refused: ", answer.error().message);
      pause.take();
    }
    return "lost";
  }

  const Options& options_;
  const Lease& lease_;
  engine::Engine& engine_;
  const Stop& stop_;
  Calls calls_;
  Keeper keeper_;
  Steps steps_;
  std::optional<ErrorCode> failure_;
  JsonArray outputs_;
  std::size_t files_of_steps_ = 0;  // so many of outputs_ belong to steps that are done
};

// One slot's thread.
class Slot {
 public:
  Slot(const Options& options, std::unique_ptr<engine::Engine> engine, Breaker& breaker,
       const Stop& stop, Log& log)
      : options_(options),
        engine_(std::move(engine)),
        breaker_(breaker),
        stop_(stop),
        log_(log),
        calls_(options.link) {}

  Result<void> run() {
    Pause pause(stop_.no_more);
    while (!stop_.no_more) {
      if (!may_take()) continue;
      const Result<Json> answer = claim(limits::kClaimWaitMax.count());
      if (answer.ok()) {
        pause.reset();
        if (answer->is_object()) serve(*answer);
        continue;
      }
      const ErrorCode code = answer.error().code;
      if (code == ErrorCode::kCancelled) break;
      if (code == ErrorCode::kInvalidKey || code == ErrorCode::kPermissionDenied)
        return answer.error();
      if (code != ErrorCode::kUnavailable)
        log_.warn("the server refused a claim", JsonObject{{"reason", answer.error().message}});
      pause.take();
    }
    give_back_late_lease();
    return {};
  }

 private:
  // False: its provider is away. The server was told, and a moment has passed.
  bool may_take() {
    const Breaker::Turn turn = breaker_.turn();
    if (turn == Breaker::Turn::kTake) return true;
    if (turn == Breaker::Turn::kCheck) {
      const Result<std::string> state = engine_->check();
      breaker_.checked(state.ok());
      log_.warn(state.ok() ? "a provider is back" : "a provider is away",
                JsonObject{{"engine", engine_->name()},
                           {"reason", state.ok() ? *state : state.error().message}});
      if (state.ok()) return true;
    }
    const JsonObject wish{{"worker_id", options_.worker_id},
                          {"claim_id", "paused"},
                          {"models", JsonArray(options_.models.begin(), options_.models.end())},
                          {"engine", engine_->name()},
                          {"paused", true}};
    // Should the server not hear it, it hears the next one.
    static_cast<void>(calls_.post("/internal/v1/leases", wish, kClaimSlack, &stop_.no_more).ok());
    const auto until = steady_clock::now() + kBetweenTurns;
    while (!stop_.no_more && steady_clock::now() < until) std::this_thread::sleep_for(kRetryFirst);
    return false;
  }

  // The same claim_id until it was answered: a lost answer costs no attempt.
  Result<Json> claim(int64_t wait_s) {
    if (claim_id_.empty()) claim_id_ = to_hex(random_bytes(16));
    const JsonObject wish{{"worker_id", options_.worker_id},
                          {"claim_id", claim_id_},
                          {"models", JsonArray(options_.models.begin(), options_.models.end())},
                          {"engine", engine_->name()},
                          {"wait_s", wait_s}};
    Result<Json> answer =
        calls_.post("/internal/v1/leases", wish, std::chrono::seconds(wait_s) + kClaimSlack,
                    wait_s > 0 ? &stop_.no_more : nullptr);
    if (answer.ok()) claim_id_.clear();
    return answer;
  }

  // A claim that was broken off may have been granted on its way.
  void give_back_late_lease() {
    if (claim_id_.empty()) return;
    const Result<Json> answer = claim(0);
    if (!answer.ok() || !answer->is_object()) return;
    const Result<Lease> lease = Lease::parse(*answer);
    if (!lease.ok()) return;
    const Result<Json> released = calls_.post(concat("/internal/v1/leases/", lease->id, "/finish"),
                                              JsonObject{{"outcome", "released"}}, kCallTimeout);
    if (!released.ok())
      log_.warn("a lease could not be given back", JsonObject{{"request_id", lease->request_id}});
  }

  void serve(const Json& answer) {
    const Result<Lease> lease = Lease::parse(answer);
    if (!lease.ok())
      return log_.error("a lease cannot be read", JsonObject{{"reason", lease.error().message}});
    const auto began = steady_clock::now();
    LeaseRun run(options_, *lease, *engine_, stop_);
    const std::string outcome = run.run();
    if (outcome == "succeeded") breaker_.succeeded();
    if (engine_->is_upstream() && run.failure() && falls_over(*run.failure())) breaker_.failed();
    const auto took = std::chrono::duration_cast<milliseconds>(steady_clock::now() - began);
    log_.info("request ended", JsonObject{{"request_id", lease->request_id},
                                          {"attempt", lease->attempt},
                                          {"engine", engine_->name()},
                                          {"outcome", outcome},
                                          {"ms", took.count()}});
  }

  const Options& options_;
  const std::unique_ptr<engine::Engine> engine_;
  Breaker& breaker_;
  const Stop& stop_;
  Log& log_;
  Calls calls_;
  std::string claim_id_;
};

}  // namespace

Result<void> work(const Options& options, const Stop& stop, Log& log) {
  CHECK(!options.engines.empty() && !options.models.empty());
  const SystemClock clock;
  std::vector<std::unique_ptr<Breaker>> breakers;  // one for each engine
  std::vector<std::unique_ptr<Slot>> slots;
  std::optional<Error> fault;
  for (const std::string& name : options.engines) {
    breakers.push_back(std::make_unique<Breaker>(clock));
    int wanted = 1;
    for (int slot = 0; slot < wanted; ++slot) {
      auto engine = engine::make_engine(name, options.upstreams, options.library);
      if (!engine.ok()) {
        fault = engine.error();
        if (!engine::is_engine_name(name, options.upstreams)) return *fault;
        log.error("an engine cannot be used",
                  JsonObject{{"engine", name}, {"reason", fault->message}});
        break;
      }
      wanted = (*engine)->slots();
      slots.push_back(
          std::make_unique<Slot>(options, std::move(*engine), *breakers.back(), stop, log));
    }
  }
  if (slots.empty()) return *fault;
  std::vector<Result<void>> ends(slots.size());
  std::vector<std::thread> threads;
  for (std::size_t i = 1; i < slots.size(); ++i)
    threads.emplace_back([&, i] { ends[i] = slots[i]->run(); });
  ends[0] = slots[0]->run();
  for (std::thread& thread : threads) thread.join();
  for (const Result<void>& end : ends) {
    if (!end.ok()) return end;
  }
  return {};
}

}  // namespace plantain::worker
