// Starts the server's own workers as child processes, and starts one again when it dies.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/log.h"

namespace plantain::worker {

struct SupervisorOptions {
  int workers = 1;
  std::vector<std::string> command;  // the program and its words; "--token-fd N" is added
  // Called before a worker starts with the token it will have, and after it is dead.
  std::function<void(const std::string& token, const std::string& worker_id)> on_start;
  std::function<void(const std::string& token)> on_death;
};

// One thread per worker, because a child dies with the thread that made it (PR_SET_PDEATHSIG):
// a server that is killed leaves no worker behind.
class Supervisor {
 public:
  // `log` must outlive it. Begins at once.
  Supervisor(SupervisorOptions options, Log& log);
  ~Supervisor();  // as stop() without patience

  // Lets the workers end what they run; after `patience` they give it back. Returns when all are
  // dead.
  void stop(std::chrono::milliseconds patience);

 private:
  void keep(int index);
  pid_t start(const std::string& token, const std::string& worker_id);
  void signal_all(int signal);
  bool wait_for_all(std::chrono::milliseconds longest);

  const SupervisorOptions options_;
  Log& log_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;
  std::vector<pid_t> children_;  // by worker; 0: none
  int keepers_ = 0;              // threads that have not ended
  std::vector<std::thread> threads_;
};

}  // namespace plantain::worker
