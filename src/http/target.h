// The target of a call, decoded, and whom it is for.
// Threads: pure functions, callable from anywhere.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace plantain::http {

// The segments between the slashes of `path`, which begins with one. A segment may hold a slash
// that was written as %2F. kInvalidIdentifier: a broken escape, not UTF-8, or a NUL.
Result<std::vector<std::string>> decode_path(std::string_view path);

// Names and values of a query in their order; '+' is a space. kInvalidIdentifier: a broken escape,
// or not UTF-8. A text to search for may hold a NUL.
Result<std::vector<std::pair<std::string, std::string>>> decode_query(std::string_view query);

// Whether `host`, the value of a Host field, is a loopback name with this port (80 when it names
// none). Without a public address only those are answered, so that a page of elsewhere cannot reach
// this server by a name that resolves to it (DNS rebinding).
bool is_loopback_authority(std::string_view host, int port);

}  // namespace plantain::http
