// Who may call: keys, roles and worker tokens.
#pragma once

#include "api/context.h"

namespace plantain::api {

// Judges the head of a call for a route; sets call.caller when it may. A reply: it may not.
std::optional<Reply> admit(Context& context, Call& call, const Route& route);

// Whether a key that was found may make such a call now. A reply: it may not.
std::optional<Reply> judge_key(Context& context, const store::KeyHolder& holder, Access access);

// A fresh key ("pt_" and 43 base62 characters) and what is stored of it.
struct MintedKey {
  std::string secret;
  store::NewKey record;
};
MintedKey mint_key(IdSource& ids, const Clock& clock, const AccountId& account, std::string name,
                   store::Role role, std::optional<WallTime> expires);

}  // namespace plantain::api
