// Answers that do not fit in memory or that never end: files and event streams.
#include <gtest/gtest.h>

#include <atomic>

#include "base/text.h"
#include "http/server_fixture.h"

namespace plantain::http {
namespace {

// Bytes that are made up when they are read. It tells when nobody holds it any more.
class MadeUpFile final : public store::Artifact {
 public:
  MadeUpFile(uint64_t size, uint64_t readable, Awaited<bool>& gone)
      : size_(size), readable_(readable), gone_(gone) {}
  ~MadeUpFile() override { gone_.set(true); }

  static std::string bytes(uint64_t offset, std::size_t count) {
    std::string bytes(count, '\0');
    for (std::size_t i = 0; i < count; ++i) bytes[i] = static_cast<char>((offset + i) * 31 / 7);
    return bytes;
  }

  uint64_t size() const override { return size_; }
  Result<std::string> read(uint64_t offset, std::size_t count) override {
    EXPECT_LE(count, limits::kFilePiece_bytes);
    if (offset + count > readable_) return Error{ErrorCode::kCorrupt, "a broken disk"};
    return bytes(offset, count);
  }

 private:
  const uint64_t size_;
  const uint64_t readable_;
  Awaited<bool>& gone_;
};

class FileAnswerTest : public ServerTest {
 protected:
  // Serves [offset, offset + count) of a file of which `readable` bytes can be read.
  void serve(std::string pattern, uint64_t offset, uint64_t count,
             uint64_t readable = uint64_t{1} << 40) {
    add(api::Method::kGet, std::move(pattern), [=, this](auto, const auto& respond) {
      api::Reply reply;
      reply.body = api::ArtifactBody{std::make_shared<MadeUpFile>(offset + count, readable, gone_),
                                     offset, count};
      respond(std::move(reply));
    });
  }

  Awaited<bool> gone_;
};

TEST_F(FileAnswerTest, AFileLargerThanItsBlocksArrivesWhole) {
  constexpr uint64_t kSize = 9 * limits::kFilePiece_bytes + 12'345;
  serve("/whole", 0, kSize);
  serve("/range", 1'000'001, 2'000'003);
  serve("/block", 0, limits::kFilePiece_bytes);
  serve("/empty", 7, 0);
  start();
  Client client = connect();

  const Answer whole = client.call(get("/whole"));
  EXPECT_EQ(whole.field("content-length"), concat(kSize));
  EXPECT_TRUE(whole.body == MadeUpFile::bytes(0, kSize));
  EXPECT_TRUE(client.call(get("/range")).body == MadeUpFile::bytes(1'000'001, 2'000'003));
  EXPECT_TRUE(client.call(get("/block")).body == MadeUpFile::bytes(0, limits::kFilePiece_bytes));
  EXPECT_EQ(client.call(get("/empty")).field("content-length"), "0");
}

TEST_F(FileAnswerTest, HeadTellsTheLengthOfAFileWithoutReadingIt) {
  serve("/a", 0, 5'000'000, /*readable=*/0);
  start();
  Client client = connect();

  client.send(concat("HEAD /a HTTP/1.1\r\n", host(), "\r\n"));
  const Answer answer = client.read_answer(/*to_head=*/true);

  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.field("content-length"), "5000000");
  EXPECT_EQ(client.call(get("/nowhere")).status, 404) << "no byte came between";
}

TEST_F(FileAnswerTest, AFileThatCannotBeReadIsAnErrorAndNeverAShortSuccess) {
  serve("/never", 0, 1000, /*readable=*/0);
  serve("/half", 0, 4 * limits::kFilePiece_bytes, /*readable=*/2 * limits::kFilePiece_bytes);
  start();

  Client first = connect();
  EXPECT_EQ(first.call(get("/never")).status, 500);
  EXPECT_EQ(first.call(get("/nowhere")).status, 404) << "the connection goes on";

  Client second = connect();
  const Answer half = second.call(get("/half"));
  EXPECT_EQ(half.status, 200);
  EXPECT_EQ(half.field("content-length"), concat(4 * limits::kFilePiece_bytes));
  EXPECT_EQ(half.body.size(), 2 * limits::kFilePiece_bytes) << "the connection ends early";
}

TEST_F(FileAnswerTest, AClientThatLeavesMidFileLetsGoOfIt) {
  serve("/a", 0, uint64_t{1} << 34);
  start();
  Client client = connect();

  client.send(get("/a"));
  client.read_exactly(1'000'000);
  client.reset();

  EXPECT_TRUE(gone_.get());
  EXPECT_EQ(connect().call(get("/nowhere")).status, 404) << "the server goes on";
}

TEST_F(FileAnswerTest, AClientThatTakesNothingIsDropped) {
  options_.idle_timeout = std::chrono::milliseconds(100);
  serve("/a", 0, uint64_t{1} << 34);
  start();
  Client client(server_->port(), /*receive_buffer_bytes=*/4096);

  client.send(get("/a"));

  EXPECT_TRUE(gone_.get());
}

// What a test holds of a stream that the server has.
struct Stream {
  std::mutex mutex;
  std::string ready;
  bool last = false;
  std::function<void()> wake;
  Awaited<bool> opened;
  Awaited<bool> gone;

