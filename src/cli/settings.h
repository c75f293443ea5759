// The table of settings: parsing, checking, showing, flags and the environment all come from it,
// and a test holds docs/configuration.md against it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "cli/config.h"

namespace plantain::cli {

enum class SettingType { kText, kPath, kInteger, kBoolean, kChoice, kTextList, kMoney };

struct Setting {
  std::string_view section;  // "server"
  std::string_view name;     // "port"
  SettingType type;
  std::string_view default_text;  // for people
  std::string_view help;
  std::string_view flags;  // besides --section.name, e.g. "-p,--port"; may be empty
  int64_t least = 0;       // of an integer
  int64_t most = 0;
  std::vector<std::string_view> choices;
  // Puts a value of the right type and range; `owner` is empty but for settings of a model or an
  // engine, whose name it is.
  void (*put)(Config& config, const std::string& owner, const Json& value);
  Json (*get)(const Config& config, const std::string& owner);  // null: not set

  bool is_owned() const { return is_owned_section(section); }
  // Sections that hold a table for each model, and for each engine.
  static bool is_owned_section(std::string_view section) {
    return section == "models" || section == "engines";
  }
  std::string full_name() const;    // "server.port", "models.engines"
  std::string environment() const;  // "PLANTAIN_SERVER_PORT"
};

const std::vector<Setting>& settings();
std::vector<Setting> engine_settings();  // the part of them that is about upstream engines
const Setting* find_setting(std::string_view section, std::string_view name);  // null: none

// What is wrong with `value` for this setting: its type or its range.
std::optional<std::string> fault_of(const Setting& setting, const Json& value);

// The value a text of the environment or of a flag stands for; its range is fault_of's business.
Result<Json> value_from_text(const Setting& setting, std::string_view text);

// As people read it: "an integer from 0 to 65535".
std::string describe_type(const Setting& setting);

}  // namespace plantain::cli
