// How the API travels: HTTP/1.1 over TCP and Unix sockets, event-driven, on Boost.Asio and Beast.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "api/route.h"
#include "base/files.h"
#include "base/ids.h"
#include "base/limits.h"
#include "base/log.h"

namespace plantain::http {

struct Options {
  std::string host = "127.0.0.1";
  int port = 8080;         // 0: chosen by the system
  std::string public_url;  // empty: loopback only, and Host must be a loopback name with its port
  Path tls_certificate;    // PEM, with its chain; empty: plain
  Path tls_key;            // PEM
  // Networks, as "10.0.0.0/8", from which a proxy that ends TLS calls. Others than loopback that
  // come without TLS are refused.
  std::vector<std::string> trusted_proxies;
  Path internal_socket;         // empty: none; folder 0700, socket 0600, the peer's uid is checked
  std::string internal_listen;  // "ADDRESS:PORT" for workers elsewhere; empty: none

  std::chrono::milliseconds header_timeout = limits::kHeaderRead;
  std::chrono::milliseconds idle_timeout = limits::kIdleConnection;
  std::chrono::milliseconds body_slow_window = limits::kBodySlowWindow;
  // A body slower than this a window is dropped.
  std::size_t body_slow_min_bytes = limits::kBodySlowMin_bytes;
  std::chrono::milliseconds event_comment = limits::kEventComment;
  // A body counts until its call is answered.
  std::size_t bodies_in_flight_max_bytes = limits::kBodiesInFlightMax_bytes;
  std::size_t connections_max = limits::kConnectionsMax;  // of the public listener
};

// Answers routes of Access::kWorker on the internal socket and the listener for workers alone, and
// all others on the public listener alone. Strict where Beast is not (docs/decisions): smuggled
// lengths, transfer codings, two Hosts, and the like are refused. Each body is read only after
// Service::admit said yes, within the route's limit, the limit of all bodies in flight, and a least
// speed. Threads: one network thread (run()), a few for routes marked slow.
class Server final : public api::Scheduler {
 public:
  // `clock`, `ids` and `log` must outlive it.
  Server(Options options, const Clock& clock, IdSource& ids, Log& log);
  ~Server() override;

  // Binds. kUnavailable with the reason: the port is taken, the socket's folder is not ours …
  // Call once, before run(). `service` must outlive run().
  Result<void> listen(api::Service& service);
  int port() const;                   // after listen()
  std::string internal_base() const;  // "http://10.0.0.1:8081"; empty: no such listener
  std::string public_base() const;  // "http://127.0.0.1:8080", or public_url without its last slash

  void run();   // until stop(); call once
  void stop();  // any thread
  // Takes no new connections, ends event streams with a comment, answers with Connection: close.
  void drain();  // any thread
  // After drain(): waits until the last answer on the public listener is out and its connection
  // closed, at most `longest`. Any thread but the network's. False: some were still open.
  bool wait_until_quiet(std::chrono::milliseconds longest);

  void after(Micros delay, std::function<void()> what) override;
  void aside(std::function<void()> what) override;
  void soon(std::function<void()> what) override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace plantain::http
