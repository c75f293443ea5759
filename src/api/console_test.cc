#include "api/console.h"

#include <gtest/gtest.h>

namespace plantain::api {
namespace {

constexpr EmbeddedFile kFiles[] = {
    {"index.html", "plain page"},     {"index.html.br", "brotli page"},
    {"index.html.gz", "gzip page"},   {"assets/a-1.js", "plain script"},
    {"assets/a-1.js.gz", "gzip one"}, {"assets/inter.woff2", "font"},
};

class StaticFilesTest : public testing::Test {
 protected:
  Reply get(std::string_view path, std::string accept = "", std::string known = "") {
    Call call;
    if (!accept.empty()) call.headers.add("Accept-Encoding", std::move(accept));
    if (!known.empty()) call.headers.add("If-None-Match", std::move(known));
    return files_.answer(call, path);
  }
  static std::string header(const Reply& reply, std::string_view name) {
    for (const auto& [known, value] : reply.headers) {
      if (known == name) return value;
    }
    return "";
  }
  static std::string body(const Reply& reply) { return std::get<std::string>(reply.body); }

  StaticFiles files_{kFiles};
};

TEST_F(StaticFilesTest, ACallerGetsTheSmallestTwinItTakes) {
  EXPECT_EQ(body(get("index.html", "gzip, deflate, br")), "brotli page");
  EXPECT_EQ(header(get("index.html", "gzip, deflate, br"), "Content-Encoding"), "br");
  EXPECT_EQ(body(get("index.html", "gzip")), "gzip page");
  EXPECT_EQ(body(get("assets/a-1.js", "br, gzip")), "gzip one");
  EXPECT_EQ(body(get("assets/inter.woff2", "br, gzip")), "font");
}

TEST_F(StaticFilesTest, ACallerThatTakesNothingCompressedGetsThePlainBytes) {
  for (const char* accept : {"", "identity", "deflate", "br;q=0, gzip;q=0.0", "*;q=0"}) {
    const Reply reply = get("index.html", accept);

    EXPECT_EQ(body(reply), "plain page") << accept;
    EXPECT_EQ(header(reply, "Content-Encoding"), "") << accept;
  }
}

TEST_F(StaticFilesTest, AWeightAboveZeroIsAYes) {
  EXPECT_EQ(body(get("index.html", "br;q=0.1")), "brotli page");
  EXPECT_EQ(body(get("index.html", "br;q=0, *")), "gzip page");
}

TEST_F(StaticFilesTest, EachTwinHasATagOfItsOwnAndIsNotSentTwice) {
  const std::string brotli = header(get("index.html", "br"), "ETag");
  const std::string plain = header(get("index.html"), "ETag");
  ASSERT_NE(brotli, plain);

  const Reply known = get("index.html", "br", brotli);
  EXPECT_EQ(known.status, 304);
  EXPECT_EQ(body(known), "");
  EXPECT_EQ(get("index.html", "br", plain).status, 200);
  EXPECT_EQ(header(known, "Vary"), "Accept-Encoding");
}

TEST_F(StaticFilesTest, OnlyNamesWithAHashAreKeptForGood) {
  EXPECT_NE(header(get("assets/a-1.js"), "Cache-Control").find("immutable"), std::string::npos);
  EXPECT_EQ(header(get("index.html"), "Cache-Control"), "no-cache");
}

TEST_F(StaticFilesTest, ThePolicyAllowsNothingInlineAndNobodyElse) {
  const std::string policy = header(get("index.html"), "Content-Security-Policy");

  EXPECT_NE(policy.find("default-src 'none'"), std::string::npos);
  EXPECT_EQ(policy.find("unsafe"), std::string::npos);
  EXPECT_EQ(policy.find("http"), std::string::npos);
}

TEST_F(StaticFilesTest, WhatIsNotThereIsNotFoundAndATwinHasNoNameOfItsOwn) {
  EXPECT_EQ(get("nothing.js").status, 404);
  EXPECT_EQ(get("index.html.br").status, 404);
  EXPECT_EQ(get("../index.html").status, 404);
}

}  // namespace
}  // namespace plantain::api
