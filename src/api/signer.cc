#include "api/signer.h"

#include <algorithm>

#include "base/crypto.h"
#include "base/text.h"

namespace plantain::api {
namespace {

constexpr std::string_view kKeyId = "1";  // which signing key; a rotated one gets the next number

}  // namespace

std::string FileSigner::signature(const std::string& name, const std::string& parameters) const {
  // 18 bytes: 144 bits are beyond guessing and keep addresses short.
  const std::string code = hmac_sha256(key_, concat("/files/", name, "?", parameters));
  return concat(kKeyId, ".", to_base64url(code.substr(0, 18)));
}

std::string FileSigner::path(const std::string& name, std::optional<WallTime> expires) const {
  const std::string parameters = expires ? concat("e=", expires->us / 1'000'000) : std::string();
  return concat("/files/", percent_encode(name), "?", parameters, parameters.empty() ? "" : "&",
                "s=", signature(name, parameters));
}

bool FileSigner::verify(const std::string& name,
                        const std::vector<std::pair<std::string, std::string>>& query) const {
  std::string given;
  std::vector<std::string> others;
  for (const auto& [key, value] : query) {
    if (key == "s") {
      given = value;
    } else {
      others.push_back(concat(percent_encode(key), "=", percent_encode(value)));
    }
  }
  std::sort(others.begin(), others.end());
  return equal_in_constant_time(given, signature(name, join(others, "&")));
}

}  // namespace plantain::api
