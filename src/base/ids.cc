#include "base/ids.h"

#include <algorithm>

#include "base/crypto.h"
#include "base/text.h"

namespace plantain {

bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool hyphen = i == 8 || i == 13 || i == 18 || i == 23;
    const char c = text[i];
    if (hyphen ? c != '-' : !((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) return false;
  }
  return true;
}

std::string IdSource::next_uuid() {
  uint64_t stamp;
  {
    const std::lock_guard lock(mutex_);
    const uint64_t now = static_cast<uint64_t>(clock_.wall().us / 1000) << 12;
    last_ = std::max(now, last_ + 1);
    stamp = last_;
  }
  // 48 bits of milliseconds, version 7, 12 bits of counter, variant 10, 62 random bits.
  std::string bytes = random_bytes(16);
  const uint64_t high = (stamp >> 12) << 16 | 0x7000 | (stamp & 0xFFF);
  for (int i = 0; i < 8; ++i)
    bytes[static_cast<size_t>(i)] = static_cast<char>(high >> (56 - 8 * i) & 255);
  bytes[8] = static_cast<char>((bytes[8] & 0x3F) | 0x80);
  const std::string hex = to_hex(bytes);
  return concat(hex.substr(0, 8), '-', hex.substr(8, 4), '-', hex.substr(12, 4), '-',
                hex.substr(16, 4), '-', hex.substr(20));
}

}  // namespace plantain
