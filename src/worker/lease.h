// The worker protocol as a worker speaks it (the contract's section 11).
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/files.h"
#include "base/json.h"
#include "base/result.h"
#include "net/http_client.h"

namespace plantain::worker {

// Where the server is and what opens it.
struct Link {
  std::string base;  // "https://pictures.example.org", no slash at its end
  Path socket;       // empty: by TCP
  std::string token;
};

// Calls of one worker thread. Threads: one.
class Calls {
 public:
  explicit Calls(const Link& link);
  // The answer's body; null when it has none. kConflict: the lease is lost. kUnavailable: no whole
  // answer, or one that says "later". Anything else: the server's refusal.
  Result<Json> post(const std::string& path, const JsonObject& body,
                    std::chrono::milliseconds timeout, const std::atomic<bool>* abort = nullptr);
  // The bytes of a file of the server, at most `most`; of `address` only path and query count.
  Result<std::string> get(std::string_view address, std::size_t most,
                          std::chrono::milliseconds timeout,
                          const std::atomic<bool>* abort = nullptr);
  Result<Json> put(const std::string& path, std::string bytes, std::chrono::milliseconds timeout,
                   const std::atomic<bool>* abort = nullptr);
  Result<Json> put(const std::string& path, const JsonObject& body,
                   std::chrono::milliseconds timeout, const std::atomic<bool>* abort = nullptr);

 private:
  Result<net::HttpAnswer> exchange(net::HttpRequest request);
  Result<Json> send(net::HttpRequest request);

  const Link link_;
  net::HttpClient http_;
};

struct Lease {
  std::string id;
  std::string request_id;
  int attempt = 0;
  std::string model_id;
  JsonObject input;
  std::vector<std::string> inputs;  // signed addresses of its files, in order
  JsonArray steps = {};             // what earlier attempts paid for, as the server lists it
  static Result<Lease> parse(const Json& answer);
};

// Keeps a lease alive from a thread of its own, carries progress, and learns when to stop.
class Keeper {
 public:
  // `link` and `lease` must outlive it. Begins at once.
  Keeper(const Link& link, const Lease& lease);
  ~Keeper();

  // The latest word on how far the work is; sent soon, the same word again only after seconds.
  // Never blocks on the network.
  void progress(std::string_view stage, int step, int steps);
  void preview(std::string data_uri);

  bool cancel_wished() const { return cancel_; }
  bool lost() const { return lost_; }
  const std::atomic<bool>& stop_flag() const { return stop_; }  // set by either
  const std::atomic<bool>& lost_flag() const { return lost_; }

 private:
  struct Report {
    std::string stage;
    int step = 0;
    int steps = 0;
    std::string preview;
  };

  void run();
  void beat(Calls& calls);
  void send(Calls& calls, const Report& report);
  void lose();

  const Link& link_;
  const Lease& lease_;
  std::atomic<bool> cancel_ = false;
  std::atomic<bool> lost_ = false;
  std::atomic<bool> stop_ = false;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool done_ = false;
  std::optional<Report> pending_;
  Report latest_;  // what progress() was last told
  std::chrono::steady_clock::time_point latest_at_;
  std::chrono::steady_clock::time_point good_until_;
  std::thread thread_;
};

}  // namespace plantain::worker
