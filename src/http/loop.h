// What all sessions of a server share. Internal to http/.
#pragma once

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "api/route.h"
#include "base/ids.h"
#include "base/limits.h"
#include "base/log.h"
#include "http/channel.h"
#include "http/inbox.h"
#include "http/router.h"
#include "http/server.h"

namespace plantain::http {

class Session;

// Threads: all members belong to the network thread, but for `inbox` and `slow` as places to leave
// work at, and what `quiet_mutex` guards.
struct Loop {
  Loop(Options chosen, const Clock& c, IdSource& i, Log& l)
      : options(std::move(chosen)), clock(c), ids(i), log(l) {}

  const Options options;
  const Clock& clock;
  IdSource& ids;
  Log& log;
  // Before all that may hold a socket or a timer, because those need it in their destructors.
  boost::asio::io_context io{1};
  const std::shared_ptr<Inbox> inbox = std::make_shared<Inbox>(io);
  boost::asio::thread_pool slow{limits::kSlowThreads};
  api::Service* service = nullptr;
  std::unique_ptr<Router> public_router;
  std::unique_ptr<Router> internal_router;
  int port = 0;
  std::string public_base;
  TlsContext tls;  // of the public listener; null: plain
  std::set<std::shared_ptr<Session>> sessions;
  std::size_t public_sessions = 0;
  std::size_t bodies_in_flight = 0;  // bytes
  bool draining = false;

  // For Server::wait_until_quiet(), which other threads call.
  std::mutex quiet_mutex;
  std::condition_variable quiet_changed;
  bool quiet = false;  // drains, and has no public connection any more
  void note_quiet() {
    if (!draining || public_sessions > 0) return;
    const std::lock_guard lock(quiet_mutex);
    quiet = true;
    quiet_changed.notify_all();
  }

  std::array<char, limits::kSocketPiece_bytes> piece;  // what is read lands here first
};

}  // namespace plantain::http
