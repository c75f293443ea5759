// The bytes of one connection, plain or through TLS: what session.cc reads and writes.
// Internal to http/. Threads: the network thread.
#pragma once

#include <openssl/ssl.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <functional>
#include <memory>
#include <string>

#include "base/files.h"
#include "base/result.h"

namespace plantain::http {

struct FreeTls {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  void operator()(SSL* connection) const { SSL_free(connection); }
};
using TlsContext = std::unique_ptr<SSL_CTX, FreeTls>;

// A context for a server: TLS 1.2 and later, HTTP/1.1 alone. Both files are PEM; the certificate's
// may hold a chain. kInvalidInput: one cannot be read, or the two do not belong together.
Result<TlsContext> make_tls(const Path& certificate, const Path& key);

class Channel {
 public:
  using Socket = boost::asio::generic::stream_protocol::socket;
  using Error = boost::system::error_code;

  // `tls`, where given, must outlive it. The socket is non-blocking.
  Channel(Socket socket, SSL_CTX* tls);
  ~Channel();

  // What is there, at least a byte, without waiting. would_block: nothing; wait_to_read() first.
  // A TLS handshake happens within it.
  std::size_t read_some(boost::asio::mutable_buffer into, Error& fault);
  // Calls when read_some() is worth a try.
  void wait_to_read(std::function<void()> then);
  // Writes at least a byte of `bytes`, which must stay until it calls.
  void write_some(boost::asio::const_buffer bytes, std::function<void(Error, std::size_t)> then);

  void shutdown_send();  // no more bytes from us
  void close();
  bool is_tls() const { return tls_ != nullptr; }

 private:
  std::size_t read_tls(boost::asio::mutable_buffer into, Error& fault);
  void write_tls(boost::asio::const_buffer bytes, std::function<void(Error, std::size_t)> then);

  Socket socket_;
  std::unique_ptr<SSL, FreeTls> tls_;  // null: plain
  Socket::wait_type read_waits_for_ = Socket::wait_read;
};

}  // namespace plantain::http
