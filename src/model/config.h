// Reading a component's config.json: what a model is made of comes from here, never from tables.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace plantain::model {

// Reads members of one JSON object and keeps the first thing that was wrong with it, so that a
// configuration is read in a row and checked once.
class ConfigReader {
 public:
  // `label` names the file in messages. `json` must outlive the reader.
  ConfigReader(const Json& json, std::string label) : json_(json), label_(std::move(label)) {}

  // An integer from `least` to `most`; missing, other or outside: a fault, and `least`.
  int64_t integer(std::string_view name, int64_t least, int64_t most);
  // The same, but a missing member or null is `otherwise`.
  int64_t integer_or(std::string_view name, int64_t otherwise, int64_t least, int64_t most);
  // A finite number above zero.
  double positive(std::string_view name);
  double number_or(std::string_view name, double otherwise);
  bool flag_or(std::string_view name, bool otherwise);
  // A list of integers, each from `least` to `most`, not empty and not longer than 64.
  std::vector<int> integers(std::string_view name, int64_t least, int64_t most);
  // Nothing where it is missing or null.
  std::optional<std::vector<int>> integers_if_there(std::string_view name, int64_t least,
                                                    int64_t most);
  void fault(std::string_view name, std::string_view expected);

  // kCorrupt with the first fault.
  Result<void> status() const;

 private:
  const Json* member(std::string_view name) const;  // null also for JSON's null

  const Json& json_;
  const std::string label_;
  std::optional<std::string> fault_;
};

}  // namespace plantain::model
