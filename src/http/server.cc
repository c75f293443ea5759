#include "http/server.h"

#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>
#include <utility>

#include "base/text.h"
#include "http/session.h"

namespace plantain::http {
namespace {

namespace asio = boost::asio;
using Tcp = asio::ip::tcp;
using Local = asio::local::stream_protocol;

// Only processes of our own user, or root's, speak the worker protocol.
bool is_our_user(int socket) {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return false;
  return peer.uid == ::geteuid() || peer.uid == 0;
}

bool is_local(const Session::Socket& socket) {
  boost::system::error_code ignored;
  return socket.local_endpoint(ignored).protocol().family() == AF_UNIX;
}

// Answers leave at once, and the kernel keeps little of what a slow client has not taken.
void tune(int socket) {
  const int on = 1;
  const int most = limits::kStreamBufferMax_bytes;
  static_cast<void>(::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on));
  static_cast<void>(::setsockopt(socket, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &most, sizeof most));
}

Error unavailable(std::string message) {
  return Error{ErrorCode::kUnavailable, std::move(message)};
}

Result<asio::ip::address> address_of(const std::string& host) {
  boost::system::error_code fault;
  const auto address = asio::ip::make_address(host == "localhost" ? "127.0.0.1" : host, fault);
  if (fault) return invalid(concat("the host to listen on must be an address, not ", host));
  return address;
}

Result<void> bind_at(Tcp::acceptor& acceptor, const Tcp::endpoint& endpoint) {
  boost::system::error_code fault;
  acceptor.open(endpoint.protocol(), fault);
  if (!fault) acceptor.set_option(Tcp::acceptor::reuse_address(true), fault);
  if (!fault) acceptor.bind(endpoint, fault);
  if (!fault) acceptor.listen(asio::socket_base::max_listen_connections, fault);
  if (fault) {
    return unavailable(concat("cannot listen on ", endpoint.address().to_string(), ":",
                              endpoint.port(), ": ", fault.message()));
  }
  return {};
}

Result<void> bind_tcp(Tcp::acceptor& acceptor, const Options& options) {
  const auto address = address_of(options.host);
  if (!address.ok()) return address.error();
  if (!address->is_loopback() && options.public_url.empty()) {
    return invalid(concat(
        "without a public_url the server listens only on a loopback address, not ", options.host));
  }
  if (!address->is_loopback() && options.tls_certificate.empty() &&
      options.trusted_proxies.empty()) {
    return invalid(concat("to listen on ", options.host,
                          " the server needs tls_certificate and tls_key, or trusted_proxies: the "
                          "networks of a proxy that ends TLS"));
  }
  return bind_at(acceptor, Tcp::endpoint(*address, static_cast<unsigned short>(options.port)));
}

// "ADDRESS:PORT", an IPv6 address in brackets or not.
Result<void> bind_workers(Tcp::acceptor& acceptor, const std::string& listen) {
  const std::size_t colon = listen.rfind(':');
  const auto port = colon == std::string::npos ? std::nullopt : parse_int(listen.substr(colon + 1));
  if (!port || *port < 0 || *port > 65535)
    return invalid(concat("internal_listen must be ADDRESS:PORT, not ", listen));
  std::string host = listen.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  const auto address = address_of(host);
  if (!address.ok()) return address.error();
  return bind_at(acceptor, Tcp::endpoint(*address, static_cast<unsigned short>(*port)));
}

// The folder keeps other users out also in the moment between bind and chmod.
Result<void> secure_folder(const Path& folder) {
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
    return unavailable(concat("the worker socket's folder cannot be made: ", std::strerror(errno)));
  }
  struct stat found {};
  if (::lstat(folder.c_str(), &found) != 0 || !S_ISDIR(found.st_mode)) {
    return unavailable("the worker socket's folder is not a folder");
  }
  if (found.st_uid != ::geteuid() || (found.st_mode & 077) != 0) {
    return unavailable("the worker socket's folder must be ours alone (mode 0700)");
  }
  return {};
}

Result<void> bind_local(Local::acceptor& acceptor, const Path& path) {
  if (path.native().size() >= sizeof(sockaddr_un::sun_path)) {
    return unavailable(concat("the path of the worker socket may have ",
                              sizeof(sockaddr_un::sun_path) - 1, " bytes"));
  }
  const Path folder = path.has_parent_path() ? path.parent_path() : Path(".");
  if (auto secured = secure_folder(folder); !secured.ok()) return secured;
  std::error_code ignored;
  if (std::filesystem::is_socket(path, ignored)) {
    std::filesystem::remove(path, ignored);  // of a server that was killed
  }
  boost::system::error_code fault;
  acceptor.open(Local(), fault);
  if (!fault) acceptor.bind(Local::endpoint(path.native()), fault);
  if (fault) return unavailable(concat("cannot make the worker socket: ", fault.message()));
  if (::chmod(path.c_str(), 0600) != 0) {
    return unavailable(concat("cannot guard the worker socket: ", std::strerror(errno)));
  }
  acceptor.listen(asio::socket_base::max_listen_connections, fault);
  if (fault) return unavailable(concat("cannot listen on the worker socket: ", fault.message()));
  return {};
}

