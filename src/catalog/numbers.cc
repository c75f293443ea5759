#include "catalog/numbers.h"

#include <algorithm>
#include <cmath>
#include <string_view>
#include <vector>

#include "base/text.h"

namespace plantain::catalog {
namespace {

using Wide = unsigned __int128;

// digits * 10^exponent, without its sign.
struct Decimal {
  uint64_t digits = 0;
  int exponent = 0;
};

Decimal decimal(const Json& number) {
  if (number.is_uint64()) return {number.get_uint64(), 0};
  if (number.is_int64()) {
    const int64_t value = number.get_int64();
    return {value < 0 ? 0 - static_cast<uint64_t>(value) : static_cast<uint64_t>(value), 0};
  }
  char text[64];  // "1.7976931348623157e+308" at most
  const auto end = std::to_chars(text, text + sizeof text, std::fabs(number.get_double()),
                                 std::chars_format::scientific);
  Decimal out;
  bool behind_point = false;
  const char* at = text;
  for (; at != end.ptr && *at != 'e'; ++at) {
    if (*at == '.') {
      behind_point = true;
      continue;
    }
    out.digits = out.digits * 10 + static_cast<uint64_t>(*at - '0');
    out.exponent -= behind_point;
  }
  if (at != end.ptr && at[1] == '+') ++at;
  int exponent = 0;
  std::from_chars(at + 1, end.ptr, exponent);
  out.exponent += exponent;
  return out;
}

void write_canonical(std::string& out, const Json& value) {
  if (value.is_number()) {
    const Real number = real(value);
    if (is_integer(value) && std::fabs(number) < 0x1p64L) {
      if (number < 0) out += '-';
      out += concat(static_cast<uint64_t>(std::fabs(number)));
    } else {
      out += concat(value.get_double());
    }
  } else if (const JsonArray* array = value.if_array()) {
    out += '[';
    for (const Json& element : *array) {
      write_canonical(out, element);
      out += ',';
    }
    out += ']';
  } else if (const JsonObject* object = value.if_object()) {
    std::vector<const JsonObject::value_type*> members;
    for (const auto& member : *object) members.push_back(&member);
    std::sort(members.begin(), members.end(),
              [](const auto* a, const auto* b) { return a->key() < b->key(); });
    out += '{';
    for (const auto* member : members) {
      out += write_json(Json(member->key()));
      out += ':';
      write_canonical(out, member->value());
      out += ',';
    }
    out += '}';
  } else {
    out += write_json(value);
  }
}

}  // namespace

Real real(const Json& number) {
  if (number.is_int64()) return static_cast<Real>(number.get_int64());
  if (number.is_uint64()) return static_cast<Real>(number.get_uint64());
  return static_cast<Real>(number.as_double());
}

bool is_integer(const Json& value) {
  if (const double* number = value.if_double()) return std::trunc(*number) == *number;
  return value.is_int64() || value.is_uint64();
}

bool is_multiple(const Json& number, const Json& step) {
  const Decimal a = decimal(number);
  const Decimal b = decimal(step);
  CHECK(b.digits != 0);
  if (a.digits == 0) return true;
  if (a.exponent < b.exponent) {
    Wide divisor = b.digits;
    for (int e = a.exponent; e < b.exponent; ++e) {
      divisor *= 10;
      if (divisor > a.digits) return false;
    }
    return a.digits % divisor == 0;
  }
  Wide rest = a.digits % b.digits;  // below 2^64, so ten times it fits
  for (int e = b.exponent; e < a.exponent && rest != 0; ++e) rest = rest * 10 % b.digits;
  return rest == 0;
}

std::string canonical(const Json& value) {
  std::string out;
  write_canonical(out, value);
  return out;
}

}  // namespace plantain::catalog
