#include "base/json.h"

#include <gtest/gtest.h>

#include <bit>
#include <random>

namespace plantain {
namespace {

TEST(Json, EveryRandomDoubleIsReadBackExactly) {
  std::mt19937_64 random(7);
  for (int i = 0; i < 100'000; ++i) {
    const double number = std::bit_cast<double>(random());
    if (!std::isfinite(number)) continue;
    const Result<Json> back = parse_json(write_json(Json(number)));
    ASSERT_TRUE(back.ok());
    ASSERT_EQ(back->as_double(), number);
  }
}

TEST(Json, WhatIsNotOneStrictJsonValueIsRefused) {
  for (const char* text : {"", "{", "{\"a\":1,\"a\":2}", "NaN", "1 2", "[1,]", "{'a':1}", "8e888",
                           "\"\xff\"", "{\"a\":{\"b\":1,\"b\":1}}", "// x\n1", "01", "nul"}) {
    EXPECT_FALSE(parse_json(text).ok()) << text;
  }
}

TEST(Json, DepthIsBounded) {
  EXPECT_TRUE(parse_json(std::string(30, '[') + std::string(30, ']')).ok());
  EXPECT_FALSE(parse_json(std::string(100'000, '[')).ok());
}

TEST(Json, IntegersStayIntegers) {
  EXPECT_EQ(parse_json("9007199254740993")->as_int64(), 9007199254740993);
  EXPECT_EQ(parse_json("18446744073709551615")->as_uint64(), 18446744073709551615u);
  EXPECT_EQ(write_json(*parse_json("[1,1.0,1e-400]")), "[1,1.0,0.0]");
}

TEST(Json, TextWithEscapesComesBackAsItWas) {
  const std::string text = "{\"k\\\"\":\"a\\u0001\\n\\\\ \xE9\xA6\x99\"}";
  EXPECT_EQ(write_json(*parse_json(text)), text);
}

}  // namespace
}  // namespace plantain
