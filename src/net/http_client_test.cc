#include "net/http_client.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>

#include "base/crypto.h"
#include "net/loopback_server.h"

namespace plantain::net {
namespace {

using Connection = LoopbackServer::Connection;

// Answers every request of every connection with what `reply` makes of it.
LoopbackServer::Script each(
    std::function<void(Connection&, const LoopbackServer::Request&)> reply) {
  return [reply](Connection& connection) {
    while (const auto request = connection.read()) reply(connection, *request);
  };
}

HttpRequest get(std::string url) {
  HttpRequest request;
  request.url = std::move(url);
  return request;
}

TEST(HttpClient, SendsMethodHeadersAndBodyAndReadsStatusHeadersAndBody) {
  LoopbackServer::Request seen;
  LoopbackServer server(each([&](Connection& connection, const LoopbackServer::Request& request) {
    seen = request;
    connection.answer(404, "nothing here", "X-Kind:  Test \r\n");
  }));
  HttpClient client;
  HttpRequest request = get(server.url("/a/b?c=d"));
  request.method = "PUT";
  request.headers = {{"X-One", "1"}, {"Content-Type", "application/json"}};
  request.body = std::string("{\0}", 3);

  const Result<HttpAnswer> answer = client.send(request);

  ASSERT_TRUE(answer.ok()) << answer.error().message;
  EXPECT_EQ(answer->status, 404);
  EXPECT_EQ(answer->body, "nothing here");
  EXPECT_EQ(answer->header("x-kind"), "Test");
  EXPECT_EQ(answer->header("absent"), "");
  EXPECT_EQ(seen.method, "PUT");
  EXPECT_EQ(seen.target, "/a/b?c=d");
  EXPECT_EQ(seen.headers["x-one"], "1");
  EXPECT_EQ(seen.headers["content-type"], "application/json");
  EXPECT_EQ(seen.body, std::string("{\0}", 3));
}

TEST(HttpClient, APostWithoutABodyHasALengthAndClaimsNoType) {
  LoopbackServer::Request seen;
  LoopbackServer server(each([&](Connection& connection, const LoopbackServer::Request& request) {
    seen = request;
    connection.answer(200, "");
  }));
  HttpClient client;
  HttpRequest request = get(server.url("/"));
  request.method = "POST";

  ASSERT_TRUE(client.send(request).ok());

  EXPECT_EQ(seen.method, "POST");
  EXPECT_EQ(seen.headers["content-length"], "0");
  EXPECT_EQ(seen.headers.count("content-type"), 0u);
  EXPECT_EQ(seen.headers.count("expect"), 0u);
}

TEST(HttpClient, KeepsItsConnectionForTheNextCallAndForgetsTheLastOnesOptions) {
  std::vector<LoopbackServer::Request> seen;
  LoopbackServer server(each([&](Connection& connection, const LoopbackServer::Request& request) {
    seen.push_back(request);
    connection.answer(200, "x");
  }));
  HttpClient client;
  HttpRequest first = get(server.url("/1"));
  first.method = "POST";
  first.body = "body";
  first.headers = {{"Authorization", "Bearer secret"}};

  ASSERT_TRUE(client.send(first).ok());
  ASSERT_TRUE(client.send(get(server.url("/2"))).ok());

  EXPECT_EQ(server.connections(), 1);
  ASSERT_EQ(seen.size(), 2u);
  EXPECT_EQ(seen[1].method, "GET");
  EXPECT_EQ(seen[1].body, "");
  EXPECT_EQ(seen[1].headers.count("authorization"), 0u);
}

TEST(HttpClient, ARefusedConnectionIsUnavailableAndTheMessageDoesNotNameTheAddress) {
  std::string url;
  {
    const LoopbackServer server([](Connection&) {});
    url = server.url("/secret-path");
  }
  HttpClient client;

  const Result<HttpAnswer> answer = client.send(get(url));

  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(answer.error().message, "the connection was refused");
}

TEST(HttpClient, AnAnswerCutInTheMiddleIsUnavailable) {
  LoopbackServer server([](Connection& connection) {
    connection.read();
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
  });
  HttpClient client;

  const Result<HttpAnswer> answer = client.send(get(server.url()));

  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().code, ErrorCode::kUnavailable);
  EXPECT_NE(answer.error().message.find("cut"), std::string::npos);
}

TEST(HttpClient, AChunkedAnswerWithoutItsEndIsUnavailable) {
  LoopbackServer server([](Connection& connection) {
    connection.read();
    connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n");
  });
  HttpClient client;

  EXPECT_EQ(client.send(get(server.url())).error().code, ErrorCode::kUnavailable);
}

TEST(HttpClient, ACallLongerThanItsTimeoutIsUnavailableAndSaysSo) {
  LoopbackServer server([](Connection& connection) {
    connection.read();
    connection.wait_for_hang_up();
  });
  HttpClient client;
  HttpRequest request = get(server.url());
  request.timeout = std::chrono::milliseconds(50);

  const Result<HttpAnswer> answer = client.send(request);

  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(answer.error().message, "timed out");
}

TEST(HttpClient, AStreamThatFallsSilentIsGivenUp) {
  LoopbackServer server([](Connection& connection) {
    connection.read();
    connection.send("HTTP/1.1 200 OK\r\n\r\nfirst");
    connection.wait_for_hang_up();
  });
  HttpClient client;
  HttpRequest request = get(server.url());
  request.timeout = std::chrono::milliseconds(0);
  request.silence = std::chrono::seconds(1);
  int ticks = 0;
  request.on_tick = [&] { ++ticks; };

  EXPECT_EQ(client.send(request).error().message, "timed out");
  EXPECT_GT(ticks, 0);
}

TEST(HttpClient, ASlowAnswerIsGivenUpWhenAborted) {
  std::atomic<bool> abort = false;
  LoopbackServer server([&](Connection& connection) {
    connection.read();
    abort = true;
    connection.wait_for_hang_up();
  });
  HttpClient client;
  HttpRequest request = get(server.url());
  request.timeout = std::chrono::milliseconds(0);
  request.abort = &abort;

  EXPECT_EQ(client.send(request).error().code, ErrorCode::kCancelled);
  EXPECT_EQ(client.send(request).error().code, ErrorCode::kCancelled) << "before it begins, too";
  EXPECT_EQ(server.connections(), 1);
}

TEST(HttpClient, AnAnswerOverTheLimitIsRefusedWithAndWithoutAnAnnouncedLength) {
  LoopbackServer server([](Connection& connection) {
    const auto request = connection.read();
    if (!request) return;
    if (request->target == "/sized") connection.answer(200, "123456789");
    if (request->target == "/chunked") {
      connection.send(
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n123456789\r\n0\r\n\r\n");
    }
  });
  HttpClient client;
  for (const char* path : {"/sized", "/chunked"}) {
    HttpRequest request = get(server.url(path));
    request.answer_max_bytes = 8;
    EXPECT_EQ(client.send(request).error().code, ErrorCode::kTooLarge) << path;

    request.answer_max_bytes = 9;
    const Result<HttpAnswer> fits = client.send(request);
    ASSERT_TRUE(fits.ok()) << path;
    EXPECT_EQ(fits->body, "123456789") << path;
  }
}

TEST(HttpClient, OnDataSeesTheBodyAndMayStopWithoutAnError) {
  LoopbackServer server([](Connection& connection) {
    connection.read();
    connection.send("HTTP/1.1 200 OK\r\n\r\none");
    connection.wait_for_hang_up();  // an answer that would never end
  });
  HttpClient client;
  HttpRequest request = get(server.url());
  std::string seen;
  request.on_data = [&](std::string_view piece) {
    seen += piece;
    return false;
  };

  const Result<HttpAnswer> answer = client.send(request);

  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->body, "");
  EXPECT_EQ(seen, "one");
}

TEST(HttpClient, SpeaksThroughAUnixSocketWhateverTheHost) {
  const Path folder = std::filesystem::temp_directory_path() / ("net-" + to_hex(random_bytes(6)));
  std::filesystem::create_directory(folder);
  const Path path = folder / "s";
  {
    LoopbackServer server(each([](Connection& connection, const LoopbackServer::Request& request) {
                            connection.answer(200, request.headers.at("host"));
                          }),
                          path);
    HttpClient client(path);

    const Result<HttpAnswer> answer = client.send(get("http://plantain/x"));

    ASSERT_TRUE(answer.ok()) << answer.error().message;
    EXPECT_EQ(answer->body, "plantain");
  }
  std::filesystem::remove_all(folder);
}

TEST(HttpClient, IgnoresAProxyOfTheEnvironmentAndFollowsNoRedirect) {
  LoopbackServer server(each([](Connection& connection, const LoopbackServer::Request&) {
    connection.answer(302, "", "Location: /elsewhere\r\n");
  }));
  ::setenv("http_proxy", "http://127.0.0.1:1", 1);
  HttpClient client;

  const Result<HttpAnswer> answer = client.send(get(server.url()));

  ::unsetenv("http_proxy");
  ASSERT_TRUE(answer.ok()) << answer.error().message;
  EXPECT_EQ(answer->status, 302);
}

TEST(HttpClient, RefusesOtherProtocolsAndBrokenHeaders) {
  HttpClient client;

  EXPECT_EQ(client.send(get("file:///etc/passwd")).error().code, ErrorCode::kInvalidInput);
  EXPECT_EQ(client.send(get("http://")).error().code, ErrorCode::kInvalidInput);
  HttpRequest request = get("http://127.0.0.1:1/");
  request.headers = {{"X", "a\r\nAuthorization: b"}};
  EXPECT_EQ(client.send(request).error().code, ErrorCode::kInvalidInput);
}

}  // namespace
}  // namespace plantain::net
