#include "api/members.h"

#include <algorithm>
#include <cmath>

#include "api/problem.h"
#include "base/text.h"

namespace plantain::api {

const Json* Members::take(std::string_view name) {
  known_.emplace_back(name);
  const auto at = object_.find(name);
  return at == object_.end() ? nullptr : &at->value();
}

void Members::fault(std::string_view name, std::string message) {
  faults_.push_back(JsonObject{{"pointer", concat(pointer_, "/", name)},
                               {"rule", "value"},
                               {"limit", nullptr},
                               {"message", std::move(message)}});
}

std::optional<std::string> Members::text(std::string_view name, std::size_t least,
                                         std::size_t most) {
  const Json* const value = take(name);
  if (value == nullptr) return std::nullopt;
  const std::string_view given = value->is_string() ? view(value->get_string()) : "";
  const std::size_t length = count_code_points(given);
  if (value->is_string() && length >= least && length <= most) return std::string(given);
  fault(name, concat("must be a text of ", least, " to ", most, " characters"));
  return std::nullopt;
}

std::optional<bool> Members::flag(std::string_view name) {
  const Json* const value = take(name);
  if (value == nullptr) return std::nullopt;
  if (value->is_bool()) return value->get_bool();
  fault(name, "must be true or false");
  return std::nullopt;
}

std::optional<int64_t> Members::integer(std::string_view name, int64_t least, int64_t most) {
  const Json* const value = take(name);
  if (value == nullptr) return std::nullopt;
  if (value->is_int64() && value->get_int64() >= least && value->get_int64() <= most)
    return value->get_int64();
  fault(name, concat("must be an integer from ", least, " to ", most));
  return std::nullopt;
}

std::optional<Microdollars> Members::money(std::string_view name, double least_usd,
                                           double most_usd) {
  const Json* const value = take(name);
  if (value == nullptr) return std::nullopt;
  if (value->is_number()) {
    const double dollars = value->to_number<double>();
    const double micros = dollars * 1e6;
    if (dollars >= least_usd && dollars <= most_usd &&
        std::fabs(micros - std::round(micros)) < 1e-3)
      return std::llround(micros);
  }
  fault(name, concat("must be a number from ", least_usd, " to ", most_usd,
                     " with at most six decimals"));
  return std::nullopt;
}

bool Members::is_null(std::string_view name) {
  const auto at = object_.find(name);
  if (at == object_.end() || !at->value().is_null()) return false;
  known_.emplace_back(name);
  return true;
}

const JsonObject* Members::object(std::string_view name) {
  const Json* const value = take(name);
  if (value == nullptr) return nullptr;
  if (value->is_object()) return &value->get_object();
  fault(name, "must be an object");
  return nullptr;
}

void Members::take_faults(Members& inner) {
  inner.add_unknown();
  for (Json& each : inner.faults_) faults_.push_back(std::move(each));
  inner.faults_.clear();
}

void Members::add_unknown() {
  for (const auto& member : object_) {
    const std::string name(member.key());
    if (std::find(known_.begin(), known_.end(), name) != known_.end()) continue;
    const auto meant = did_you_mean(name, known_);
    fault(name, meant ? concat("is not known; did you mean ", *meant, "?")
                      : std::string("is not known here"));
  }
}

std::optional<Reply> Members::refusal() {
  add_unknown();
  if (faults_.empty()) return std::nullopt;
  return refuse_faults(std::move(faults_));
}

Result<Json> object_body(const Call& call) {
  Result<Json> body = parse_json(call.body);
  if (body.ok() && !body->is_object())
    return Error{ErrorCode::kInvalidJson, "the body must be a JSON object"};
  return body;
}

Reply refuse_faults(JsonArray faults) {
  const std::string first =
      concat(text_or(faults[0], "pointer", "/").substr(1), " ", text_or(faults[0], "message", ""));
  return problem(invalid(first), std::move(faults));
}

}  // namespace plantain::api
