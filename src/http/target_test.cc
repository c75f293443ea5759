#include "http/target.h"

#include <gtest/gtest.h>

namespace plantain::http {
namespace {

using Segments = std::vector<std::string>;
using Pairs = std::vector<std::pair<std::string, std::string>>;

TEST(Target, APathIsSplitBeforeItIsDecoded) {
  const std::vector<std::pair<std::string, Segments>> rows = {
      {"/", {""}},
      {"/a/b", {"a", "b"}},
      {"/a/", {"a", ""}},
      {"//a", {"", "a"}},
      {"/a%2Fb/c%2fd", {"a/b", "c/d"}},
      {"/%E9%A6%99%E8%95%89", {"\xE9\xA6\x99\xE8\x95\x89"}},
      {"/a+b%20c", {"a+b c"}},
      {"/%2e%2E/..", {"..", ".."}},
      {"/%252F", {"%2F"}},
  };
  for (const auto& [path, segments] : rows) {
    const auto decoded = decode_path(path);
    ASSERT_TRUE(decoded.ok()) << path;
    EXPECT_EQ(*decoded, segments) << path;
  }
}

TEST(Target, AQueryKeepsItsOrderAndItsRepeats) {
  const std::vector<std::pair<std::string, Pairs>> rows = {
      {"", {}},
      {"a=1&b=2&a=3", {{"a", "1"}, {"b", "2"}, {"a", "3"}}},
      {"a", {{"a", ""}}},
      {"a=", {{"a", ""}}},
      {"=a", {{"", "a"}}},
      {"a=b=c", {{"a", "b=c"}}},
      {"&&a=1&", {{"a", "1"}}},
      {"a+b=c+d%2B", {{"a b", "c d+"}}},
      {"u=https%3A%2F%2Fx%2F%3Fa%3D1%26b", {{"u", "https://x/?a=1&b"}}},
  };
  for (const auto& [query, pairs] : rows) {
    const auto decoded = decode_query(query);
    ASSERT_TRUE(decoded.ok()) << query;
    EXPECT_EQ(*decoded, pairs) << query;
  }
}

TEST(Target, WhatCannotBeDecodedIsRefused) {
  for (const char* bad : {"%", "%4", "%zz", "%FF", "%C0%80", "%ED%A0%80", "a%2"}) {
    const auto path = decode_path(std::string("/") + bad);
    ASSERT_FALSE(path.ok()) << bad;
    EXPECT_EQ(path.error().code, ErrorCode::kInvalidIdentifier) << bad;

    const auto name = decode_query(std::string(bad) + "=1");
    ASSERT_FALSE(name.ok()) << bad;
    EXPECT_EQ(name.error().code, ErrorCode::kInvalidIdentifier) << bad;
    EXPECT_FALSE(decode_query(std::string("a=") + bad).ok()) << bad;
  }
}

TEST(Target, ANulMayBeSearchedForButNamesNothing) {
  EXPECT_FALSE(decode_path("/a%00").ok());
  const auto query = decode_query("search=%00");
  ASSERT_TRUE(query.ok());
  EXPECT_EQ(query->front().second, std::string(1, '\0'));
}

TEST(Target, OnlyLoopbackNamesWithThePortAreLoopback) {
  for (const char* ours : {"localhost:8080", "LocalHost:8080", "127.0.0.1:8080", "[::1]:8080"}) {
    EXPECT_TRUE(is_loopback_authority(ours, 8080)) << ours;
  }
  for (const char* other :
       {"localhost", "localhost:", "localhost:80", "localhost:08080", "evil.example:8080",
        "localhost.evil.example:8080", "127.0.0.1.evil.example:8080", "[::1]", "::1:8080",
        "[::1]:80:8080", ":8080", "", "[::2]:8080", "localhost:8080:8080"}) {
    EXPECT_FALSE(is_loopback_authority(other, 8080)) << other;
  }
  EXPECT_TRUE(is_loopback_authority("localhost", 80));
  EXPECT_TRUE(is_loopback_authority("[::1]", 80));
}

}  // namespace
}  // namespace plantain::http
