#include "base/text.h"
#include "cli/settings.h"
#include "cli/text_table.h"
#include "cli/verbs.h"

namespace plantain::cli {
namespace {

bool names_a_socket(std::string_view server) {
  return server.starts_with('/') || server.starts_with("unix:");
}

// The key of a worker; the admin key of this machine is none.
Result<std::string> worker_key(const Session& session) {
  const ConnectOptions& connect = session.arguments.connect;
  if (!connect.key.empty()) return connect.key;
  if (connect.key_file.empty()) return session.world.environment_or("PLANTAIN_KEY", "");
  Result<std::string> bytes = read_file(connect.key_file);
  if (!bytes.ok()) return bytes.error();
  return std::string(trim_ascii(*bytes));
}

}  // namespace

std::optional<Config> load_or_complain(const Session& session) {
  const LoadedConfig loaded =
      load_config(session.world, session.arguments.config_file, session.arguments.settings);
  if (loaded.faults.empty()) return loaded.config;
  session.world.err(describe_faults(loaded.faults));
  return std::nullopt;
}

int serve(const Session& session) {
  const std::optional<Config> config = load_or_complain(session);
  return config ? session.hooks.serve(*config) : kExitUsage;
}

int worker(const Session& session) {
  const Arguments& words = session.arguments;
  const std::optional<Config> config = load_or_complain(session);
  if (!config) return kExitUsage;
  WorkerArguments arguments;
  arguments.config = *config;
  arguments.worker_id = words.worker_id;
  arguments.engines = words.engines;
  std::string server = words.connect.server;
  if (server.empty()) server = session.world.environment_or("PLANTAIN_SERVER", "");
  if (server.empty())
    return fail_usage(session, "name the server with --server URL or --server SOCKET");
  arguments.server_url = server;
  if (names_a_socket(server)) {
    arguments.socket = server.starts_with("unix:") ? server.substr(5) : server;
    arguments.server_url = "http://localhost";
  }
  if (!words.token_fd.empty()) {
    const std::optional<int64_t> descriptor = parse_int(words.token_fd);
    if (!descriptor || *descriptor < 0 || *descriptor > 65'535) {
      return fail_usage(session, "--token-fd must be the number of an open descriptor");
    }
    arguments.token_fd = static_cast<int>(*descriptor);
    return session.hooks.worker(arguments);
  }
  Result<std::string> key = worker_key(session);
  if (!key.ok()) return fail(session, key.error());
  if (key->empty()) {
    return fail_usage(session,
                      "a worker needs a key of role worker: --key-file FILE or $PLANTAIN_KEY");
  }
  arguments.key = *key;
  return session.hooks.worker(arguments);
}

Result<OutputPlace> settle_output(const Arguments& arguments, JsonObject& input) {
  const OutputPlace place = OutputPlace::parse(arguments.output);
  const std::string named = place.is_folder ? "" : format_of_name(place.path);
  const std::string wanted = text_or(Json(input), "output_format", "");
  if (!named.empty() && !wanted.empty() && named != wanted) {
    return invalid(
        concat("--format is ", wanted, ", but ", place.path.string(), " is the name of a ", named));
  }
  if (!named.empty()) input["output_format"] = named;
  return place;
}

int generate(const Session& session) {
  const Arguments& words = session.arguments;
  if (words.output.empty()) return fail_usage(session, "say where the picture goes: -o out.png");
  const std::optional<Config> config = load_or_complain(session);
  if (!config) return kExitUsage;
  GenerateArguments arguments{*config, words.model, words.input, {}, words.force, words.json};
  const Result<OutputPlace> place = settle_output(words, arguments.input);
  if (!place.ok()) return fail_usage(session, place.error().message);
  arguments.output = *place;
  return session.hooks.generate(arguments);
}

int backup(const Session& session) {
  const std::optional<Config> config = load_or_complain(session);
  if (!config) return kExitUsage;
  return session.hooks.backup(*config, session.arguments.output);
}

// Where a setting, or any setting of a model, got its value.
std::string origin_of(const LoadedConfig& loaded, const std::string& setting) {
  const auto at = loaded.origins.lower_bound(setting);
  const bool is_it = at != loaded.origins.end() && at->first.starts_with(setting);
  return is_it ? at->second : setting;
}

int config_check(const Session& session) {
  LoadedConfig loaded =
      load_config(session.world, session.arguments.config_file, session.arguments.settings);
  if (loaded.faults.empty()) {
    for (const SettingFault& fault : session.hooks.check_config(loaded.config))
      loaded.faults.push_back({origin_of(loaded, fault.setting), fault.message});
  }
  if (!loaded.faults.empty()) {
    session.world.err(describe_faults(loaded.faults));
    session.world.err(concat(loaded.faults.size(), loaded.faults.size() == 1 ? " fault" : " faults",
                             ". `plantain config show` lists every setting.\n"));
    return kExitUsage;
  }
  session.world.out(loaded.file ? concat(loaded.file->string(), ": nothing is wrong\n")
                                : "There is no configuration file; the defaults hold.\n");
  return kExitOk;
}

int config_show(const Session& session) {
  const LoadedConfig loaded =
      load_config(session.world, session.arguments.config_file, session.arguments.settings);
  session.world.out(show_config(loaded));
  session.world.err(describe_faults(loaded.faults));
  return loaded.faults.empty() ? kExitOk : kExitUsage;
}

int engines_list(const Session& session) {
  const std::optional<Config> config = load_or_complain(session);
  if (!config) return kExitUsage;
  std::vector<std::vector<std::string>> rows{{"sketch", "built in", "", ""}};
  for (const auto& [name, engine] : config->engines) {
    rows.push_back({name, engine.kind, engine.base_url.empty() ? "the provider's" : engine.base_url,
                    engine.model.empty() ? "by the catalogue" : engine.model});
  }
  session.world.out(text_table({"NAME", "KIND", "ADDRESS", "MODEL"}, rows));
  return kExitOk;
}

int engines_test(const Session& session) {
  const std::optional<Config> config = load_or_complain(session);
  if (!config) return kExitUsage;
  const Result<std::string> state = session.hooks.test_engine(*config, session.arguments.id);
  if (!state.ok()) return fail(session, state.error());
  session.world.out(concat(session.arguments.id, ": ", *state, "\n"));
  return kExitOk;
}

int sketch_explain(const Session& session) {
  const std::string prompt = text_or(Json(session.arguments.input), "prompt", "");
  const Result<std::string> explained = session.hooks.explain(prompt);
  if (!explained.ok()) return fail(session, explained.error());
  session.world.out(*explained + "\n");
  return kExitOk;
}

int bench_engine(const Session& session) {
  BenchArguments arguments = session.arguments.bench;
  arguments.json = session.arguments.json;
  return session.hooks.bench_engine(arguments, session.world);
}

int version(const Session& session) {
  session.world.out("plantain " PLANTAIN_VERSION "\n");
  if (session.arguments.verbose) {
    std::string details = session.hooks.version_details();
    if (!details.empty() && !details.ends_with('\n')) details += '\n';
    session.world.out(details);
  }
  return kExitOk;
}

}  // namespace plantain::cli
