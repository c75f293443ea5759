#include "cli/cli.h"

#include "base/text.h"
#include "cli/verbs.h"

namespace plantain::cli {
namespace {

struct Verb {
  std::string_view name;
  int (*run)(const Session& session);
};

constexpr Verb kVerbs[] = {
    {"serve", serve},
    {"worker", worker},
    {"generate", generate},
    {"submit", submit},
    {"models", models},
    {"accounts list", accounts_list},
    {"accounts show", accounts_show},
    {"accounts create", accounts_create},
    {"accounts change", accounts_change},
    {"accounts credit", accounts_credit},
    {"usage", usage},
    {"audit", audit},
    {"pull", pull},
    {"models add", models_add},
    {"models verify", models_verify},
    {"sign-in", sign_in},
    {"keys list", keys_list},
    {"keys create", keys_create},
    {"keys revoke", keys_revoke},
    {"requests list", requests_list},
    {"requests show", requests_show},
    {"requests cancel", requests_cancel},
    {"requests delete", requests_delete},
    {"requests events", requests_events},
    {"backup", backup},
    {"files upload", files_upload},
    {"files list", files_list},
    {"files delete", files_delete},
    {"webhooks list", webhooks_list},
    {"webhooks redeliver", webhooks_redeliver},
    {"webhooks secret", webhooks_secret},
    {"config check", config_check},
    {"config show", config_show},
    {"engines list", engines_list},
    {"engines test", engines_test},
    {"sketch explain", sketch_explain},
    {"bench engine", bench_engine},
    {"version", version},
};

}  // namespace

int run(int argc, char** argv, const Hooks& hooks) {
  return run(std::vector<std::string>(argv + 1, argv + argc), hooks, process_world());
}

int run(const std::vector<std::string>& words, const Hooks& hooks, const World& world) {
  const auto parsed = parse_command_line(words);
  if (const auto* none = std::get_if<NoVerb>(&parsed)) {
    (none->exit_code == kExitOk ? world.out : world.err)(none->text);
    return none->exit_code;
  }
  const Arguments& arguments = std::get<Arguments>(parsed);
  for (const Verb& verb : kVerbs) {
    if (verb.name == arguments.verb) return verb.run({arguments, hooks, world});
  }
  CHECK(false);  // the parser knows the same verbs
  return kExitFailed;
}

std::vector<std::string> verb_names() {
  std::vector<std::string> names;
  for (const Verb& verb : kVerbs) names.emplace_back(verb.name);
  return names;
}

int fail(const Session& session, const Error& error) {
  session.world.err(concat("plantain ", session.arguments.verb, ": ", error.message, "\n"));
  return kExitFailed;
}

int fail_usage(const Session& session, std::string_view message) {
  const std::string& verb = session.arguments.verb;
  session.world.err(
      concat("plantain ", verb, ": ", message, "\nSee `plantain ", verb, " --help`.\n"));
  return kExitUsage;
}

}  // namespace plantain::cli
