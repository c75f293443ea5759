#include "http/parser.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "base/text.h"
#include "http/mutations.h"

namespace plantain::http {
namespace {

constexpr std::size_t kHeadMax = 2048;
constexpr std::size_t kTargetMax = 512;
constexpr std::size_t kBodyMax = 4096;

struct Outcome {
  std::vector<std::string> calls;  // "POST /path body", each when it is whole
  int refused = 0;                 // the status that ended the connection; 0: it may go on
  bool stopped = false;            // a body over kBodyMax
  std::string rest;                // what waits for more bytes

  friend bool operator==(const Outcome&, const Outcome&) = default;
};

// A connection's bytes as they come in pieces of `piece` bytes.
Outcome read_all(std::string_view bytes, std::size_t piece) {
  Outcome outcome;
  Parser parser(kHeadMax, kTargetMax);
  std::string input;
  std::string body;
  bool in_body = false;
  const auto take = [&body](std::string_view part) {
    body += part;
    return body.size() <= kBodyMax;
  };
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    input += bytes.substr(at, piece);
    while (true) {
      Parser::Step step = Parser::Step::kDone;
      if (!in_body) step = parser.read_head(input);
      if (!in_body && step == Parser::Step::kDone) in_body = true;
      if (in_body && !parser.body_done()) step = parser.read_body(input, take);
      if (step == Parser::Step::kMore) break;
      if (step != Parser::Step::kDone) {
        outcome.stopped = step == Parser::Step::kStopped;
        if (!outcome.stopped) outcome.refused = parser.refusal().status;
        return outcome;
      }
      outcome.calls.push_back(
          concat(api::name_of(parser.head().method), ' ', parser.head().target, ' ', body));
      body.clear();
      in_body = false;
      parser.next();
    }
  }
  outcome.rest = in_body ? body : input;
  return outcome;
}

std::string get(std::string_view fields) {
  return concat("GET / HTTP/1.1\r\nHost: a\r\n", fields, "\r\n");
}

std::string post(std::string_view fields, std::string_view body) {
  return concat("POST /p HTTP/1.1\r\nHost: a\r\n", fields, "\r\n", body);
}

std::string chunked(std::string_view body) { return post("Transfer-Encoding: chunked\r\n", body); }

TEST(Parser, TakesWhatIsHttp) {
  struct Row {
    std::string bytes;
    std::vector<std::string> calls;
  };
  const std::vector<Row> rows = {
      {get(""), {"GET / "}},
      {"GET /a?b=c HTTP/1.0\r\nHost: a\r\n\r\n", {"GET /a?b=c "}},
      {"\r\n\r\n" + get(""), {"GET / "}},
      {"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", {"OPTIONS * "}},
      {"BREW / HTTP/1.1\r\nHost: a\r\n\r\n", {"OTHER / "}},
      {"get / HTTP/1.1\r\nHost: a\r\n\r\n", {"OTHER / "}},
      {get("X: \t y \t\r\n"), {"GET / "}},
      {get("X:\r\n"), {"GET / "}},
      {get("X: \xC3\xA9\r\n"), {"GET / "}},
      {get("Connection: upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"), {"GET / "}},
      {"GET / HTTP/1.1\r\nhOsT: [::1]:80\r\n\r\n", {"GET / "}},
      {post("Content-Length: 3\r\n", "abc"), {"POST /p abc"}},
      {post("Content-Length: 0\r\n", ""), {"POST /p "}},
      {post("Content-Length: 0003\r\n", "abc"), {"POST /p abc"}},
      {post("content-length:3\r\n", "abc"), {"POST /p abc"}},
      {chunked("3\r\nabc\r\n0\r\n\r\n"), {"POST /p abc"}},
      {chunked("0\r\n\r\n"), {"POST /p "}},
      {chunked("A\r\n0123456789\r\na;x=y;z=\"q\"\r\n0123456789\r\n0;end\r\nTrailer: t\r\n\r\n"),
       {"POST /p 01234567890123456789"}},
      {post("Transfer-Encoding: Chunked\r\n", "1\r\nx\r\n0\r\n\r\n"), {"POST /p x"}},
      {get("") + post("Content-Length: 3\r\n", "abc") + chunked("1\r\nx\r\n0\r\n\r\n") + get(""),
       {"GET / ", "POST /p abc", "POST /p x", "GET / "}},
  };
  for (const Row& row : rows) {
    for (const std::size_t piece : {row.bytes.size(), std::size_t{1}, std::size_t{3}}) {
      const Outcome outcome = read_all(row.bytes, piece);
      EXPECT_EQ(outcome.refused, 0) << row.bytes;
      EXPECT_EQ(outcome.calls, row.calls) << row.bytes << " in pieces of " << piece;
      EXPECT_EQ(outcome.rest, "") << row.bytes;
    }
  }
}

TEST(Parser, RefusesWhatTwoReadersMayReadDifferently) {
  const std::string many(64, '1');
  const std::vector<std::pair<std::string, int>> rows = {
      // Whom it is for.
      {"GET / HTTP/1.1\r\n\r\n", 400},
      {"GET / HTTP/1.0\r\n\r\n", 400},
      {get("Host: b\r\n"), 400},
      {get("host: a\r\n"), 400},
      {"GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: user@a\r\n\r\n", 400},
      // Where the body ends, by length.
      {post("Content-Length: 3\r\nContent-Length: 3\r\n", "abc"), 400},
      {post("Content-Length: 3\r\nContent-Length: 4\r\n", "abc"), 400},
      {post("Content-Length: 3, 3\r\n", "abc"), 400},
      {post("Content-Length: +3\r\n", "abc"), 400},
      {post("Content-Length: -3\r\n", "abc"), 400},
      {post("Content-Length: 0x3\r\n", "abc"), 400},
      {post("Content-Length: 3 \v\r\n", "abc"), 400},
      {post("Content-Length: 3 4\r\n", "abc"), 400},
      {post("Content-Length:\r\n", "abc"), 400},
      {post("Content-Length: " + many + "\r\n", "abc"), 400},
      {post("Content-Length: 18446744073709551616\r\n", "abc"), 400},
      {post("Content-Length : 3\r\n", "abc"), 400},
      // Where it ends, by coding.
      {post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), 400},
      {post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n"), 400},
      {post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), 400},
      {post("Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), 400},
      {post("Transfer-Encoding: chunked, gzip\r\n", "0\r\n\r\n"), 400},
      {post("Transfer-Encoding: chunked, chunked\r\n", "0\r\n\r\n"), 501},
      {post("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"), 501},
      {post("Transfer-Encoding: identity\r\n", "abc"), 400},
      {post("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n"), 400},
      {post("Transfer-Encoding: \"chunked\"\r\n", "0\r\n\r\n"), 400},
      {post("Transfer-Encoding: chunked;q=1\r\n", "0\r\n\r\n"), 400},
      {post("Transfer-Encoding:\r\n", "abc"), 400},
      {post("Transfer-Encoding : chunked\r\n", "0\r\n\r\n"), 400},
      {post("Transfer-Encoding:\vchunked\r\n", "0\r\n\r\n"), 400},
      {"POST /p HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
      // Lines.
      {get("X: a\r\n b\r\n"), 400},
      {get("X: a\r\n\tb\r\n"), 400},
      {"GET / HTTP/1.1\r\n Host: a\r\n\r\n", 400},
      {"GET / HTTP/1.1\nHost: a\n\n", 400},
      {"GET / HTTP/1.1\r\nHost: a\n\r\n", 400},
      {get("X: a\n"), 400},
      {get("X: a\rY: b\r\n"), 400},
      {get(std::string("X: a\0b\r\n", 8)), 400},
      {get("X: a\x01\r\n"), 400},
      {get("X: a\x7F\r\n"), 400},
      {get("X\r\n"), 400},
      {get(": x\r\n"), 400},
      {get("X Y: z\r\n"), 400},
      {get("(X): z\r\n"), 400},
      // The first line.
      {"GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"GET / HTTP/1.1 \r\nHost: a\r\n\r\n", 400},
      {" GET / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"GET /\r\nHost: a\r\n\r\n", 400},
      {"GET / HTTP/1.9\r\nHost: a\r\n\r\n", 400},
      {"GET / HTTP/2.0\r\nHost: a\r\n\r\n", 400},
      {"GET / http/1.1\r\nHost: a\r\n\r\n", 400},
      {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400},
      {"GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"GET a HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"GET * HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"GET /\xC3\xA9 HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"GET /#a HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"\x16\x03\x01\x02", 400},
      {std::string("\0GET", 4), 400},
      // What is expected.
      {post("Expect: something\r\nContent-Length: 3\r\n", "abc"), 417},
      {post("Expect: 100-continue\r\nExpect: 100-continue\r\nContent-Length: 3\r\n", "abc"), 417},
      // Chunks.
      {chunked("0x3\r\nabc\r\n0\r\n\r\n"), 400},
      {chunked("+3\r\nabc\r\n0\r\n\r\n"), 400},
      {chunked(" 3\r\nabc\r\n0\r\n\r\n"), 400},
      {chunked("g\r\nabc\r\n0\r\n\r\n"), 400},
      {chunked("\r\nabc\r\n0\r\n\r\n"), 400},
      {chunked("3\nabc\r\n0\r\n\r\n"), 400},
      {chunked("3\r\nabcd\r\n0\r\n\r\n"), 400},
      {chunked("3\r\nabc0\r\n\r\n00"), 400},
      {chunked("3 x\r\nabc\r\n0\r\n\r\n"), 400},
      {chunked("3;\x01\r\nabc\r\n0\r\n\r\n"), 400},
      {chunked("11111111111111111\r\nabc\r\n0\r\n\r\n"), 400},
      {chunked("0\r\nBad Trailer: x\r\n\r\n"), 400},
      {chunked("0\r\nContent-Length: 9\r\n\r\n"), 400},
      {chunked("0\r\nTransfer-Encoding: chunked\r\n\r\n"), 400},
  };
  for (const auto& [bytes, status] : rows) {
    for (const std::size_t piece : {bytes.size(), std::size_t{1}, std::size_t{3}}) {
      const Outcome outcome = read_all(bytes, piece);
      EXPECT_EQ(outcome.refused, status) << bytes << " in pieces of " << piece;
      EXPECT_TRUE(outcome.calls.empty()) << bytes;
    }
  }
}

TEST(Parser, ALimitIsReachedAtItsByte) {
  const std::string longest_target = "/" + std::string(kTargetMax - 1, 'a');
  const auto with_target = [](const std::string& target) {
    return concat("GET ", target, " HTTP/1.1\r\nHost: a\r\n\r\n");
  };
  EXPECT_EQ(read_all(with_target(longest_target), 100).refused, 0);
  EXPECT_EQ(read_all(with_target(longest_target + "a"), 100).refused, 414);
  EXPECT_EQ(read_all("GET /" + std::string(5000, 'a'), 1).refused, 414);

  const std::size_t rest = get("X: \r\n").size();
  EXPECT_EQ(read_all(get(concat("X: ", std::string(kHeadMax - rest, 'x'), "\r\n")), 100).refused,
            0);
  EXPECT_EQ(
      read_all(get(concat("X: ", std::string(kHeadMax - rest + 1, 'x'), "\r\n")), 100).refused,
      431);

  const std::string longest_body(kBodyMax, 'b');
  const auto in_one_chunk = [](const std::string& body, std::string_view size) {
    return chunked(concat(size, "\r\n", body, "\r\n0\r\n\r\n"));
  };
  EXPECT_FALSE(read_all(in_one_chunk(longest_body, "1000"), 100).stopped);
  EXPECT_TRUE(read_all(in_one_chunk(longest_body + "b", "1001"), 100).stopped);
}

TEST(Parser, AChunksExtensionAndTheTrailerAreBounded) {
  const std::string endless(kHeadMax + 1, 'x');
  const std::string as_half(kHeadMax / 2, 'x');

  for (const std::size_t piece : {std::size_t{1}, std::size_t{100}, std::size_t{100'000}}) {
    const auto status = [piece](std::string_view body) {
      return read_all(chunked(body), piece).refused;
    };
    EXPECT_EQ(status(concat("3;", endless, endless)), 431) << piece;
    EXPECT_EQ(status(concat("3\r\nabc\r\n0\r\nX: ", endless, endless)), 431) << piece;
    EXPECT_EQ(status(concat("3;", endless, "\r\nabc\r\n0\r\n\r\n")), 431) << piece;
    EXPECT_EQ(status(concat("0;", endless, "\r\n\r\n")), 431) << piece;
    EXPECT_EQ(status(concat("0\r\nX: ", endless, "\r\n\r\n")), 431) << piece;
    EXPECT_EQ(status(concat("0;", as_half, "\r\nX: ", as_half, "\r\n\r\n")), 431) << piece;
    EXPECT_EQ(status(concat("0;", as_half, "\r\n\r\n")), 0) << piece;
  }
}

TEST(Parser, WhatFollowsABodyIsNotMeasuredWithIt) {
  std::string bytes = chunked("1\r\nx\r\n0\r\n\r\n");
  for (int i = 0; i < 10; ++i) bytes += get(concat("X: ", std::string(kHeadMax / 2, 'x'), "\r\n"));

  const Outcome outcome = read_all(bytes, bytes.size());

  EXPECT_EQ(outcome.refused, 0);
  EXPECT_EQ(outcome.calls.size(), 11u);
}

TEST(Parser, TellsWhatTheHeadSays) {
  Parser parser(kHeadMax, kTargetMax);
  std::string input = post("X-A: 1\r\nx-a: 2\r\nContent-Length: 7\r\nExpect: 100-Continue\r\n", "");

  ASSERT_EQ(parser.read_head(input), Parser::Step::kDone);

  const Head& head = parser.head();
  EXPECT_EQ(head.method, api::Method::kPost);
  EXPECT_EQ(head.host(), "a");
  EXPECT_TRUE(head.keep_alive);
  EXPECT_TRUE(head.expects_continue);
  EXPECT_TRUE(head.has_body());
  EXPECT_FALSE(head.chunked);
  EXPECT_EQ(head.content_length, 7u);
  ASSERT_EQ(head.fields.all().size(), 5u);
  EXPECT_EQ(head.fields.all()[1].second, "1");
  EXPECT_EQ(head.fields.all()[2].second, "2");
  EXPECT_FALSE(parser.body_done());
}

TEST(Parser, KeepsAConnectionAsItsVersionSays) {
  const auto keeps = [](std::string_view version, std::string_view fields) {
    Parser parser(kHeadMax, kTargetMax);
    std::string input = concat("GET / HTTP/", version, "\r\nHost: a\r\n", fields, "\r\n");
    EXPECT_EQ(parser.read_head(input), Parser::Step::kDone);
    return parser.head().keep_alive;
  };
  EXPECT_TRUE(keeps("1.1", ""));
  EXPECT_FALSE(keeps("1.1", "Connection: Close\r\n"));
  EXPECT_FALSE(keeps("1.1", "Connection: keep-alive, close\r\n"));
  EXPECT_FALSE(keeps("1.0", ""));
  EXPECT_TRUE(keeps("1.0", "Connection: keep-alive\r\n"));
}

TEST(Parser, ATrailerIsNotAField) {
  Parser parser(kHeadMax, kTargetMax);
  std::string input = chunked("0\r\nAuthorization: Bearer x\r\n\r\n");
  ASSERT_EQ(parser.read_head(input), Parser::Step::kDone);
  ASSERT_EQ(parser.read_body(input, [](std::string_view) { return true; }), Parser::Step::kDone);

  EXPECT_FALSE(parser.head().fields.get("Authorization").has_value());
}

TEST(Parser, HowBytesArriveChangesNothing) {
  const std::vector<std::string> seeds = {
      get("X: a\r\n") + get(""),
      post("Content-Length: 12\r\n", "hello, world") + get(""),
      chunked("5;a=b\r\nhello\r\n7\r\n, world\r\n0\r\nT: x\r\n\r\n") + get(""),
      chunked("0\r\n\r\n") + get(""),
  };
  std::mt19937 random(1);
  for (int round = 0; round < 20'000; ++round) {
    const std::string bytes =
        mutated(seeds[static_cast<std::size_t>(round) % seeds.size()], random);

    const Outcome whole = read_all(bytes, bytes.size());

    ASSERT_EQ(read_all(bytes, 1), whole) << round << ": " << bytes;
    ASSERT_EQ(read_all(bytes, 7), whole) << round << ": " << bytes;
    ASSERT_LE(whole.calls.size(), 2u) << round << ": " << bytes;
  }
}

}  // namespace
}  // namespace plantain::http
