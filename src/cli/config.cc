#include "cli/config.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include "base/text.h"
#include "cli/config_file.h"
#include "cli/settings.h"

namespace plantain::cli {
namespace {

// One value on its way into the configuration.
struct Given {
  const Setting* setting = nullptr;
  std::string model;
  Json value;
  std::string where;
};

class Loader {
 public:
  Loader(const World& world, LoadedConfig& loaded) : world_(world), loaded_(loaded) {}

  void take_defaults() {
    const std::string home = world_.environment_or("HOME", "");
    const std::string data = world_.environment_or("XDG_DATA_HOME", "");
    Path& folder = loaded_.config.server.data_dir;
    if (world_.root) {
      folder = "/var/lib/plantain";
    } else if (!data.empty()) {
      folder = Path(data) / "plantain";
    } else if (!home.empty()) {
      folder = Path(home) / ".local/share/plantain";
    }
  }

  void take_file(const std::optional<Path>& named) {
    const std::optional<Path> path = choose_file(named);
    if (!path) return;
    const Result<std::string> bytes = read_file(*path);
    if (!bytes.ok()) return fault(path->string(), "cannot be read: is the name right?");
    loaded_.file = *path;
    const ParsedFile parsed = parse_config_file(*bytes);
    if (parsed.fault) return fault(at(parsed.fault->first), parsed.fault->second);
    for (const FileEntry& entry : parsed.entries) take_entry(entry);
  }

  void take_environment() {
    for (const auto& [name, text] : world_.environment) {
      if (!name.starts_with("PLANTAIN_")) continue;
      const auto row = std::find_if(settings().begin(), settings().end(), [&](const Setting& each) {
        return each.environment() == name;
      });
      if (row == settings().end()) {
        judge_unknown_variable(name);
      } else if (!row->is_owned()) {
        take_text(*row, "", text, "$" + name);
      } else {
        for (const std::string& part : split(text, ';')) take_model_text(*row, part, "$" + name);
      }
    }
  }

  void take_flags(const std::vector<FlagValue>& flags) {
    for (const FlagValue& flag : flags) {
      const auto row = std::find_if(settings().begin(), settings().end(), [&](const Setting& each) {
        return each.full_name() == flag.setting;
      });
      CHECK(row != settings().end());  // flags are made from the same table
      const std::string where = "--" + flag.setting;
      if (row->is_owned()) {
        take_model_text(*row, flag.text, where);
      } else {
        take_text(*row, "", flag.text, where);
      }
    }
  }

  // What no single value can be blamed for.
  void finish() {
    Config::Server& server = loaded_.config.server;
    if (server.data_dir.empty()) {
      fault("server.data_dir", "there is no $HOME to put it below; set it");
    }
    if (server.key_file.empty()) server.key_file = server.data_dir / "admin.key";
    while (server.public_url.ends_with('/')) server.public_url.pop_back();
    if (!server.public_url.empty() && !is_base_address(server.public_url)) {
      fault(
          where_of("server.public_url"),
          "server.public_url must begin with http:// or https://, name a host and hold no ? or #");
    }
    if (server.public_url.empty() && !is_loopback_host(server.host)) {
      fault(
          where_of("server.host"),
          concat("server.host is \"", server.host,
                 "\", which others can reach: set server.public_url to the address that they will "
                 "use, or listen on 127.0.0.1"));
    } else if (!is_loopback_host(server.host) && server.tls_certificate.empty() &&
               server.trusted_proxies.empty()) {
      fault(where_of("server.host"),
            concat("server.host is \"", server.host,
                   "\", where keys would travel for all to read: set server.tls_certificate and "
                   "server.tls_key, or server.trusted_proxies to the networks of a proxy that ends "
                   "TLS"));
    }
    if (loaded_.file) loaded_.config.file = std::filesystem::absolute(*loaded_.file);
    for (auto& [name, engine] : loaded_.config.engines) judge_engine(name, engine);
  }

 private:
  void judge_engine(const std::string& name, EngineConfig& engine) {
    const std::string where = where_of_owner("engines", name);
    if (!is_engine_name(name)) {
      return fault(where, concat("\"", name,
                                 "\" cannot be an engine's name: it needs lower-case letters, "
                                 "digits, - and _, and may not be one of the program's own"));
    }
    if (engine.kind.empty()) {
      const auto& kinds = find_setting("engines", "kind")->choices;
      if (std::count(kinds.begin(), kinds.end(), name) == 0) {
        return fault(where, concat("engines.", name, ".kind is missing: whose API does it speak?"));
      }
      engine.kind = name;
    }
    while (engine.base_url.ends_with('/')) engine.base_url.pop_back();
    if (!engine.base_url.empty() && !is_base_address(engine.base_url))
      fault(where, concat("engines.", name, ".base_url must begin with http:// or https://"));
    for (const std::string& cost : engine.cost_usd) {
      if (!is_cost(cost))
        fault(where, concat("engines.", name, ".cost_usd holds \"", cost,
                            "\", which is neither RESOLUTION=USD nor USD"));
    }
  }

