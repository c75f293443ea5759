#include "api/call.h"

#include <algorithm>

#include "base/text.h"

namespace plantain::api {

std::string_view name_of(Method method) {
  constexpr std::string_view kNames[] = {"GET",   "HEAD",   "POST",    "PUT",
                                         "PATCH", "DELETE", "OPTIONS", "OTHER"};
  return kNames[static_cast<int>(method)];
}

std::optional<std::string_view> Fields::get(std::string_view name) const {
  for (const auto& [key, value] : all_) {
    if (key.size() == name.size() && to_lower_ascii(key) == to_lower_ascii(name)) return value;
  }
  return std::nullopt;
}

std::optional<std::string_view> Call::query_value(std::string_view name) const {
  for (const auto& [key, value] : query) {
    if (key == name) return value;
  }
  return std::nullopt;
}

const std::string& Call::param(std::string_view name) const {
  const auto at =
      std::find_if(params.begin(), params.end(), [&](const auto& p) { return p.first == name; });
  CHECK(at != params.end());
  return at->second;
}

Reply json_reply(int status, const Json& value) {
  Reply reply;
  reply.status = status;
  reply.body = write_json(value);
  reply.with("Content-Type", "application/json");
  return reply;
}

}  // namespace plantain::api
