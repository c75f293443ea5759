// The limits of a caller, with the server's where neither key nor account has one, and how often it
// may call.
#pragma once

#include "api/context.h"

namespace plantain::api {

// An account's limits that are in force.
Limits limits_of(const Context& context, const store::Account& account);

// Takes one call from the caller's buckets. A reply: there was none.
std::optional<Reply> take_call(Context& context, const Call& call, CallKind kind);

// The fields RateLimit and RateLimit-Policy, for an answer to a caller with a key.
void add_rate_fields(Context& context, const Caller& caller, Reply& reply);

}  // namespace plantain::api