  static bool is_engine_name(std::string_view name) {
    constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz0123456789-_";
    return !name.empty() && name != "sketch" && name != "null" && name != "diffusion" &&
           name.find_first_not_of(kLetters) == std::string_view::npos;
  }

  static bool is_cost(std::string_view text) {
    const std::size_t equals = text.find('=');
    const Result<Json> price =
        parse_json(equals == std::string_view::npos ? text : text.substr(equals + 1));
    return price.ok() && price->is_number() && price->to_number<double>() >= 0 && equals != 0;
  }

  // Where the first setting of a model or an engine was given.
  std::string where_of_owner(std::string_view section, const std::string& name) const {
    const std::string prefix = concat(section, ".", name, ".");
    const auto at = loaded_.origins.lower_bound(prefix);
    return at != loaded_.origins.end() && at->first.starts_with(prefix) ? at->second : prefix;
  }

  std::optional<Path> choose_file(const std::optional<Path>& named) const {
    if (named) return named;
    const std::string by_environment = world_.environment_or("PLANTAIN_CONFIG", "");
    if (!by_environment.empty()) return by_environment;
    const std::string home = world_.environment_or("HOME", "");
    std::string own = world_.environment_or("XDG_CONFIG_HOME", "");
    if (own.empty() && !home.empty()) own = home + "/.config";
    std::vector<Path> places{"plantain.toml"};
    if (!own.empty()) places.push_back(Path(own) / "plantain/config.toml");
    places.push_back(world_.system_config);
    for (const Path& place : places) {
      std::error_code ignored;
      if (std::filesystem::exists(place, ignored)) return place;
    }
    return std::nullopt;
  }

  void take_entry(const FileEntry& entry) {
    const std::vector<std::string>& path = entry.path;
    if (reported_.contains(path[0])) return;  // one fault for a section with a wrong name is enough
    if (path.size() == 1) return take_section(entry);
    const bool is_owned = Setting::is_owned_section(path[0]);
    if (is_owned && path.size() == 2) {
      if (entry.is_table) return;
      return fault(at(entry.name_place),
                   concat(path[0], ".\"", path[1], "\" must be a table: write [", path[0], ".\"",
                          path[1], "\"] above its settings"));
    }
    const std::size_t depth = is_owned ? 3 : 2;
    if (path.size() > depth) return;  // below a name that was judged before
    const Setting* const setting = find_setting(path[0], path.back());
    if (setting == nullptr) return unknown_name(entry, names_of(path[0]));
    const Json value = entry.is_table ? Json(JsonObject{}) : entry.value;
    put({setting, is_owned ? path[1] : "", from_file(*setting, value), at(entry.value_place)});
  }

  void take_section(const FileEntry& entry) {
    const std::vector<std::string> sections = section_names();
    const bool known = std::count(sections.begin(), sections.end(), entry.path[0]) > 0;
    if (known && entry.is_table) return;
    reported_.insert(entry.path[0]);
    if (!known) return unknown_name(entry, sections);
    fault(at(entry.name_place), concat(entry.path[0], " must be a section: write [", entry.path[0],
                                       "] above its settings"));
  }

  void unknown_name(const FileEntry& entry, const std::vector<std::string>& known) {
    std::string message = concat(
        "there is no ", entry.path.size() == 1 && entry.is_table ? "section" : "setting", " \"",
        entry.path.back(), "\"", entry.path.size() > 1 ? concat(" in ", entry.path[0]) : "");
    if (const auto meant = did_you_mean(entry.path.back(), known)) {
      message += concat("; did you mean \"", *meant, "\"?");
    } else if (const std::string home = section_with(entry.path.back()); !home.empty()) {
      message += concat("; it belongs into [", home, "]");
    } else {
      message += concat("; there are ", join(known, ", "));
    }
    fault(at(entry.name_place), std::move(message));
  }

  void judge_unknown_variable(const std::string& name) {
    std::vector<std::string> known;
    bool ours = false;
    for (const Setting& setting : settings()) {
      known.push_back(setting.environment());
      const std::string prefix = known.back().substr(0, known.back().size() - setting.name.size());
      ours = ours || name.starts_with(prefix);
    }
    if (!ours) return;  // $PLANTAIN_KEY and what else is not about a section
    std::string message = "there is no such setting";
    if (const auto meant = did_you_mean(name, known))
      message += concat("; did you mean $", *meant, "?");
    fault("$" + name, std::move(message));
  }

  void take_model_text(const Setting& setting, const std::string& text, const std::string& where) {
    const auto equals = text.find('=');
    if (equals == std::string::npos || equals == 0) {
      if (setting.section == "engines")
        return fault(where, concat("write ", setting.full_name(), " as ENGINE=VALUE"));
      return fault(where, concat("write ", setting.full_name(), " as MODEL=VALUE, e.g. ",
                                 "google/nano-banana-2/text-to-image=",
                                 setting.type == SettingType::kMoney ? "0.04" : "gemini,sketch"));
    }
    take_text(setting, std::string(trim_ascii(std::string_view(text).substr(0, equals))),
              text.substr(equals + 1), where);
  }

