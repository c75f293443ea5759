#include "http/message.h"

#include <gtest/gtest.h>

namespace plantain::http {
namespace {

Framing framing() {
  Framing framing;
  framing.call_id = "call-1";
  framing.date = "Sun, 06 Nov 1994 08:49:37 GMT";
  return framing;
}

constexpr std::string_view kCommon =
    "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\nServer: plantain\r\nX-Call-Id: call-1\r\n"
    "X-Content-Type-Options: nosniff\r\n";

std::string with_common(std::string_view line, std::string_view rest) {
  return std::string(line) + std::string(kCommon) + std::string(rest);
}

TEST(Message, AHeadSaysHowItsBodyEnds) {
  const api::Reply reply;

  Framing sized = framing();
  sized.length = 7;
  EXPECT_EQ(response_head(reply, sized),
            with_common("HTTP/1.1 200 OK\r\n", "Content-Length: 7\r\n\r\n"));

  Framing chunked = framing();
  chunked.chunked = true;
  EXPECT_EQ(response_head(reply, chunked),
            with_common("HTTP/1.1 200 OK\r\n", "Transfer-Encoding: chunked\r\n\r\n"));

  Framing until_end = framing();
  until_end.http_1_0 = true;
  until_end.close = true;
  EXPECT_EQ(response_head(reply, until_end),
            with_common("HTTP/1.1 200 OK\r\n", "Connection: close\r\n\r\n"));

  Framing kept = framing();
  kept.http_1_0 = true;
  kept.length = 0;
  EXPECT_EQ(
      response_head(reply, kept),
      with_common("HTTP/1.1 200 OK\r\n", "Content-Length: 0\r\nConnection: keep-alive\r\n\r\n"));
}

TEST(Message, AHandlerCannotBreakTheFraming) {
  api::Reply reply;
  reply.status = 404;
  reply.with("content-length", "999").with("Transfer-Encoding", "chunked").with("CONNECTION", "x");
  reply.with("Date", "never").with("X-Call-Id", "mine").with("Server", "other");
  reply.with("X-A", "one\r\nX-B: two").with("X-C\r\n", std::string("nul\0", 4));

  EXPECT_EQ(response_head(reply, framing()),
            with_common("HTTP/1.1 404 Not Found\r\n", "X-A: one  X-B: two\r\nX-C  : nul \r\n\r\n"));
}

TEST(Message, AChunkHasItsSizeInHexadecimal) {
  EXPECT_EQ(chunk_of("a"), "1\r\na\r\n");
  EXPECT_EQ(chunk_of(std::string(255, 'x')), "ff\r\n" + std::string(255, 'x') + "\r\n");
}

TEST(Message, ADateIsWrittenAsHttpWantsIt) {
  EXPECT_EQ(http_date(WallTime{784'111'777'000'000}), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(http_date(WallTime{951'782'400'999'999}), "Tue, 29 Feb 2000 00:00:00 GMT");
  EXPECT_EQ(http_date(WallTime{0}), "Thu, 01 Jan 1970 00:00:00 GMT");
}

TEST(Message, AMalformedCallIsAProblemThatEndsTheConnection) {
  const api::Reply reply = malformed(431, "the head is too long");

  EXPECT_EQ(reply.status, 431);
  EXPECT_TRUE(reply.close);
  const auto body = parse_json(std::get<std::string>(reply.body));
  ASSERT_TRUE(body.ok());
  const JsonObject& object = body->as_object();
  EXPECT_EQ(object.at("type").as_string(), "/docs/errors#malformed-call");
  EXPECT_EQ(object.at("status").as_int64(), 431);
  EXPECT_EQ(object.at("error_code").as_int64(), 431'000);
  EXPECT_EQ(object.at("message").as_string(), "the head is too long");
  EXPECT_EQ(object.at("error_message").as_string(), "the head is too long");
  EXPECT_EQ(object.at("detail").as_string(), "the head is too long");
  EXPECT_FALSE(object.at("retryable").as_bool());
}

TEST(Message, JsonIsJsonWithAnyParameters) {
  for (const char* json :
       {"application/json", "Application/JSON", "application/json; charset=utf-8",
        " application/json ;x", "application/problem+json", "application/vnd.a.b+json"}) {
    EXPECT_TRUE(is_json_type(json)) << json;
  }
  for (const char* other : {"", "json", "text/json", "application/jsonx", "application/jsonl",
                            "text/plain; application/json", "application/x-www-form-urlencoded",
                            "text/x+json", "+json"}) {
    EXPECT_FALSE(is_json_type(other)) << other;
  }
}

TEST(Message, OnlyAProperTraceparentIsCarried) {
  const std::string good = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  const auto carried = [](std::vector<std::string> values) {
    api::Fields fields;
    for (std::string& value : values) fields.add("TraceParent", std::move(value));
    return traceparent_of(fields);
  };
  EXPECT_EQ(carried({good}), good);
  EXPECT_EQ(carried({"cc" + good.substr(2)}), "cc" + good.substr(2));
  EXPECT_EQ(carried({"cc" + good.substr(2) + "-more"}), "cc" + good.substr(2) + "-more");

  EXPECT_EQ(carried({}), "");
  EXPECT_EQ(carried({good, good}), "");
  for (const std::string& bad :
       {std::string(), std::string("00"), good + "-more", "cc" + good.substr(2) + "more",
        "ff" + good.substr(2), good.substr(0, 54), "0A" + good.substr(2),
        std::string("00-00000000000000000000000000000000-b7ad6b7169203331-01"),
        std::string("00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01"),
        std::string("00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01"),
        std::string("00_0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")}) {
    EXPECT_EQ(carried({bad}), "") << bad;
  }
}

}  // namespace
}  // namespace plantain::http