  void add(std::string_view bytes, bool and_last = false) {
    std::function<void()> call;
    {
      const std::lock_guard lock(mutex);
      ready += bytes;
      last = last || and_last;
      call = wake;
    }
    if (call) call();
  }
};

class FakeSource final : public api::EventSource {
 public:
  explicit FakeSource(Stream& stream) : stream_(stream) {}
  ~FakeSource() override { stream_.gone.set(true); }

  Piece take() override {
    const std::lock_guard lock(stream_.mutex);
    return Piece{std::exchange(stream_.ready, {}), stream_.last};
  }
  void on_wake(std::function<void()> wake) override {
    const std::lock_guard lock(stream_.mutex);
    stream_.wake = std::move(wake);
    stream_.opened.set(true);
  }

 private:
  Stream& stream_;
};

// Always has more.
class EndlessSource final : public api::EventSource {
 public:
  EndlessSource(std::atomic<std::size_t>& taken, Awaited<bool>& gone)
      : taken_(taken), gone_(gone) {}
  ~EndlessSource() override { gone_.set(true); }

  Piece take() override {
    taken_ += 10'000;
    return Piece{std::string(10'000, 'e'), false};
  }
  void on_wake(std::function<void()>) override {}

 private:
  std::atomic<std::size_t>& taken_;
  Awaited<bool>& gone_;
};

class EventStreamTest : public ServerTest {
 protected:
  void SetUp() override {
    add(api::Method::kGet, "/events", [this](auto, const auto& respond) {
      api::Reply reply;
      reply.body = std::shared_ptr<api::EventSource>(std::make_shared<FakeSource>(stream_));
      reply.with("Content-Type", "text/event-stream");
      respond(std::move(reply));
    });
    add(api::Method::kGet, "/a", echo());
  }

  Stream stream_;
};

TEST_F(EventStreamTest, EventsArriveAsTheyComeAndTheConnectionGoesOnAfterTheLast) {
  start();
  Client client = connect();

  client.send(get("/events"));
  const std::string head = client.read_until("\r\n\r\n");
  EXPECT_NE(head.find("Transfer-Encoding: chunked\r\n"), std::string::npos) << head;
  EXPECT_NE(head.find("X-Accel-Buffering: no\r\n"), std::string::npos) << head;
  stream_.add("data: 1\n\n");
  EXPECT_EQ(client.read_until("\n\n\r\n"), "9\r\ndata: 1\n\n\r\n");
  stream_.add("data: 2\n\n");
  EXPECT_EQ(client.read_until("\n\n\r\n"), "9\r\ndata: 2\n\n\r\n");
  stream_.add("data: end\n\n", /*and_last=*/true);
  EXPECT_EQ(client.read_until("0\r\n\r\n"), "b\r\ndata: end\n\n\r\n0\r\n\r\n");

  EXPECT_TRUE(stream_.gone.get());
  EXPECT_EQ(client.call(get("/a")).body, "GET /a ");
}

TEST_F(EventStreamTest, WhatIsThereAtOnceIsSentAtOnce) {
  stream_.ready = "data: 1\n\n";
  stream_.last = true;
  start();

  EXPECT_EQ(connect().call(get("/events")).body, "data: 1\n\n");
}

TEST_F(EventStreamTest, AStreamThatEndsWithoutABytesEndsProperly) {
  stream_.last = true;
  start();
  Client client = connect();

  EXPECT_EQ(client.call(get("/events")).body, "");
  EXPECT_EQ(client.call(get("/a")).body, "GET /a ");
}

TEST_F(EventStreamTest, AnOldClientGetsEventsUntilTheConnectionEnds) {
  start();
  Client client = connect();

  client.send(concat("GET /events HTTP/1.0\r\n", host(), "Connection: keep-alive\r\n\r\n"));
  const std::string head = client.read_until("\r\n\r\n");
  EXPECT_EQ(head.find("Transfer-Encoding"), std::string::npos) << head;
  EXPECT_NE(head.find("Connection: close\r\n"), std::string::npos) << head;
  stream_.add("data: 1\n\n");
  EXPECT_EQ(client.read_until("\n\n"), "data: 1\n\n");
  stream_.add("data: end\n\n", /*and_last=*/true);

  EXPECT_EQ(client.read_to_end(), "data: end\n\n");
}

TEST_F(EventStreamTest, AQuietStreamHasComments) {
  options_.event_comment = std::chrono::milliseconds(20);
  start();
  Client client = connect();

  client.send(get("/events"));
  client.read_until("\r\n\r\n");

  for (int i = 0; i < 3; ++i) EXPECT_EQ(client.read_until("\n\n\r\n"), "3\r\n:\n\n\r\n");
}

TEST_F(EventStreamTest, AStreamCallThatOnlyAsksForTheHeadEndsThere) {
  start();
  Client client = connect();

  client.send(concat("HEAD /events HTTP/1.1\r\n", host(), "\r\n", get("/a")));

  EXPECT_EQ(client.read_answer(/*to_head=*/true).status, 200);
  EXPECT_EQ(client.read_answer().body, "GET /a ");
  EXPECT_TRUE(stream_.gone.get());
}

TEST_F(EventStreamTest, AClientThatLeavesAQuietStreamIsNoticed) {
  start();
  Client client = connect();
  client.send(get("/events"));
  client.read_until("\r\n\r\n");

  client.close();

  EXPECT_TRUE(stream_.gone.get());
  stream_.add("data: nobody\n\n");
  EXPECT_EQ(connect().call(get("/a")).status, 200);
}

TEST_F(EventStreamTest, AReaderThatDoesNotReadCostsABoundedBuffer) {
  std::atomic<std::size_t> taken = 0;
  Awaited<bool> gone;
  options_.idle_timeout = std::chrono::milliseconds(200);
  add(api::Method::kGet, "/endless", [&](auto, const auto& respond) {
    api::Reply reply;
    reply.body = std::shared_ptr<api::EventSource>(std::make_shared<EndlessSource>(taken, gone));
    respond(std::move(reply));
  });
  start();
  Client client(server_->port(), /*receive_buffer_bytes=*/4096);

  client.send(get("/endless"));

  EXPECT_TRUE(gone.get()) << "it is dropped once nothing has moved for the idle time";
  EXPECT_GT(taken, 0u);
  EXPECT_LT(taken, 8 * limits::kMiB) << "what the kernel keeps included";
}

TEST_F(EventStreamTest, ManyWakesFromManyThreadsLoseNothing) {
  constexpr int kThreads = 4;
  constexpr int kEvents = 500;
  start();
  Client client = connect();
  client.send(get("/events"));
  stream_.opened.get();
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([this] {
      for (int event = 0; event < kEvents; ++event) stream_.add("e\n");
    });
  }
  for (std::thread& thread : threads) thread.join();
  stream_.add("", /*and_last=*/true);

  EXPECT_EQ(client.read_answer().body.size(), 2u * kThreads * kEvents);
}

TEST_F(EventStreamTest, DrainingEndsAStreamWithAComment) {
  start();
  Client client = connect();
  client.send(get("/events"));
  client.read_until("\r\n\r\n");

  server_->drain();

  const std::string rest = client.read_to_end();
  EXPECT_NE(rest.find("\r\n: "), std::string::npos) << rest;
  EXPECT_TRUE(rest.ends_with("\n\n\r\n0\r\n\r\n")) << rest;
}

TEST_F(EventStreamTest, AStreamEndsProperlyAlsoWhenStoppingFollowsAtOnce) {
  start();
  Client client = connect();
  client.send(get("/events"));
  client.read_until("\r\n\r\n");
  // Its head has left, so the stream waits for its source.
  stream_.opened.get();
  EXPECT_EQ(connect().call(get("/a")).status, 200);

  server_->drain();
  stop();

  EXPECT_TRUE(client.read_to_end().ends_with("\n\n\r\n0\r\n\r\n"));
}

TEST_F(EventStreamTest, StoppingEndsAStream) {
  start();
  Client client = connect();
  client.send(get("/events"));
  client.read_until("\r\n\r\n");

  stop();

  EXPECT_TRUE(stream_.gone.is_set()) << "after run() nothing of the service is held";
  stream_.add("data: too late\n\n");
  EXPECT_EQ(client.read_to_end(), "");
}

}  // namespace
}  // namespace plantain::http
