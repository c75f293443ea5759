// Files inside an address: RFC 2397, "data:image/png;base64,…".
// Threads: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace plantain::media {

bool is_data_uri(std::string_view text);  // begins with "data:", in any case

// The bytes of it, base64 or percent-encoded; what it says of its type is not believed and not
// kept. kFileUnreachable: it is broken or empty; kTooLarge: more than `most` bytes.
Result<std::string> data_uri_bytes(std::string_view text, std::size_t most);

}  // namespace plantain::media
