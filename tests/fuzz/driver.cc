// Stands in for libFuzzer where there is none: changes a target's examples at random until the time
// is up. It finds less, but what it finds it finds under any compiler and sanitizer. A failure
// prints the seed; "-seed=N" repeats it.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>

#include "target.h"

namespace {

using Random = std::mt19937_64;

std::size_t below(Random& random, std::size_t bound) { return bound == 0 ? 0 : random() % bound; }

void change(std::string& text, Random& random, const std::vector<std::string>& others) {
  const std::size_t at = below(random, text.size() + 1);
  switch (random() % 6) {
    case 0:
      if (!text.empty()) text[below(random, text.size())] = static_cast<char>(random());
      break;
    case 1:
      text.insert(at, 1, "\0\xFF\r\n,;:\"%{}[]09"[random() % 16]);
      break;
    case 2:
      text.erase(at, 1 + random() % 8);
      break;
    case 3:
      text.resize(at);
      break;
    case 4: {
      const std::string& other = others[below(random, others.size())];
      text.insert(at, other.substr(below(random, other.size()), random() % 64));
      break;
    }
    default:
      for (std::size_t i = at; i < text.size() && i < at + 4; ++i)
        text[i] = static_cast<char>(random() % 2 ? 0xFF : 0);
  }
}

long option(int argc, char** argv, const char* name, long otherwise) {
  for (int i = 1; i < argc; ++i) {
    if (std::strncmp(argv[i], name, std::strlen(name)) == 0)
      return std::atol(argv[i] + std::strlen(name));
  }
  return otherwise;
}

}  // namespace

int main(int argc, char** argv) {
  const auto seed = static_cast<uint64_t>(
      option(argc, argv, "-seed=", static_cast<long>(std::random_device()())));
  const auto until = std::chrono::steady_clock::now() +
                     std::chrono::seconds(option(argc, argv, "-max_total_time=", 1));
  std::printf("-seed=%llu\n", static_cast<unsigned long long>(seed));
  std::fflush(stdout);
  Random random(seed);
  const std::vector<std::string> known = examples();
  long runs = 0;
  for (const std::string& text : known) {
    LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(text.data()), text.size());
  }
  while (std::chrono::steady_clock::now() < until) {
    for (int i = 0; i < 100; ++i, ++runs) {
      std::string text = known[below(random, known.size())];
      for (std::size_t changes = 1 + random() % 8; changes > 0; --changes)
        change(text, random, known);
      LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(text.data()), text.size());
    }
  }
  std::printf("%ld inputs\n", runs);
  return 0;
}
