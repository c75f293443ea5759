#include "base/json.h"

#include <boost/json/basic_parser_impl.hpp>
#include <charconv>
#include <cmath>
#include <unordered_set>
#include <vector>

#include "base/limits.h"
#include "base/text.h"

namespace plantain {
namespace {

namespace bj = boost::json;

// Collects the parser's events into values. Numbers are kept as their raw digits until they are
// whole and are then read by from_chars, because Boost.JSON 1.81 does not round correctly.
class Builder {
 public:
  static constexpr std::size_t max_object_size = std::size_t(-1);
  static constexpr std::size_t max_array_size = std::size_t(-1);
  static constexpr std::size_t max_key_size = std::size_t(-1);
  static constexpr std::size_t max_string_size = std::size_t(-1);

  Json result;
  std::string fault;

  bool on_document_begin(bj::error_code&) { return true; }
  bool on_document_end(bj::error_code&) { return true; }
  bool on_object_begin(bj::error_code&) { return open(JsonObject()); }
  bool on_array_begin(bj::error_code&) { return open(JsonArray()); }
  bool on_object_end(std::size_t, bj::error_code&) { return close(); }
  bool on_array_end(std::size_t, bj::error_code&) { return close(); }

  bool on_key_part(bj::string_view part, std::size_t, bj::error_code&) {
    text_.append(part.data(), part.size());
    return true;
  }
  bool on_key(bj::string_view part, std::size_t, bj::error_code& ec) {
    text_.append(part.data(), part.size());
    if (stack_.back().value.as_object().contains(text_)) {
      fault = concat("the name \"", text_, "\" stands twice");
      ec = bj::error::extra_data;
      return false;
    }
    stack_.back().key.swap(text_);
    text_.clear();
    return true;
  }
  bool on_string_part(bj::string_view part, std::size_t, bj::error_code&) {
    text_.append(part.data(), part.size());
    return true;
  }
  bool on_string(bj::string_view part, std::size_t, bj::error_code&) {
    if (text_.empty()) return put(Json(bj::string(part)));
    text_.append(part.data(), part.size());
    const bool done = put(Json(bj::string(text_)));
    text_.clear();
    return done;
  }
  bool on_number_part(bj::string_view part, bj::error_code&) {
    text_.append(part.data(), part.size());
    return true;
  }
  bool on_int64(int64_t, bj::string_view part, bj::error_code& ec) { return number(part, ec); }
  bool on_uint64(uint64_t, bj::string_view part, bj::error_code& ec) { return number(part, ec); }
  bool on_double(double, bj::string_view part, bj::error_code& ec) { return number(part, ec); }
  bool on_bool(bool value, bj::error_code&) { return put(Json(value)); }
  bool on_null(bj::error_code&) { return put(Json(nullptr)); }
  bool on_comment_part(bj::string_view, bj::error_code&) { return true; }
  bool on_comment(bj::string_view, bj::error_code&) { return true; }

 private:
  struct Level {
    Json value;
    std::string key;
  };

  bool open(Json container) {
    stack_.push_back(Level{std::move(container), {}});
    return true;
  }

  bool close() {
    Json done = std::move(stack_.back().value);
    stack_.pop_back();
    return put(std::move(done));
  }

  bool put(Json value) {
    if (stack_.empty()) {
      result = std::move(value);
    } else if (Level& top = stack_.back(); top.value.is_object()) {
      top.value.as_object().emplace(top.key, std::move(value));
    } else {
      top.value.as_array().push_back(std::move(value));
    }
    return true;
  }

  bool number(bj::string_view part, bj::error_code& ec) {
    text_.append(part.data(), part.size());
    const std::string digits = std::move(text_);
    text_.clear();
    const char* const end = digits.data() + digits.size();
    int64_t whole = 0;
    if (auto [at, bad] = std::from_chars(digits.data(), end, whole);
        bad == std::errc() && at == end) {
      return digits == "-0" ? put(Json(-0.0)) : put(Json(whole));
    }
    uint64_t big = 0;
    if (auto [at, bad] = std::from_chars(digits.data(), end, big);
        bad == std::errc() && at == end) {
      return put(Json(big));
    }
    double real = 0;
    const auto [at, bad] = std::from_chars(digits.data(), end, real);
    if (bad == std::errc::result_out_of_range && tends_to_zero(digits)) return put(Json(0.0));
    if (bad != std::errc() || at != end) {
      fault = "a number is beyond what a double can hold";
      ec = bj::error::not_number;
      return false;
    }
    return put(Json(real));
  }

