// For tests: calls with a few wrong bytes.
#pragma once

#include <random>
#include <string>
#include <string_view>

namespace plantain::http {

// One to four bytes of `bytes` are changed, left out, doubled or put in.
inline std::string mutated(std::string bytes, std::mt19937& random) {
  constexpr std::string_view kTelling("\r\n\0 :;,0129afFx/%\t\"-+\xFF", 23);
  const auto below = [&random](std::size_t bound) { return random() % bound; };
  for (std::size_t times = 1 + below(4); times > 0 && !bytes.empty(); --times) {
    const std::size_t at = below(bytes.size());
    const char fresh = below(2) ? kTelling[below(kTelling.size())] : static_cast<char>(below(256));
    switch (below(4)) {
      case 0:
        bytes[at] = fresh;
        break;
      case 1:
        bytes.erase(at, 1);
        break;
      case 2:
        bytes.insert(at, 1, bytes[at]);
        break;
      case 3:
        bytes.insert(at, 1, fresh);
        break;
    }
  }
  return bytes;
}

}  // namespace plantain::http
