#include "engine/openai/call.h"

#include <algorithm>
#include <cmath>

#include "base/crypto.h"
#include "base/limits.h"
#include "base/text.h"
#include "engine/upstream/media.h"

namespace plantain::engine::openai {
namespace {

using upstream::Judged;
using Means = Judged<Answer>::Means;

constexpr std::size_t kReferenceMax_bytes = 8 * limits::kMiB;

struct Size {
  int width;
  int height;
};
constexpr Size kGptSizes[] = {{1024, 1024}, {1536, 1024}, {1024, 1536}};
constexpr Size kDallE3Sizes[] = {{1024, 1024}, {1792, 1024}, {1024, 1792}};

template <std::size_t count>
std::string nearest(const Size (&sizes)[count], const Order& order) {
  const double shape = std::log(static_cast<double>(order.width) / order.height);
  const auto distance = [&](const Size& size) {
    return std::fabs(std::log(static_cast<double>(size.width) / size.height) - shape);
  };
  const Size* const best =
      std::min_element(std::begin(sizes), std::end(sizes),
                       [&](const Size& a, const Size& b) { return distance(a) < distance(b); });
  return concat(best->width, "x", best->height);
}

bool is_gpt_image(std::string_view model) { return model.starts_with("gpt-image"); }

Judged<Answer> refused(ErrorCode code, std::string message) {
  return {Means::kRefused, std::nullopt, Error{code, std::move(message)}};
}

Judged<Answer> judge_failure(const net::HttpAnswer& answer, std::string_view secret) {
  const Result<Json> body = parse_json(answer.body);
  const Json* const error = body.ok() ? find(*body, "error") : nullptr;
  const std::string code = error ? text_or(*error, "code", "") : "";
  const std::string type = error ? text_or(*error, "type", "") : "";
  const std::string words =
      error ? upstream::quoted(text_or(*error, "message", ""), secret) : std::string();
  const auto says = [&](std::string_view word) {
    return code.find(word) != std::string::npos || type.find(word) != std::string::npos;
  };
  const int status = answer.status;
  const auto after = upstream::retry_after(answer).value_or(std::chrono::milliseconds(0));
  if (status == 401 || status == 403)
    return refused(ErrorCode::kUpstreamUnavailable,
                   "the provider does not accept the configured key; the owner of this server has "
                   "to look at it");
  if (status == 404)
    return refused(ErrorCode::kUpstreamUnavailable,
                   "the provider does not know the configured model");
  if (status == 429 && (says("insufficient_quota") || says("billing")))
    return refused(ErrorCode::kUpstreamUnavailable, "the provider's quota is used up");
  if (status == 429)
    return {Means::kAgain, std::nullopt,
            Error{ErrorCode::kUpstreamUnavailable, "the provider's rate limit is reached"}, after};
  if (status == 408 || status >= 500)
    return {error ? Means::kAgain : Means::kInDoubt, std::nullopt,
            Error{ErrorCode::kUpstreamUnavailable, concat("the provider answered ", status)},
            after};
  if (says("moderation") || says("content_policy") || says("safety"))
    return refused(ErrorCode::kContentPolicyViolation, "the provider refused the content");
  if (says("billing"))
    return refused(ErrorCode::kUpstreamUnavailable, "the provider's account cannot pay");
  return refused(ErrorCode::kUpstreamRefused,
                 concat("the provider answered ", status, words.empty() ? "" : ": ", words));
}

// A boundary that stands in none of the parts.
std::string boundary_for(const std::vector<std::string>& parts) {
  while (true) {
    std::string boundary = "plantain-" + to_hex(random_bytes(12));
    const bool is_free = std::none_of(parts.begin(), parts.end(), [&](const std::string& part) {
      return part.find(boundary) != std::string::npos;
    });
    if (is_free) return boundary;
  }
}

}  // namespace

std::string size_of(std::string_view model, const Order& order) {
  const bool is_open = text_or(Json(order.input), "aspect_ratio", "") == "auto";
  if (is_gpt_image(model)) return is_open ? "auto" : nearest(kGptSizes, order);
  if (model == "dall-e-3") return nearest(kDallE3Sizes, order);
  return concat(order.width, "x", order.height);
}

JsonObject generation_of(std::string_view model, const Order& order) {
  JsonObject body{
      {"model", model}, {"prompt", order.prompt}, {"n", 1}, {"size", size_of(model, order)}};
  if (is_gpt_image(model)) {
    body["output_format"] = "png";
    if (int_or(Json(order.input), "safety_tolerance", 4) >= 5) body["moderation"] = "low";
  } else {
    body["response_format"] = "b64_json";
  }
  return body;
}

Form edit_of(std::string_view model, const Order& order) {
  std::vector<std::string> parts;
  for (const auto& [name, value] : generation_of(model, order)) {
    if (name == "moderation") continue;  // edits do not know it
    parts.push_back(
        concat("Content-Disposition: form-data; name=\"", std::string_view(name), "\"\r\n\r\n",
               value.is_string() ? std::string(view(value.get_string())) : write_json(value)));
  }
  const std::string_view field = order.references.size() == 1 ? "image" : "image[]";
  for (const image::Pixels& reference : order.references) {
    const EncodedPicture picture = upstream::encode_within(reference, kReferenceMax_bytes);
    parts.push_back(concat("Content-Disposition: form-data; name=\"", field,
                           "\"; filename=\"picture", image::extension(picture.format),
                           "\"\r\nContent-Type: ", image::content_type(picture.format), "\r\n\r\n",
                           picture.bytes));
  }
  const std::string boundary = boundary_for(parts);
  Form form{"multipart/form-data; boundary=" + boundary, ""};
  for (const std::string& part : parts) form.body += concat("--", boundary, "\r\n", part, "\r\n");
  form.body += concat("--", boundary, "--\r\n");
  return form;
}

Judged<Answer> judge(const net::HttpAnswer& answer, std::string_view secret) {
  if (answer.status != 200) return judge_failure(answer, secret);
  const Error useless{ErrorCode::kUpstreamUnavailable,
                      "the provider's answer cannot be used: it holds no picture"};
  const Result<Json> body = parse_json(answer.body);
  const Json* const data = body.ok() ? find(*body, "data") : nullptr;
  if (!data || !data->is_array() || data->get_array().empty())
    return {Means::kInDoubt, std::nullopt, useless};
  const Json& first = data->get_array().front();
  Answer made;
  made.address = text_or(first, "url", "");
  made.revised_prompt = text_or(first, "revised_prompt", "");
  if (const auto bytes = from_base64(text_or(first, "b64_json", ""))) made.bytes = *bytes;
  if (made.bytes.empty() && made.address.empty()) return {Means::kInDoubt, std::nullopt, useless};
  return {Means::kMade, std::move(made)};
}

}  // namespace plantain::engine::openai
