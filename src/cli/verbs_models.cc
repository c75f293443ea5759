#include "base/text.h"
#include "cli/verbs.h"
#include "net/hub.h"

namespace plantain::cli {

int pull(const Session& session) {
  const Arguments& words = session.arguments;
  const std::optional<Config> config = load_or_complain(session);
  if (!config) return kExitUsage;
  PullArguments arguments{*config,   words.id, words.revision, words.files, words.accepted_licence,
                          words.hub, ""};
  if (arguments.hub.empty()) arguments.hub = session.world.environment_or("PLANTAIN_HUB", "");
  if (arguments.hub.empty())
    arguments.hub = session.world.environment_or("HF_ENDPOINT", net::kDefaultHub);
  if (!arguments.hub.starts_with("https://") && !arguments.hub.starts_with("http://")) {
    return fail_usage(session, "the hub's address must begin with https:// or http://");
  }
  while (arguments.hub.ends_with('/')) arguments.hub.pop_back();
  arguments.token = session.world.environment_or("HF_TOKEN", "");
  return session.hooks.pull(arguments, session.world);
}

int models_add(const Session& session) {
  const std::optional<Config> config = load_or_complain(session);
  if (!config) return kExitUsage;
  return session.hooks.add_model({*config, session.arguments.id, session.arguments.name},
                                 session.world);
}

int models_verify(const Session& session) {
  const std::optional<Config> config = load_or_complain(session);
  if (!config) return kExitUsage;
  return session.hooks.verify_models({*config, session.arguments.ids}, session.world);
}

}  // namespace plantain::cli
