// Forms with files in them: multipart/form-data (RFC 7578), as clients send one file.
// Threads: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace plantain::api {

bool is_multipart(std::string_view content_type);

// The content of the one part of a form that holds a file: a view into `body`. Other parts are
// passed over only if they hold none; kInvalidInput: no boundary, no such part, several, or a form
// that is broken.
Result<std::string_view> file_of_form(std::string_view content_type, std::string_view body);

}  // namespace plantain::api
