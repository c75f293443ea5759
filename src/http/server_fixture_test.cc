#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>

#include "base/text.h"
#include "http/server_fixture.h"

namespace plantain::http {

Client::Client(int port, int receive_buffer_bytes) {
  socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (receive_buffer_bytes > 0) {
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_buffer_bytes, sizeof(int));
  }
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  connected_ = ::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  prepare();
}

Client::Client(const Path& path) {
  socket_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  connected_ = ::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  prepare();
}

void Client::prepare() {
  const timeval patience{60, 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
}

Client::~Client() { close(); }

void Client::close() {
  if (socket_ >= 0) ::close(socket_);
  socket_ = -1;
}

void Client::reset() {
  const linger at_once{1, 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  close();
}

void Client::end_sending() { ::shutdown(socket_, SHUT_WR); }

bool Client::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) {
      EXPECT_NE(errno, EAGAIN) << "the server takes no bytes";
      return false;
    }
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool Client::receive() {
  char piece[64 * 1024];
  const ssize_t got = ::recv(socket_, piece, sizeof piece, 0);
  EXPECT_FALSE(got < 0 && errno == EAGAIN) << "the server sends no bytes";
  if (got <= 0) return false;
  input_.append(piece, static_cast<std::size_t>(got));
  return true;
}

std::string Client::read_until(std::string_view mark) {
  std::size_t at = input_.find(mark);
  while (at == std::string::npos && receive()) at = input_.find(mark);
  return read_exactly(at == std::string::npos ? input_.size() : at + mark.size());
}

std::string Client::read_exactly(std::size_t size) {
  while (input_.size() < size && receive()) {
  }
  std::string bytes = input_.substr(0, size);
  input_.erase(0, bytes.size());
  return bytes;
}

std::string Client::read_to_end() {
  while (receive()) {
  }
  return std::exchange(input_, {});
}

Answer Client::read_answer(bool to_head) {
  Answer answer;
  answer.head = read_until("\r\n\r\n");
  if (!answer.head.starts_with("HTTP/1.1 ") || !answer.head.ends_with("\r\n\r\n")) return answer;
  answer.status = static_cast<int>(parse_int(answer.head.substr(9, 3)).value_or(0));
  for (const std::string& line : split(answer.head, '\n')) {
    const std::size_t colon = line.find(": ");
    if (colon == std::string::npos) continue;
    const auto [at, fresh] = answer.fields.emplace(to_lower_ascii(line.substr(0, colon)),
                                                   std::string(trim_ascii(line.substr(colon + 2))));
    EXPECT_TRUE(fresh) << "twice in the head: " << line;
  }
  if (to_head) return answer;
  if (answer.field("transfer-encoding") == "chunked") {
    while (true) {
      const std::string line = read_until("\r\n");
      const std::size_t size = std::strtoull(line.c_str(), nullptr, 16);
      answer.body += read_exactly(size);
      if (read_exactly(2) != "\r\n" || size == 0) return answer;
    }
  }
  if (const auto length = parse_int(answer.field("content-length"))) {
    answer.body = read_exactly(static_cast<std::size_t>(*length));
  } else if (answer.status != 204 && answer.status != 304 && answer.status != 100) {
    answer.body = read_to_end();
  }
  return answer;
}

ServerTest::ServerTest()
    : log_(clock_, LogLevel::kDebug, [this](std::string_view line) {
        const std::lock_guard lock(log_mutex_);
        log_text_ += line;
        log_grew_.notify_all();
      }) {
  options_.port = 0;
}

ServerTest::~ServerTest() {
  stop();
  server_.reset();
}

api::Handler ServerTest::echo() {
  return [](const std::shared_ptr<const api::Call>& call, const api::Respond& respond) {
    api::Reply reply;
    reply.body = concat(api::name_of(call->method), ' ', call->path, ' ', call->body);
    reply.with("Content-Type", "text/plain");
    respond(std::move(reply));
  };
}

api::Route& ServerTest::add(api::Method method, std::string pattern, api::Handler handler) {
  service_.routes_.push_back(api::Route{.method = method,
                                        .pattern = std::move(pattern),
                                        .access = api::Access::kUser,
                                        .handler = std::move(handler)});
  return service_.routes_.back();
}

void ServerTest::start() {
  server_ = std::make_unique<Server>(options_, clock_, ids_, log_);
  const auto listening = server_->listen(service_);
  ASSERT_TRUE(listening.ok()) << listening.error().message;
  network_ = std::thread([this] { server_->run(); });
}

void ServerTest::stop() {
  if (!network_.joinable()) return;
  server_->stop();
  network_.join();
}

void ServerTest::wait_for_log(std::string_view text) {
  std::unique_lock lock(log_mutex_);
  EXPECT_TRUE(log_grew_.wait_for(lock, std::chrono::seconds(60),
                                 [&] { return log_text_.find(text) != std::string::npos; }))
      << "no line of the log has: " << text;
}

std::string ServerTest::get(std::string_view target, std::string_view fields) const {
  return concat("GET ", target, " HTTP/1.1\r\n", host(), fields, "\r\n");
}

std::string ServerTest::post(std::string_view target, std::string_view body,
                             std::string_view fields) const {
  return concat("POST ", target, " HTTP/1.1\r\n", host(), fields, "Content-Length: ", body.size(),
                "\r\n\r\n", body);
}

}  // namespace plantain::http
