// The limits of a key or an account as a JSON object, and back.
#pragma once

#include <optional>
#include <vector>

#include "api/members.h"
#include "request/request.h"

namespace plantain::api {

JsonObject limits_object(const Limits& limits);

struct LimitChange {
  std::optional<int64_t> Limits::*member;
  std::optional<int64_t> value;  // nothing: no limit of its own
};
// The member "limits", where it is there: what it sets. Its faults are left with `body`.
std::vector<LimitChange> take_limits(Members& body);
void apply_limits(const std::vector<LimitChange>& changes, Limits& limits);

// `wished` where it is not above `ceiling`, whose limits it gets where it has none. The name of the
// limit that is above otherwise.
Result<Limits> below(const Limits& ceiling, Limits wished);

}  // namespace plantain::api
