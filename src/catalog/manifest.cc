#include "catalog/manifest.h"

// The library's exceptions are off: it answers with values.
#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "base/limits.h"
#include "base/text.h"
#include "catalog/catalog.h"

namespace plantain::catalog {
namespace {

// Reads keys out of a table and remembers the first thing that was wrong, and where.
class Reader {
 public:
  Reader(const toml::table& table, std::string_view file, std::optional<Error>& error)
      : table_(table), file_(file), error_(error) {}

  std::string text(std::string_view key) {
    const toml::node* node = required(key);
    return node ? text_of(*node, key) : std::string();
  }
  std::string text_or(std::string_view key, std::string_view otherwise) {
    const toml::node* node = optional(key);
    return node ? text_of(*node, key) : std::string(otherwise);
  }
  std::vector<std::string> texts(std::string_view key) { return texts_of(required(key), key); }
  std::vector<std::string> texts_or_none(std::string_view key) {
    return texts_of(optional(key), key);
  }
  std::vector<std::string> texts_of(const toml::node* node, std::string_view key) {
    std::vector<std::string> out;
    if (!node) return out;
    const toml::array* array = node->as_array();
    if (!array || array->empty()) {
      fail(*node, concat(key, " must be a list of texts"));
      return out;
    }
    for (const toml::node& element : *array) out.push_back(text_of(element, key));
    return out;
  }
  // A finite number from `least` to `most`.
  double number_or(std::string_view key, double otherwise, double least, double most) {
    const toml::node* node = optional(key);
    if (!node) return otherwise;
    const std::optional<double> value = node->value<double>();
    if (value && node->is_number() && *value >= least && *value <= most) return *value;
    fail(*node, concat(key, " must be a number from ", least, " to ", most));
    return otherwise;
  }
  const toml::table* table_or_null(std::string_view key) {
    const toml::node* node = optional(key);
    if (node && !node->is_table()) fail(*node, concat(key, " must be a table"));
    return node ? node->as_table() : nullptr;
  }

  // After everything was read: whatever is left is a mistake.
  void end() {
    for (const auto& [key, node] : table_) {
      if (std::find(known_.begin(), known_.end(), key.str()) != known_.end()) continue;
      const auto meant = did_you_mean(key.str(), known_);
      fail(node, concat(key.str(), " is not a key of a manifest",
                        meant ? concat("; did you mean ", *meant, "?") : ""));
    }
  }

  void fail(const toml::node& node, std::string_view why) {
    if (error_) return;
    const toml::source_position at = node.source().begin;
    error_ = invalid(concat(file_, ":", at.line, ":", at.column, ": ", why));
  }
  const toml::node* at(std::string_view key) const { return table_.get(key); }

 private:
  const toml::node* optional(std::string_view key) {
    known_.emplace_back(key);
    return table_.get(key);
  }
  const toml::node* required(std::string_view key) {
    const toml::node* node = optional(key);
    if (!node) fail(table_, concat(key, " is missing"));
    return node;
  }
  std::string text_of(const toml::node& node, std::string_view key) {
    const toml::value<std::string>* value = node.as_string();
    if (value && !value->get().empty()) return value->get();
    fail(node, concat(key, " must be a text"));
    return {};
  }

