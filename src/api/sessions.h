// Signing in at the console: a cookie instead of a key (contract, section 2).
#pragma once

#include "api/context.h"

namespace plantain::api {

std::vector<Route> session_routes(Context& context);

// The value of the session cookie of a call, if it has one.
std::optional<std::string> session_cookie_of(const Call& call);

// Why a call with a cookie may come from another site's page; nothing: it comes from our own.
std::optional<Error> judge_origin(const Call& call, std::string_view cookie);

// A token that signs in once as `key`, and the address that carries it.
std::string sign_in_url(const std::string& base, const std::string& token);

}  // namespace plantain::api
