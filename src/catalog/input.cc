// One input of one model: its name, its faults, its defaults, its price.
#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "catalog/catalog.h"
#include "catalog/numbers.h"
#include "catalog/plan.h"

namespace plantain::catalog {
namespace {

constexpr size_t kSegmentsMin = 2;
constexpr size_t kSegmentsMax = 6;

bool is_segment(std::string_view text) {
  const bool plain = std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  });
  return plain && !text.empty() && text != "." && text != "..";
}

const JsonObject& properties_of(const Model& model) {
  return find(model.input_schema, "properties")->as_object();
}

// The place of the input that a pointer leads into; behind all others for an unknown one.
size_t place_of(const JsonObject& properties, const std::string& pointer) {
  if (pointer.empty()) return 0;
  const std::string name = pointer.substr(1, pointer.find('/', 1) - 1);
  const auto property = properties.find(name);
  return static_cast<size_t>(property - properties.begin());
}

// The integer that a whole double is, where it fits.
Json as_kept(const Json& value, const Json& schema) {
  const Json* type = find(schema, "type");
  if (!value.is_double() || !type || *type != "integer" || std::fabs(value.get_double()) >= 0x1p63)
    return value;
  return static_cast<int64_t>(value.get_double());
}

JsonObject complete(const Model& model, const JsonObject& input) {
  const Json* required = find(model.input_schema, "required");
  const auto is_required = [&](const auto& name) {
    return required &&
           std::count(required->as_array().begin(), required->as_array().end(), Json(name)) != 0;
  };
  JsonObject completed;
  for (const auto& property : properties_of(model)) {
    const Json* given = input.if_contains(property.key());
    const Json* otherwise = find(property.value(), "default");
    if (given) {
      completed[property.key()] = as_kept(*given, property.value());
    } else if (otherwise && !is_required(property.key())) {
      completed[property.key()] = *otherwise;
    }
  }
  for (const auto& member : input)
    completed.emplace(member.key(), member.value());  // unknown ones, where allowed
  return completed;
}

// The input with each alias replaced by the name it stands for; those given beside that name are
// faults.
Json without_aliases(const Model& model, const Json& given, std::vector<Fault>& faults) {
  if (!given.is_object() || model.aliases.empty()) return given;
  JsonObject input;
  for (const auto& member : given.get_object()) {
    const auto alias = model.aliases.find(std::string(member.key()));
    if (alias == model.aliases.end()) {
      input[member.key()] = member.value();
    } else if (given.get_object().contains(alias->second)) {
      faults.push_back(Fault{concat("/", alias->first), "alias", nullptr,
                             concat("is another name of ", alias->second, "; give only one")});
    } else {
      input[alias->second] = member.value();
    }
  }
  return input;
}

// base * factor with both in millionths, rounded half up.
int64_t times(int64_t base, double factor) {
  constexpr int64_t kOne = 1'000'000;
  const __int128 product = static_cast<__int128>(base) * std::llround(factor * kOne);
  return static_cast<int64_t>((product + kOne / 2) / kOne);
}

}  // namespace

bool is_model_id(std::string_view text) {
  const std::vector<std::string> segments = split(text, '/');
  return segments.size() >= kSegmentsMin && segments.size() <= kSegmentsMax &&
         std::all_of(segments.begin(), segments.end(), is_segment) &&
         segments.back() != "openapi.json";
}

Checked check_input(const Model& model, const Json& given) {
  Checked checked;
  std::vector<Fault> doubled;
  const Json input = without_aliases(model, given, doubled);
  checked.faults = model.enforced->check(input);
  checked.faults.insert(checked.faults.end(), doubled.begin(), doubled.end());
  for (Fault& fault : checked.faults) {
    const auto message = model.messages.find(concat(fault.pointer, " ", fault.rule));
    if (message != model.messages.end()) fault.message = message->second;
  }
  const JsonObject& properties = properties_of(model);
  std::stable_sort(checked.faults.begin(), checked.faults.end(),
                   [&](const Fault& a, const Fault& b) {
                     return place_of(properties, a.pointer) < place_of(properties, b.pointer);
                   });
  if (checked.faults.empty() && input.is_object())
    checked.completed = complete(model, input.get_object());
  return checked;
}

std::vector<FileValue> file_values(const Model& model, const JsonObject& completed) {
  std::vector<FileValue> values;
  for (const FileInput& input : model.files) {
    const Json* value = completed.if_contains(input.name);
    if (!value) continue;
    if (!input.list) {
      values.push_back(
          {concat("/", input.name), input.medium, std::string(view(value->as_string()))});
      continue;
    }
    for (size_t i = 0; i < value->as_array().size(); ++i) {
      values.push_back({concat("/", input.name, "/", i), input.medium,
                        std::string(view(value->as_array()[i].as_string()))});
    }
  }
  return values;
}

void set_file_value(JsonObject& completed, std::string_view pointer, std::string_view address) {
  const size_t slash = pointer.find('/', 1);
  Json& value = completed.at(pointer.substr(1, slash - 1));
  if (slash == std::string_view::npos) {
    value = JsonString(address);
  } else {
    const auto index = parse_int(pointer.substr(slash + 1));
    CHECK(index.has_value());
    value.as_array().at(static_cast<size_t>(*index)) = JsonString(address);
  }
}

int64_t price_of(const Model& model, const JsonObject& completed) {
  double factor = 1;
  const auto resolution = model.resolution_factors.find(text_or(completed, "resolution", ""));
  if (resolution != model.resolution_factors.end()) factor *= resolution->second;
  if (bool_or(completed, "enable_web_search", false)) factor *= model.web_search_factor;
  const int64_t unit = times(model.base_price_microdollars, factor);
  const int64_t seconds =
      model.seconds_input.empty() ? 1 : int_or(completed, model.seconds_input, 1);
  return unit * seconds * most_pictures(completed);
}

}  // namespace plantain::catalog
