// Signatures of webhooks as the Standard Webhooks specification has them.
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace plantain::net {

struct WebhookKeys {
  std::vector<std::string> secrets;  // of the account; while one is being replaced, both
  std::string seed;                  // of the server's Ed25519 key, 32 bytes; empty: none
};

// The value of `webhook-signature`: "v1,…" for each secret and "v1a,…" of the seed, blanks between.
// `time_s` is what `webhook-timestamp` says.
std::string webhook_signature(const WebhookKeys& keys, std::string_view id, int64_t time_s,
                              std::string_view body);

std::string webhook_secret_text(std::string_view secret);    // "whsec_…"
std::string webhook_public_key_text(std::string_view seed);  // "whpk_…"

}  // namespace plantain::net
