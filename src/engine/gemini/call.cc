#include "engine/gemini/call.h"

#include <algorithm>
#include <cmath>

#include "base/limits.h"
#include "base/text.h"
#include "engine/upstream/media.h"

namespace plantain::engine::gemini {
namespace {

using upstream::Judged;
using Means = Judged<Answer>::Means;

constexpr std::string_view kDeveloperBase = "https://generativelanguage.googleapis.com";
constexpr std::string_view kOneInstruction =
    "Draw exactly one picture for the user's text, whatever it says about numbers of pictures. "
    "Always answer with a picture.";
constexpr std::string_view kSomeInstruction =
    "Draw what the user's text describes. Always answer with at least one picture.";
// Such an answer may cost tokens, and what did not help once seldom helps later.
constexpr int kTriesWithoutPicture = 2;
constexpr std::size_t kReferencesMax_bytes = 13 * limits::kMiB;  // base64 of it stays below 20 MB

struct Ratio {
  std::string_view name;
  double shape;
};
constexpr Ratio kRatios[] = {
    {"21:9", 21.0 / 9}, {"16:9", 16.0 / 9}, {"3:2", 3.0 / 2}, {"4:3", 4.0 / 3}, {"5:4", 5.0 / 4},
    {"1:1", 1.0},       {"4:5", 4.0 / 5},   {"3:4", 3.0 / 4}, {"2:3", 2.0 / 3}, {"9:16", 9.0 / 16},
};

std::string nearest_ratio(int width, int height) {
  const double shape = std::log(static_cast<double>(width) / height);
  const auto nearest =
      std::min_element(std::begin(kRatios), std::end(kRatios), [&](const Ratio& a, const Ratio& b) {
        return std::fabs(std::log(a.shape) - shape) < std::fabs(std::log(b.shape) - shape);
      });
  return std::string(nearest->name);
}

// The smallest of Google's sizes that has as many pixels.
std::string size_for(int width, int height) {
  const double side = std::sqrt(static_cast<double>(width) * height);
  if (side <= 512) return "512";
  if (side <= 1100) return "1K";
  return side <= 2200 ? "2K" : "4K";
}

struct Thresholds {
  std::string_view sexual;
  std::string_view others;
};
// By safety_tolerance, 1 to 6. Google judges by likelihood; its second layer cannot be lowered.
constexpr Thresholds kThresholds[] = {
    {"BLOCK_LOW_AND_ABOVE", "BLOCK_LOW_AND_ABOVE"},
    {"BLOCK_LOW_AND_ABOVE", "BLOCK_MEDIUM_AND_ABOVE"},
    {"BLOCK_MEDIUM_AND_ABOVE", "BLOCK_MEDIUM_AND_ABOVE"},
    {"BLOCK_ONLY_HIGH", "BLOCK_ONLY_HIGH"},
    {"BLOCK_NONE", "BLOCK_NONE"},
    {"OFF", "OFF"},
};

JsonArray safety_settings(int tolerance) {
  const Thresholds& row = kThresholds[std::clamp(tolerance, 1, 6) - 1];
  JsonArray settings;
  for (const std::string_view category : {"HARASSMENT", "HATE_SPEECH", "DANGEROUS_CONTENT"}) {
    settings.push_back(
        JsonObject{{"category", concat("HARM_CATEGORY_", category)}, {"threshold", row.others}});
  }
  settings.push_back(
      JsonObject{{"category", "HARM_CATEGORY_SEXUALLY_EXPLICIT"}, {"threshold", row.sexual}});
  return settings;
}

JsonArray parts_of(const Wish& wish) {
  JsonArray parts{JsonObject{{"text", wish.prompt}}};
  for (const EncodedPicture& reference : wish.references) {
    parts.push_back(
        JsonObject{{"inlineData", JsonObject{{"mimeType", image::content_type(reference.format)},
                                             {"data", to_base64(reference.bytes)}}}});
  }
  return parts;
}

JsonObject text_content(std::string_view text) {
  return JsonObject{{"parts", JsonArray{JsonObject{{"text", text}}}}};
}

// Both spellings of Google's field names.
const Json* either(const Json& object, std::string_view camel, std::string_view snake) {
  const Json* found = find(object, camel);
  return found ? found : find(object, snake);
}

const JsonArray& list_of(const Json* value) {
  static const JsonArray none;
  return value && value->is_array() ? value->get_array() : none;
}

// Words of Google for "not drawn because of what it shows", any layer of it.
bool is_block(std::string_view reason) {
  for (const std::string_view harmless :
       {"", "STOP", "NO_IMAGE", "IMAGE_OTHER", "OTHER", "LANGUAGE", "MAX_TOKENS",
        "MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "TOO_MANY_TOOL_CALLS",
        "FINISH_REASON_UNSPECIFIED"}) {
    if (reason == harmless) return false;
  }
  return true;  // a word we do not know is taken as a refusal
}

Judged<Answer> refusal(std::string_view reason, std::string_view secret) {
  const bool copied = reason.find("RECITATION") != std::string_view::npos;
  return {Means::kRefused, std::nullopt,
          Error{ErrorCode::kContentPolicyViolation,
                copied ? std::string("the provider refused: the picture came too close to "
                                     "protected material (RECITATION)")
                       : concat("the provider refused the content (",
                                upstream::quoted(reason, secret), ")")}};
}

// Charged, and of no use.
Judged<Answer> useless(std::string_view why) {
  return {Means::kInDoubt, std::nullopt,
          Error{ErrorCode::kUpstreamUnavailable,
                concat("the provider's answer cannot be used: ", why)}};
}

std::optional<EncodedPicture> picture_of(const Json& part) {
  const Json* const data = either(part, "inlineData", "inline_data");
  if (!data) return std::nullopt;
  std::optional<std::string> bytes = from_base64(text_or(*data, "data", ""));
  if (!bytes) return std::nullopt;
  // The bytes say what they are; what the answer calls them does not count.
  const std::optional<image::FileKind> kind = image::identify(*bytes);
  if (!kind) return std::nullopt;
  return EncodedPicture{std::move(*bytes), kind->format, kind->width, kind->height};
}

void read_grounding(const Json& candidate, Answer& answer) {
  const Json* const grounding = either(candidate, "groundingMetadata", "grounding_metadata");
  if (!grounding) return;
  for (const std::string_view name : {"webSearchQueries", "imageSearchQueries"}) {
    for (const Json& query : list_of(find(*grounding, name))) {
      if (query.is_string())
        answer.queries.push_back(upstream::quoted(view(query.get_string()), ""));
    }
  }
  for (const Json& chunk : list_of(either(*grounding, "groundingChunks", "grounding_chunks"))) {
    for (const std::string_view kind : {"web", "image"}) {
      const Json* const page = find(chunk, kind);
      if (!page) continue;
      const std::string url = text_or(*page, "uri", "");
      if (!url.starts_with("https://") && !url.starts_with("http://")) continue;
      answer.sources.push_back(Source{upstream::quoted(text_or(*page, "title", ""), ""), url});
    }
  }
}

// What the parts of one candidate hold. False: a part claims a picture that is none.
bool read_parts(const Json& candidate, Answer& answer) {
  const Json* const content = find(candidate, "content");
  for (const Json& part : list_of(content ? find(*content, "parts") : nullptr)) {
    if (bool_or(part, "thought", false)) continue;  // an interim picture, or thinking aloud
    if (either(part, "inlineData", "inline_data")) {
      std::optional<EncodedPicture> picture = picture_of(part);
      if (!picture) return false;
      answer.pictures.push_back(std::move(*picture));
    } else {
      answer.text += text_or(part, "text", "");
    }
  }
  return true;
}

Judged<Answer> judge_success(const Json& body, std::string_view secret) {
  if (const Json* feedback = either(body, "promptFeedback", "prompt_feedback")) {
    const std::string reason =
        text_or(*feedback, "blockReason", text_or(*feedback, "block_reason", ""));
    if (!reason.empty()) return refusal(reason, secret);
  }
  Answer answer;
  answer.model_version = text_or(body, "modelVersion", "");
  answer.response_id = text_or(body, "responseId", "");
  std::string reason;
  for (const Json& candidate : list_of(find(body, "candidates"))) {
    if (!read_parts(candidate, answer)) return useless("it holds bytes that are no picture");
    read_grounding(candidate, answer);
    if (reason.empty())
      reason = text_or(candidate, "finishReason", text_or(candidate, "finish_reason", ""));
  }
  if (!answer.pictures.empty()) return {Means::kMade, std::move(answer)};
  if (is_block(reason)) return refusal(reason, secret);
  if (reason == "STOP" && !answer.text.empty()) {
    return {Means::kAgain, std::nullopt,
            Error{ErrorCode::kContentPolicyViolation,
                  "the provider answered with words instead of a picture, which is how it refuses"},
            std::chrono::milliseconds(0), kTriesWithoutPicture};
  }
  return {
      Means::kAgain, std::nullopt,
      Error{ErrorCode::kUpstreamRefused,
            concat("the provider made no picture (",
                   reason.empty() ? "it gave no reason" : upstream::quoted(reason, secret), ")")},
      std::chrono::milliseconds(0), kTriesWithoutPicture};
}

// "34s", "1.5s".
std::optional<std::chrono::milliseconds> duration_of(std::string_view text) {
  if (!text.ends_with('s')) return std::nullopt;
  text.remove_suffix(1);
  double seconds = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return std::nullopt;
  if (!(seconds >= 0) || seconds > 24 * 3600) return std::nullopt;
  return std::chrono::milliseconds(static_cast<int64_t>(std::ceil(seconds * 1000)));
}

// Google's error object, or nothing where somebody else answered.
struct Problem {
  std::string status;  // "RESOURCE_EXHAUSTED"
  std::string message;
  std::string reason;  // "API_KEY_INVALID"
  bool until_tomorrow = false;
  std::optional<std::chrono::milliseconds> retry_delay;
};
std::optional<Problem> problem_of(const net::HttpAnswer& answer) {
  const Result<Json> body = parse_json(answer.body);
  if (!body.ok()) return std::nullopt;
  const Json* const error = find(*body, "error");
  if (!error || !error->is_object()) return std::nullopt;
  Problem problem{text_or(*error, "status", ""), text_or(*error, "message", "")};
  for (const Json& detail : list_of(find(*error, "details"))) {
    if (problem.reason.empty()) problem.reason = text_or(detail, "reason", "");
    if (const auto delay = duration_of(text_or(detail, "retryDelay", "")))
      problem.retry_delay = delay;
    for (const Json& violation : list_of(find(detail, "violations"))) {
      if (text_or(violation, "quotaId", "").find("PerDay") != std::string::npos)
        problem.until_tomorrow = true;
    }
  }
  return problem;
}

Judged<Answer> key_refused() {
  return {Means::kRefused, std::nullopt,
          Error{ErrorCode::kUpstreamUnavailable,
                "the provider does not accept the configured key; the owner of this server has to "
                "look at it"}};
}

Judged<Answer> judge_quota(const net::HttpAnswer& answer, const std::optional<Problem>& problem) {
  if (problem && problem->until_tomorrow) {
    return {Means::kRefused, std::nullopt,
            Error{ErrorCode::kUpstreamUnavailable, "the provider's quota for today is used up"}};
  }
  const auto wait =
      problem && problem->retry_delay ? problem->retry_delay : upstream::retry_after(answer);
  return {Means::kAgain, std::nullopt,
          Error{ErrorCode::kUpstreamUnavailable, "the provider's rate limit is reached"},
          wait.value_or(std::chrono::milliseconds(0))};
}

Judged<Answer> judge_failure(const net::HttpAnswer& answer, std::string_view secret) {
  const std::optional<Problem> problem = problem_of(answer);
  const int status = answer.status;
  if (status == 429) return judge_quota(answer, problem);
  if (status == 401 || status == 403) return key_refused();
  if (status == 408 || status >= 500) {
    const Error error{ErrorCode::kUpstreamUnavailable, concat("the provider answered ", status)};
    // Google charges for none of these. Whoever stands between us and Google cannot know.
    const bool from_google = problem.has_value() && !problem->status.empty();
    return {from_google ? Means::kAgain : Means::kInDoubt, std::nullopt, error,
            problem && problem->retry_delay
                ? *problem->retry_delay
                : upstream::retry_after(answer).value_or(std::chrono::milliseconds(0))};
  }
  if (problem && (problem->reason == "API_KEY_INVALID" || problem->status == "FAILED_PRECONDITION"))
    return key_refused();
  if (status == 404) {
    return {
        Means::kRefused, std::nullopt,
        Error{ErrorCode::kUpstreamUnavailable, "the provider does not know the configured model"}};
  }
  return {Means::kRefused, std::nullopt,
          Error{ErrorCode::kUpstreamRefused,
                concat("the provider answered ", status,
                       problem && !problem->message.empty()
                           ? concat(": ", upstream::quoted(problem->message, secret))
                           : std::string())}};
}

}  // namespace

std::vector<EncodedPicture> fit_references(const std::vector<image::Pixels>& pictures) {
  constexpr std::size_t kOneMax_bytes = 7 * 1000 * 1000;
  std::vector<EncodedPicture> files;
  for (const image::Pixels& picture : pictures) {
    files.push_back(upstream::encode_within(
        picture, std::min(kOneMax_bytes, kReferencesMax_bytes / pictures.size())));
  }
  return files;
}

Wish wish_of(const Order& order) {
  Wish wish;
  wish.prompt = order.prompt;
  const Json input = order.input;
  wish.aspect_ratio = text_or(input, "aspect_ratio", nearest_ratio(order.width, order.height));
  if (wish.aspect_ratio == "auto") wish.aspect_ratio.clear();
  wish.image_size = text_or(input, "resolution", size_for(order.width, order.height));
  if (wish.image_size == "0.5K") wish.image_size = "512";
  wish.seed = order.seed & ((int64_t{1} << 31) - 1);
  wish.safety_tolerance = static_cast<int>(int_or(input, "safety_tolerance", 4));
  wish.one_picture = bool_or(input, "limit_generations", true);
  wish.web_search = bool_or(input, "enable_web_search", false);
  wish.references = fit_references(order.references);
  return wish;
}

std::string url_of(const upstream::Settings& settings, std::string_view model,
                   std::string_view method) {
  std::string url = settings.base_url;
  if (!settings.project.empty()) {
    const std::string location = settings.location.empty() ? "global" : settings.location;
    if (url.empty())
      url = concat("https://", location == "global" ? "" : concat(location, "-"),
                   "aiplatform.googleapis.com");
    url += concat("/v1/projects/", percent_encode(settings.project), "/locations/",
                  percent_encode(location), "/publishers/google/models/");
  } else {
    if (url.empty()) url = kDeveloperBase;
    url += "/v1beta/models/";
  }
  url += percent_encode(model);
  return method.empty() ? url : concat(url, ":", method);
}

std::pair<std::string, std::string> key_header(const upstream::Settings& settings,
                                               const std::string& key) {
  if (!settings.project.empty()) return {"Authorization", "Bearer " + key};
  return {"x-goog-api-key", key};
}

JsonObject body_of(const Wish& wish) {
  JsonObject image{{"imageSize", wish.image_size}};
  if (!wish.aspect_ratio.empty()) image["aspectRatio"] = wish.aspect_ratio;
  JsonObject body{
      {"contents", JsonArray{JsonObject{{"role", "user"}, {"parts", parts_of(wish)}}}},
      {"systemInstruction", text_content(wish.one_picture ? kOneInstruction : kSomeInstruction)},
      {"safetySettings", safety_settings(wish.safety_tolerance)},
      {"generationConfig", JsonObject{{"responseModalities", JsonArray{"TEXT", "IMAGE"}},
                                      {"imageConfig", std::move(image)},
                                      {"seed", wish.seed}}}};
  if (wish.web_search) body["tools"] = JsonArray{JsonObject{{"googleSearch", JsonObject{}}}};
  return body;
}

Judged<Answer> judge(const net::HttpAnswer& answer, std::string_view secret) {
  if (answer.status != 200) return judge_failure(answer, secret);
  const Result<Json> body = parse_json(answer.body);
  if (!body.ok() || !body->is_object()) return useless("it is not what the API promises");
  return judge_success(*body, secret);
}

bool is_gone(const net::HttpAnswer& answer) { return answer.status == 404; }

bool refuses_small(const net::HttpAnswer& answer, const Wish& wish) {
  if (answer.status != 400 || wish.image_size != "512") return false;
  const std::optional<Problem> problem = problem_of(answer);
  return problem && problem->status == "INVALID_ARGUMENT" && problem->reason != "API_KEY_INVALID";
}

}  // namespace plantain::engine::gemini
