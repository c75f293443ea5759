#include "http/target.h"

#include <algorithm>

#include "base/check.h"
#include "base/text.h"

namespace plantain::http {
namespace {

Result<std::string> decode(std::string_view text, std::string_view what) {
  const auto refuse = [&](std::string_view why) {
    return Error{ErrorCode::kInvalidIdentifier, concat("the address cannot be one: ", what, why)};
  };
  std::optional<std::string> plain = percent_decode(text);
  if (!plain) return refuse(" has a '%' without two hexadecimal digits");
  if (!is_utf8(*plain)) return refuse(" is not UTF-8");
  return std::move(*plain);
}

Result<std::string> decode_form(std::string_view text) {
  std::string spaced(text);
  std::replace(spaced.begin(), spaced.end(), '+', ' ');
  return decode(spaced, "its query");
}

}  // namespace

Result<std::vector<std::string>> decode_path(std::string_view path) {
  CHECK(path.starts_with('/'));
  std::vector<std::string> segments;
  for (const std::string& raw : split(path.substr(1), '/')) {
    Result<std::string> segment = decode(raw, "its path");
    if (!segment.ok()) return segment.error();
    if (segment->find('\0') != std::string::npos) {
      return Error{ErrorCode::kInvalidIdentifier,
                   "the address cannot be one: its path holds a NUL"};
    }
    segments.push_back(*std::move(segment));
  }
  return segments;
}

Result<std::vector<std::pair<std::string, std::string>>> decode_query(std::string_view query) {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const std::string& piece : split(query, '&')) {
    if (piece.empty()) continue;
    const std::size_t equals = std::min(piece.find('='), piece.size());
    Result<std::string> name = decode_form(std::string_view(piece).substr(0, equals));
    if (!name.ok()) return name.error();
    Result<std::string> value =
        decode_form(std::string_view(piece).substr(std::min(equals + 1, piece.size())));
    if (!value.ok()) return value.error();
    pairs.emplace_back(*std::move(name), *std::move(value));
  }
  return pairs;
}

bool is_loopback_authority(std::string_view host, int port) {
  std::string name = to_lower_ascii(host);
  std::string given_port = "80";
  const std::size_t colon = name.rfind(':');
  if (colon != std::string::npos && name.find(']', colon) == std::string::npos) {
    given_port = name.substr(colon + 1);
    name.resize(colon);
  }
  if (given_port != concat(port)) return false;
  return name == "localhost" || name == "127.0.0.1" || name == "[::1]";
}

}  // namespace plantain::http
