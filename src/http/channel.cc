#include "http/channel.h"

#include <openssl/err.h>

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

#include "base/check.h"
#include "base/text.h"

namespace plantain::http {
namespace {

namespace asio = boost::asio;

// The only protocol we speak, in the form that ALPN wants it.
constexpr unsigned char kHttp11[] = "\x08http/1.1";

int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* size,
                    const unsigned char* offered, unsigned int offered_size, void*) {
  unsigned char* found = nullptr;
  const int result =
      SSL_select_next_proto(&found, size, kHttp11, sizeof kHttp11 - 1, offered, offered_size);
  *chosen = found;
  return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

std::string last_reason() {
  const char* reason = ERR_reason_error_string(ERR_get_error());
  ERR_clear_error();
  return reason == nullptr ? "it cannot be read" : reason;
}

}  // namespace

Result<TlsContext> make_tls(const Path& certificate, const Path& key) {
  ERR_clear_error();
  TlsContext context(SSL_CTX_new(TLS_server_method()));
  CHECK(context != nullptr);
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_mode(context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE |
                                      SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                      SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_alpn_select_cb(context.get(), choose_protocol, nullptr);
  if (SSL_CTX_use_certificate_chain_file(context.get(), certificate.c_str()) != 1)
    return invalid(concat("tls_certificate ", certificate.string(),
                          " holds no certificate in PEM form: ", last_reason()));
  if (SSL_CTX_use_PrivateKey_file(context.get(), key.c_str(), SSL_FILETYPE_PEM) != 1)
    return invalid(concat("tls_key ", key.string(),
                          " holds no private key of the certificate in PEM form: ", last_reason()));
  return context;
}

Channel::Channel(Socket socket, SSL_CTX* tls) : socket_(std::move(socket)) {
  if (tls == nullptr) return;
  tls_.reset(SSL_new(tls));
  CHECK(tls_ != nullptr);
  CHECK(SSL_set_fd(tls_.get(), static_cast<int>(socket_.native_handle())) == 1);
  SSL_set_accept_state(tls_.get());
}

Channel::~Channel() = default;

std::size_t Channel::read_some(asio::mutable_buffer into, Error& fault) {
  return tls_ ? read_tls(into, fault) : socket_.read_some(into, fault);
}

std::size_t Channel::read_tls(asio::mutable_buffer into, Error& fault) {
  ERR_clear_error();
  std::size_t got = 0;
  if (SSL_read_ex(tls_.get(), into.data(), into.size(), &got) == 1) {
    fault = {};
    return got;
  }
  switch (SSL_get_error(tls_.get(), 0)) {
    case SSL_ERROR_WANT_READ:
      read_waits_for_ = Socket::wait_read;
      fault = asio::error::would_block;
      break;
    case SSL_ERROR_WANT_WRITE:  // the handshake has something to say first
      read_waits_for_ = Socket::wait_write;
      fault = asio::error::would_block;
      break;
    default:
      fault = asio::error::eof;
  }
  return 0;
}

void Channel::wait_to_read(std::function<void()> then) {
  // What was decrypted with the bytes before makes no socket readable.
  if (tls_ && SSL_pending(tls_.get()) > 0)
    return asio::post(socket_.get_executor(), std::move(then));
  socket_.async_wait(read_waits_for_, [then = std::move(then)](Error) { then(); });
}

void Channel::write_some(asio::const_buffer bytes, std::function<void(Error, std::size_t)> then) {
  if (tls_) return write_tls(bytes, std::move(then));
  socket_.async_write_some(bytes, std::move(then));
}

void Channel::write_tls(asio::const_buffer bytes, std::function<void(Error, std::size_t)> then) {
  ERR_clear_error();
  std::size_t sent = 0;
  if (SSL_write_ex(tls_.get(), bytes.data(), bytes.size(), &sent) == 1) {
    return asio::post(socket_.get_executor(), [sent, then = std::move(then)] { then({}, sent); });
  }
  const int reason = SSL_get_error(tls_.get(), 0);
  if (reason != SSL_ERROR_WANT_WRITE && reason != SSL_ERROR_WANT_READ) {
    return asio::post(socket_.get_executor(),
                      [then = std::move(then)] { then(asio::error::broken_pipe, 0); });
  }
  socket_.async_wait(reason == SSL_ERROR_WANT_WRITE ? Socket::wait_write : Socket::wait_read,
                     [this, bytes, then = std::move(then)](Error fault) mutable {
                       if (fault || !socket_.is_open()) return then(asio::error::broken_pipe, 0);
                       write_tls(bytes, std::move(then));
                     });
}

void Channel::shutdown_send() {
  ERR_clear_error();
  if (tls_) static_cast<void>(SSL_shutdown(tls_.get()));  // says so; does not wait for the answer
  Error ignored;
  socket_.shutdown(Socket::shutdown_send, ignored);
}

void Channel::close() {
  Error ignored;
  socket_.close(ignored);
}

}  // namespace plantain::http
