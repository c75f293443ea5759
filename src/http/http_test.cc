// Calls over real sockets: what is answered, in which order, and what is refused.
#include <gtest/gtest.h>

#include "api/problem.h"
#include "base/text.h"
#include "http/server_fixture.h"

namespace plantain::http {
namespace {

class HttpTest : public ServerTest {};

std::string reason_in(const Answer& answer) {
  const auto body = parse_json(answer.body);
  EXPECT_TRUE(body.ok()) << answer.body;
  return body.ok() ? std::string(body->as_object().at("type").as_string()) : std::string();
}

TEST_F(HttpTest, ACallReachesItsHandlerAsItWasSent) {
  Awaited<std::shared_ptr<const api::Call>> seen;
  add(api::Method::kPost, "/v1/models/{model_id...}", [&seen](auto call, const auto& respond) {
    seen.set(call);
    respond(api::Reply());
  }).body = api::BodyKind::kJson;
  service_.routes_.back().body_max_bytes = 100;
  service_.admit_ = [](api::Call& call, const api::Route&) {
    EXPECT_TRUE(call.body.empty()) << "who calls is judged before the body is read";
    const auto account = *AccountId::parse("01900000-0000-7000-8000-000000000000");
    store::Key key{*KeyId::parse(account.text()), account, "a key", store::Role::kUser};
    call.caller = api::Caller{std::move(key), store::Account{account, "an account", {}}, {}, false};
    return std::nullopt;
  };
  start();
  Client client = connect();

  const std::string trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  const Answer answer = client.call(
      post("/v1/models/a%2Fb/c?webhook=https%3A%2F%2Fx&priority=low", "{\"a\":1}",
           concat("Content-Type: application/json\r\nX-One: 1\r\nX-One: 2\r\ntraceparent: ", trace,
                  "\r\n")));

  EXPECT_EQ(answer.status, 200);
  const auto call = seen.get();
  ASSERT_TRUE(call);
  EXPECT_EQ(call->method, api::Method::kPost);
  EXPECT_EQ(call->path, "/v1/models/a%2Fb/c");
  EXPECT_EQ(call->raw_query, "webhook=https%3A%2F%2Fx&priority=low");
  EXPECT_EQ(call->query_value("webhook"), "https://x");
  EXPECT_EQ(call->query_value("priority"), "low");
  EXPECT_EQ(call->param("model_id"), "a/b/c");
  EXPECT_EQ(call->headers.get("x-one"), "1");
  EXPECT_EQ(call->body, "{\"a\":1}");
  EXPECT_EQ(call->traceparent, trace);
  EXPECT_EQ(call->public_base, server_->public_base());
  ASSERT_TRUE(call->caller.has_value());
  EXPECT_EQ(call->caller->key.name, "a key");
  EXPECT_TRUE(is_uuid(call->id));
  EXPECT_EQ(answer.field("x-call-id"), call->id);
}

TEST_F(HttpTest, EveryAnswerSaysWhatAllAnswersSay) {
  add(api::Method::kGet, "/a", echo());
  start();
  Client client = connect();

  for (const char* target : {"/a", "/nowhere", "/%zz"}) {
    const Answer answer = client.call(get(target));
    EXPECT_EQ(answer.field("date"), "Wed, 18 Nov 2026 11:06:40 GMT") << "the clock of the test";
    EXPECT_EQ(answer.field("x-content-type-options"), "nosniff");
    EXPECT_TRUE(is_uuid(answer.field("x-call-id"))) << target;
    EXPECT_EQ(answer.field("x-finished"), answer.field("x-call-id")) << target;
    EXPECT_EQ(answer.field("connection"), "") << target;
  }
}

TEST_F(HttpTest, AConnectionIsKeptAsItsVersionSays) {
  add(api::Method::kGet, "/a", echo());
  start();

  Client kept = connect();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(kept.call(get("/a")).body, "GET /a ");
  const Answer last = kept.call(get("/a", "Connection: close\r\n"));
  EXPECT_EQ(last.field("connection"), "close");
  EXPECT_EQ(kept.read_to_end(), "");

  Client old = connect();
  const Answer again =
      old.call(concat("GET /a HTTP/1.0\r\n", host(), "Connection: keep-alive\r\n\r\n"));
  EXPECT_EQ(again.field("connection"), "keep-alive");
  const Answer once = old.call(concat("GET /a HTTP/1.0\r\n", host(), "\r\n"));
  EXPECT_EQ(once.field("connection"), "close");
  EXPECT_EQ(once.body, "GET /a ");
  EXPECT_EQ(old.read_to_end(), "");
}

TEST_F(HttpTest, PipelinedCallsAreAnsweredInOrderAlsoWhenTheFirstIsLate) {
  Awaited<api::Respond> late;
  add(api::Method::kGet, "/late", [&late](auto, const auto& respond) { late.set(respond); });
  add(api::Method::kGet, "/a", echo());
  add(api::Method::kPost, "/b", echo()).body = api::BodyKind::kBytes;
  service_.routes_.back().body_max_bytes = 100;
  start();
  Client client = connect();

  client.send(get("/late") + get("/a") + post("/b", "body") + get("/a", "Connection: close\r\n"));
  api::Reply reply;
  reply.body = "late";
  late.get()(reply);

  EXPECT_EQ(client.read_answer().body, "late");
  EXPECT_EQ(client.read_answer().body, "GET /a ");
  EXPECT_EQ(client.read_answer().body, "POST /b body");
  EXPECT_EQ(client.read_answer().body, "GET /a ");
  EXPECT_EQ(client.read_to_end(), "");
}

TEST_F(HttpTest, AnAnswerFindsOnlyItsOwnTurn) {
  Awaited<api::Respond> first;
  Awaited<api::Respond> second;
  add(api::Method::kGet, "/first", [&first](auto, const auto& respond) { first.set(respond); });
  add(api::Method::kGet, "/second", [&second](auto, const auto& respond) { second.set(respond); });
  start();
  Client client = connect();
  const auto with = [](std::string body) {
    api::Reply reply;
    reply.body = std::move(body);
    return reply;
  };

  client.send(get("/first"));
  first.get()(with("one"));
  EXPECT_EQ(client.read_answer().body, "one");
  client.send(get("/second"));
  second.get();
  first.get()(with("a second answer to the first call"));
  second.get()(with("two"));

  EXPECT_EQ(client.read_answer().body, "two");
}

TEST_F(HttpTest, AnswersMayComeFromManyThreadsAtOnce) {
  constexpr int kCalls = 16;
  std::mutex mutex;
  std::vector<std::thread> threads;
  add(api::Method::kGet, "/{n}", [&](std::shared_ptr<const api::Call> call, api::Respond respond) {
    const std::lock_guard lock(mutex);
    threads.emplace_back([call, respond] {
      api::Reply reply;
      reply.body = call->param("n");
      respond(std::move(reply));
    });
  });
  start();
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < kCalls; ++i) {
    clients.push_back(std::make_unique<Client>(server_->port()));
    clients.back()->send(get(concat("/", i)));
  }

