// What the verbs that talk to a server have in common.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "cli/api_client.h"
#include "cli/verbs.h"

namespace plantain::cli {

// Makes one call and shows its answer: as it came with --json, else by `show`. The exit code.
int call_and_show(const Session& session, const ApiCall& call,
                  const std::function<void(const Json&)>& show);

// The same for each of the ids; the first failure does not keep the others from being tried.
int call_for_each(const Session& session, const std::function<ApiCall(const std::string&)>& call_of,
                  const std::function<void(const std::string&, const Json&)>& show);

// A member that is a list; empty when it is none.
const JsonArray& list_of(const Json& answer, std::string_view name);

// A value as people read it: text without quotation marks.
std::string plain(const Json& value);

// "3 min" for a time 3 minutes ago; empty for none.
std::string age_text(const Session& session, const Json& object, std::string_view name);

// "name: value", a line for each member; those of objects within behind their names and a dot.
void show_members(const Json& object, const std::string& above, std::string& out);

}  // namespace plantain::cli
