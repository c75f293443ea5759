// Connections over their life: time, limits, the worker's socket, the end; and bytes at random.
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <random>

#include "base/crypto.h"
#include "base/text.h"
#include "http/mutations.h"
#include "http/server_fixture.h"

namespace plantain::http {
namespace {

using std::chrono::milliseconds;

class ConnectionTest : public ServerTest {
 protected:
  void SetUp() override {
    add(api::Method::kGet, "/a", echo());
    add(api::Method::kPost, "/b", echo()).body = api::BodyKind::kBytes;
    service_.routes_.back().body_max_bytes = 1'000'000;
    add(api::Method::kGet, "/late", [this](auto, const auto& respond) { late_.set(respond); });
  }

  Awaited<api::Respond> late_;
};

TEST_F(ConnectionTest, AHeadThatComesTooSlowlyIsDropped) {
  options_.header_timeout = milliseconds(300);
  start();
  Client client = connect();

  client.send("GET /a HTTP/1.1\r\nHost: local");

  EXPECT_EQ(client.read_answer().status, 408);
  EXPECT_EQ(client.read_to_end(), "");
}

TEST_F(ConnectionTest, ASecondHeadHasNoMoreTimeThanTheFirst) {
  options_.header_timeout = milliseconds(500);
  start();
  Client client = connect();
  EXPECT_EQ(client.call(get("/a")).status, 200);

  client.send("GET /a HTTP/1.1\r\nHost: local");

  EXPECT_EQ(client.read_answer().status, 408);
}

TEST_F(ConnectionTest, AConnectionThatSaysNothingIsClosedWithoutAWord) {
  options_.header_timeout = milliseconds(300);
  options_.idle_timeout = milliseconds(50);
  start();

  EXPECT_EQ(connect().read_to_end(), "");
  Client idle = connect();
  idle.send(get("/a"));
  EXPECT_EQ(idle.read_answer().status, 200);
  EXPECT_EQ(idle.read_to_end(), "");
}

TEST_F(ConnectionTest, ABodyThatComesTooSlowlyIsDropped) {
  options_.body_slow_window = milliseconds(50);
  start();
  for (const char* framing : {"Content-Length: 1000\r\n", "Transfer-Encoding: chunked\r\n"}) {
    Client client = connect();

    client.send(concat("POST /b HTTP/1.1\r\n", host(), framing, "\r\n1\r\nx"));

    EXPECT_EQ(client.read_answer().status, 408) << framing;
    EXPECT_EQ(client.read_to_end(), "") << framing;
  }
}

TEST_F(ConnectionTest, EachWindowOfABodyIsJudgedByItself) {
  options_.body_slow_window = milliseconds(50);
  options_.body_slow_min_bytes = 10;
  start();
  Client client = connect();

  client.send(concat("POST /b HTTP/1.1\r\n", host(), "Content-Length: 1000\r\n\r\n",
                     std::string(900, 'x')));

  EXPECT_EQ(client.read_answer().status, 408) << "after a window that was fast enough";
}

TEST_F(ConnectionTest, ABodyThatIsFastEnoughMayTakeManyWindows) {
  options_.header_timeout = milliseconds(300);
  options_.body_slow_window = milliseconds(20);
  options_.body_slow_min_bytes = 0;
  start();
  Client client = connect();
  client.send(concat("POST /b HTTP/1.1\r\n", host(), "Content-Length: 4\r\n\r\nbo"));

  EXPECT_EQ(connect().read_to_end(), "") << "which takes the time of several windows";

  EXPECT_EQ(client.call("dy").body, "POST /b body");
}

TEST_F(ConnectionTest, AClientThatLeavesWhileAHandlerWaitsIsNoticed) {
  options_.connections_max = 1;
  start();
  Client client = connect();
  client.send(get("/late"));
  late_.get();

  client.close();
  wait_for_log("a call ended before its answer was out");
  late_.get()(api::Reply());  // finds nobody

  EXPECT_EQ(connect().call(get("/a")).status, 200) << "its place is free again";
}

TEST_F(ConnectionTest, AClientThatSentAheadAndLeavesIsNoticedToo) {
  start();
  Client client = connect();
  client.send(get("/late") + get("/a"));
  late_.get();

  client.reset();

  wait_for_log("a call ended before its answer was out");
}

TEST_F(ConnectionTest, CallsSentAheadBeyondWhatIsKeptAreAllAnswered) {
  start();
  Client client = connect();
  client.send(get("/late"));
  late_.get();
  std::thread sender([&client, call = get("/a")] {
    for (int i = 0; i < 3'000; ++i) {
      if (!client.send(call)) return;
    }
  });

  EXPECT_EQ(connect().call(get("/a")).status, 200);
  late_.get()(api::Reply());
  for (int i = 0; i < 3'001; ++i) ASSERT_EQ(client.read_answer().status, 200) << i;
  sender.join();
}

TEST_F(ConnectionTest, ConnectionsBeyondTheMostAreHungUpOn) {
  options_.connections_max = 2;
  start();
  Client first = connect();
  Client second = connect();
  EXPECT_EQ(first.call(get("/a")).status, 200);
  EXPECT_EQ(second.call(get("/a")).status, 200);

  EXPECT_EQ(connect().read_to_end(), "");
  EXPECT_EQ(first.call(get("/a", "Connection: close\r\n")).status, 200);
  EXPECT_EQ(second.call(get("/a")).status, 200);
}

// Takes every descriptor that the process may have, until it is destroyed.
class AllDescriptors {
 public:
  AllDescriptors() {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    const rlimit fewer{64, before_.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &fewer);
    for (int taken = ::dup(0); taken >= 0; taken = ::dup(0)) taken_.push_back(taken);
  }
  ~AllDescriptors() {
    while (!taken_.empty()) give_one_back();
    ::setrlimit(RLIMIT_NOFILE, &before_);
  }
  void give_one_back() {
    ::close(taken_.back());
    taken_.pop_back();
  }

 private:
  rlimit before_{};
  std::vector<int> taken_;
};

TEST_F(ConnectionTest, WhenDescriptorsRunOutConnectionsWaitUntilThereAreSome) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "the sanitizer needs a descriptor to look at memory";
#endif
  start();
  auto descriptors = std::make_unique<AllDescriptors>();
  descriptors->give_one_back();

  Client client = connect();  // takes it, so that there is none for the server's side
  ASSERT_TRUE(client.connected());
  client.send(get("/a"));
  wait_for_log("connections cannot be accepted");
  descriptors.reset();

  EXPECT_EQ(client.read_answer().status, 200);
}

TEST_F(ConnectionTest, ABodyIsAskedForAlsoWhenItsHeadCameAhead) {
  start();
  Client client = connect();
  client.send(get("/late") + concat("POST /b HTTP/1.1\r\n", host(),
                                    "Expect: 100-continue\r\nContent-Length: 4\r\n\r\n"));

  late_.get()(api::Reply());

  EXPECT_EQ(client.read_answer().status, 200);
  EXPECT_EQ(client.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_EQ(client.call("body").body, "POST /b body");
}

TEST_F(ConnectionTest, AllBodiesTogetherAreBounded) {
  options_.bodies_in_flight_max_bytes = 1'500'000;
  Awaited<api::Respond> held;
  add(api::Method::kPost, "/hold", [&held](auto, const auto& respond) { held.set(respond); });
  service_.routes_.back().body = api::BodyKind::kBytes;
  service_.routes_.back().body_max_bytes = 1'000'000;
  start();
  const std::string body(900'000, 'x');
  Client holder = connect();
  holder.send(post("/hold", body, ""));
  held.get();

  const Answer refused = connect().call(post("/b", body, ""));
  EXPECT_EQ(refused.status, 503);
  EXPECT_NE(refused.field("retry-after"), "");
  EXPECT_EQ(connect().call(post("/b", body.substr(0, 500'000), "")).status, 200);

  held.get()(api::Reply());
  EXPECT_EQ(holder.read_answer().status, 200);
  EXPECT_EQ(connect().call(post("/b", body, "")).status, 200) << "what was held is free again";
}

TEST_F(ConnectionTest, ABodyThatNeverEndsIsNotCountedForEver) {
  options_.bodies_in_flight_max_bytes = 1'000'000;
  start();
  Client client = connect();
  const std::string body(900'000, 'x');
  client.send(concat("POST /b HTTP/1.1\r\n", host(), "Content-Length: 1000000\r\n\r\n", body));

  client.close();
  wait_for_log("a call ended before its answer was out");

  EXPECT_EQ(connect().call(post("/b", body, "")).status, 200);
}

TEST_F(ConnectionTest, DrainingLetsCallsEndAndTakesNoNewConnection) {
  start();
  Client idle = connect();
  EXPECT_EQ(idle.call(get("/a")).status, 200);
  Client waiting = connect();
  waiting.send(get("/late"));
  const api::Respond respond = late_.get();

  server_->drain();
  EXPECT_EQ(idle.read_to_end(), "");
  EXPECT_FALSE(connect().connected());
  respond(api::Reply());

  const Answer answer = waiting.read_answer();
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.field("connection"), "close");
  EXPECT_EQ(waiting.read_to_end(), "");
}

TEST_F(ConnectionTest, ADrainingServerIsQuietOnceItsLastAnswerIsOut) {
  start();
  Client waiting = connect();
  waiting.send(get("/late"));
  const api::Respond respond = late_.get();
  server_->drain();

  EXPECT_FALSE(server_->wait_until_quiet(std::chrono::milliseconds(0)));
  respond(api::Reply());
  EXPECT_EQ(waiting.read_answer().status, 200);
  waiting.close();

  EXPECT_TRUE(server_->wait_until_quiet(std::chrono::seconds(60)));
}

TEST_F(ConnectionTest, StoppingClosesEverything) {
  start();
  Client idle = connect();
  EXPECT_EQ(idle.call(get("/a")).status, 200);
  Client waiting = connect();
  waiting.send(get("/late"));
  const api::Respond respond = late_.get();

  stop();

  EXPECT_EQ(idle.read_to_end(), "");
  EXPECT_EQ(waiting.read_to_end(), "");
  respond(api::Reply());
  server_.reset();
  respond(api::Reply());  // finds no server
}

TEST_F(ConnectionTest, ScheduledWorkRunsOnTheNetworkThread) {
  Awaited<std::thread::id> soon;
  Awaited<std::thread::id> later;
  Awaited<std::thread::id> handler;
  add(api::Method::kGet, "/thread", [&handler](auto, const auto& respond) {
    handler.set(std::this_thread::get_id());
    respond(api::Reply());
  });
  start();

  server_->after(Micros(1000), [&later] { later.set(std::this_thread::get_id()); });
  server_->soon([&soon] { soon.set(std::this_thread::get_id()); });
  connect().call(get("/thread"));

  EXPECT_EQ(soon.get(), handler.get());
  EXPECT_EQ(later.get(), handler.get());
  server_->after(std::chrono::hours(1), [] { FAIL() << "an hour has not passed"; });
}

TEST_F(ConnectionTest, APortThatIsTakenIsSaidSo) {
  start();
  Options same = options_;
  same.port = server_->port();
  Log quiet(clock_, LogLevel::kError, [](std::string_view) {});
  Server second(same, clock_, ids_, quiet);

  const auto listening = second.listen(service_);

  ASSERT_FALSE(listening.ok());
  EXPECT_EQ(listening.error().code, ErrorCode::kUnavailable);
  EXPECT_NE(listening.error().message.find(concat(same.port)), std::string::npos);
}

TEST_F(ConnectionTest, WithoutAPublicAddressOnlyLoopbackIsListenedOn) {
  for (const char* host : {"0.0.0.0", "::", "not an address"}) {
    options_.host = host;
    Log quiet(clock_, LogLevel::kError, [](std::string_view) {});
    Server server(options_, clock_, ids_, quiet);
    const auto listening = server.listen(service_);
    ASSERT_FALSE(listening.ok()) << host;
    EXPECT_EQ(listening.error().code, ErrorCode::kInvalidInput) << host;
  }
}

class WorkerSocketTest : public ConnectionTest {
 protected:
  void SetUp() override {
    ConnectionTest::SetUp();
    add(api::Method::kPost, "/internal/v1/leases", echo()).access = api::Access::kWorker;
    folder_ = Path(testing::TempDir()) / ("plantain-" + to_hex(random_bytes(8)));
    options_.internal_socket = folder_ / "worker.sock";
  }
  void TearDown() override {
    ConnectionTest::TearDown();
    std::filesystem::remove_all(folder_);
  }

  static mode_t mode_of(const Path& path) {
    struct stat found {};
    EXPECT_EQ(::stat(path.c_str(), &found), 0);
    return found.st_mode & 0777;
  }
  Result<void> listen() {
    Log quiet(clock_, LogLevel::kError, [](std::string_view) {});
    return Server(options_, clock_, ids_, quiet).listen(service_);
  }

  Path folder_;
};

TEST_F(WorkerSocketTest, TheWorkerProtocolIsSpokenThereAndNowhereElse) {
  start();
  const std::string lease = "POST /internal/v1/leases HTTP/1.1\r\nHost: worker\r\n\r\n";

  Client inside(options_.internal_socket);
  EXPECT_EQ(inside.call(lease).status, 200) << "any Host";
  EXPECT_EQ(inside.call(get("/a")).status, 404);
  EXPECT_EQ(connect().call(post("/internal/v1/leases", "")).status, 404);
}

TEST_F(WorkerSocketTest, OnlyItsOwnerMayUseIt) {
  start();

  EXPECT_EQ(mode_of(folder_), 0700u);
  EXPECT_EQ(mode_of(options_.internal_socket), 0600u);
}

TEST_F(WorkerSocketTest, AFolderThatOthersMayEnterIsRefused) {
  std::filesystem::create_directory(folder_);
  ::chmod(folder_.c_str(), 0755);

  const auto listening = listen();

  ASSERT_FALSE(listening.ok());
  EXPECT_EQ(listening.error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(mode_of(folder_), 0755u) << "what was there stays as it was";
}

TEST_F(WorkerSocketTest, AFileInItsPlaceIsNotOverwritten) {
  std::filesystem::create_directory(folder_);
  ::chmod(folder_.c_str(), 0700);
  ASSERT_TRUE(write_file_durably(options_.internal_socket, "mine", 0600).ok());

  EXPECT_FALSE(listen().ok());

  EXPECT_EQ(*read_file(options_.internal_socket), "mine");
}

TEST_F(WorkerSocketTest, TheSocketOfAServerThatWasKilledIsReplaced) {
  ASSERT_TRUE(listen().ok());

  start();

  EXPECT_EQ(Client(options_.internal_socket).call(get("/a")).status, 404);
}

TEST_F(WorkerSocketTest, AServerThatEndsTakesItsSocketAway) {
  start();
  ASSERT_TRUE(std::filesystem::exists(options_.internal_socket));

  stop();

  EXPECT_FALSE(std::filesystem::exists(options_.internal_socket));
}

TEST_F(WorkerSocketTest, APathThatIsTooLongIsSaidSo) {
  options_.internal_socket = folder_ / std::string(120, 's');

  const auto listening = listen();

  ASSERT_FALSE(listening.ok());
  EXPECT_EQ(listening.error().code, ErrorCode::kUnavailable);
}

TEST_F(WorkerSocketTest, WorkersAreServedWhileThePublicSideDrains) {
  options_.connections_max = 0;
  start();

  server_->drain();
  Client worker(options_.internal_socket);
  const Answer answer = worker.call("POST /internal/v1/leases HTTP/1.1\r\nHost: worker\r\n\r\n");

  EXPECT_EQ(answer.status, 200);
}

TEST_F(ConnectionTest, NoFewWrongBytesMakeTwoCallsOutOfOne) {
  constexpr int kRounds = 3'000;
  std::atomic<int> handled = 0;
  service_.admit_ = [&handled](api::Call&, const api::Route&) {
    ++handled;
    return std::nullopt;
  };
  start();
  const std::vector<std::string> seeds = {
      get("/a?b=c%20d", "Accept: */*\r\nX: y\r\n"),
      post("/b", "{\"prompt\":\"a fox\",\"seed\":7}"),
      concat(
          "POST /b HTTP/1.1\r\n", host(),
          "Transfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n7\r\n, world\r\n0\r\nT: x\r\n\r\n"),
  };
  std::mt19937 random(1);
  int succeeded = 0;
  for (int round = 0; round < kRounds; ++round) {
    const std::string bytes =
        mutated(seeds[static_cast<std::size_t>(round) % seeds.size()], random);
    handled = 0;
    Client client = connect();

    client.send(bytes);
    client.end_sending();
    const std::string answers = client.read_to_end();

    ASSERT_LE(handled, 1) << round << ": " << bytes;
    const std::size_t first = answers.find("HTTP/1.1 200");
    if (first != std::string::npos) ++succeeded;
    ASSERT_EQ(answers.find("HTTP/1.1 200", first + 1), std::string::npos)
        << round << ": " << bytes << "\n"
        << answers;
  }
  EXPECT_GT(succeeded, kRounds / 20) << "some mutations do no harm";
  EXPECT_LT(succeeded, kRounds) << "some do";
  EXPECT_EQ(connect().call(get("/a")).status, 200) << "the server goes on";
}

}  // namespace
}  // namespace plantain::http
