// The manifest of one model: manifest.toml read into plain values.
// Threads: pure function.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace plantain::catalog {

// How a provider names a model and its inputs, where it does so otherwise than the catalogue.
struct UpstreamModel {
  std::string id;                             // "fal-ai/nano-banana-2"
  std::map<std::string, std::string> rename;  // the catalogue's input -> the provider's
  std::vector<std::string> as_text;           // inputs that are numbers here and texts there
};

struct Manifest {
  std::string id;
  std::string display_name;
  std::string description;
  std::vector<std::string> categories;
  std::string kind;
  std::vector<std::string> engines;
  int64_t base_price_microdollars = 0;
  std::string price_unit;
  std::string seconds_input;
  std::string pricing_note;
  std::map<std::string, double> resolution_factors;
  double web_search_factor = 1;
  JsonObject enforced;
  std::map<std::string, std::string> aliases;  // another name of an input -> its own
  std::map<std::string, std::string> messages;
  std::map<std::string, UpstreamModel> upstreams;  // by kind of engine: "fal"
};

// kInvalidInput: "FILE:LINE:COLUMN: what is wrong", `file` being what the text is called. Unknown
// keys are wrong too.
Result<Manifest> parse_manifest(std::string_view text, std::string_view file);

}  // namespace plantain::catalog
