#include "engine/gemini/engine.h"

#include <map>
#include <utility>

#include "base/text.h"
#include "engine/gemini/call.h"
#include "engine/order_size.h"

namespace plantain::engine::gemini {
namespace {

constexpr std::string_view kStage = "upstream";
constexpr std::chrono::milliseconds kCheckTimeout{10'000};
constexpr std::size_t kPicturesPerCallMax = 4;

class GeminiEngine final : public Engine {
 public:
  explicit GeminiEngine(upstream::Settings settings)
      : settings_(std::move(settings)),
        successor_(settings_.successor.empty() ? std::string(kDefaultModel) : settings_.successor) {
  }

  std::string_view name() const override { return settings_.name; }
  std::string_view weights() const override { return ""; }  // they stay with Google
  std::string_view digital_source_type() const override { return "trainedAlgorithmicMedia"; }
  bool reproducible() const override { return false; }
  Share share() const override { return Share::kRound; }
  bool searches() const override { return true; }
  bool is_upstream() const override { return true; }
  int slots() const override { return settings_.slots; }

  Result<std::string> check() override {
    const Result<std::string> key = settings_.key();
    if (!key.ok()) return key.error();
    const Result<net::HttpAnswer> answer =
        http_.send(net::HttpRequest{.url = url_of(settings_, known("").model, ""),
                                    .headers = {key_header(settings_, *key)},
                                    .timeout = kCheckTimeout});
    if (!answer.ok())
      return Error{ErrorCode::kUpstreamUnavailable,
                   concat("no answer from the provider: ", answer.error().message)};
    if (answer->status == 200) return concat("the provider knows the key and ", known("").model);
    return judge(*answer, *key).error;
  }

  Result<Drawing> draw(const Order& order, Observer& observer) override {
    if (auto right = check_size(order); !right.ok()) return right.error();
    const Result<std::string> key = settings_.key();
    if (!key.ok()) return Error{ErrorCode::kUpstreamUnavailable, key.error().message};
    ForgetfulPaidCall forgetful("");
    PaidCall& paid = order.paid ? *order.paid : forgetful;
    Wish wish = wish_of(order);
    Known& model = known(order.model_id);
    const bool wants_half = wish.image_size == "512";
    const auto send = [&] {
      if (wants_half && model.halves) wish.image_size = "1K";
      return upstream::exchange(http_, request(wish, model.model, *key), observer, kStage, 0, 1);
    };
    const auto understand = [&](const net::HttpAnswer& answer) {
      return learn(answer, wish, model, judge(answer, *key));
    };
    Result<Answer> answer = upstream::pay<Answer>(settings_, paid, observer, send, understand);
    if (!answer.ok()) return answer.error();
    return drawing_of(*std::move(answer), wish, model.model, wants_half && wish.image_size == "1K");
  }

 private:
  // What is known of Google's model behind one of the catalogue's.
  struct Known {
    std::string model;
    bool halves = false;  // it makes no pictures of 512 pixels
  };
  Known& known(const std::string& model_id) {
    const auto [at, is_new] = known_.try_emplace(model_id);
    if (is_new) {
      const auto mapped = settings_.models.find(model_id);
      std::string& model = at->second.model;
      model = settings_.model.empty() ? std::string(kDefaultModel) : settings_.model;
      if (mapped != settings_.models.end()) model = mapped->second.id;
      at->second.halves = model.find("3.1-flash-image") == std::string::npos;
    }
    return at->second;
  }

  net::HttpRequest request(const Wish& wish, const std::string& model,
                           const std::string& key) const {
    return net::HttpRequest{
        .method = "POST",
        .url = url_of(settings_, model, "generateContent"),
        .headers = {{"Content-Type", "application/json"}, key_header(settings_, key)},
        .body = write_json(body_of(wish)),
        .timeout = settings_.timeout,
        .at_most_once = true};
  }

  // A refusal that has a way around it: the next try takes it.
  upstream::Judged<Answer> learn(const net::HttpAnswer& answer, const Wish& wish, Known& known,
                                 upstream::Judged<Answer> judged) const {
    if (is_gone(answer) && known.model != successor_) {
      known.model = successor_;
      judged.means = upstream::Judged<Answer>::Means::kAgain;
    } else if (refuses_small(answer, wish) && !known.halves) {
      known.halves = true;
      judged.means = upstream::Judged<Answer>::Means::kAgain;
    }
    return judged;
  }

  Drawing drawing_of(Answer answer, const Wish& wish, const std::string& model, bool halve) const {
    // Interim pictures come first: where one is wanted, it is the last.
    const std::size_t most = wish.one_picture ? 1 : kPicturesPerCallMax;
    if (answer.pictures.size() > most)
      answer.pictures.erase(answer.pictures.begin(),
                            answer.pictures.end() - static_cast<std::ptrdiff_t>(most));
    Drawing drawing;
    drawing.model =
        answer.model_version.empty() ? model : upstream::quoted(answer.model_version, "");
    drawing.notes = notes_of(answer, wish);
    drawing.sources = std::move(answer.sources);
    drawing.halve = halve;
    drawing.cost_usd = upstream::cost_of(settings_, wish.image_size, answer.pictures.size());
    drawing.picture = std::move(answer.pictures.front());
    for (std::size_t i = 1; i < answer.pictures.size(); ++i)
      drawing.more.emplace_back(std::move(answer.pictures[i]));
    return drawing;
  }

  static JsonObject notes_of(const Answer& answer, const Wish& wish) {
    JsonObject notes{{"upstream", "gemini"}, {"seed_sent", wish.seed}, {"watermark", "synthid"}};
    if (!answer.response_id.empty())
      notes["upstream_id"] = upstream::quoted(answer.response_id, "");
    if (!answer.queries.empty())
      notes["search_queries"] = JsonArray(answer.queries.begin(), answer.queries.end());
    return notes;
  }

  const upstream::Settings settings_;
  const std::string successor_;
  std::map<std::string, Known> known_;  // by the catalogue's id
  net::HttpClient http_;
};

}  // namespace

std::unique_ptr<Engine> make_gemini_engine(upstream::Settings settings) {
  return std::make_unique<GeminiEngine>(std::move(settings));
}

}  // namespace plantain::engine::gemini
