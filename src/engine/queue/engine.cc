#include "engine/queue/engine.h"

#include <algorithm>
#include <utility>

#include "base/limits.h"
#include "base/text.h"
#include "engine/order_size.h"
#include "engine/queue/dialect.h"
#include "engine/upstream/media.h"

namespace plantain::engine::queue {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using upstream::NoReply;
using upstream::Reply;

constexpr milliseconds kCallTimeout{60'000};
constexpr milliseconds kFirstAsk{250};
constexpr milliseconds kMostBetweenAsks{5'000};
constexpr milliseconds kSilentFor{120'000};  // a provider that cannot be asked for so long is away
constexpr std::string_view kStage = "upstream";

class QueueEngine final : public Engine {
 public:
  QueueEngine(upstream::Settings settings, const Dialect& dialect)
      : settings_(std::move(settings)),
        dialect_(dialect),
        base_(settings_.base_url.empty() ? std::string(dialect.base()) : settings_.base_url) {}

  std::string_view name() const override { return settings_.name; }
  std::string_view weights() const override { return ""; }
  std::string_view digital_source_type() const override { return "trainedAlgorithmicMedia"; }
  bool reproducible() const override { return false; }
  Share share() const override { return Share::kRequest; }
  bool searches() const override { return true; }
  bool is_upstream() const override { return true; }
  int slots() const override { return settings_.slots; }

  Result<std::string> check() override {
    const Result<std::string> key = settings_.key();
    if (!key.ok()) return key.error();
    const std::string path = dialect_.check_path();
    if (path.empty())
      return std::string("there is a key; this provider has no call to try it with");
    const Result<net::HttpAnswer> answer = http_.send(net::HttpRequest{
        .url = base_ + path, .headers = {dialect_.key_header(*key)}, .timeout = kCallTimeout});
    if (!answer.ok())
      return Error{ErrorCode::kUpstreamUnavailable,
                   concat("no answer from the provider: ", answer.error().message)};
    if (answer->status == 200) return std::string("the provider accepts the key");
    return dialect_.judge_submit(*answer, *key).error;
  }

  Result<Drawing> draw(const Order& order, Observer& observer) override {
    Result<Job> job = job_of(order);
    if (!job.ok()) return job.error();
    ForgetfulPaidCall forgetful("");
    PaidCall& paid = order.paid ? *order.paid : forgetful;
    if (paid.accepted_as().empty()) {
      if (auto accepted = submit(*job, paid, observer); !accepted.ok()) return accepted.error();
    }
    job->id = paid.accepted_as();
    Result<Output> output = follow(*job, observer);
    if (!output.ok()) return give_up(*job, paid, observer, output.error());
    return collect(*job, *output, observer);
  }

 private:
  struct Job {
    std::string model;  // the provider's
    JsonObject input;
    std::string key;
    std::string id;
  };

  Result<Job> job_of(const Order& order) const {
    Job job;
    if (order.model_id.empty()) {
      if (auto right = check_size(order); !right.ok()) return right.error();
    }
    const auto known = settings_.models.find(order.model_id);
    upstream::ModelMapping mapping;
    if (known != settings_.models.end()) mapping = known->second;
    if (mapping.id.empty()) mapping.id = settings_.model;
    if (mapping.id.empty())
      return invalid(concat("the engine ", settings_.name, " does not have this model"));
    const Result<std::string> key = settings_.key();
    if (!key.ok()) return Error{ErrorCode::kUpstreamUnavailable, key.error().message};
    job.model = mapping.id;
    job.key = *key;
    JsonObject input = order.input;
    if (input.empty()) input = {{"prompt", order.prompt}, {"seed", order.seed}};
    if (!order.references.empty()) put_references(order, input);
    job.input = translate(input, mapping);
    return job;
  }

  // Pictures go along as they were read here, upright and without what else their files held.
  static void put_references(const Order& order, JsonObject& input) {
    JsonArray addresses;
    for (const image::Pixels& reference : order.references)
      addresses.push_back(
          JsonString(upstream::data_uri(upstream::encode_within(reference, 6 * limits::kMiB))));
    for (const std::string_view name : {"image_urls", "image_url", "img_url", "image", "images"}) {
      Json* const value = input.if_contains(name);
      if (!value) continue;
      if (value->is_array()) {
        *value = std::move(addresses);
      } else {
        *value = addresses.front();
      }
      return;
    }
    input["image_urls"] = std::move(addresses);
  }

  net::HttpRequest call(std::string_view method, const Job& job, const std::string& path) const {
    return net::HttpRequest{.method = std::string(method),
                            .url = base_ + path,
                            .headers = {dialect_.key_header(job.key)},
                            .timeout = std::min(settings_.timeout, kCallTimeout)};
  }

  Result<void> submit(const Job& job, PaidCall& paid, Observer& observer) {
    const auto send = [&] {
      net::HttpRequest request = call("POST", job, dialect_.submit_path(job.model));
      request.headers.emplace_back("Content-Type", "application/json");
      request.headers.emplace_back("Idempotency-Key", paid.key());
      request.body = write_json(job.input);
      request.at_most_once = true;
      return upstream::exchange(http_, std::move(request), observer, kStage, 0, 2);
    };
    const auto judge = [&](const net::HttpAnswer& answer) {
      return dialect_.judge_submit(answer, job.key);
    };
    const Result<std::string> id =
        upstream::pay<std::string>(settings_, paid, observer, send, judge);
    if (!id.ok()) return id.error();
    return paid.accepted(*id);
  }

  // Asks until the request has ended. A provider that cannot be asked for a while is asked again.
  Result<Output> follow(const Job& job, Observer& observer) {
    milliseconds between = kFirstAsk;
    auto heard = steady_clock::now();
    int step = 0;
    while (true) {
      const Result<Status> status = ask(job, observer, step);
      if (status.ok()) {
        heard = steady_clock::now();
        if (status->error) return *status->error;
        if (status->stage != Stage::kQueued) step = 1;
        if (status->stage == Stage::kEnded) {
          Result<Output> output = result(job, observer);
          if (output.ok() || output.error().code != ErrorCode::kUpstreamUnavailable) return output;
        }
      } else if (status.error().code == ErrorCode::kCancelled ||
                 steady_clock::now() - heard > kSilentFor) {
        return status.error();
      }
      if (!upstream::pause(between, observer, kStage, step, 2))
        return Error{ErrorCode::kCancelled, "stopped while the provider worked"};
      between = std::min(between * 3 / 2, kMostBetweenAsks);
    }
  }

  Result<net::HttpAnswer> read(const Job& job, const std::string& path, Observer& observer,
                               int step) {
    Reply reply = upstream::exchange(http_, call("GET", job, path), observer, kStage, step, 2);
    if (auto* none = std::get_if<NoReply>(&reply)) {
      return Error{none->cancelled ? ErrorCode::kCancelled : ErrorCode::kUpstreamUnavailable,
                   concat("no answer from the provider: ", none->reason)};
    }
    return std::move(std::get<net::HttpAnswer>(reply));
  }

  Result<Status> ask(const Job& job, Observer& observer, int step) {
    const auto answer = read(job, dialect_.status_path(job.model, job.id), observer, step);
    if (!answer.ok()) return answer.error();
    return dialect_.read_status(*answer, job.key);
  }

  Result<Output> result(const Job& job, Observer& observer) {
    const auto answer = read(job, dialect_.result_path(job.model, job.id), observer, 1);
    if (!answer.ok()) return answer.error();
    return dialect_.read_result(*answer, job.key);
  }

  // What ended without a result is over; what may still run there is cancelled if nobody wants it.
  Error give_up(const Job& job, PaidCall& paid, Observer& observer, Error error) {
    if (error.code == ErrorCode::kUpstreamUnavailable) return error;
    if (error.code == ErrorCode::kCancelled) {
      if (observer.is_unwanted()) cancel(job);
      return error;
    }
    if (auto kept = paid.answered(); !kept.ok()) return kept.error();
    return error;
  }

  void cancel(const Job& job) {
    const auto [method, path] = dialect_.cancel_call(job.model, job.id);
    net::HttpRequest request = call(method, job, path);
    request.timeout = kCancelTimeout;
    // Whether it was heard changes nothing here: the request is cancelled.
    static_cast<void>(http_.send(request).ok());
  }

  Result<Drawing> collect(const Job& job, const Output& output, Observer& observer) {
    Drawing drawing;
    drawing.model = job.model;
    drawing.cost_usd = output.cost_usd;
    drawing.notes = {{"upstream", settings_.kind}, {"upstream_id", job.id}};
    const std::size_t most = std::min<std::size_t>(output.addresses.size(), limits::kPicturesMax);
    for (std::size_t i = 0; i < most; ++i) {
      Result<Made> made = fetch(output.addresses[i], observer);
      if (!made.ok()) return made.error();
      if (i == 0) {
        drawing.picture = std::move(*made);
      } else {
        drawing.more.push_back(std::move(*made));
      }
    }
    if (!drawing.cost_usd)
      drawing.cost_usd =
          upstream::cost_of(settings_, text_or(Json(job.input), "resolution", ""), most);
    return drawing;
  }

  // Fetching costs nothing and is tried again.
  Result<Made> fetch(const std::string& address, Observer& observer) {
    for (int failed = 1;; ++failed) {
      Result<Made> made = upstream::fetch_made(files_, address, base_, observer);
      if (made.ok() || made.error().code != ErrorCode::kUpstreamUnavailable ||
          failed >= settings_.tries)
        return made;
      if (!upstream::pause(upstream::backoff_after(failed, settings_.backoff), observer, "wait", 0,
                           1))
        return Error{ErrorCode::kCancelled, "stopped while a file was fetched"};
    }
  }

  static constexpr milliseconds kCancelTimeout{5'000};

  const upstream::Settings settings_;
  const Dialect& dialect_;
  const std::string base_;
  net::HttpClient http_;
  net::HttpClient files_;  // never on a connection that carried the key
};

}  // namespace

std::unique_ptr<Engine> make_runcomfy_engine(upstream::Settings settings) {
  return std::make_unique<QueueEngine>(std::move(settings), runcomfy());
}

std::unique_ptr<Engine> make_fal_engine(upstream::Settings settings) {
  return std::make_unique<QueueEngine>(std::move(settings), fal());
}

}  // namespace plantain::engine::queue
