#include "media/data_uri.h"

#include <gtest/gtest.h>

namespace plantain::media {
namespace {

constexpr std::size_t kMost = 100;

TEST(DataUri, Base64AndPercentEncodedBytesAreRead) {
  EXPECT_EQ(*data_uri_bytes("data:image/png;base64,aGVsbG8=", kMost), "hello");
  EXPECT_EQ(*data_uri_bytes("DATA:image/png;charset=x;BASE64,aGVsbG8", kMost), "hello")
      << "padding may be missing";
  EXPECT_EQ(*data_uri_bytes("data:;base64,aGVsbG8%3D", kMost), "hello");
  EXPECT_EQ(*data_uri_bytes("data:,a%20b%00c", kMost), std::string("a b\0c", 5));
}

TEST(DataUri, WhatIsBrokenSaysHow) {
  for (const char* broken : {"data:image/png;base64", "data:image/png;base64,a*b=", "data:,%zz",
                             "data:,", "data:;base64,"}) {
    const auto bytes = data_uri_bytes(broken, kMost);
    ASSERT_FALSE(bytes.ok()) << broken;
    EXPECT_EQ(bytes.error().code, ErrorCode::kFileUnreachable);
  }
}

TEST(DataUri, MoreBytesThanAllowedAreTooLarge) {
  EXPECT_TRUE(data_uri_bytes("data:," + std::string(kMost, 'x'), kMost).ok());
  EXPECT_EQ(data_uri_bytes("data:," + std::string(kMost + 1, 'x'), kMost).error().code,
            ErrorCode::kTooLarge);
  EXPECT_EQ(data_uri_bytes("data:;base64," + std::string(1000, 'A'), kMost).error().code,
            ErrorCode::kTooLarge);
}

TEST(DataUri, OnlyItsSchemeMakesIt) {
  EXPECT_TRUE(is_data_uri("Data:,x"));
  EXPECT_FALSE(is_data_uri("dat"));
  EXPECT_FALSE(is_data_uri("https://example.org/data:"));
}

}  // namespace
}  // namespace plantain::media
