#include "model/weights/decode.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>

namespace plantain::model {
namespace {

TEST(Decode, SmallFloatsHaveTheirDocumentedExtremes) {
  EXPECT_EQ(from_f16(0x3C00), 1.0f);
  EXPECT_EQ(from_f16(0x7BFF), 65504.0f);
  EXPECT_EQ(from_f16(0x0001), std::ldexp(1.0f, -24));
  EXPECT_EQ(from_f16(0xFC00), -std::numeric_limits<float>::infinity());
  EXPECT_TRUE(std::isnan(from_f16(0x7E00)));
  EXPECT_TRUE(std::signbit(from_f16(0x8000)));
  EXPECT_EQ(from_bf16(0xC000), -2.0f);
  EXPECT_EQ(from_f8_e4m3(0x7E), 448.0f);
  EXPECT_EQ(from_f8_e4m3(0x01), std::ldexp(1.0f, -9));
  EXPECT_EQ(from_f8_e4m3(0xB8), -1.0f);
  EXPECT_TRUE(std::isnan(from_f8_e4m3(0xFF)));
  EXPECT_EQ(from_f8_e5m2(0x7B), 57344.0f);
  EXPECT_EQ(from_f8_e5m2(0x01), std::ldexp(1.0f, -16));
  EXPECT_EQ(from_f8_e5m2(0x7C), std::numeric_limits<float>::infinity());
  EXPECT_EQ(from_f8_e8m0(127), 1.0f);
  EXPECT_EQ(from_f8_e8m0(0), std::ldexp(1.0f, -127));
  EXPECT_TRUE(std::isnan(from_f8_e8m0(255)));
}

#ifdef __FLT16_MANT_DIG__
TEST(Decode, EveryHalfHasTheCompilersValue) {
  for (uint32_t bits = 0; bits < 65536; ++bits) {
    const auto half = static_cast<uint16_t>(bits);
    _Float16 number;
    std::memcpy(&number, &half, sizeof number);
    const auto expected = static_cast<float>(number);
    const float got = from_f16(half);
    EXPECT_TRUE(got == expected || (std::isnan(got) && std::isnan(expected))) << bits;
    EXPECT_EQ(std::signbit(got), std::signbit(expected)) << bits;
  }
}
#endif

TEST(Decode, ARangeIsThatPartOfTheWhole) {
  const int16_t numbers[] = {-3, 0, 7, 32767, -32768, 1};
  const StoredTensor tensor{"t", StoredType::kI16, {2, 3}, std::as_bytes(std::span(numbers))};
  std::vector<float> part(3);

  read_f32(tensor, 2, 5, part);

  EXPECT_EQ(part, (std::vector<float>{7, 32767, -32768}));
}

template <class Number>
float read_one(StoredType type, Number number) {
  const StoredTensor tensor{"t", type, {}, std::as_bytes(std::span(&number, 1))};
  float value = 0;
  read_f32(tensor, {&value, 1});
  return value;
}

TEST(Decode, EveryPlainTypeIsReadAtItsWidth) {
  EXPECT_EQ(read_one(StoredType::kF64, 0.1), 0.1f);
  EXPECT_EQ(read_one(StoredType::kF32, -0.1f), -0.1f);
  EXPECT_EQ(read_one(StoredType::kI64, int64_t{-5}), -5.0f);
  EXPECT_EQ(read_one(StoredType::kU64, ~uint64_t{0}), 18446744073709551616.0f);
  EXPECT_EQ(read_one(StoredType::kI32, int32_t{-6}), -6.0f);
  EXPECT_EQ(read_one(StoredType::kU32, uint32_t{4294967295u}), 4294967296.0f);
  EXPECT_EQ(read_one(StoredType::kU16, uint16_t{65535}), 65535.0f);
  EXPECT_EQ(read_one(StoredType::kI8, int8_t{-8}), -8.0f);
  EXPECT_EQ(read_one(StoredType::kU8, uint8_t{200}), 200.0f);
  EXPECT_EQ(read_one(StoredType::kBool, uint8_t{2}), 1.0f);
  EXPECT_EQ(read_one(StoredType::kF8E4M3, uint8_t{0x38}), 1.0f);
}

}  // namespace
}  // namespace plantain::model
