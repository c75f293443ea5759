#include "cli/config_file.h"

#include <toml++/toml.h>

#include <algorithm>

namespace plantain::cli {
namespace {

Place place_of(const toml::source_region& region) {
  return {static_cast<int>(region.begin.line), static_cast<int>(region.begin.column)};
}

Json to_json(const toml::node& node) {
  if (const auto* text = node.as_string()) return JsonString(text->get());
  if (const auto* number = node.as_integer()) return number->get();
  if (const auto* number = node.as_floating_point()) return number->get();
  if (const auto* flag = node.as_boolean()) return flag->get();
  if (const auto* list = node.as_array()) {
    JsonArray items;
    for (const toml::node& item : *list) items.push_back(to_json(item));
    return items;
  }
  if (const auto* table = node.as_table()) {
    JsonObject members;
    for (const auto& [key, value] : *table) members[key.str()] = to_json(value);
    return members;
  }
  return nullptr;
}

void collect(const toml::table& table, const std::vector<std::string>& above,
             std::vector<FileEntry>& entries) {
  for (const auto& [key, node] : table) {
    FileEntry entry{above, node.is_table(), nullptr, place_of(key.source()),
                    place_of(node.source())};
    entry.path.emplace_back(key.str());
    if (!entry.is_table) entry.value = to_json(node);
    entries.push_back(entry);
    if (entry.is_table) collect(*node.as_table(), entry.path, entries);
  }
}

}  // namespace

ParsedFile parse_config_file(std::string_view text) {
  ParsedFile parsed;
  try {
    collect(toml::parse(text), {}, parsed.entries);
  } catch (const toml::parse_error& error) {
    parsed.fault.emplace(place_of(error.source()), std::string(error.description()));
    return parsed;
  }
  // The library keeps tables by name; people read files from the top.
  std::stable_sort(parsed.entries.begin(), parsed.entries.end(),
                   [](const FileEntry& a, const FileEntry& b) {
                     return std::pair(a.name_place.line, a.name_place.column) <
                            std::pair(b.name_place.line, b.name_place.column);
                   });
  return parsed;
}

}  // namespace plantain::cli
