#include "net/fetch_file.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "net/http_client.h"
#include "net/loopback_server.h"

namespace plantain::net {
namespace {

using Connection = LoopbackServer::Connection;
using Request = LoopbackServer::Request;

constexpr FetchRules kRules{.http = true, .max_bytes = 1000, .timeout = std::chrono::seconds(20)};
const std::atomic<bool> kGoOn = false;

AddressGuard loopback() { return *AddressGuard::with({"127.0.0.1/32"}); }

LoopbackServer::Script each(std::function<void(Connection&, const Request&)> reply) {
  return [reply](Connection& connection) {
    while (const auto request = connection.read()) reply(connection, *request);
  };
}

void expect_unreachable(const Result<std::string>& answer) {
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().code, ErrorCode::kFileUnreachable);
  EXPECT_EQ(answer.error().message, "it could not be fetched") << "one sentence for all";
}

TEST(FetchFile, TheBytesComeAndNothingOfOursGoesAlong) {
  Request seen;
  LoopbackServer server(each([&](Connection& connection, const Request& request) {
    seen = request;
    connection.answer(200, "bytes", "Set-Cookie: a=b\r\n");
  }));
  EXPECT_EQ(*fetch_file(loopback(), server.url("/a?b"), kRules, kGoOn), "bytes");
  EXPECT_EQ(seen.method, "GET");
  EXPECT_EQ(seen.target, "/a?b");
  for (const char* name : {"cookie", "authorization", "referer"})
    EXPECT_FALSE(seen.headers.contains(name)) << name;
}

TEST(FetchFile, AnAddressThatIsNotPublicIsNotEvenConnectedTo) {
  std::atomic<int> connections = 0;
  LoopbackServer server([&](Connection&) { ++connections; });
  expect_unreachable(fetch_file(AddressGuard(), server.url(), kRules, kGoOn));
  std::string by_name = server.url();
  by_name.replace(by_name.find("127.0.0.1"), 9, "localhost");
  expect_unreachable(fetch_file(AddressGuard(), by_name, kRules, kGoOn));
  EXPECT_EQ(connections, 0);
}

TEST(FetchFile, ARedirectToAnAddressThatIsNotAllowedIsNotFollowed) {
  std::atomic<int> connections = 0;
  LoopbackServer inner([&](Connection&) { ++connections; });
  std::string target = inner.url();
  target.replace(target.find("127.0.0.1"), 9, "127.0.0.2");
  LoopbackServer server(each([&](Connection& connection, const Request&) {
    connection.answer(302, "", concat("Location: ", target, "\r\n"));
  }));
  expect_unreachable(fetch_file(loopback(), server.url(), kRules, kGoOn));
  EXPECT_EQ(connections, 0);
}

TEST(FetchFile, ThreeRedirectsAreFollowedAndAFourthIsNot) {
  int most = 3;
  LoopbackServer server(each([&](Connection& connection, const Request& request) {
    const int hop = static_cast<int>(request.target.size());
    if (hop > most) return static_cast<void>(connection.answer(200, "there"));
    connection.answer(307, "", concat("Location: ", request.target, "x\r\n"));
  }));
  EXPECT_EQ(*fetch_file(loopback(), server.url("/"), kRules, kGoOn), "there");
  most = 4;
  expect_unreachable(fetch_file(loopback(), server.url("/"), kRules, kGoOn));
}

TEST(FetchFile, OtherSchemesAndNamesInAddressesAreRefusedAlsoBehindARedirect) {
  LoopbackServer server(each([&](Connection& connection, const Request& request) {
    connection.answer(302, "", concat("Location: ", request.target.substr(1), "\r\n"));
  }));
  for (const char* url :
       {"file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1/", "https://", "//"}) {
    expect_unreachable(fetch_file(loopback(), url, kRules, kGoOn));
    expect_unreachable(fetch_file(loopback(), server.url(concat("/", url)), kRules, kGoOn));
  }
  std::string named = server.url();
  named.replace(named.find("127"), 0, "me:secret@");
  expect_unreachable(fetch_file(loopback(), named, kRules, kGoOn));
}

TEST(FetchFile, WithoutTlsOnlyWhereTheOwnerAllowsIt) {
  LoopbackServer server(
      each([](Connection& connection, const Request&) { connection.answer(200, "bytes"); }));
  FetchRules strict = kRules;
  strict.http = false;
  expect_unreachable(fetch_file(loopback(), server.url(), strict, kGoOn));
}

TEST(FetchFile, AFileWithoutAnEndIsLeftAtTheLimit) {
  LoopbackServer server([](Connection& connection) {
    static_cast<void>(connection.read());
    bool there = connection.send("HTTP/1.1 200 X\r\n\r\n");
    while (there) there = connection.send(std::string(4096, 'x'));
  });
  const auto answer = fetch_file(loopback(), server.url(), kRules, kGoOn);
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().code, ErrorCode::kTooLarge);
}

TEST(FetchFile, SilenceCutsAndRefusalsAreOneSentence) {
  FetchRules quick = kRules;
  quick.timeout = std::chrono::milliseconds(200);
  LoopbackServer silent([](Connection& connection) { connection.wait_for_hang_up(); });
  expect_unreachable(fetch_file(loopback(), silent.url(), quick, kGoOn));
  LoopbackServer cutting([](Connection& connection) {
    static_cast<void>(connection.read());
    static_cast<void>(connection.send("HTTP/1.1 200 X\r\nContent-Length: 50\r\n\r\nhalf"));
  });
  expect_unreachable(fetch_file(loopback(), cutting.url(), kRules, kGoOn));
  LoopbackServer refusing(
      each([](Connection& connection, const Request&) { connection.answer(404, "secret"); }));
  expect_unreachable(fetch_file(loopback(), refusing.url(), kRules, kGoOn));
  expect_unreachable(fetch_file(loopback(), "http://127.0.0.1:1/", kRules, kGoOn));
}

}  // namespace
}  // namespace plantain::net
