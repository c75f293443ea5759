#include "request/request.h"

#include "base/text.h"

#include "base/error_names.h"

namespace plantain {

std::optional<Priority> priority_from_name(std::string_view name) {
  if (name == "low") return Priority::kLow;
  if (name == "normal") return Priority::kNormal;
  if (name == "high") return Priority::kHigh;
  return std::nullopt;
}

std::string_view name_of(Priority priority) {
  constexpr std::string_view kNames[] = {"low", "normal", "high"};
  return kNames[static_cast<int>(priority)];
}

std::string money_text(Microdollars amount) {
  const Microdollars size = amount < 0 ? -amount : amount;
  std::string cents = concat(1'000'000 + size % 1'000'000).substr(1);
  while (cents.size() > 2 && cents.ends_with('0')) cents.pop_back();
  return concat(amount < 0 ? "-$" : "$", size / 1'000'000, ".", cents);
}

namespace {
constexpr std::string_view kStepStates[] = {"intent", "accepted", "answered", "done"};
}

std::optional<StepState> step_state_from_name(std::string_view name) {
  for (std::size_t i = 0; i < std::size(kStepStates); ++i) {
    if (kStepStates[i] == name) return static_cast<StepState>(i);
  }
  return std::nullopt;
}

std::string_view name_of(StepState state) { return kStepStates[static_cast<int>(state)]; }

bool falls_over(ErrorCode code) {
  return code == ErrorCode::kUpstreamUnavailable || code == ErrorCode::kEngineFailed ||
         code == ErrorCode::kOutOfMemory;
}

std::string error_to_text(const Error& error) {
  return write_json(JsonObject{{"code", name_of(error.code)}, {"message", error.message}});
}

Error error_from_text(std::string_view text) {
  const Result<Json> value = parse_json(text);
  if (value.ok()) {
    if (const auto code = error_code_from_name(text_or(*value, "code", ""))) {
      return Error{*code, text_or(*value, "message", "")};
    }
  }
  return Error{ErrorCode::kInternal, "the request failed"};
}

}  // namespace plantain
