// Errors on the wire: application/problem+json (RFC 9457) with the members that RunComfy's clients
// read first. This file's .cc is the only place that knows the numbers.
#pragma once

#include <string>
#include <vector>

#include "api/call.h"
#include "base/result.h"

namespace plantain::api {

// The numbers of an error.
struct ErrorNumbers {
  int http_status;
  int error_code;
  std::string_view anchor;  // "invalid-input"
  std::string_view title;
  std::string_view advice;  // what the caller may do about it
};
ErrorNumbers numbers_of(ErrorCode code);

// The object of the contract's section 3. `faults` becomes `errors` when it is not empty.
JsonObject problem_object(const Error& error, JsonArray faults = {});
// The whole answer; Content-Type application/problem+json. kUnavailable, kStorageFull, kRateLimited
// and kQueueFull carry Retry-After. What is kInternal or kCorrupt never shows its message.
Reply problem(const Error& error, JsonArray faults = {});

// Every row, for the document and the error page: the code and its numbers.
std::vector<std::pair<ErrorCode, ErrorNumbers>> all_errors();

}  // namespace plantain::api
