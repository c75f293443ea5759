// How an answer looks on the wire, and the answers that http/ gives by itself.
// Threads: pure functions, callable from anywhere.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "api/call.h"
#include "base/clock.h"

namespace plantain::http {

// What the connection knows of an answer and its handler does not.
struct Framing {
  std::string_view call_id;
  std::string_view date;
  bool http_1_0 = false;  // the client's version
  bool close = false;
  bool chunked = false;
  std::optional<uint64_t> length;  // nothing: chunked, without a body, or until the connection ends
};

// Status line and header fields with the empty line. Fields about framing are `framing`'s alone:
// a handler's are left out. Control characters in a handler's field become spaces, so that no
// value can begin another field.
std::string response_head(const api::Reply& reply, const Framing& framing);

// One chunk of the chunked transfer coding; `bytes` is not empty.
std::string chunk_of(std::string_view bytes);
inline constexpr std::string_view kLastChunk = "0\r\n\r\n";

// "Sun, 06 Nov 1994 08:49:37 GMT"
std::string http_date(WallTime time);

// A call that is not HTTP as we take it: a problem of type malformed-call that ends the connection.
api::Reply malformed(int status, std::string message);

// True for application/json and application/…+json with any parameters.
bool is_json_type(std::string_view content_type);

// The traceparent field (W3C Trace Context), or empty when there is none, more than one, or it is
// not one.
std::string traceparent_of(const api::Fields& fields);

}  // namespace plantain::http
