// Runs a fuzz target without libFuzzer: each file of a folder as it is, and fixed mutations of it.
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

using Input = std::vector<uint8_t>;

// Bytes at boundaries of integers are what readers get wrong.
Input mutated(Input input, std::mt19937& chance) {
  constexpr uint8_t kEdges[] = {0x00, 0x01, 0x7F, 0x80, 0xFF, '"', '{', '[', '9', '-'};
  const size_t changes = 1 + chance() % 4;
  for (size_t i = 0; i < changes && !input.empty(); ++i) {
    const size_t at = chance() % input.size();
    switch (chance() % 5) {
      case 0:
        input[at] = kEdges[chance() % std::size(kEdges)];
        break;
      case 1:
        input[at] ^= static_cast<uint8_t>(1u << chance() % 8);
        break;
      case 2:
        input.resize(at);
        break;
      case 3:
        input.insert(input.begin() + static_cast<long>(at), input.begin(),
                     input.begin() + static_cast<long>(at / 2));
        break;
      default:
        for (size_t j = at; j < input.size() && j < at + 8; ++j) input[j] = 0xFF;
    }
  }
  return input;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  constexpr int kMutations = 20'000;
  std::mt19937 chance(1);
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(argv[1])) {
    std::ifstream stream(entry.path(), std::ios::binary);
    const Input seed{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
    LLVMFuzzerTestOneInput(seed.data(), seed.size());
    for (int i = 0; i < kMutations; ++i) {
      const Input input = mutated(seed, chance);
      LLVMFuzzerTestOneInput(input.data(), input.size());
    }
    ++files;
  }
  std::printf("%d files and %d mutations of each\n", files, kMutations);
  return files > 0 ? 0 : 1;
}
