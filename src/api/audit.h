// The audit log: who changed keys, accounts and limits, and who was refused what.
#pragma once

#include "api/context.h"

namespace plantain::api {

// A line about what `call` does to `subject`, which is `whose` matter.
store::AuditEntry audit_entry(const Context& context, const Call& call, const AccountId& whose,
                              std::string action, std::string subject, JsonObject detail = {});

// Notes that a caller was refused; the same refusal of a key at most once a minute.
void note_refusal(Context& context, const Call& call, ErrorCode why);

std::vector<Route> audit_routes(Context& context);

}  // namespace plantain::api
