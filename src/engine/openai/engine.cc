#include "engine/openai/engine.h"

#include <utility>

#include "base/text.h"
#include "engine/openai/call.h"
#include "engine/order_size.h"
#include "engine/upstream/media.h"

namespace plantain::engine::openai {
namespace {

constexpr std::string_view kBase = "https://api.openai.com";
constexpr std::string_view kStage = "upstream";
constexpr std::chrono::milliseconds kCheckTimeout{10'000};

class OpenAiEngine final : public Engine {
 public:
  explicit OpenAiEngine(upstream::Settings settings)
      : settings_(std::move(settings)),
        base_(settings_.base_url.empty() ? std::string(kBase) : settings_.base_url) {}

  std::string_view name() const override { return settings_.name; }
  std::string_view weights() const override { return ""; }
  std::string_view digital_source_type() const override { return "trainedAlgorithmicMedia"; }
  bool reproducible() const override { return false; }
  bool is_upstream() const override { return true; }
  int slots() const override { return settings_.slots; }

  Result<std::string> check() override {
    const Result<std::string> key = settings_.key();
    if (!key.ok()) return key.error();
    const Result<net::HttpAnswer> answer =
        http_.send(net::HttpRequest{.url = base_ + "/v1/models",
                                    .headers = {{"Authorization", "Bearer " + *key}},
                                    .timeout = kCheckTimeout});
    if (!answer.ok())
      return Error{ErrorCode::kUpstreamUnavailable,
                   concat("no answer from the provider: ", answer.error().message)};
    if (answer->status == 200) return std::string("the provider accepts the key");
    return judge(*answer, *key).error;
  }

  Result<Drawing> draw(const Order& order, Observer& observer) override {
    if (auto right = check_size(order); !right.ok()) return right.error();
    const Result<std::string> key = settings_.key();
    if (!key.ok()) return Error{ErrorCode::kUpstreamUnavailable, key.error().message};
    ForgetfulPaidCall forgetful("");
    PaidCall& paid = order.paid ? *order.paid : forgetful;
    const std::string model = model_for(order);
    const net::HttpRequest request = request_of(order, model, *key, paid.key());
    const auto send = [&] { return upstream::exchange(http_, request, observer, kStage, 0, 1); };
    const auto understand = [&](const net::HttpAnswer& answer) { return judge(answer, *key); };
    Result<Answer> answer = upstream::pay<Answer>(settings_, paid, observer, send, understand);
    if (!answer.ok()) return answer.error();
    return drawing_of(order, model, *std::move(answer), observer);
  }

 private:
  std::string model_for(const Order& order) const {
    const auto mapped = settings_.models.find(order.model_id);
    if (!settings_.model.empty()) return settings_.model;
    return mapped == settings_.models.end() ? std::string(kDefaultModel) : mapped->second.id;
  }

  net::HttpRequest request_of(const Order& order, const std::string& model, const std::string& key,
                              const std::string& idempotency) const {
    net::HttpRequest request{.method = "POST",
                             .headers = {{"Authorization", "Bearer " + key}},
                             .timeout = settings_.timeout,
                             .at_most_once = true};
    if (!idempotency.empty()) request.headers.emplace_back("Idempotency-Key", idempotency);
    if (order.references.empty()) {
      request.url = base_ + "/v1/images/generations";
      request.headers.emplace_back("Content-Type", "application/json");
      request.body = write_json(generation_of(model, order));
    } else {
      Form form = edit_of(model, order);
      request.url = base_ + "/v1/images/edits";
      request.headers.emplace_back("Content-Type", form.content_type);
      request.body = std::move(form.body);
    }
    return request;
  }

  Result<Drawing> drawing_of(const Order& order, const std::string& model, Answer answer,
                             Observer& observer) {
    Drawing drawing;
    drawing.model = model;
    drawing.notes = {{"upstream", "openai"}, {"seed_sent", nullptr}};
    if (!answer.revised_prompt.empty())
      drawing.notes["revised_prompt"] = upstream::quoted(answer.revised_prompt, "");
    drawing.cost_usd =
        upstream::cost_of(settings_, text_or(Json(order.input), "resolution", ""), 1);
    if (answer.bytes.empty()) {
      Result<Made> made = upstream::fetch_made(files_, answer.address, base_, observer);
      if (!made.ok()) return made.error();
      drawing.picture = std::move(*made);
    } else {
      std::optional<Made> made = upstream::made_of(std::move(answer.bytes));
      if (!made)
        return Error{ErrorCode::kEngineFailed,
                     "the provider's file is no picture that can be delivered"};
      drawing.picture = std::move(*made);
    }
    return drawing;
  }

  const upstream::Settings settings_;
  const std::string base_;
  net::HttpClient http_;
  net::HttpClient files_;  // never on a connection that carried the key
};

}  // namespace

std::unique_ptr<Engine> make_openai_engine(upstream::Settings settings) {
  return std::make_unique<OpenAiEngine>(std::move(settings));
}

}  // namespace plantain::engine::openai
