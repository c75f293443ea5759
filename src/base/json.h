// JSON values are Boost.JSON's; reading and writing are stricter than the library's own (see
// docs/decisions): numbers are exact, names are unique, text is valid UTF-8, depth is bounded.
// Threads: pure functions, callable from anywhere.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <string>
#include <string_view>

#include "base/result.h"

namespace plantain {

using Json = boost::json::value;
using JsonObject = boost::json::object;
using JsonArray = boost::json::array;
using JsonString = boost::json::string;

// The one value in `text`. kInvalidJson, with the byte offset and the reason, for anything else:
// duplicate names, NaN and infinities, numbers beyond double, trailing text, more than
// limits::kJsonDepthMax levels, invalid UTF-8. Integers that fit int64 or uint64 stay integers.
// `fault_at`, where given, gets the byte near which reading ended.
Result<Json> parse_json(std::string_view text, size_t* fault_at = nullptr);

// Compact, keys in the object's order, doubles in the shortest form that reads back the same.
std::string write_json(const Json& value);

// A member by name if `object` is an object and has it, else null pointer.
const Json* find(const Json& object, std::string_view name);
// A member that is text, or `otherwise`.
std::string text_or(const Json& object, std::string_view name, std::string_view otherwise);
int64_t int_or(const Json& object, std::string_view name, int64_t otherwise);
bool bool_or(const Json& object, std::string_view name, bool otherwise);

inline std::string_view view(const JsonString& text) { return {text.data(), text.size()}; }

}  // namespace plantain