  const toml::table& table_;
  std::string_view file_;
  std::optional<Error>& error_;
  std::vector<std::string> known_;
};

// TOML as JSON; dates have no counterpart and become null, which no keyword of a schema takes.
Json to_json(const toml::node& node) {
  if (const toml::table* table = node.as_table()) {
    // Tables come sorted by name; the order within `enforced` carries no meaning.
    JsonObject out;
    for (const auto& [key, value] : *table) out[key.str()] = to_json(value);
    return out;
  }
  if (const toml::array* array = node.as_array()) {
    JsonArray out;
    for (const toml::node& element : *array) out.push_back(to_json(element));
    return out;
  }
  if (const auto* value = node.as_string()) return Json(value->get());
  if (const auto* value = node.as_integer()) return Json(value->get());
  if (const auto* value = node.as_floating_point()) return Json(value->get());
  if (const auto* value = node.as_boolean()) return Json(value->get());
  return nullptr;
}

void read_factors(const toml::table& factors, std::string_view file, std::optional<Error>& error,
                  Manifest& out) {
  Reader reader(factors, file, error);
  for (const auto& [key, node] : factors) {
    out.resolution_factors[std::string(key.str())] =
        reader.number_or(key.str(), 1, 0, limits::kPriceFactorMax);
  }
}

void read_price(const toml::table& price, std::string_view file, std::optional<Error>& error,
                Manifest& out) {
  Reader reader(price, file, error);
  const double base = reader.number_or("base_usd", 0, 0, limits::kBasePriceMax_usd) * 1e6;
  out.base_price_microdollars = std::llround(base);
  if (std::fabs(base - std::round(base)) > 1e-3)
    reader.fail(*reader.at("base_usd"), "base_usd has more than six decimals");
  out.price_unit = reader.text("unit");
  if (out.price_unit != "output" && out.price_unit != "second")
    reader.fail(price, "unit must be output or second");
  out.seconds_input = reader.text_or("seconds_input", "");
  if ((out.price_unit == "second") != !out.seconds_input.empty()) {
    reader.fail(
        price,
        "seconds_input names the input that holds the seconds when unit is second, and only then");
  }
  out.pricing_note = reader.text_or("note", "");
  out.web_search_factor = reader.number_or("web_search_factor", 1, 0, limits::kPriceFactorMax);
  if (const toml::table* factors = reader.table_or_null("resolution_factors"))
    read_factors(*factors, file, error, out);
  reader.end();
}

// A table of texts by any names.
void read_texts(const toml::table& table, std::string_view file, std::optional<Error>& error,
                std::map<std::string, std::string>& out) {
  Reader reader(table, file, error);
  for (const auto& [key, node] : table) out[std::string(key.str())] = reader.text(key.str());
}

UpstreamModel read_upstream(const toml::table& table, std::string_view file,
                            std::optional<Error>& error) {
  Reader reader(table, file, error);
  UpstreamModel model;
  model.id = reader.text("id");
  model.as_text = reader.texts_or_none("as_text");
  if (const toml::table* rename = reader.table_or_null("rename")) {
    Reader names(*rename, file, error);
    for (const auto& [key, node] : *rename)
      model.rename[std::string(key.str())] = names.text(key.str());
  }
  reader.end();
  return model;
}

void read_upstreams(const toml::table& upstreams, std::string_view file,
                    std::optional<Error>& error, Manifest& out) {
  Reader reader(upstreams, file, error);
  for (const auto& [key, node] : upstreams) {
    if (const toml::table* table = reader.table_or_null(key.str()))
      out.upstreams[std::string(key.str())] = read_upstream(*table, file, error);
  }
}

}  // namespace

Result<Manifest> parse_manifest(std::string_view text, std::string_view file) {
  const toml::parse_result parsed = toml::parse(text);
  if (!parsed) {
    const toml::source_position at = parsed.error().source().begin;
    return invalid(concat(file, ":", at.line, ":", at.column, ": ", parsed.error().description()));
  }
  Manifest out;
  std::optional<Error> error;
  Reader reader(parsed.table(), file, error);
  out.id = reader.text("id");
  if (reader.at("id") && !is_model_id(out.id)) {
    reader.fail(*reader.at("id"),
                "id must have 2 to 6 segments of letters, digits, '.', '_' and '-'");
  }
  out.display_name = reader.text("display_name");
  out.description = trim_ascii(reader.text("description"));
  out.categories = reader.texts("categories");
  out.kind = reader.text("kind");
  out.engines = reader.texts("engines");
  if (const toml::table* price = reader.table_or_null("price")) {
    read_price(*price, file, error, out);
  } else {
    reader.fail(parsed.table(), "price is missing");
  }
  if (const toml::table* enforced = reader.table_or_null("enforced"))
    out.enforced = to_json(*enforced).as_object();
  if (const toml::table* messages = reader.table_or_null("messages"))
    read_texts(*messages, file, error, out.messages);
  if (const toml::table* aliases = reader.table_or_null("aliases"))
    read_texts(*aliases, file, error, out.aliases);
  if (const toml::table* upstreams = reader.table_or_null("upstream"))
    read_upstreams(*upstreams, file, error, out);
  reader.end();
  if (error) return *error;
  return out;
}

}  // namespace plantain::catalog