  // from_chars answers "out of range" for too small as for too large; only the latter is a fault.
  static bool tends_to_zero(const std::string& digits) {
    return std::strtod(digits.c_str(), nullptr) < 1;
  }

  std::vector<Level> stack_;
  std::string text_;
};

}  // namespace

Result<Json> parse_json(std::string_view text, size_t* fault_at) {
  bj::parse_options options;
  options.max_depth = limits::kJsonDepthMax;
  bj::basic_parser<Builder> parser(options);
  bj::error_code ec;
  const size_t used = parser.write_some(false, text.data(), text.size(), ec);
  if (fault_at) *fault_at = used;
  if (ec) {
    const std::string& own = parser.handler().fault;
    return Error{ErrorCode::kInvalidJson,
                 concat("not JSON near byte ", used, ": ", own.empty() ? ec.message() : own)};
  }
  if (used < text.size() && !trim_ascii(text.substr(used)).empty()) {
    return Error{ErrorCode::kInvalidJson, concat("text after the JSON value at byte ", used)};
  }
  return std::move(parser.handler().result);
}

namespace {

void write_text(std::string& out, std::string_view text) {
  constexpr char kDigits[] = "0123456789abcdef";
  out += '"';
  for (const char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          out += "\\u00";
          out += kDigits[c >> 4];
          out += kDigits[c & 15];
        } else {
          out += c;
        }
    }
  }
  out += '"';
}

void write_double(std::string& out, double number) {
  CHECK(std::isfinite(number));
  const size_t begin = out.size();
  internal::append_piece(out, number);
  if (out.find_first_of(".e", begin) == std::string::npos) out += ".0";
}

void write_value(std::string& out, const Json& value) {
  switch (value.kind()) {
    case bj::kind::null:
      out += "null";
      break;
    case bj::kind::bool_:
      out += value.get_bool() ? "true" : "false";
      break;
    case bj::kind::int64:
      internal::append_piece(out, value.get_int64());
      break;
    case bj::kind::uint64:
      internal::append_piece(out, value.get_uint64());
      break;
    case bj::kind::double_:
      write_double(out, value.get_double());
      break;
    case bj::kind::string:
      write_text(out, view(value.get_string()));
      break;
    case bj::kind::array: {
      out += '[';
      bool first = true;
      for (const Json& element : value.get_array()) {
        if (!std::exchange(first, false)) out += ',';
        write_value(out, element);
      }
      out += ']';
      break;
    }
    case bj::kind::object: {
      out += '{';
      bool first = true;
      for (const auto& member : value.get_object()) {
        if (!std::exchange(first, false)) out += ',';
        write_text(out, std::string_view(member.key().data(), member.key().size()));
        out += ':';
        write_value(out, member.value());
      }
      out += '}';
      break;
    }
  }
}

}  // namespace

std::string write_json(const Json& value) {
  std::string out;
  write_value(out, value);
  return out;
}

const Json* find(const Json& object, std::string_view name) {
  const JsonObject* members = object.if_object();
  return members ? members->if_contains(name) : nullptr;
}

std::string text_or(const Json& object, std::string_view name, std::string_view otherwise) {
  const Json* member = find(object, name);
  return std::string(member && member->is_string() ? view(member->get_string()) : otherwise);
}

int64_t int_or(const Json& object, std::string_view name, int64_t otherwise) {
  const Json* member = find(object, name);
  return member && member->is_int64() ? member->get_int64() : otherwise;
}

bool bool_or(const Json& object, std::string_view name, bool otherwise) {
  const Json* member = find(object, name);
  return member && member->is_bool() ? member->get_bool() : otherwise;
}

}  // namespace plantain
