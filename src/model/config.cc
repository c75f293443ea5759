#include "model/config.h"

#include <cmath>

#include "base/text.h"

namespace plantain::model {
namespace {

constexpr std::size_t kListMax = 64;

std::optional<int64_t> as_integer(const Json& value) {
  if (const int64_t* whole = value.if_int64()) return *whole;
  return std::nullopt;
}

std::optional<double> as_number(const Json& value) {
  if (const double* number = value.if_double()) return *number;
  if (const auto whole = as_integer(value)) return static_cast<double>(*whole);
  return std::nullopt;
}

}  // namespace

const Json* ConfigReader::member(std::string_view name) const {
  const Json* value = find(json_, name);
  return value == nullptr || value->is_null() ? nullptr : value;
}

void ConfigReader::fault(std::string_view name, std::string_view expected) {
  if (!fault_) fault_ = concat(label_, ": \"", name, "\" should be ", expected);
}

Result<void> ConfigReader::status() const {
  if (fault_) return Error{ErrorCode::kCorrupt, *fault_};
  return {};
}

int64_t ConfigReader::integer(std::string_view name, int64_t least, int64_t most) {
  if (const Json* value = member(name)) {
    const std::optional<int64_t> whole = as_integer(*value);
    if (whole && *whole >= least && *whole <= most) return *whole;
  }
  fault(name, concat("a whole number from ", least, " to ", most));
  return least;
}

int64_t ConfigReader::integer_or(std::string_view name, int64_t otherwise, int64_t least,
                                 int64_t most) {
  return member(name) == nullptr ? otherwise : integer(name, least, most);
}

double ConfigReader::positive(std::string_view name) {
  if (const Json* value = member(name)) {
    const std::optional<double> number = as_number(*value);
    if (number && *number > 0 && std::isfinite(*number)) return *number;
  }
  fault(name, "a number above 0");
  return 1;
}

double ConfigReader::number_or(std::string_view name, double otherwise) {
  const Json* value = member(name);
  if (value == nullptr) return otherwise;
  const std::optional<double> number = as_number(*value);
  if (number && std::isfinite(*number)) return *number;
  fault(name, "a number");
  return otherwise;
}

bool ConfigReader::flag_or(std::string_view name, bool otherwise) {
  const Json* value = member(name);
  if (value == nullptr) return otherwise;
  if (const bool* flag = value->if_bool()) return *flag;
  fault(name, "true or false");
  return otherwise;
}

std::vector<int> ConfigReader::integers(std::string_view name, int64_t least, int64_t most) {
  std::optional<std::vector<int>> list = integers_if_there(name, least, most);
  if (list) return *list;
  fault(name, "a list of whole numbers");
  return {static_cast<int>(least)};
}

std::optional<std::vector<int>> ConfigReader::integers_if_there(std::string_view name,
                                                                int64_t least, int64_t most) {
  const Json* value = member(name);
  if (value == nullptr) return std::nullopt;
  std::vector<int> list;
  if (const JsonArray* array = value->if_array(); array != nullptr && array->size() <= kListMax) {
    for (const Json& item : *array) {
      const std::optional<int64_t> whole = as_integer(item);
      if (!whole || *whole < least || *whole > most) break;
      list.push_back(static_cast<int>(*whole));
    }
    if (!list.empty() && list.size() == array->size()) return list;
  }
  fault(name, concat("a list of whole numbers from ", least, " to ", most));
  return std::vector<int>{static_cast<int>(least)};
}

}  // namespace plantain::model
