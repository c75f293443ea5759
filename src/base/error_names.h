// Stable names of error codes, for keeping and for the wire: "worker-lost".
#pragma once

#include <optional>
#include <string_view>

#include "base/result.h"

namespace plantain {

std::string_view name_of(ErrorCode code);
std::optional<ErrorCode> error_code_from_name(std::string_view name);

// True for failures that may go away by themselves: the same call may be sent again later.
bool is_retryable(ErrorCode code);

}  // namespace plantain