  void take_text(const Setting& setting, const std::string& model, const std::string& text,
                 const std::string& where) {
    Result<Json> value = value_from_text(setting, text);
    if (!value.ok()) return fault(where, value.error().message);
    put({&setting, model, *std::move(value), where});
  }

  void put(const Given& given) {
    if (const auto wrong = fault_of(*given.setting, given.value)) return fault(given.where, *wrong);
    given.setting->put(loaded_.config, given.model, given.value);
    const std::string name = given.model.empty() ? given.setting->full_name()
                                                 : concat(given.setting->section, ".", given.model,
                                                          ".", given.setting->name);
    loaded_.origins[name] = given.where;
  }

  // A relative path in a file means the same wherever the command is started.
  Json from_file(const Setting& setting, const Json& value) const {
    if (setting.type != SettingType::kPath || !value.is_string()) return value;
    const Path path(std::string(view(value.as_string())));
    if (path.empty() || path.is_absolute()) return value;
    return JsonString((loaded_.file->parent_path() / path).string());
  }

  static std::vector<std::string> section_names() {
    std::vector<std::string> names;
    for (const Setting& setting : settings()) {
      if (names.empty() || names.back() != setting.section) names.emplace_back(setting.section);
    }
    return names;
  }

  static std::vector<std::string> names_of(std::string_view section) {
    std::vector<std::string> names;
    for (const Setting& setting : settings()) {
      if (setting.section == section) names.emplace_back(setting.name);
    }
    return names;
  }

  static std::string section_with(std::string_view name) {
    for (const Setting& setting : settings()) {
      if (setting.name == name) return std::string(setting.section);
    }
    return {};
  }

  static bool is_base_address(std::string_view url) {
    for (const std::string_view scheme : {"http://", "https://"}) {
      if (!url.starts_with(scheme)) continue;
      const std::string_view rest = url.substr(scheme.size());
      return !rest.empty() && rest[0] != '/' && rest.find_first_of("?# ") == std::string_view::npos;
    }
    return false;
  }

  std::string at(Place place) const {
    return concat(loaded_.file->string(), ":", place.line, ":", place.column);
  }
  std::string where_of(const std::string& setting) const {
    const auto found = loaded_.origins.find(setting);
    return found == loaded_.origins.end() ? setting : found->second;
  }
  void fault(std::string where, std::string message) {
    loaded_.faults.push_back({std::move(where), std::move(message)});
  }

  const World& world_;
  LoadedConfig& loaded_;
  std::set<std::string> reported_;  // sections that have their one fault
};

std::string toml_value(const Json& value) {
  // JSON's text, numbers, booleans and lists of text are TOML's, too.
  return write_json(value);
}

void show_setting(const LoadedConfig& loaded, const Setting& setting, const std::string& model,
                  std::string& out) {
  const Json value = setting.get(loaded.config, model);
  if (value.is_null()) return;
  const std::string name =
      model.empty() ? setting.full_name() : concat(setting.section, ".", model, ".", setting.name);
  const auto origin = loaded.origins.find(name);
  const std::string line = concat(setting.name, " = ", toml_value(value));
  out += concat(line, std::string(line.size() < 44 ? 44 - line.size() : 1, ' '), "# ",
                origin == loaded.origins.end() ? "default" : origin->second, "\n");
}

void show_owner(const LoadedConfig& loaded, std::string_view section, const std::string& name,
                std::string& out) {
  out += concat("\n[", section, ".", toml_value(JsonString(name)), "]\n");
  for (const Setting& setting : settings()) {
    if (setting.section == section) show_setting(loaded, setting, name, out);
  }
}

}  // namespace

LoadedConfig load_config(const World& world, const std::optional<Path>& named,
                         const std::vector<FlagValue>& flags) {
  LoadedConfig loaded;
  Loader loader(world, loaded);
  loader.take_defaults();
  loader.take_file(named);
  loader.take_environment();
  loader.take_flags(flags);
  loader.finish();
  return loaded;
}

std::string show_config(const LoadedConfig& loaded) {
  std::string out = loaded.file ? concat("# ", loaded.file->string(), "\n")
                                : "# there is no configuration file\n";
  std::string_view section;
  for (const Setting& setting : settings()) {
    if (setting.is_owned()) continue;
    if (setting.section != section) out += concat("\n[", setting.section, "]\n");
    section = setting.section;
    show_setting(loaded, setting, "", out);
  }
  for (const auto& [model, ignored] : loaded.config.models)
    show_owner(loaded, "models", model, out);
  for (const auto& [engine, ignored] : loaded.config.engines)
    show_owner(loaded, "engines", engine, out);
  return out;
}

std::string describe_faults(const std::vector<ConfigFault>& faults) {
  std::string out;
  for (const ConfigFault& fault : faults) out += concat(fault.where, ": ", fault.message, "\n");
  return out;
}

bool is_loopback_host(std::string_view host) {
  return host == "localhost" || host == "::1" || host == "[::1]" ||
         (host.starts_with("127.") &&
          host.find_first_not_of("0123456789.") == std::string_view::npos);
}

}  // namespace plantain::cli
