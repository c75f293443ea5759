// For tests: a server on loopback that does to its client whatever a test writes down, cut
// connections and silence included.
// Threads: the script runs on one thread per connection, several at once.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/check.h"
#include "base/files.h"
#include "base/text.h"

namespace plantain::net {

class LoopbackServer {
 public:
  struct Request {
    std::string method;
    std::string target;
    std::map<std::string, std::string> headers;  // names in lower case
    std::string body;
  };

  class Connection {
   public:
    explicit Connection(int socket) : socket_(socket) {}

    // The next whole request; nothing when the client is gone.
    std::optional<Request> read() {
      std::size_t end = 0;
      while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
        if (!fill()) return std::nullopt;
      }
      Request request = parse(buffer_.substr(0, end));
      buffer_.erase(0, end + 4);
      const auto length = request.headers.find("content-length");
      const std::size_t bytes = length == request.headers.end()
                                    ? 0
                                    : static_cast<std::size_t>(*parse_int(length->second));
      while (buffer_.size() < bytes) {
        if (!fill()) return std::nullopt;
      }
      request.body = buffer_.substr(0, bytes);
      buffer_.erase(0, bytes);
      return request;
    }

    // False: the client is gone.
    bool send(std::string_view bytes) {
      while (!bytes.empty()) {
        const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
      }
      return true;
    }

    // A whole answer with its length. `extra_headers` are lines that end in "\r\n".
    bool answer(int status, std::string_view body, std::string_view extra_headers = "") {
      return send(concat("HTTP/1.1 ", status, " X\r\nContent-Length: ", body.size(), "\r\n",
                         extra_headers, "\r\n", body));
    }

    // Returns when the client has hung up or the server is being destroyed.
    void wait_for_hang_up() {
      while (fill()) {
      }
    }

   private:
    bool fill() {
      char block[4096];
      const ssize_t got = ::recv(socket_, block, sizeof block, 0);
      if (got <= 0) return false;
      buffer_.append(block, static_cast<std::size_t>(got));
      return true;
    }

    static Request parse(const std::string& head) {
      const std::vector<std::string> lines = split(head, '\n');
      const std::vector<std::string> first = split(trim_ascii(lines[0]), ' ');
      Request request{first.at(0), first.at(1), {}, {}};
      for (std::size_t i = 1; i < lines.size(); ++i) {
        const auto colon = lines[i].find(':');
        if (colon == std::string::npos) continue;
        request.headers[to_lower_ascii(lines[i].substr(0, colon))] =
            trim_ascii(std::string_view(lines[i]).substr(colon + 1));
      }
      return request;
    }

    const int socket_;
    std::string buffer_;
  };

  using Script = std::function<void(Connection& connection)>;

  // Runs `script` for each connection, which is closed when the script returns. On a port that
  // the system chooses, or on `unix_socket`.
  explicit LoopbackServer(Script script, const Path& unix_socket = {})
      : script_(std::move(script)),
        listener_(unix_socket.empty() ? listen_on_port() : listen_on_file(unix_socket)) {
    acceptor_ = std::thread([this] { accept_all(); });
  }

  ~LoopbackServer() {
    ::shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    {
      const std::lock_guard lock(mutex_);
      for (const int socket : open_) ::shutdown(socket, SHUT_RDWR);
    }
    for (std::thread& thread : threads_) thread.join();
    ::close(listener_);
  }

  LoopbackServer(const LoopbackServer&) = delete;
  LoopbackServer& operator=(const LoopbackServer&) = delete;

  std::string url(std::string_view path = "") const {
    return concat("http://127.0.0.1:", port_, path);
  }
  int port() const { return port_; }
  int connections() const { return connections_; }

 private:
  int listen_on_port() {
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    CHECK(::bind(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    CHECK(::listen(socket, 16) == 0);
    socklen_t size = sizeof address;
    CHECK(::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    port_ = ntohs(address.sin_port);
    return socket;
  }

  static int listen_on_file(const Path& path) {
    const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    CHECK(path.string().size() < sizeof address.sun_path);
    std::memcpy(address.sun_path, path.c_str(), path.string().size());
    CHECK(::bind(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    CHECK(::listen(socket, 16) == 0);
    return socket;
  }

  void accept_all() {
    while (true) {
      const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (socket < 0) return;
      ++connections_;
      const std::lock_guard lock(mutex_);
      open_.push_back(socket);
      threads_.emplace_back([this, socket] { serve(socket); });
    }
  }

  void serve(int socket) {
    Connection connection(socket);
    script_(connection);
    const std::lock_guard lock(mutex_);
    std::erase(open_, socket);
    ::close(socket);
  }

  const Script script_;
  int port_ = 0;
  const int listener_;
  std::atomic<int> connections_ = 0;
  std::mutex mutex_;
  std::vector<int> open_;
  std::vector<std::thread> threads_;  // touched by the acceptor alone while it runs
  std::thread acceptor_;
};

}  // namespace plantain::net
