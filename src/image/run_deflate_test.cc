#include "image/run_deflate.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <algorithm>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace plantain::image {
namespace {

std::string inflated(const std::string& stream, size_t size) {
  std::string bytes(size + 1, '\0');
  uLongf length = bytes.size();
  if (uncompress(reinterpret_cast<Bytef*>(bytes.data()), &length,
                 reinterpret_cast<const Bytef*>(stream.data()), stream.size()) != Z_OK)
    return "not a zlib stream";
  bytes.resize(length);
  return bytes;
}

std::string deflated(const std::string& bytes, size_t step) {
  RunDeflate deflate;
  std::string stream;
  for (size_t i = 0; i < bytes.size(); i += step)
    deflate.add(reinterpret_cast<const uint8_t*>(bytes.data()) + i,
                std::min(step, bytes.size() - i), stream);
  deflate.finish(stream);
  return stream;
}

TEST(RunDeflate, ZlibGivesBackWhatWasCompressed) {
  std::mt19937 dice(5);
  for (const size_t size : {0, 1, 3, 4, 5, 300, 131'071, 131'072, 131'073, 700'000}) {
    for (const int spread : {1, 2, 9, 256}) {
      std::string bytes(size, '\0');
      for (char& b : bytes) b = static_cast<char>(dice() % static_cast<unsigned>(spread));
      EXPECT_EQ(inflated(deflated(bytes, 1000), size), bytes) << size << " of " << spread;
    }
  }
}

TEST(RunDeflate, RunsOfEveryLengthComeBack) {
  std::string bytes;
  for (size_t length = 1; length < 600; ++length)
    bytes += std::string(length, static_cast<char>(length)) + "ab";
  EXPECT_EQ(inflated(deflated(bytes, 777), bytes.size()), bytes);
}

TEST(RunDeflate, OneColourCostsNearlyNothing) {
  EXPECT_LT(deflated(std::string(3'000'000, '\0'), 3000).size(), 10'000u);
}

TEST(CodeLengths, AreACompleteCodeOfFifteenBitsAtMostHoweverUnevenTheCounts) {
  std::vector<uint32_t> counts(286);
  uint32_t a = 1, b = 1;
  for (size_t i = 0; i < 40; ++i) {  // counts like these want codes of 39 bits
    counts[3 * i] = a;
    a = std::exchange(b, a + b);
  }
  uint32_t used = 0;
  const std::vector<uint8_t> lengths = code_lengths(counts);
  for (size_t i = 0; i < counts.size(); ++i) {
    ASSERT_EQ(lengths[i] > 0, counts[i] > 0);
    ASSERT_LE(lengths[i], 15);
    if (lengths[i] > 0) used += 1u << (15 - lengths[i]);
  }
  EXPECT_EQ(used, 1u << 15);
}

}  // namespace
}  // namespace plantain::image
