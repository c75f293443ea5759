#include "media/data_uri.h"

#include <algorithm>

#include "base/text.h"

namespace plantain::media {
namespace {

constexpr std::string_view kScheme = "data:";
constexpr std::string_view kBase64 = ";base64";

Error broken(std::string_view why) {
  return Error{ErrorCode::kFileUnreachable, concat("the data URI cannot be read: ", why)};
}

// Base64 as people write it: the padding may be missing, a percent sign may stand for "=".
std::optional<std::string> lenient_base64(std::string_view text) {
  std::string padded(text);
  if (padded.find('%') != std::string::npos) {
    auto decoded = percent_decode(padded);
    if (!decoded) return std::nullopt;
    padded = *std::move(decoded);
  }
  if (padded.size() % 4 != 0) padded.append(4 - padded.size() % 4, '=');
  return from_base64(padded);
}

}  // namespace

bool is_data_uri(std::string_view text) {
  return to_lower_ascii(text.substr(0, kScheme.size())) == kScheme;
}

Result<std::string> data_uri_bytes(std::string_view text, std::size_t most) {
  const std::size_t comma = text.find(',');
  if (!is_data_uri(text) || comma == std::string_view::npos)
    return broken("it has no comma before its data");
  const std::string_view data = text.substr(comma + 1);
  const std::string head = to_lower_ascii(text.substr(0, std::min<std::size_t>(comma, 256)));
  // Four characters of base64 hold three bytes; a percent-encoded byte takes up to three
  // characters.
  if (data.size() / 4 > most)
    return Error{ErrorCode::kTooLarge, concat("a file may have ", most, " bytes")};
  std::optional<std::string> bytes =
      head.ends_with(kBase64) ? lenient_base64(data) : percent_decode(data);
  if (!bytes)
    return broken(head.ends_with(kBase64) ? "it is not base64" : "an escape in it is broken");
  if (bytes->empty()) return broken("it is empty");
  if (bytes->size() > most)
    return Error{ErrorCode::kTooLarge, concat("a file may have ", most, " bytes")};
  return *std::move(bytes);
}

}  // namespace plantain::media
