// What a caller must know when a call may cost money: whether it was sent, and how often.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "base/limits.h"
#include "net/http_client.h"
#include "net/loopback_server.h"

namespace plantain::net {
namespace {

using Connection = LoopbackServer::Connection;

HttpRequest post(std::string url) {
  return HttpRequest{.method = "POST", .url = std::move(url), .body = "pay"};
}

TEST(HttpClientSent, ARefusedConnectionSurelyCarriedNothing) {
  std::string url;
  {
    const LoopbackServer server([](Connection&) {});
    url = server.url();
  }
  HttpClient client;

  ASSERT_FALSE(client.send(post(url)).ok());

  EXPECT_FALSE(client.may_have_arrived());
}

TEST(HttpClientSent, ACutAnswerMayHaveArrivedAndTheNextCallStartsAnew) {
  LoopbackServer server([](Connection& connection) { connection.read(); });
  HttpClient client;

  ASSERT_FALSE(client.send(post(server.url())).ok());
  EXPECT_TRUE(client.may_have_arrived());

  ASSERT_FALSE(client.send(post("gopher://127.0.0.1/")).ok());
  EXPECT_FALSE(client.may_have_arrived());
}

TEST(HttpClientSent, WhatMayBeSentOnceIsNotSentAgainOnAnotherConnection) {
  std::atomic<int> seen = 0;
  LoopbackServer server([&](Connection& connection) {
    // The first request of a connection is answered; the second is read and dropped.
    if (!connection.read()) return;
    ++seen;
    connection.answer(200, "x");
    if (connection.read()) ++seen;
  });
  HttpClient client;
  HttpRequest once = post(server.url());
  once.at_most_once = true;

  ASSERT_TRUE(client.send(post(server.url())).ok());
  ASSERT_TRUE(client.send(once).ok());
  ASSERT_TRUE(client.send(once).ok());

  EXPECT_EQ(seen, 3);
  EXPECT_EQ(server.connections(), 3);
}

TEST(HttpClientSent, AWishToStopIsHeardWhileTheServerSaysNothing) {
  LoopbackServer server([](Connection& connection) {
    connection.read();
    connection.wait_for_hang_up();
  });
  HttpClient client;
  std::atomic<bool> abort = false;
  HttpRequest request = post(server.url());
  request.abort = &abort;
  int ticks = 0;
  request.on_tick = [&] { abort = ++ticks == 3; };
  const auto began = std::chrono::steady_clock::now();

  const Result<HttpAnswer> answer = client.send(request);

  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().code, ErrorCode::kCancelled);
  EXPECT_TRUE(client.may_have_arrived());
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(2));
}

TEST(HttpClientSent, EndlessHeadersAreTooLarge) {
  LoopbackServer server([](Connection& connection) {
    connection.read();
    connection.send("HTTP/1.1 200 OK\r\n");
    while (connection.send("X-Filler: " + std::string(1000, 'x') + "\r\n")) {
    }
  });
  HttpClient client;

  const Result<HttpAnswer> answer = client.send(post(server.url()));

  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().code, ErrorCode::kTooLarge);
  EXPECT_NE(answer.error().message.find("headers"), std::string::npos);
}

}  // namespace
}  // namespace plantain::net
