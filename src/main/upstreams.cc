#include "main/upstreams.h"

#include <cstdlib>

#include "base/files.h"
#include "base/json.h"
#include "base/text.h"

namespace plantain {
namespace {

std::string usual_variable(const std::string& kind, bool vertex) {
  if (kind == "gemini") return vertex ? "GOOGLE_ACCESS_TOKEN" : "GEMINI_API_KEY";
  if (kind == "openai") return "OPENAI_API_KEY";
  return kind == "fal" ? "FAL_KEY" : "RUNCOMFY_TOKEN";
}

// A key is one line of visible characters; what is not could break a header in two.
bool is_key(std::string_view text) {
  return !text.empty() &&
         text.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
}

Result<std::string> key_in_file(const Path& file) {
  const Result<std::string> bytes = read_file(file);
  const std::string key = bytes.ok() ? std::string(trim_ascii(*bytes)) : "";
  if (is_key(key)) return key;
  return Error{ErrorCode::kInvalidKey, "the configured file holds no key"};
}

Result<std::string> key_in_environment(const std::string& variable) {
  const char* const value = std::getenv(variable.c_str());
  const std::string key = value ? std::string(trim_ascii(value)) : "";
  if (is_key(key)) return key;
  return Error{ErrorCode::kInvalidKey, concat("there is no key in $", variable)};
}

std::map<std::string, double> costs_of(const std::vector<std::string>& texts) {
  std::map<std::string, double> costs;
  for (const std::string& text : texts) {
    const std::size_t equals = text.find('=');
    const std::string resolution = equals == std::string::npos ? "" : text.substr(0, equals);
    const Result<Json> price =
        parse_json(equals == std::string::npos ? text : text.substr(equals + 1));
    CHECK(price.ok());  // the configuration was judged
    costs[resolution] = price->to_number<double>();
  }
  return costs;
}

std::map<std::string, engine::upstream::ModelMapping> mappings_of(const catalog::Catalog& catalog,
                                                                  const std::string& kind) {
  std::map<std::string, engine::upstream::ModelMapping> mappings;
  for (const catalog::Model& model : catalog.all()) {
    const auto known = model.upstreams.find(kind);
    if (known != model.upstreams.end()) {
      mappings[model.id] = {known->second.id, known->second.rename, known->second.as_text};
    } else if (kind == "runcomfy") {
      mappings[model.id] = {model.id, {}, {}};  // the catalogue's names are theirs
    }
  }
  return mappings;
}

}  // namespace

engine::upstream::AllSettings upstreams_of(const cli::Config& config,
                                           const catalog::Catalog* catalog) {
  engine::upstream::AllSettings all;
  for (const auto& [name, given] : config.engines) {
    engine::upstream::Settings settings;
    settings.name = name;
    settings.kind = given.kind;
    settings.base_url = given.base_url;
    settings.model = given.model;
    settings.successor = given.successor;
    settings.project = given.project;
    settings.location = given.location;
    if (!given.key_file.empty()) {
      settings.key = [file = given.key_file] { return key_in_file(file); };
    } else {
      const std::string variable = given.key_env.empty()
                                       ? usual_variable(given.kind, !given.project.empty())
                                       : given.key_env;
      settings.key = [variable] { return key_in_environment(variable); };
    }
    settings.timeout = std::chrono::seconds(given.timeout_s);
    settings.tries = given.tries;
    settings.backoff = std::chrono::milliseconds(given.backoff_ms);
    settings.repeat_in_doubt = given.repeat_in_doubt;
    settings.slots = given.slots;
    settings.cost_usd = costs_of(given.cost_usd);
    if (catalog) settings.models = mappings_of(*catalog, given.kind);
    all.emplace(name, std::move(settings));
  }
  return all;
}

}  // namespace plantain
