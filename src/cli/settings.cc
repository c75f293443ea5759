#include "cli/settings.h"

#include <algorithm>
#include <cmath>

#include "base/limits.h"
#include "base/text.h"

namespace plantain::cli {
namespace {

constexpr int64_t kMegabyte = 1'000'000;
constexpr int64_t kMegabytesMax = 1'000'000'000;
constexpr int64_t kCentury_s = int64_t{100} * 365 * 24 * 3600;

std::string text(const Json& value) { return std::string(view(value.as_string())); }

const ModelConfig* model_of(const Config& config, const std::string& model) {
  const auto at = config.models.find(model);
  return at == config.models.end() ? nullptr : &at->second;
}

std::vector<std::string> text_list(const Json& value) {
  std::vector<std::string> texts;
  for (const Json& each : value.as_array()) texts.push_back(text(each));
  return texts;
}

void put_engines(Config& config, const std::string& model, const Json& value) {
  config.models[model].engines = text_list(value);
}

Json get_engines(const Config& config, const std::string& model) {
  const ModelConfig* const found = model_of(config, model);
  if (found == nullptr || found->engines.empty()) return nullptr;
  JsonArray names;
  for (const std::string& engine : found->engines) names.emplace_back(engine);
  return names;
}

Json get_price(const Config& config, const std::string& model) {
  const ModelConfig* const found = model_of(config, model);
  if (found == nullptr || !found->price_microdollars) return nullptr;
  return static_cast<double>(*found->price_microdollars) / 1e6;
}

void put_networks(Config& config, const std::string&, const Json& value) {
  config.fetch.networks.clear();
  for (const Json& network : value.as_array()) config.fetch.networks.push_back(text(network));
}

void put_log_level(Config& config, const std::string&, const Json& value) {
  const auto at = std::find(std::begin(kLogLevels), std::end(kLogLevels), text(value));
  config.server.log_level = static_cast<LogLevel>(at - std::begin(kLogLevels));
}

void put_retention(Config& config, const std::string&, const Json& value) {
  const std::chrono::seconds time(value.as_int64());
  config.retention.reset();
  if (time.count() >= 0) config.retention = std::max(time, limits::kRetentionMin);
}

// A table, and as long as one.
std::vector<Setting> make_settings() {
  using enum SettingType;
  using C = Config;
  using M = const std::string&;
  using J = const Json&;
  return {
      {"server",
       "host",
       kText,
       "127.0.0.1",
       "Address to listen on. Another one than loopback needs server.public_url, and TLS or "
       "server.trusted_proxies.",
       "--host",
       0,
       0,
       {},
       [](C& c, M, J v) { c.server.host = text(v); },
       [](const C& c, M) -> Json { return JsonString(c.server.host); }},
      {"server",
       "port",
       kInteger,
       "8080",
       "Port to listen on; 0 takes any free one.",
       "-p,--port",
       0,
       65535,
       {},
       [](C& c, M, J v) { c.server.port = static_cast<int>(v.as_int64()); },
       [](const C& c, M) -> Json { return c.server.port; }},
      {"server",
       "public_url",
       kText,
       "",
       "What addresses in answers begin with, e.g. https://pictures.example.org. Empty: the "
       "address "
       "itself, on loopback only.",
       "--public-url",
       0,
       0,
       {},
       [](C& c, M, J v) { c.server.public_url = text(v); },
       [](const C& c, M) -> Json { return JsonString(c.server.public_url); }},
      {"server",
       "tls_certificate",
       kPath,
       "",
       "PEM file of the certificate and its chain; with server.tls_key the server speaks https.",
       "",
       0,
       0,
       {},
       [](C& c, M, J v) { c.server.tls_certificate = text(v); },
       [](const C& c, M) -> Json { return JsonString(c.server.tls_certificate.string()); }},
      {"server",
       "tls_key",
       kPath,
       "",
       "PEM file of the certificate's private key.",
       "",
       0,
       0,
       {},
       [](C& c, M, J v) { c.server.tls_key = text(v); },
       [](const C& c, M) -> Json { return JsonString(c.server.tls_key.string()); }},
      {"server",
       "trusted_proxies",
       kTextList,
       "[]",
       "Networks, such as 10.0.0.0/8, of a proxy that ends TLS before the server.",
       "",
       0,
       0,
       {},
       [](C& c, M, J v) { c.server.trusted_proxies = text_list(v); },
       [](const C& c, M) -> Json {
         return JsonArray(c.server.trusted_proxies.begin(), c.server.trusted_proxies.end());
       }},
      {"server",
       "data_dir",
       kPath,
       "~/.local/share/plantain",
       "Folder of the database, the pictures and the keys. The default follows $XDG_DATA_HOME; for "
       "root it is /var/lib/plantain.",
       "-d,--data-dir",
       0,
       0,
       {},
       [](C& c, M, J v) { c.server.data_dir = text(v); },
       [](const C& c, M) -> Json { return JsonString(c.server.data_dir.string()); }},
      {"server",
       "drain_timeout_s",
       kInteger,
       "30",
       "Seconds that running requests get to end after a request to stop.",
       "",
       0,
       86'400,
       {},
       [](C& c, M, J v) { c.server.drain_timeout = std::chrono::seconds(v.as_int64()); },
       [](const C& c, M) -> Json { return c.server.drain_timeout.count(); }},
      {"server",
       "log_level",
       kChoice,
       "info",
       "The least important lines that are logged.",
       "--log-level",
       0,
       0,
       {std::begin(kLogLevels), std::end(kLogLevels)},
       put_log_level,
       [](const C& c, M) -> Json { return JsonString(name_of(c.server.log_level)); }},
      {"server",
       "public_catalog",
       kBoolean,
       "false",
       "Whether the catalogue of models is read without a key.",
       "",
       0,
       0,
       {},
       [](C& c, M, J v) { c.server.public_catalog = v.as_bool(); },
       [](const C& c, M) -> Json { return c.server.public_catalog; }},
      {"server",
       "key_file",
       kPath,
       "<data_dir>/admin.key",
       "File that the first start writes the admin key to, and that the other verbs read it from.",
       "",
       0,
       0,
       {},
       [](C& c, M, J v) { c.server.key_file = text(v); },
       [](const C& c, M) -> Json { return JsonString(c.server.key_file.string()); }},
      {"server",
       "internal_listen",
       kText,
       "",
       "ADDRESS:PORT to listen on for workers elsewhere, on a network of your own. Empty: none.",
       "",
       0,
       0,
       {},
       [](C& c, M, J v) { c.server.internal_listen = text(v); },
       [](const C& c, M) -> Json { return JsonString(c.server.internal_listen); }},
      {"workers",
       "count",
       kInteger,
       "1",
       "Workers that the server starts and looks after; 0 when all run elsewhere.",
       "--workers",
       0,
       64,
       {},
       [](C& c, M, J v) { c.worker_count = static_cast<int>(v.as_int64()); },
       [](const C& c, M) -> Json { return c.worker_count; }},
      {"retention",
       "default_s",
       kInteger,
       "604800",
       "Seconds that a finished request and its pictures are kept; less than an hour counts as an "
       "hour, -1 is for ever.",
       "",
       -1,
       kCentury_s,
       {},
       put_retention,
       [](const C& c, M) -> Json { return c.retention ? c.retention->count() : -1; }},
      {"limits",
       "submits_per_minute",
       kInteger,
       "600",
       "Submits a minute of an account that has no limit of its own.",
       "",
       0,
       limits::kCountLimitMax,
       {},
       [](C& c, M, J v) { c.limits.submits_per_minute = v.as_int64(); },
       [](const C& c, M) -> Json { return c.limits.submits_per_minute; }},
      {"limits",
       "reads_per_minute",
       kInteger,
       "6000",
       "Other calls a minute of an account that has no limit of its own.",
       "",
       0,
       limits::kCountLimitMax,
       {},
       [](C& c, M, J v) { c.limits.reads_per_minute = v.as_int64(); },
       [](const C& c, M) -> Json { return c.limits.reads_per_minute; }},
      {"limits",
       "queued",
       kInteger,
       "100000",
       "Requests in the queue of an account that has no limit of its own.",
       "",
       0,
       limits::kCountLimitMax,
       {},
       [](C& c, M, J v) { c.limits.queued = v.as_int64(); },
       [](const C& c, M) -> Json { return c.limits.queued; }},
      {"files",
       "quota_mb",
       kInteger,
       "10000",
       "Megabytes that the uploads and inputs of an account may have together.",
       "",
       0,
       kMegabytesMax,
       {},
       [](C& c, M, J v) { c.files.quota_bytes = v.as_int64() * kMegabyte; },
       [](const C& c, M) -> Json { return c.files.quota_bytes / kMegabyte; }},
      {"fetch",
       "http",
       kBoolean,
       "false",
       "Whether inputs may be fetched from, and webhooks sent to, addresses without TLS.",
       "",
       0,
       0,
       {},
       [](C& c, M, J v) { c.fetch.http = v.as_bool(); },
       [](const C& c, M) -> Json { return c.fetch.http; }},
      {"fetch",
       "networks",
       kTextList,
       "public addresses alone",
       "Networks that inputs may be fetched from, and webhooks sent to, besides public addresses, "
       "e.g. 10.1.0.0/16.",
       "",
       0,
       0,
       {},
       put_networks,
       [](const C& c, M) -> Json {
         if (c.fetch.networks.empty()) return nullptr;
         return JsonArray(c.fetch.networks.begin(), c.fetch.networks.end());
       }},
      {"catalog",
       "folder",
       kPath,
       "",
       "Folder with more models; one of the same id replaces a built-in one.",
       "",
       0,
       0,
       {},
       [](C& c, M, J v) { c.catalog_folder = text(v); },
       [](const C& c, M) -> Json { return JsonString(c.catalog_folder.string()); }},
      {"models",
       "engines",
       kTextList,
       "the catalogue's",
       "Engines that serve this model, the first choice first.",
       "",
       0,
       0,
       {},
       put_engines,
       get_engines},
      {"models",
       "price_usd",
       kMoney,
       "the catalogue's",
       "Price of one output of this model, or of one second where it is priced by the second.",
       "",
       0,
       0,
       {},
       [](C& c, M m, J v) {
         c.models[m].price_microdollars = std::llround(v.to_number<double>() * 1e6);
       },
       get_price},
  };
}

std::string kind_of(const Json& value) {
  if (value.is_string()) return "text";
  if (value.is_bool()) return "true or false";
  if (value.is_int64() || value.is_uint64()) return "an integer";
  if (value.is_double()) return "a number";
  if (value.is_array()) return "a list";
  return value.is_object() ? "a table" : "a date or time";
}

bool has_type(SettingType type, const Json& value) {
  switch (type) {
    case SettingType::kText:
    case SettingType::kPath:
    case SettingType::kChoice:
      return value.is_string();
    case SettingType::kInteger:
      return value.is_int64();
    case SettingType::kBoolean:
      return value.is_bool();
    case SettingType::kMoney:
      return value.is_number();
    case SettingType::kTextList:
      return value.is_array() && std::all_of(value.as_array().begin(), value.as_array().end(),
                                             [](const Json& each) { return each.is_string(); });
  }
  return false;
}

bool in_range(const Setting& setting, const Json& value) {
  switch (setting.type) {
    case SettingType::kInteger:
      return value.as_int64() >= setting.least && value.as_int64() <= setting.most;
    case SettingType::kChoice:
      return std::count(setting.choices.begin(), setting.choices.end(), view(value.as_string())) >
             0;
    case SettingType::kMoney: {
      const double price = value.to_number<double>();
      const double micros = price * 1e6;
      return price >= 0 && price <= limits::kBasePriceMax_usd &&
             std::fabs(micros - std::round(micros)) < 1e-3;
    }
    case SettingType::kTextList:
      return !value.as_array().empty() &&
             std::none_of(value.as_array().begin(), value.as_array().end(),
                          [](const Json& each) { return each.as_string().empty(); });
    default:
      return true;
  }
}

}  // namespace

std::string Setting::full_name() const { return concat(section, ".", name); }

std::string Setting::environment() const {
  std::string out = concat("PLANTAIN_", section, "_", name);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  return out;
}

const std::vector<Setting>& settings() {
  static const std::vector<Setting> all = [] {
    std::vector<Setting> rows = make_settings();
    const std::vector<Setting> engines = engine_settings();
    rows.insert(rows.end(), engines.begin(), engines.end());
    return rows;
  }();
  return all;
}

const Setting* find_setting(std::string_view section, std::string_view name) {
  for (const Setting& setting : settings()) {
    if (setting.section == section && setting.name == name) return &setting;
  }
  return nullptr;
}

std::string describe_type(const Setting& setting) {
  switch (setting.type) {
    case SettingType::kText:
      return "text";
    case SettingType::kPath:
      return "a path";
    case SettingType::kInteger:
      return concat("an integer from ", setting.least, " to ", setting.most);
    case SettingType::kBoolean:
      return "true or false";
    case SettingType::kChoice: {
      const std::vector<std::string> names(setting.choices.begin(), setting.choices.end());
      return concat("one of ", join(names, ", "));
    }
    case SettingType::kTextList:
      return "a list of at least one name";
    case SettingType::kMoney:
      return concat("a number from 0 to ", static_cast<int64_t>(limits::kBasePriceMax_usd),
                    " with at most six decimals");
  }
  return {};
}

std::optional<std::string> fault_of(const Setting& setting, const Json& value) {
  if (!has_type(setting.type, value)) {
    return concat(setting.full_name(), " must be ", describe_type(setting), ", not ",
                  value.is_array() && setting.type == SettingType::kTextList
                      ? "a list with something else in it"
                      : kind_of(value));
  }
  if (in_range(setting, value)) return std::nullopt;
  std::string fault = concat(setting.full_name(), " must be ", describe_type(setting), "; it is ",
                             value.is_array() ? "empty or holds an empty name" : write_json(value));
  if (setting.type == SettingType::kChoice) {
    const std::vector<std::string> names(setting.choices.begin(), setting.choices.end());
    if (const auto meant = did_you_mean(text(value), names)) {
      fault += concat(" (did you mean \"", *meant, "\"?)");
    }
  }
  return fault;
}

Result<Json> value_from_text(const Setting& setting, std::string_view given) {
  const Error wrong = invalid(
      concat(setting.full_name(), " must be ", describe_type(setting), "; it is \"", given, "\""));
  switch (setting.type) {
    case SettingType::kInteger: {
      const std::optional<int64_t> number = parse_int(given);
      if (!number) return wrong;
      return Json(*number);
    }
    case SettingType::kBoolean:
      if (given != "true" && given != "false") return wrong;
      return Json(given == "true");
    case SettingType::kMoney: {
      Result<Json> number = parse_json(given);
      if (!number.ok() || !number->is_number()) return wrong;
      return number;
    }
    case SettingType::kTextList: {
      JsonArray names;
      for (const std::string& name : split(given, ',')) names.emplace_back(trim_ascii(name));
      return Json(names);
    }
    default:
      return Json(JsonString(given));
  }
}

}  // namespace plantain::cli
