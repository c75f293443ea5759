// Where other threads leave work for the network thread. It outlives the server, so that an answer
// that comes too late goes nowhere. Internal to http/.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <functional>
#include <mutex>
#include <utility>

namespace plantain::http {

// Threads: any.
class Inbox {
 public:
  // `io` must live until close().
  explicit Inbox(boost::asio::io_context& io) : io_(&io) {}

  // Runs `what` on the network thread after what is there already.
  void post(std::function<void()> what) {
    const std::lock_guard lock(mutex_);
    if (io_) boost::asio::post(*io_, std::move(what));
  }

  // Like post(), but at once when this is the network thread.
  void dispatch(std::function<void()> what) {
    {
      const std::lock_guard lock(mutex_);
      if (!io_) return;
      if (!io_->get_executor().running_in_this_thread()) {
        return boost::asio::post(*io_, std::move(what));
      }
    }
    what();
  }

  void close() {
    const std::lock_guard lock(mutex_);
    io_ = nullptr;
  }

 private:
  std::mutex mutex_;
  boost::asio::io_context* io_;
};

}  // namespace plantain::http
