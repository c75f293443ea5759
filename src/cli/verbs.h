// The verbs: each takes the words as values, returns the exit code and says on world.out what was
// asked for and on world.err what is to be said about it.
#pragma once

#include <optional>
#include <string_view>

#include "cli/arguments.h"
#include "cli/cli.h"

namespace plantain::cli {

// What a verb may use. The three outlive it.
struct Session {
  const Arguments& arguments;
  const Hooks& hooks;
  const World& world;
};

// The configuration; nothing when it is wrong, which has been said.
std::optional<Config> load_or_complain(const Session& session);

// verbs_local.cc: no server needed.
int serve(const Session& session);
int worker(const Session& session);
int generate(const Session& session);
int backup(const Session& session);
int config_check(const Session& session);
int config_show(const Session& session);
int engines_list(const Session& session);
int engines_test(const Session& session);
int sketch_explain(const Session& session);
int bench_engine(const Session& session);
int version(const Session& session);

// verbs_models.cc
int pull(const Session& session);
int models_add(const Session& session);
int models_verify(const Session& session);

// verb_submit.cc
int submit(const Session& session);

// verbs_accounts.cc
int accounts_list(const Session& session);
int accounts_show(const Session& session);
int accounts_create(const Session& session);
int accounts_change(const Session& session);
int accounts_credit(const Session& session);
int usage(const Session& session);
int audit(const Session& session);

// verbs_remote.cc
int models(const Session& session);
int sign_in(const Session& session);
int keys_list(const Session& session);
int keys_create(const Session& session);
int keys_revoke(const Session& session);
int requests_list(const Session& session);
int requests_show(const Session& session);
int requests_cancel(const Session& session);
int requests_delete(const Session& session);
int requests_events(const Session& session);

// verbs_files.cc
int files_upload(const Session& session);
int files_list(const Session& session);
int files_delete(const Session& session);
int webhooks_list(const Session& session);
int webhooks_redeliver(const Session& session);
int webhooks_secret(const Session& session);

// Limits as --limit gives them, NAME=VALUE or NAME=none, as the API's object.
Result<JsonObject> limits_of(const std::vector<std::string>& pairs);

// All of them, as the parser and the manual (docs/cli.md) have to know them: "keys create".
std::vector<std::string> verb_names();

// Says what went wrong on world.err. Returns the exit code that fits.
int fail(const Session& session, const Error& error);
int fail_usage(const Session& session, std::string_view message);

// The place -o names and, when its ending says a format that no flag did, that format as an input.
// A usage fault, as kInvalidInput, when flag and ending disagree.
Result<OutputPlace> settle_output(const Arguments& arguments, JsonObject& input);

}  // namespace plantain::cli
