// Numbers inside a file that is not trusted. Internal to media/.
#pragma once

#include <cstdint>
#include <string_view>

namespace plantain::media {

// `count` bytes from `at` on, most significant first. They must lie inside `bytes`.
inline uint64_t big_endian(std::string_view bytes, std::size_t at, std::size_t count) {
  uint64_t value = 0;
  for (std::size_t i = 0; i < count; ++i) value = value << 8 | static_cast<uint8_t>(bytes[at + i]);
  return value;
}

inline uint64_t little_endian(std::string_view bytes, std::size_t at, std::size_t count) {
  uint64_t value = 0;
  for (std::size_t i = count; i > 0; --i)
    value = value << 8 | static_cast<uint8_t>(bytes[at + i - 1]);
  return value;
}

// True when bytes[at, at + count) lie inside; cannot overflow.
inline bool has(std::string_view bytes, std::size_t at, std::size_t count) {
  return at <= bytes.size() && count <= bytes.size() - at;
}

}  // namespace plantain::media
