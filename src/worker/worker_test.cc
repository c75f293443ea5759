#include "worker/worker.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <deque>
#include <mutex>

#include "base/crypto.h"
#include "base/text.h"
#include "net/loopback_server.h"

namespace plantain::worker {
namespace {

// The server's side of the protocol as a test wants it: leases that it hands out, and a record of
// what the worker said.
class FakeServer {
 public:
  struct Said {
    std::string call;  // "claim", "heartbeat", "progress", "outputs/0", "finish"
    Json body;
  };

  FakeServer()
      : server_([this](net::LoopbackServer::Connection& connection) { serve(connection); }) {}

  // Given to the next claim.
  void offer(const std::string& lease,
             const JsonObject& input = {{"prompt", "a fox"}, {"resolution", "0.5K"}}) {
    const std::lock_guard lock(mutex_);
    leases_.push_back(JsonObject{{"lease_id", lease},
                                 {"request_id", "r-" + lease},
                                 {"attempt", 1},
                                 {"model_id", "m"},
                                 {"input", input}});
  }

  // Called with each call before it is answered; an answer of its own replaces the usual one.
  std::function<std::optional<int>(const Said&)> on_call = [](const Said&) { return std::nullopt; };

  std::vector<Said> said(std::string_view call) {
    const std::lock_guard lock(mutex_);
    std::vector<Said> found;
    for (const Said& one : said_) {
      if (one.call == call) found.push_back(one);
    }
    return found;
  }

  Options options(std::string engine = "null:1") const {
    return Options{Link{server_.url(), {}, "the token"}, "w", {std::move(engine)}, {}, {"m"}};
  }
  std::atomic<int> wrong_tokens = 0;
  std::atomic<bool> cancel_wished = false;

 private:
  void serve(net::LoopbackServer::Connection& connection) {
    while (const auto request = connection.read()) {
      if (request->headers.at("authorization") != "Bearer the token") ++wrong_tokens;
      const std::string path = request->target.substr(std::string("/internal/v1/leases").size());
      const std::string call = path.empty() ? "claim" : path.substr(path.find('/', 1) + 1);
      const Result<Json> body = parse_json(request->body);
      const Said said{call, body.ok() ? *body : Json(to_hex(sha256(request->body)))};
      {
        const std::lock_guard lock(mutex_);
        said_.push_back(said);
      }
      if (const auto status = on_call(said)) {
        connection.answer(*status, "");
      } else {
        answer(connection, call);
      }
    }
  }

  void answer(net::LoopbackServer::Connection& connection, const std::string& call) {
    if (call == "claim") {
      const std::lock_guard lock(mutex_);
      if (leases_.empty()) return static_cast<void>(connection.answer(204, ""));
      const std::string lease = write_json(leases_.front());
      leases_.pop_front();
      connection.answer(200, lease);
    } else if (call.starts_with("outputs/")) {
      connection.answer(200, R"({"blob_id":"b1"})");
    } else if (call == "heartbeat") {
      connection.answer(200,
                        write_json(JsonObject{{"cancel", cancel_wished.load()}, {"lease_s", 10}}));
    } else {
      connection.answer(call == "progress" ? 204 : 200, call == "progress" ? "" : "{}");
    }
  }

  std::mutex mutex_;
  std::deque<JsonObject> leases_;
  std::vector<Said> said_;
  net::LoopbackServer server_;
};

struct Bench {
  ManualClock clock;
  Log log{clock, LogLevel::kError, [](std::string_view) {}};
  FakeServer server;
  Stop stop;

