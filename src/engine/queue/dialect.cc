#include "engine/queue/dialect.h"

#include <algorithm>

#include "base/text.h"

namespace plantain::engine::queue {
namespace {

using upstream::Judged;
using Submitted = Judged<std::string>;

constexpr std::size_t kIdMax_bytes = 128;

bool is_id(std::string_view id) {
  return !id.empty() && id.size() <= kIdMax_bytes && std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
  });
}

Error unavailable(std::string message) {
  return Error{ErrorCode::kUpstreamUnavailable, std::move(message)};
}

// Words that a provider uses when it is the content that it does not want. One too many only keeps
// a request from another engine.
bool speaks_of_content(std::string_view text) {
  const std::string lower = to_lower_ascii(text);
  for (const std::string_view word :
       {"policy", "moderat", "nsfw", "safety", "sensitive", "prohibited", "no_media_generated"}) {
    if (lower.find(word) != std::string::npos) return true;
  }
  return false;
}

// What a failed request says, by its text and its HTTP status (0: unknown).
Error failure(std::string_view text, int status, std::string_view secret) {
  const std::string words = upstream::quoted(text, secret);
  if (speaks_of_content(text))
    return Error{ErrorCode::kContentPolicyViolation,
                 concat("the provider refused the content", words.empty() ? "" : ": ", words)};
  const std::string message =
      concat("the provider could not do it", words.empty() ? "" : ": ", words);
  if (status >= 400 && status < 500) return Error{ErrorCode::kUpstreamRefused, message};
  return Error{ErrorCode::kEngineFailed, message};
}

Submitted refused(Error error) {
  return {Submitted::Means::kRefused, std::nullopt, std::move(error)};
}

// What the statuses mean that both share. `explains`: the body is one of the provider's own.
Submitted judge_failed_submit(const net::HttpAnswer& answer, std::string_view text, bool explains,
                              std::string_view secret) {
  using Means = Submitted::Means;
  const int status = answer.status;
  const auto after = upstream::retry_after(answer).value_or(std::chrono::milliseconds(0));
  if (status == 401 || status == 403)
    return refused(
        unavailable("the provider does not accept the configured key; the owner of this "
                    "server has to look at it"));
  if (status == 402) return refused(unavailable("the provider's account has no balance left"));
  if (status == 404) return refused(unavailable("the provider does not know the model"));
  if (status == 429)
    return {Means::kAgain, std::nullopt, unavailable("the provider's rate limit is reached"),
            after};
  if (status >= 400 && status < 500) return refused(failure(text, status, secret));
  return {explains ? Means::kAgain : Means::kInDoubt, std::nullopt,
          unavailable(concat("the provider answered ", status)), after};
}

void add_addresses(const Json* value, std::vector<std::string>& addresses) {
  if (!value) return;
  if (value->is_array()) {
    for (const Json& each : value->get_array()) add_addresses(&each, addresses);
    return;
  }
  std::string address;
  if (value->is_string()) address = view(value->get_string());
  if (value->is_object()) address = text_or(*value, "url", "");
  if (!address.empty() && std::find(addresses.begin(), addresses.end(), address) == addresses.end())
    addresses.push_back(std::move(address));
}

Result<Output> output_of(const Json& object) {
  Output output;
  for (const std::string_view name : {"image", "images", "video", "videos"})
    add_addresses(find(object, name), output.addresses);
  if (output.addresses.empty())
    return Error{ErrorCode::kEngineFailed, "the provider's result names no picture and no film"};
  return output;
}

std::string text_of(const Json* value) {
  if (!value || value->is_null()) return {};
  return value->is_string() ? std::string(view(value->get_string())) : write_json(*value);
}

class RunComfy final : public Dialect {
 public:
  std::string_view base() const override { return "https://model-api.runcomfy.net"; }
  std::pair<std::string, std::string> key_header(const std::string& key) const override {
    return {"Authorization", "Bearer " + key};
  }
  std::string submit_path(std::string_view model) const override {
    return concat("/v1/models/", model);
  }
  std::string status_path(std::string_view, std::string_view id) const override {
    return concat("/v1/requests/", id, "/status");
  }
  std::string result_path(std::string_view, std::string_view id) const override {
    return concat("/v1/requests/", id, "/result?include_cost=true");
  }
  std::pair<std::string, std::string> cancel_call(std::string_view,
                                                  std::string_view id) const override {
    return {"POST", concat("/v1/requests/", id, "/cancel")};
  }
  std::string check_path() const override { return "/v1/models?limit=1"; }

  Submitted judge_submit(const net::HttpAnswer& answer, std::string_view secret) const override {
    const Result<Json> body = parse_json(answer.body);
    const Json object = body.ok() ? *body : Json(nullptr);
    // Errors may come with a status of success.
    const bool explains = int_or(object, "error_code", 0) != 0;
    if (answer.status / 100 != 2 || explains) {
      net::HttpAnswer as_failure;
      as_failure.status = answer.status / 100 == 2
                              ? static_cast<int>(int_or(object, "error_code", 0) / 1000)
                              : answer.status;
      as_failure.headers = answer.headers;
      return judge_failed_submit(as_failure, message_of(object), explains, secret);
    }
    const std::string id = text_or(object, "request_id", "");
    if (is_id(id)) return {Submitted::Means::kMade, id};
    return {Submitted::Means::kInDoubt, std::nullopt,
            unavailable("the provider's answer names no request")};
  }