// A network of addresses of either kind.
class Network {
 public:
  // An address alone is a network of one.
  static Result<Network> parse(const std::string& text) {
    Network network;
    boost::system::error_code fault;
    const bool is_v6 = text.find(':') != std::string::npos;
    const bool has_length = text.find('/') != std::string::npos;
    if (is_v6) {
      network.v6_ = asio::ip::make_network_v6(has_length ? text : text + "/128", fault);
    } else {
      network.v4_ = asio::ip::make_network_v4(has_length ? text : text + "/32", fault);
    }
    if (fault) return invalid(concat(text, " is not a network such as 10.0.0.0/8"));
    return network;
  }

  bool contains(const asio::ip::address& address) const {
    if (v4_ && address.is_v4())
      return asio::ip::make_network_v4(address.to_v4(), v4_->prefix_length()).canonical() ==
             v4_->canonical();
    if (v6_ && address.is_v6())
      return asio::ip::make_network_v6(address.to_v6(), v6_->prefix_length()).canonical() ==
             v6_->canonical();
    return false;
  }

 private:
  std::optional<asio::ip::network_v4> v4_;
  std::optional<asio::ip::network_v6> v6_;
};

std::string base_of(const Options& options, int port) {
  const bool is_v6 = options.host.find(':') != std::string::npos;
  const std::string host = is_v6 ? concat("[", options.host, "]") : options.host;
  const std::string_view scheme = options.tls_certificate.empty() ? "http://" : "https://";
  std::string base =
      options.public_url.empty() ? concat(scheme, host, ":", port) : options.public_url;
  while (base.ends_with('/')) base.pop_back();
  return base;
}

}  // namespace

struct Server::State {
  State(Options options, const Clock& clock, IdSource& ids, Log& log)
      : loop(std::move(options), clock, ids, log),
        tcp(loop.io),
        local(loop.io),
        workers(loop.io),
        work(asio::make_work_guard(loop.io)) {}

  template <class Acceptor>
  void accept(Acceptor& acceptor, bool internal);
  template <class Acceptor>
  void accept_later(Acceptor& acceptor, bool internal, const std::string& reason);
  void welcome(Session::Socket socket, bool internal);
  bool is_trusted(const Session::Socket& socket) const;

  Loop loop;
  Tcp::acceptor tcp;
  Local::acceptor local;
  Tcp::acceptor workers;  // elsewhere
  asio::executor_work_guard<asio::io_context::executor_type> work;
  std::vector<Network> proxies;
  bool full = false;  // the last connection could not be accepted
};

template <class Acceptor>
void Server::State::accept(Acceptor& acceptor, bool internal) {
  auto socket = std::make_shared<Session::Socket>(loop.io);
  acceptor.async_accept(*socket, [this, &acceptor, internal, socket](boost::system::error_code e) {
    if (!acceptor.is_open()) return;
    if (e) return accept_later(acceptor, internal, e.message());
    full = false;
    welcome(std::move(*socket), internal);
    accept(acceptor, internal);
  });
}

// Out of descriptors, most likely: what is open goes on, and a moment later there may be one.
template <class Acceptor>
void Server::State::accept_later(Acceptor& acceptor, bool internal, const std::string& reason) {
  if (!std::exchange(full, true)) {
    loop.log.error("connections cannot be accepted", JsonObject{{"reason", reason}});
  }
  auto timer = std::make_shared<asio::steady_timer>(loop.io, limits::kAcceptPause);
  timer->async_wait([this, &acceptor, internal, timer](boost::system::error_code) {
    if (acceptor.is_open()) accept(acceptor, internal);
  });
}

// Who is not welcome is hung up on.
void Server::State::welcome(Session::Socket socket, bool internal) {
  const bool local_peer = internal && is_local(socket);
  if (local_peer && !is_our_user(socket.native_handle())) return;
  if (!internal && loop.public_sessions >= loop.options.connections_max) return;
  if (!local_peer) tune(socket.native_handle());
  boost::system::error_code fault;
  socket.non_blocking(true, fault);
  if (fault) return;
  const bool trusted = internal || loop.tls || is_trusted(socket);
  std::make_shared<Session>(loop, std::move(socket), internal, trusted)->begin();
}

