// Keys: the contract's section 2.
#pragma once

#include "api/context.h"

namespace plantain::api {

std::vector<Route> key_routes(Context& context);

// The same for any account; the caller's own ceilings hold.
Reply list_keys(Context& context, const AccountId& account);
void create_key(Context& context, const std::shared_ptr<const Call>& call, const AccountId& account,
                const Respond& respond);
void revoke_key(Context& context, const std::shared_ptr<const Call>& call, const AccountId& account,
                const Respond& respond);

}  // namespace plantain::api
