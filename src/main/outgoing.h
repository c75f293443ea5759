// Threads for calls that leave the server: each takes a piece of work, does it, and takes the next.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace plantain {

class Outgoing {
 public:
  using Work = std::function<void()>;
  // `take` gives the next piece, or nothing; never called twice at once. It is asked when wake()
  // was called, when a piece was done, and once a second.
  Outgoing(int threads, std::function<std::optional<Work>()> take);
  ~Outgoing() { stop(); }

  void wake();  // any thread; never blocks for long
  void stop();  // takes no more; returns when what was begun is done

 private:
  void run();

  const std::function<std::optional<Work>()> take_;
  std::mutex taking_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool woken_ = false;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace plantain
