#include "net/webhook_signature.h"

#include "base/crypto.h"
#include "base/text.h"

namespace plantain::net {

std::string webhook_signature(const WebhookKeys& keys, std::string_view id, int64_t time_s,
                              std::string_view body) {
  const std::string text = concat(id, ".", time_s, ".", body);
  std::vector<std::string> signatures;
  for (const std::string& secret : keys.secrets)
    signatures.push_back("v1," + to_base64(hmac_sha256(secret, text)));
  if (!keys.seed.empty()) signatures.push_back("v1a," + to_base64(ed25519_sign(keys.seed, text)));
  return join(signatures, " ");
}

std::string webhook_secret_text(std::string_view secret) { return "whsec_" + to_base64(secret); }

std::string webhook_public_key_text(std::string_view seed) {
  return "whpk_" + to_base64(ed25519_public_key(seed));
}

}  // namespace plantain::net