  for (int i = 0; i < kCalls; ++i) {
    EXPECT_EQ(clients[static_cast<std::size_t>(i)]->read_answer().body, concat(i));
  }
  const std::lock_guard lock(mutex);
  for (std::thread& thread : threads) thread.join();
}

TEST_F(HttpTest, ASlowRouteHoldsUpNobody) {
  Awaited<std::thread::id> slow_thread;
  Awaited<bool> go_on;
  add(api::Method::kGet, "/slow", [&](auto, const auto& respond) {
    slow_thread.set(std::this_thread::get_id());
    go_on.get();
    respond(api::Reply());
  }).slow = true;
  Awaited<std::thread::id> network_thread;
  add(api::Method::kGet, "/a", [&](auto, const auto& respond) {
    network_thread.set(std::this_thread::get_id());
    respond(api::Reply());
  });
  start();
  Client waiting = connect();
  Client other = connect();

  waiting.send(get("/slow"));
  slow_thread.get();
  EXPECT_EQ(other.call(get("/a")).status, 200);
  go_on.set(true);

  EXPECT_EQ(waiting.read_answer().status, 200);
  EXPECT_NE(slow_thread.get(), network_thread.get());
}

TEST_F(HttpTest, HeadIsLikeGetWithoutABody) {
  add(api::Method::kGet, "/a", echo());
  start();
  Client client = connect();

  client.send(concat("HEAD /a HTTP/1.1\r\n", host(), "\r\n", "HEAD /nowhere HTTP/1.1\r\n", host(),
                     "\r\n", get("/a")));
  const Answer found = client.read_answer(/*to_head=*/true);
  const Answer missing = client.read_answer(/*to_head=*/true);

  EXPECT_EQ(found.status, 200);
  EXPECT_EQ(found.field("content-length"), concat(std::string_view("HEAD /a ").size()));
  EXPECT_EQ(missing.status, 404);
  EXPECT_NE(missing.field("content-length"), "0");
  EXPECT_EQ(client.read_answer().body, "GET /a ");
}

TEST_F(HttpTest, AnAnswerWithoutABodySaysNothingOfItsLength) {
  add(api::Method::kGet, "/{status}", [](auto call, const auto& respond) {
    api::Reply reply;
    reply.status = static_cast<int>(parse_int(call->param("status")).value());
    respond(std::move(reply));
  });
  start();
  Client client = connect();

  for (const int status : {204, 304}) {
    const Answer answer = client.call(get(concat("/", status)));
    EXPECT_EQ(answer.status, status);
    EXPECT_EQ(answer.field("content-length"), "");
    EXPECT_EQ(answer.field("transfer-encoding"), "");
  }
  EXPECT_EQ(client.call(get("/200")).field("content-length"), "0");
}

TEST_F(HttpTest, AnotherMethodLearnsWhichThereAre) {
  add(api::Method::kGet, "/a", echo());
  add(api::Method::kDelete, "/a", echo());
  add(api::Method::kPost, "/b", echo());
  start();
  Client client = connect();

  const Answer refused = client.call(post("/a", ""));
  EXPECT_EQ(refused.status, 405);
  EXPECT_EQ(refused.field("allow"), "GET, HEAD, DELETE, OPTIONS");
  EXPECT_EQ(reason_in(refused), "/docs/errors#method-not-allowed");

  const Answer options = client.call(concat("OPTIONS /b HTTP/1.1\r\n", host(), "\r\n"));
  EXPECT_EQ(options.status, 204);
  EXPECT_EQ(options.field("allow"), "POST, OPTIONS");

  const Answer all = client.call(concat("OPTIONS * HTTP/1.1\r\n", host(), "\r\n"));
  EXPECT_EQ(all.status, 204);
  EXPECT_EQ(all.field("allow"), "GET, HEAD, POST, DELETE, OPTIONS");

  const Answer nowhere = client.call(concat("OPTIONS /c HTTP/1.1\r\n", host(), "\r\n"));
  EXPECT_EQ(nowhere.status, 404);
}

TEST_F(HttpTest, AnEscapedSlashStaysWithinItsSegment) {
  add(api::Method::kGet, "/one/{id}", [](auto call, const auto& respond) {
    api::Reply reply;
    reply.body = call->param("id");
    respond(std::move(reply));
  });
  start();
  Client client = connect();

  EXPECT_EQ(client.call(get("/one/a%2Fb")).body, "a/b");
  EXPECT_EQ(client.call(get("/one/a/b")).status, 404);
  EXPECT_EQ(client.call(get("/one%2Fa")).status, 404);
  const Answer broken = client.call(get("/one/%zz"));
  EXPECT_EQ(broken.status, 400);
  EXPECT_EQ(reason_in(broken), "/docs/errors#invalid-identifier");
  EXPECT_EQ(client.call(get("/one/a?b=%FF")).status, 400);
}

TEST_F(HttpTest, WithoutAPublicAddressOnlyLoopbackNamesAreAnswered) {
  add(api::Method::kGet, "/a", echo());
  start();
  Client client = connect();
  const auto asks = [&client](std::string_view name) {
    return client.call(concat("GET /a HTTP/1.1\r\nHost: ", name, "\r\n\r\n"));
  };

  EXPECT_EQ(asks(concat("127.0.0.1:", server_->port())).status, 200);
  EXPECT_EQ(asks(concat("LOCALHOST:", server_->port())).status, 200);
  const Answer elsewhere = asks(concat("evil.example:", server_->port()));
  EXPECT_EQ(elsewhere.status, 421);
  EXPECT_EQ(reason_in(elsewhere), "/docs/errors#misdirected");
  EXPECT_EQ(asks("localhost:1").status, 421);
}

TEST_F(HttpTest, WithAPublicAddressEveryHostIsAnswered) {
  options_.public_url = "https://pictures.example/";
  Awaited<std::string> base;
  add(api::Method::kGet, "/a", [&base](auto call, const auto& respond) {
    base.set(call->public_base);
    respond(api::Reply());
  });
  start();

  Client client = connect();
  EXPECT_EQ(client.call("GET /a HTTP/1.1\r\nHost: any.example\r\n\r\n").status, 200);
  EXPECT_EQ(base.get(), "https://pictures.example");
  EXPECT_EQ(server_->public_base(), "https://pictures.example");
}

TEST_F(HttpTest, WhoIsNotAdmittedIsRefusedBeforeTheBodyIsRead) {
  add(api::Method::kPost, "/a", echo()).body = api::BodyKind::kJson;
  service_.routes_.back().body_max_bytes = 1'000'000;
  service_.admit_ = [](api::Call&, const api::Route&) {
    return api::problem(Error{ErrorCode::kInvalidKey, "no"});
  };
  start();

  Client client = connect();
  client.send(concat("POST /a HTTP/1.1\r\n", host(),
                     "Expect: 100-continue\r\nContent-Length: 1000000\r\n\r\n"));
  const Answer refused = client.read_answer();

  EXPECT_EQ(refused.status, 401) << "and no 100";
  EXPECT_EQ(refused.field("connection"), "close");
  EXPECT_EQ(client.read_to_end(), "");
}

TEST_F(HttpTest, ARefusedCallWithoutABodyLeavesTheConnectionOpen) {
  add(api::Method::kPost, "/a", echo()).body = api::BodyKind::kJson;
  service_.routes_.back().body_max_bytes = 100;
  start();
  Client client = connect();

  EXPECT_EQ(client.call(get("/nowhere")).status, 404);
  EXPECT_EQ(client.call(post("/nowhere", "")).status, 404);
  EXPECT_EQ(client.call(post("/a", "{}")).body, "POST /a {}");
  EXPECT_EQ(client.call(post("/nowhere", "{}")).field("connection"), "close");
  EXPECT_EQ(client.read_to_end(), "");
}

TEST_F(HttpTest, TheBodyIsAskedForOnceItIsWanted) {
  add(api::Method::kPost, "/a", echo()).body = api::BodyKind::kJson;
  service_.routes_.back().body_max_bytes = 100;
  start();
  Client client = connect();
  const auto head = [this](std::string_view length) {
    return concat("POST /a HTTP/1.1\r\n", host(), "Expect: 100-continue\r\n", length, "\r\n");
  };

  client.send(head("Content-Length: 4\r\n"));
  EXPECT_EQ(client.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_EQ(client.call("body").body, "POST /a body");

  client.send(head("Content-Length: 4\r\n") + "here");
  EXPECT_EQ(client.read_answer().body, "POST /a here") << "what has come is not asked for";

  client.send(head("Transfer-Encoding: chunked\r\n"));
  EXPECT_EQ(client.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_EQ(client.call("2\r\nok\r\n0\r\n\r\n").body, "POST /a ok");

  EXPECT_EQ(client.call(head("Content-Length: 101\r\n")).status, 413);
  EXPECT_EQ(client.read_to_end(), "");
}

TEST_F(HttpTest, AKindOfBodyThatIsNotTakenIsRefused) {
  add(api::Method::kPost, "/json", echo()).body = api::BodyKind::kJson;
  service_.routes_.back().body_max_bytes = 100;
  add(api::Method::kPost, "/bytes", echo()).body = api::BodyKind::kBytes;
  service_.routes_.back().body_max_bytes = 100;
  add(api::Method::kPost, "/none", echo());
  start();
  const auto status = [this](std::string_view target, std::string_view body,
                             std::string_view fields) {
    return connect().call(post(target, body, fields)).status;
  };

  EXPECT_EQ(status("/json", "{}", "Content-Type: application/json; charset=utf-8\r\n"), 200);
  EXPECT_EQ(status("/json", "{}", ""), 200);
  EXPECT_EQ(status("/json", "", "Content-Type: text/plain\r\n"), 200);
  EXPECT_EQ(status("/json", "{}", "Content-Type: text/plain\r\n"), 415);
  EXPECT_EQ(status("/json", "a=1", "Content-Type: application/x-www-form-urlencoded\r\n"), 415);
  EXPECT_EQ(status("/json", "{}", "Content-Encoding: gzip\r\n"), 415);
  EXPECT_EQ(status("/bytes", "x", "Content-Type: image/png\r\n"), 200);
  EXPECT_EQ(status("/bytes", "x", "Content-Encoding: br\r\n"), 415);
  EXPECT_EQ(status("/bytes", "x", "Content-Encoding: identity\r\n"), 200);
  EXPECT_EQ(status("/none", "whatever", "Content-Type: text/plain\r\n"), 200);
}

TEST_F(HttpTest, ABodyThatNobodyWantsIsReadAndForgotten) {
  add(api::Method::kGet, "/a", echo());
  start();
  Client client = connect();
  const std::string most(limits::kIgnoredBodyMax_bytes, 'x');
  const auto with = [this](std::string_view framing, std::string_view body) {
    return get("/a", framing) + std::string(body);
  };

  EXPECT_EQ(client.call(with(concat("Content-Length: ", most.size(), "\r\n"), most)).body,
            "GET /a ");
  EXPECT_EQ(client.call(with("Transfer-Encoding: chunked\r\n", "1\r\nx\r\n0\r\n\r\n")).body,
            "GET /a ");
  EXPECT_EQ(client.call(with(concat("Content-Length: ", most.size() + 1, "\r\n"), "")).status, 413);
}

TEST_F(HttpTest, MalformedCallsAreAnsweredAndEndTheConnection) {
  Awaited<bool> smuggled;
  add(api::Method::kGet, "/smuggled", [&smuggled](auto, const auto& respond) {
    smuggled.set(true);
    respond(api::Reply());
  });
  add(api::Method::kPost, "/a", echo()).body = api::BodyKind::kBytes;
  service_.routes_.back().body_max_bytes = 1000;
  start();
  const std::string second = get("/smuggled");
  const auto call = [&](std::string_view fields, std::string_view body) {
    return concat("POST /a HTTP/1.1\r\n", host(), fields, "\r\n", body, second);
  };
  const std::vector<std::pair<std::string, int>> rows = {
      {call(host(), ""), 400},
      {call("Content-Length: 1\r\nContent-Length: 1\r\n", "x"), 400},
      {call("Content-Length: +1\r\n", "x"), 400},
      {call("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), 400},
      {call("Transfer-Encoding: chunked, gzip\r\n", "0\r\n\r\n"), 400},
      {call("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"), 501},
      {call("X: a\r\n b\r\n", ""), 400},
      {call("X: a\nY: b\r\n", ""), 400},
      {call(std::string("X: \0\r\n", 6), ""), 400},
      {call("Transfer-Encoding: chunked\r\n", "0x1\r\nx\r\n0\r\n\r\n"), 400},
      {call("Transfer-Encoding: chunked\r\n", "1\r\nxx\r\n0\r\n\r\n"), 400},
      {call("Transfer-Encoding: chunked\r\n",
            "1;" + std::string(40'000, 'e') + "\r\nx\r\n0\r\n\r\n"),
       431},
      {concat("POST /a HTTP/1.0\r\n", host(), "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
              second),
       400},
      {call("X: " + std::string(limits::kHeaderMax_bytes, 'x') + "\r\n", ""), 431},
      {concat("GET /", std::string(limits::kTargetMax_bytes, 'a'), " HTTP/1.1\r\n", host(), "\r\n",
              second),
       414},
      {call("Content-Length: 1001\r\n", std::string(1001, 'x')), 413},
      {call("Transfer-Encoding: chunked\r\n", "3e9\r\n" + std::string(1001, 'x')), 413},
      {call("Expect: the unexpected\r\nContent-Length: 1\r\n", "x"), 417},
      {"\x16\x03\x01\x02" + second, 400},
  };
  for (const auto& [bytes, status] : rows) {
    Client client = connect();
    client.send(bytes);
    const Answer answer = client.read_answer();
    EXPECT_EQ(answer.status, status) << bytes.substr(0, 300);
    EXPECT_EQ(answer.field("connection"), "close") << bytes.substr(0, 300);
    EXPECT_EQ(answer.field("content-type"), "application/problem+json");
    EXPECT_EQ(reason_in(answer),
              status == 413 ? "/docs/errors#too-large" : "/docs/errors#malformed-call");
    EXPECT_EQ(client.read_to_end(), "") << bytes.substr(0, 300);
  }
  EXPECT_FALSE(smuggled.is_set());
}

TEST_F(HttpTest, AClientThatSendsOnSeesWhyItWasRefused) {
  add(api::Method::kPost, "/a", echo()).body = api::BodyKind::kBytes;
  service_.routes_.back().body_max_bytes = 1000;
  start();
  Client client = connect();

  client.send(concat("POST /a HTTP/1.1\r\n", host(), "Content-Length: 20000000\r\n\r\n"));
  const std::string piece(1'000'000, 'x');
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(client.send(piece)) << "piece " << i;

  EXPECT_EQ(client.read_answer().status, 413);
  EXPECT_EQ(client.read_to_end(), "");
}

}  // namespace
}  // namespace plantain::http