bool Server::State::is_trusted(const Session::Socket& socket) const {
  boost::system::error_code fault;
  const auto peer = socket.remote_endpoint(fault);
  if (fault) return false;
  Tcp::endpoint from;
  if (peer.size() > from.capacity()) return false;
  std::memcpy(from.data(), peer.data(), peer.size());
  from.resize(peer.size());
  asio::ip::address address = from.address();
  if (address.is_v6() && address.to_v6().is_v4_mapped())
    address = asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
  if (address.is_loopback()) return true;
  return std::any_of(proxies.begin(), proxies.end(),
                     [&](const Network& network) { return network.contains(address); });
}

Server::Server(Options options, const Clock& clock, IdSource& ids, Log& log)
    : state_(std::make_unique<State>(std::move(options), clock, ids, log)) {}

Server::~Server() {
  state_->loop.slow.stop();
  state_->loop.slow.join();
  state_->loop.inbox->close();
}

Result<void> Server::listen(api::Service& service) {
  Loop& loop = state_->loop;
  for (const std::string& text : loop.options.trusted_proxies) {
    Result<Network> network = Network::parse(text);
    if (!network.ok()) return network.error();
    state_->proxies.push_back(*network);
  }
  if (loop.options.tls_certificate.empty() != loop.options.tls_key.empty())
    return invalid("tls_certificate and tls_key belong together: set both or none");
  if (!loop.options.tls_certificate.empty()) {
    Result<TlsContext> tls = make_tls(loop.options.tls_certificate, loop.options.tls_key);
    if (!tls.ok()) return tls.error();
    loop.tls = *std::move(tls);
  }
  if (auto bound = bind_tcp(state_->tcp, loop.options); !bound.ok()) return bound;
  if (!loop.options.internal_socket.empty()) {
    auto bound = bind_local(state_->local, loop.options.internal_socket);
    if (!bound.ok()) return bound;
  }
  if (!loop.options.internal_listen.empty()) {
    auto bound = bind_workers(state_->workers, loop.options.internal_listen);
    if (!bound.ok()) return bound;
  }
  loop.service = &service;
  loop.public_router = std::make_unique<Router>(service.routes(), Router::Side::kPublic);
  loop.internal_router = std::make_unique<Router>(service.routes(), Router::Side::kInternal);
  loop.port = state_->tcp.local_endpoint().port();
  loop.public_base = base_of(loop.options, loop.port);
  state_->accept(state_->tcp, false);
  if (state_->local.is_open()) state_->accept(state_->local, true);
  if (state_->workers.is_open()) state_->accept(state_->workers, true);
  return {};
}

int Server::port() const { return state_->loop.port; }
std::string Server::internal_base() const {
  boost::system::error_code fault;
  const Tcp::endpoint at = state_->workers.local_endpoint(fault);
  if (fault) return {};
  const std::string host = at.address().to_string();
  return concat("http://", at.address().is_v6() ? concat("[", host, "]") : host, ":", at.port());
}
std::string Server::public_base() const { return state_->loop.public_base; }

void Server::run() {
  Loop& loop = state_->loop;
  loop.io.run();
  // After this nothing calls the service any more.
  loop.slow.stop();
  loop.slow.join();
  loop.inbox->close();
  while (!loop.sessions.empty()) {
    const std::shared_ptr<Session> session = *loop.sessions.begin();
    session->close();
  }
  // The operations of closed sessions end here and let go of them.
  loop.io.restart();
  loop.io.poll();
  std::error_code ignored;
  if (!loop.options.internal_socket.empty()) {
    std::filesystem::remove(loop.options.internal_socket, ignored);
  }
}

void Server::stop() {
  state_->loop.inbox->post([this] {
    boost::system::error_code ignored;
    state_->tcp.close(ignored);
    state_->local.close(ignored);
    state_->workers.close(ignored);
    state_->loop.io.stop();
  });
}

void Server::drain() {
  state_->loop.inbox->post([this] {
    boost::system::error_code ignored;
    state_->tcp.close(ignored);
    state_->loop.draining = true;
    const auto sessions = state_->loop.sessions;
    for (const auto& session : sessions) session->drain();
    state_->loop.note_quiet();
  });
}

bool Server::wait_until_quiet(std::chrono::milliseconds longest) {
  Loop& loop = state_->loop;
  std::unique_lock lock(loop.quiet_mutex);
  return loop.quiet_changed.wait_for(lock, longest, [&loop] { return loop.quiet; });
}

void Server::after(Micros delay, std::function<void()> what) {
  state_->loop.inbox->post([&io = state_->loop.io, delay, what = std::move(what)] {
    auto timer = std::make_shared<asio::steady_timer>(io, delay);
    timer->async_wait([timer, what](boost::system::error_code fault) {
      if (!fault) what();
    });
  });
}

void Server::aside(std::function<void()> what) { asio::post(state_->loop.slow, std::move(what)); }

void Server::soon(std::function<void()> what) { state_->loop.inbox->post(std::move(what)); }

}  // namespace plantain::http
