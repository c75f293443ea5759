// A TOML file as a list of values and their places. The one file of ours that knows the TOML
// library is config_file.cc.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace plantain::cli {

struct Place {
  int line = 0;
  int column = 0;
};

// A table comes before what it holds. A value that JSON does not know (a date, a time) is null.
struct FileEntry {
  std::vector<std::string> path;  // {"server", "port"}
  bool is_table = false;
  Json value;  // of what is no table
  Place name_place;
  Place value_place;
};

struct ParsedFile {
  std::vector<FileEntry> entries;                      // in the order of the file
  std::optional<std::pair<Place, std::string>> fault;  // the first place that is not TOML
};

ParsedFile parse_config_file(std::string_view text);

}  // namespace plantain::cli