  Result<void> work(std::string engine = "null:1") {
    return worker::work(server.options(std::move(engine)), stop, log);
  }
  // Ends the worker as soon as `call` was made.
  void stop_after(std::string call) {
    server.on_call = [this, call](const FakeServer::Said& said) {
      if (said.call == call) stop.no_more = true;
      return std::nullopt;
    };
  }
};

TEST(Worker, ClaimsDrawsUploadsAndFinishes) {
  Bench bench;
  bench.server.offer("l1");
  bench.stop_after("finish");
  ASSERT_TRUE(bench.work().ok());

  const Json claim = bench.server.said("claim").at(0).body;
  EXPECT_EQ(text_or(claim, "worker_id", ""), "w");
  EXPECT_EQ(text_or(claim, "engine", ""), "null:1");
  EXPECT_EQ(write_json(*find(claim, "models")), R"(["m"])");
  EXPECT_EQ(int_or(claim, "wait_s", 0), 20);
  const Json finish = bench.server.said("finish").at(0).body;
  EXPECT_EQ(text_or(finish, "outcome", ""), "succeeded");
  const JsonArray& outputs = find(finish, "outputs")->as_array();
  ASSERT_EQ(outputs.size(), 2u);
  EXPECT_EQ(text_or(outputs[0], "blob_id", ""), "b1");
  EXPECT_EQ(text_or(outputs[0], "content_type", ""), "image/png");
  EXPECT_EQ(bench.server.said("outputs/0").at(0).body, Json(text_or(outputs[0], "sha256", "")))
      << "the hash is that of the bytes";
  EXPECT_TRUE(bool_or(outputs[1], "thumbnail", false));
  EXPECT_EQ(text_or(*find(finish, "metadata"), "engine", ""), "null:1");
  EXPECT_EQ(bench.server.wrong_tokens, 0);
}

TEST(Worker, AClaimWhoseAnswerIsLostIsRepeatedUnderTheSameId) {
  Bench bench;
  bench.server.offer("l1");
  std::atomic<int> claims = 0;
  bench.server.on_call = [&](const FakeServer::Said& said) -> std::optional<int> {
    if (said.call == "finish") bench.stop.no_more = true;
    if (said.call == "claim" && ++claims <= 2) return 503;
    return std::nullopt;
  };
  ASSERT_TRUE(bench.work().ok());
  const auto said = bench.server.said("claim");
  ASSERT_GE(said.size(), 3u);
  EXPECT_EQ(*find(said[0].body, "claim_id"), *find(said[1].body, "claim_id"));
  EXPECT_EQ(*find(said[0].body, "claim_id"), *find(said[2].body, "claim_id"));
}

TEST(Worker, EveryNewClaimHasAnIdOfItsOwn) {
  Bench bench;
  std::atomic<int> claims = 0;
  bench.server.on_call = [&](const FakeServer::Said& said) -> std::optional<int> {
    if (said.call == "claim" && ++claims == 2) bench.stop.no_more = true;
    return std::nullopt;
  };
  ASSERT_TRUE(bench.work().ok());
  const auto said = bench.server.said("claim");
  EXPECT_NE(*find(said.at(0).body, "claim_id"), *find(said.at(1).body, "claim_id"));
}

TEST(Worker, ACancelInAHeartbeatEndsTheRunAsCancelled) {
  Bench bench;
  bench.server.offer("l1");
  bench.server.cancel_wished = true;
  bench.stop_after("finish");
  ASSERT_TRUE(bench.work("null:600000").ok());
  EXPECT_EQ(write_json(bench.server.said("finish").at(0).body), R"({"outcome":"cancelled"})");
}

TEST(Worker, ALostLeaseIsLeftAloneWithoutAFinish) {
  Bench bench;
  bench.server.offer("l1");
  bench.server.on_call = [&](const FakeServer::Said& said) -> std::optional<int> {
    if (said.call != "heartbeat") return std::nullopt;
    bench.stop.no_more = true;
    return 409;
  };
  ASSERT_TRUE(bench.work("null:600000").ok());
  EXPECT_TRUE(bench.server.said("finish").empty());
}

TEST(Worker, WhatFailsIsFinishedWithItsCode) {
  Bench bench;
  bench.server.offer("l1",
                     {{"prompt", "a fox"}, {"resolution", "0.5K"}, {"enable_web_search", true}});
  bench.stop_after("finish");
  ASSERT_TRUE(bench.work().ok());
  const Json finish = bench.server.said("finish").at(0).body;
  EXPECT_EQ(text_or(finish, "outcome", ""), "failed");
  EXPECT_EQ(text_or(*find(finish, "error"), "code", ""), "web-search-unavailable");
}

TEST(Worker, ToldToGiveBackItReleasesWhatRuns) {
  Bench bench;
  bench.server.offer("l1");
  bench.server.on_call = [&](const FakeServer::Said& said) -> std::optional<int> {
    if (said.call == "progress") bench.stop.no_more = bench.stop.give_back = true;
    return std::nullopt;
  };
  ASSERT_TRUE(bench.work("null:600000").ok());
  EXPECT_EQ(text_or(bench.server.said("finish").at(0).body, "outcome", ""), "released");
}

TEST(Worker, AnUploadOrAFinishWithoutAnAnswerIsSentAgain) {
  Bench bench;
  bench.server.offer("l1");
  std::atomic<int> uploads = 0;
  std::atomic<int> finishes = 0;
  bench.server.on_call = [&](const FakeServer::Said& said) -> std::optional<int> {
    if (said.call == "outputs/0" && ++uploads == 1) return 503;
    if (said.call == "finish" && ++finishes == 1) return 503;
    if (said.call == "finish") bench.stop.no_more = true;
    return std::nullopt;
  };
  ASSERT_TRUE(bench.work().ok());
  const auto said = bench.server.said("finish");
  ASSERT_EQ(said.size(), 2u);
  EXPECT_EQ(said[0].body, said[1].body);
  EXPECT_EQ(find(said[1].body, "outputs")->as_array().size(), 2u);
}

TEST(Worker, AServerThatDoesNotKnowItsTokenEndsIt) {
  Bench bench;
  net::LoopbackServer stranger([](net::LoopbackServer::Connection& connection) {
    while (connection.read())
      connection.answer(401, R"({"type":"/docs/errors#invalid-key","detail":"no"})");
  });
  Options options = bench.server.options();
  options.link.base = stranger.url();
  const Result<void> ended = worker::work(options, bench.stop, bench.log);
  ASSERT_FALSE(ended.ok());
  EXPECT_EQ(ended.error().code, ErrorCode::kInvalidKey);
}

TEST(Worker, WithoutTheWeightsOfItsOnlyEngineItEnds) {
  Bench bench;
  EXPECT_EQ(bench.work("diffusion:maker/Model").error().code, ErrorCode::kNotFound);
}

TEST(Worker, AnUnknownEngineIsRefusedAtOnce) {
  Bench bench;
  EXPECT_EQ(bench.work("diffusoin").error().code, ErrorCode::kInvalidInput);
}

}  // namespace
}  // namespace plantain::worker
