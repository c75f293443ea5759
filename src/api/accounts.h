// Accounts: what an admin makes of them, and what the caller's own has (contract, section 8).
#pragma once

#include "api/context.h"

namespace plantain::api {

std::vector<Route> account_routes(Context& context);

// How long results of an account are kept from their end; nothing: for ever.
std::optional<Micros> retention_of(const Context& context, const store::Account& account);

}  // namespace plantain::api
