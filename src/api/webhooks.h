// Webhooks: the contract's section 9.
#pragma once

#include "api/context.h"
#include "net/webhook_signature.h"

namespace plantain::api {

std::vector<Route> webhook_routes(Context& context);

// Whether a webhook may be sent there, as far as the address itself tells; whom its name leads to
// is judged at sending.
bool is_webhook_address(const Context& context, std::string_view address);

// What signs an account's webhooks now. Makes the account's secret when it has none. Blocks.
Result<net::WebhookKeys> webhook_keys(Context& context, const AccountId& account);

// A webhook as it is sent: the body and the fields beside Content-Type. kNotFound: its request is
// deleted. Blocks.
struct SignedWebhook {
  std::string body;
  std::vector<std::pair<std::string, std::string>> fields;
};
Result<SignedWebhook> sign_webhook(Context& context, const std::string& base,
                                   const store::Delivery& delivery);

}  // namespace plantain::api
