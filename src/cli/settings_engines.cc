// The settings of upstream engines: [engines.NAME].
#include <algorithm>

#include "base/text.h"
#include "cli/settings.h"

namespace plantain::cli {
namespace {

using Put = void (*)(Config&, const std::string&, const Json&);
using Get = Json (*)(const Config&, const std::string&);

const EngineConfig* engine_of(const Config& config, const std::string& name) {
  const auto at = config.engines.find(name);
  return at == config.engines.end() ? nullptr : &at->second;
}

template <auto member>
void put_text(Config& config, const std::string& name, const Json& value) {
  config.engines[name].*member = std::string(view(value.as_string()));
}

template <auto member>
Json get_text(const Config& config, const std::string& name) {
  const EngineConfig* const engine = engine_of(config, name);
  if (engine == nullptr) return nullptr;
  const Path text(engine->*member);
  return text.empty() ? Json(nullptr) : Json(JsonString(text.string()));
}

template <auto member>
void put_integer(Config& config, const std::string& name, const Json& value) {
  config.engines[name].*member = static_cast<int>(value.as_int64());
}

template <auto member>
Json get_integer(const Config& config, const std::string& name) {
  const EngineConfig* const engine = engine_of(config, name);
  return engine == nullptr ? Json(nullptr) : Json(engine->*member);
}

template <auto member>
Setting text(std::string_view name, std::string_view otherwise, std::string_view help,
             SettingType type = SettingType::kText) {
  return {"engines", name, type, otherwise, help, "", 0, 0, {}, put_text<member>, get_text<member>};
}

template <auto member>
Setting integer(std::string_view name, std::string_view otherwise, std::string_view help,
                int64_t least, int64_t most) {
  return {"engines", name, SettingType::kInteger, otherwise,          help, "", least,
          most,      {},   put_integer<member>,   get_integer<member>};
}

void put_costs(Config& config, const std::string& name, const Json& value) {
  std::vector<std::string>& costs = config.engines[name].cost_usd;
  costs.clear();
  for (const Json& cost : value.as_array()) costs.emplace_back(view(cost.as_string()));
}

Json get_costs(const Config& config, const std::string& name) {
  const EngineConfig* const engine = engine_of(config, name);
  if (engine == nullptr || engine->cost_usd.empty()) return nullptr;
  return JsonArray(engine->cost_usd.begin(), engine->cost_usd.end());
}

}  // namespace

std::vector<Setting> engine_settings() {
  using E = EngineConfig;
  return {
      {"engines",
       "kind",
       SettingType::kChoice,
       "its name",
       "Whose API it speaks.",
       "",
       0,
       0,
       {"gemini", "openai", "runcomfy", "fal"},
       put_text<&E::kind>,
       get_text<&E::kind>},
      text<&E::base_url>("base_url", "the provider's",
                         "Where its API is, e.g. http://127.0.0.1:9000; for a proxy or a server of "
                         "one's own that speaks the same API."),
      text<&E::model>("model", "the kind's", "The provider's name of the model."),
      text<&E::successor>(
          "successor", "the kind's",
          "Model to go on with when the provider no longer has the other (gemini)."),
      text<&E::project>("project", "",
                        "Project of Google Cloud; with it the calls go to Vertex (gemini)."),
      text<&E::location>("location", "global", "Location of Vertex (gemini)."),
      text<&E::key_env>("key_env", "the kind's usual one",
                        "Variable of the environment that holds the key."),
      text<&E::key_file>(
          "key_file", "",
          "File that holds the key, instead of a variable; it is read for each call.",
          SettingType::kPath),
      integer<&E::timeout_s>("timeout_s", "300", "Seconds that one call may take.", 1, 1'700),
      integer<&E::tries>("tries", "4",
                         "How often a call is made in all while it surely costs nothing.", 1, 20),
      integer<&E::backoff_ms>("backoff_ms", "1000",
                              "Milliseconds before the second try; it doubles with each.", 1,
                              60'000),
      integer<&E::repeat_in_doubt>("repeat_in_doubt", "0",
                                   "How often a call is repeated though the provider may have "
                                   "charged for it.",
                                   0, 10),
      integer<&E::slots>("slots", "4", "Requests at the same time, in each worker.", 1, 64),
      {"engines",
       "cost_usd",
       SettingType::kTextList,
       "not known",
       "What the provider charges for a picture: RESOLUTION=USD, or USD alone for all others.",
       "",
       0,
       0,
       {},
       put_costs,
       get_costs},
  };
}

std::vector<std::string> engine_flags(const Config& config) {
  std::vector<std::string> flags;
  for (const auto& [name, ignored] : config.engines) {
    for (const Setting& setting : engine_settings()) {
      const Json value = setting.get(config, name);
      if (value.is_null()) continue;
      std::string text;
      if (value.is_string()) text = view(value.get_string());
      if (value.is_int64()) text = concat(value.get_int64());
      if (value.is_array()) {
        std::vector<std::string> parts;
        for (const Json& part : value.get_array()) parts.emplace_back(view(part.as_string()));
        text = join(parts, ",");
      }
      flags.push_back("--" + setting.full_name());
      flags.push_back(concat(name, "=", text));
    }
  }
  return flags;
}

}  // namespace plantain::cli