  Result<Status> read_status(const net::HttpAnswer& answer, std::string_view) const override {
    const Result<Json> body = parse_json(answer.body);
    if (answer.status != 200 || !body.ok())
      return unavailable(concat("the provider answered ", answer.status));
    const std::string status = text_or(*body, "status", "");
    if (status == "in_queue") return Status{Stage::kQueued, std::nullopt};
    if (status == "in_progress") return Status{Stage::kRunning, std::nullopt};
    if (status == "completed" || status == "failed") return Status{Stage::kEnded, std::nullopt};
    if (status == "cancelled")
      return Status{Stage::kEnded,
                    Error{ErrorCode::kEngineFailed, "the request was cancelled at the provider"}};
    return unavailable("the provider names a state that is not known");
  }

  Result<Output> read_result(const net::HttpAnswer& answer,
                             std::string_view secret) const override {
    const Result<Json> body = parse_json(answer.body);
    if (answer.status != 200 || !body.ok())
      return unavailable(concat("the provider answered ", answer.status));
    if (text_or(*body, "status", "") == "failed") {
      const Json* const error = find(*body, "error");
      const int status = error ? static_cast<int>(int_or(*error, "status", 0)) : 0;
      if (error && error->is_object() && !message_of(*error).empty())
        return failure(concat(message_of(*error), " ", text_or(*error, "type", "")), status,
                       secret);
      return failure(text_of(error), status, secret);
    }
    const Json* const object = find(*body, "output");
    Result<Output> output = output_of(object ? *object : Json(nullptr));
    if (!output.ok()) return output;
    if (const Json* cost = find(*body, "cost"); cost && cost->is_number())
      output->cost_usd = cost->to_number<double>();
    return output;
  }

 private:
  static std::string message_of(const Json& object) {
    for (const std::string_view name : {"error_message", "message", "error"}) {
      const std::string message = text_or(object, name, "");
      if (!message.empty()) return message;
    }
    return text_of(find(object, "detail"));
  }
};

class Fal final : public Dialect {
 public:
  std::string_view base() const override { return "https://queue.fal.run"; }
  std::pair<std::string, std::string> key_header(const std::string& key) const override {
    return {"Authorization", "Key " + key};
  }
  std::string submit_path(std::string_view model) const override { return concat("/", model); }
  std::string status_path(std::string_view model, std::string_view id) const override {
    return concat(request_path(model, id), "/status");
  }
  std::string result_path(std::string_view model, std::string_view id) const override {
    return request_path(model, id);
  }
  std::pair<std::string, std::string> cancel_call(std::string_view model,
                                                  std::string_view id) const override {
    return {"PUT", concat(request_path(model, id), "/cancel")};
  }
  std::string check_path() const override { return ""; }  // none is known that costs nothing

  Submitted judge_submit(const net::HttpAnswer& answer, std::string_view secret) const override {
    const Result<Json> body = parse_json(answer.body);
    const Json object = body.ok() ? *body : Json(nullptr);
    const Json* const detail = find(object, "detail");
    if (answer.status / 100 != 2)
      return judge_failed_submit(answer, text_of(detail), detail != nullptr, secret);
    const std::string id = text_or(object, "request_id", "");
    if (is_id(id)) return {Submitted::Means::kMade, id};
    return {Submitted::Means::kInDoubt, std::nullopt,
            unavailable("the provider's answer names no request")};
  }

  Result<Status> read_status(const net::HttpAnswer& answer,
                             std::string_view secret) const override {
    const Result<Json> body = parse_json(answer.body);
    if ((answer.status != 200 && answer.status != 202) || !body.ok())
      return unavailable(concat("the provider answered ", answer.status));
    const std::string status = text_or(*body, "status", "");
    if (status == "IN_QUEUE") return Status{Stage::kQueued, std::nullopt};
    if (status == "IN_PROGRESS") return Status{Stage::kRunning, std::nullopt};
    if (status != "COMPLETED") return unavailable("the provider names a state that is not known");
    const std::string error = text_of(find(*body, "error"));
    if (error.empty()) return Status{Stage::kEnded, std::nullopt};
    return Status{Stage::kEnded,
                  failure(concat(error, " ", text_or(*body, "error_type", "")), 0, secret)};
  }

  Result<Output> read_result(const net::HttpAnswer& answer,
                             std::string_view secret) const override {
    const Result<Json> body = parse_json(answer.body);
    if (answer.status == 200 && body.ok()) return output_of(*body);
    // A model's own failure has the shape {"detail": …} and shows here for the first time.
    const Json* const detail = body.ok() ? find(*body, "detail") : nullptr;
    if (detail && (answer.status == 422 || answer.status == 400 || answer.status == 500))
      return failure(text_of(detail), answer.status, secret);
    return unavailable(concat("the provider answered ", answer.status));
  }

 private:
  // What belongs to a request is addressed by owner and app alone.
  static std::string request_path(std::string_view model, std::string_view id) {
    const std::size_t owner = model.find('/');
    const std::size_t end = owner == std::string_view::npos ? owner : model.find('/', owner + 1);
    return concat("/", model.substr(0, end), "/requests/", id);
  }
};

}  // namespace

const Dialect& runcomfy() {
  static const RunComfy dialect;
  return dialect;
}

const Dialect& fal() {
  static const Fal dialect;
  return dialect;
}

JsonObject translate(const JsonObject& input, const upstream::ModelMapping& mapping) {
  JsonObject translated;
  for (const auto& [name, value] : input) {
    const auto renamed = mapping.rename.find(std::string(name));
    Json theirs = value;
    const bool as_text =
        std::find(mapping.as_text.begin(), mapping.as_text.end(), name) != mapping.as_text.end();
    if (as_text && !value.is_string()) theirs = JsonString(write_json(value));
    translated[renamed == mapping.rename.end() ? std::string_view(name) : renamed->second] =
        std::move(theirs);
  }
  return translated;
}

}  // namespace plantain::engine::queue
