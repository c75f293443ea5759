// Small text tools: joining, encodings, UTF-8.
// Threads: pure functions, callable from anywhere.
#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/result.h"

namespace plantain {

namespace internal {
inline void append_piece(std::string& out, std::string_view piece) { out += piece; }
inline void append_piece(std::string& out, const char* piece) { out += piece; }
inline void append_piece(std::string& out, const std::string& piece) { out += piece; }
inline void append_piece(std::string& out, char piece) { out += piece; }
inline void append_piece(std::string& out, bool piece) { out += piece ? "true" : "false"; }
template <class Number>
  requires(std::is_arithmetic_v<Number>)
void append_piece(std::string& out, Number piece) {
  char digits[32];
  const auto end = std::to_chars(digits, digits + sizeof digits, piece);
  out.append(digits, end.ptr);
}
}  // namespace internal

// The pieces (text and numbers) as one string.
template <class... Pieces>
std::string concat(const Pieces&... pieces) {
  std::string out;
  (internal::append_piece(out, pieces), ...);
  return out;
}

std::string to_lower_ascii(std::string_view text);
std::string_view trim_ascii(std::string_view text);
std::vector<std::string> split(std::string_view text, char separator);
std::string join(const std::vector<std::string>& pieces, std::string_view separator);

// A whole decimal integer with nothing around it, or nothing.
std::optional<int64_t> parse_int(std::string_view text);

// Lower-case hexadecimal.
std::string to_hex(std::string_view bytes);
std::optional<std::string> from_hex(std::string_view text);

// RFC 4648 base64 (padded) and base64url (unpadded). Decoding refuses anything else.
std::string to_base64(std::string_view bytes);
std::string to_base64url(std::string_view bytes);
std::optional<std::string> from_base64(std::string_view text);
std::optional<std::string> from_base64url(std::string_view text);

// RFC 3986. Encoding keeps unreserved characters alone; decoding refuses a broken escape.
std::string percent_encode(std::string_view text);
std::optional<std::string> percent_decode(std::string_view text);

bool is_utf8(std::string_view text);
// Code points in `text`, which is valid UTF-8.
size_t count_code_points(std::string_view text);
std::vector<char32_t> to_code_points(std::string_view utf8);
std::string to_utf8(char32_t code_point);

// Levenshtein distance with transpositions, in bytes: for "did you mean".
int edit_distance(std::string_view a, std::string_view b);
// The candidate nearest to `word`, when it is near enough to be what was meant.
std::optional<std::string> did_you_mean(std::string_view word,
                                        const std::vector<std::string>& candidates);

}  // namespace plantain
