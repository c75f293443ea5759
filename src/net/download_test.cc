#include "net/download.h"

#include <gtest/gtest.h>

#include <fstream>

#include "base/crypto.h"
#include "net/hub.h"
#include "net/loopback_server.h"

namespace plantain::net {
namespace {

using Connection = LoopbackServer::Connection;

std::string contents(size_t size) {
  std::string bytes(size, '\0');
  for (size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(i * 131 + i / 251);
  return bytes;
}

// The part of `bytes` that a Range header asks for, as an answer; `sent` of it only when less.
std::string part_answer(const std::string& bytes, const LoopbackServer::Request& request,
                        size_t sent = ~size_t{0}) {
  const auto range = request.headers.find("range");
  if (range == request.headers.end()) {
    return concat("HTTP/1.1 200 X\r\nContent-Length: ", bytes.size(), "\r\n\r\n",
                  bytes.substr(0, sent));
  }
  const std::vector<std::string> ends = split(std::string_view(range->second).substr(6), '-');
  const auto begin = static_cast<size_t>(*parse_int(ends[0]));
  const auto end = static_cast<size_t>(*parse_int(ends[1])) + 1;
  return concat("HTTP/1.1 206 X\r\nContent-Range: bytes ", begin, "-", end - 1, "/", bytes.size(),
                "\r\nContent-Length: ", end - begin, "\r\n\r\n",
                bytes.substr(begin, std::min(sent, end - begin)));
}

class Downloads : public testing::Test {
 protected:
  Downloads()
      : folder_(std::filesystem::temp_directory_path() /
                concat("download-", to_hex(random_bytes(8)))) {
    std::filesystem::create_directories(folder_);
    options_.piece_bytes = 1000;
    options_.pause = std::chrono::milliseconds(1);
  }
  ~Downloads() override { std::filesystem::remove_all(folder_); }

  Download of(const LoopbackServer& server, const std::string& bytes) const {
    return {.url = server.url("/f"),
            .headers = {},
            .to = folder_ / "f",
            .size = bytes.size(),
            .sha256 = to_hex(sha256(bytes))};
  }
  bool has(const char* name) const { return std::filesystem::exists(folder_ / name); }

  const Path folder_;
  DownloadOptions options_;
};

TEST_F(Downloads, AFileComesInPiecesOverSeveralConnections) {
  const std::string bytes = contents(10'500);
  std::atomic<int> parts = 0;
  LoopbackServer server([&](Connection& connection) {
    while (auto request = connection.read()) {
      ++parts;
      connection.send(part_answer(bytes, *request));
    }
  });
  uint64_t last = 0;
  options_.on_progress = [&](uint64_t here) { last = here; };

  const Result<void> done = download(of(server, bytes), options_);

  ASSERT_TRUE(done.ok()) << done.error().message;
  EXPECT_EQ(read_file(folder_ / "f").value(), bytes);
  EXPECT_EQ(parts, 11);
  EXPECT_EQ(last, bytes.size());
  EXPECT_FALSE(has("f.part") || has("f.part.pieces"));
}

TEST_F(Downloads, CutConnectionsAreTakenUpWhereTheyBroke) {
  const std::string bytes = contents(5'000);
  LoopbackServer server([&](Connection& connection) {
    if (auto request = connection.read()) connection.send(part_answer(bytes, *request, 333));
  });

  const Result<void> done = download(of(server, bytes), options_);

  ASSERT_TRUE(done.ok()) << done.error().message;
  EXPECT_EQ(read_file(folder_ / "f").value(), bytes);
}

TEST_F(Downloads, AnotherCallFetchesOnlyThePiecesThatAreMissing) {
  const std::string bytes = contents(8'000);
  std::atomic<int> parts = 0;
  std::atomic<bool> broken = true;
  LoopbackServer server([&](Connection& connection) {
    while (auto request = connection.read()) {
      if (broken && request->headers["range"] == "bytes=4000-4999") {
        connection.answer(404, "gone");
        continue;
      }
      ++parts;
      connection.send(part_answer(bytes, *request));
    }
  });
  options_.connections = 1;
  ASSERT_EQ(download(of(server, bytes), options_).error().code, ErrorCode::kNotFound);
  ASSERT_TRUE(has("f.part"));
  const int before = parts;

  broken = false;
  const Result<void> done = download(of(server, bytes), options_);

  ASSERT_TRUE(done.ok()) << done.error().message;
  EXPECT_EQ(before, 4);
  EXPECT_EQ(parts, 8);
  EXPECT_EQ(read_file(folder_ / "f").value(), bytes);
}

TEST_F(Downloads, PiecesOfAnotherFileAreNotGoneOnWith) {
  const std::string bytes = contents(3'000);
  std::ofstream(folder_ / "f.part") << std::string(3'000, 'x');
  std::ofstream(folder_ / "f.part.pieces")
      << "plantain-pieces 1 3000 1000 " << std::string(64, 'a') << "\n0\n1\n2\n";
  LoopbackServer server([&](Connection& connection) {
    while (auto request = connection.read()) connection.send(part_answer(bytes, *request));
  });

  ASSERT_TRUE(download(of(server, bytes), options_).ok());
  EXPECT_EQ(read_file(folder_ / "f").value(), bytes);
}

TEST_F(Downloads, WrongBytesAreDeletedAndSaidSo) {
  const std::string bytes = contents(3'000);
  std::string wrong = bytes;
  wrong[2'500] ^= 1;
  LoopbackServer server([&](Connection& connection) {
    while (auto request = connection.read()) connection.send(part_answer(wrong, *request));
  });

  const Result<void> done = download(of(server, bytes), options_);

  EXPECT_EQ(done.error().code, ErrorCode::kCorrupt);
  EXPECT_FALSE(has("f") || has("f.part") || has("f.part.pieces"));
}

TEST_F(Downloads, AFileThatIsRightAlreadyIsNotAskedFor) {
  const std::string bytes = contents(100);
  std::ofstream(folder_ / "f") << bytes;
  LoopbackServer server([](Connection&) {});

  ASSERT_TRUE(download(of(server, bytes), options_).ok());
  EXPECT_EQ(server.connections(), 0);
}

TEST_F(Downloads, AnAnswerThatIsNotThePartIsRefused) {
  const std::string bytes = contents(3'000);
  const auto code = [&](const std::string& answer) {
    LoopbackServer server([&](Connection& connection) {
      while (connection.read()) connection.send(answer);
    });
    return download(of(server, bytes), options_).error().code;
  };

  EXPECT_EQ(code(concat("HTTP/1.1 200 X\r\nContent-Length: 3000\r\n\r\n", bytes)),
            ErrorCode::kUnavailable);
  EXPECT_EQ(
      code("HTTP/1.1 206 X\r\nContent-Range: bytes 7-1006/3000\r\nContent-Length: 4\r\n\r\nabcd"),
      ErrorCode::kCorrupt);
  EXPECT_EQ(code("HTTP/1.1 206 X\r\nContent-Length: 4\r\n\r\nabcd"), ErrorCode::kCorrupt);
  EXPECT_EQ(code("HTTP/1.1 401 X\r\nContent-Length: 0\r\n\r\n"), ErrorCode::kPermissionDenied);
  EXPECT_EQ(code("HTTP/1.1 416 X\r\nContent-Length: 0\r\n\r\n"), ErrorCode::kCorrupt);
  EXPECT_EQ(code("HTTP/1.1 503 X\r\nContent-Length: 4\r\n\r\nbusy"), ErrorCode::kUnavailable);
}

TEST_F(Downloads, AnInterruptKeepsWhatIsHere) {
  const std::string bytes = contents(4'000);
  std::atomic<bool> abort = false;
  LoopbackServer server([&](Connection& connection) {
    while (auto request = connection.read()) {
      connection.send(part_answer(bytes, *request));
      if (request->headers["range"] == "bytes=1000-1999") abort = true;
    }
  });
  options_.abort = &abort;
  options_.connections = 1;

  EXPECT_EQ(download(of(server, bytes), options_).error().code, ErrorCode::kCancelled);
  EXPECT_TRUE(has("f.part.pieces"));
}

TEST_F(Downloads, ATokenStaysWithTheHostItIsFor) {
  const std::string bytes = contents(50);
  std::atomic<bool> leaked = false;
  LoopbackServer storage([&](Connection& connection) {
    while (auto request = connection.read()) {
      leaked = leaked || request->headers.contains("authorization");
      connection.send(part_answer(bytes, *request));
    }
  });
  std::atomic<bool> came = false;
  LoopbackServer hub([&](Connection& connection) {
    while (auto request = connection.read()) {
      came = came || request->headers["authorization"] == "Bearer t";
      connection.answer(302, "", concat("Location: ", storage.url("/x"), "\r\n"));
    }
  });
  Download file = of(hub, bytes);
  file.headers = {{"Authorization", "Bearer t"}};

  const Result<void> done = download(file, options_);

  ASSERT_TRUE(done.ok()) << done.error().message;
  EXPECT_TRUE(came);
  EXPECT_FALSE(leaked);
}

TEST_F(Downloads, ASmallFileIsCheckedByItsGitHash) {
  LoopbackServer server([](Connection& connection) {
    while (connection.read()) connection.answer(200, "hello\n");
  });
  Download file{.url = server.url("/f"),
                .headers = {},
                .to = folder_ / "f",
                .size = 6,
                .sha256 = "",
                .git_sha1 = "ce013625030ba8dba906f756967f9e9ca394464a"};

  EXPECT_TRUE(download(file, options_).ok());
  std::filesystem::remove(file.to);
  file.git_sha1[0] = 'd';
  EXPECT_EQ(download(file, options_).error().code, ErrorCode::kCorrupt);
}

TEST(HubAnswers, WhatTheProtocolDoesNotSayIsRefused) {
  const auto ask = [](const std::string& body, int status = 200) {
    LoopbackServer server([&](Connection& connection) {
      while (connection.read()) connection.answer(status, body);
    });
    return Hub(server.url(), "").model("owner/name", "main", nullptr);
  };
  const auto with_file = [](const std::string& file) {
    return concat(R"({"sha":")", std::string(40, 'a'), R"(","siblings":[)", file, "]}");
  };
  const std::string hash40(40, 'b');
  const std::string good = concat(R"({"rfilename":"a/b.json","size":3,"blobId":")", hash40, "\"}");

  ASSERT_TRUE(ask(with_file(good)).ok());
  EXPECT_EQ(ask(with_file(good))->files.at(0).path, "a/b.json");
  EXPECT_EQ(ask("nonsense").error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(ask("{}").error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(ask(with_file(R"({"rfilename":"b.json","size":3})")).error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(
      ask(with_file(concat(R"({"rfilename":"b.json","blobId":")", hash40, "\"}"))).error().code,
      ErrorCode::kCorrupt);
  for (const char* path : {"../b", "/etc/passwd", "a/../../b", "a//b", "", "a\\\\b", "a\\u0000b"}) {
    EXPECT_EQ(
        ask(with_file(concat(R"({"rfilename":")", path, R"(","size":3,"blobId":")", hash40, "\"}")))
            .error()
            .code,
        ErrorCode::kCorrupt)
        << path;
  }
  EXPECT_EQ(ask("{}", 404).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(ask("{}", 401).error().code, ErrorCode::kPermissionDenied);
  EXPECT_EQ(ask("{}", 500).error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(Hub("http://127.0.0.1:1", "").model("no-owner", "main", nullptr).error().code,
            ErrorCode::kInvalidInput);
  EXPECT_EQ(Hub("http://127.0.0.1:1", "").model("a/b/../c", "main", nullptr).error().code,
            ErrorCode::kInvalidInput);
}

}  // namespace
}  // namespace plantain::net
