// How many requests are queued and running, by engine, model and priority, and of each the queued
// ones by account and key: the lines that claims choose from. It follows the database, so that
// nobody has to count a million rows.
//
// Threads: reading from any, changes on the writer's.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <tuple>
#include <vector>

#include "request/request.h"
#include "store/request_store.h"

namespace plantain::store::sqlite {

class QueueCounts {
 public:
  // `by` is 1 or -1, or what was counted at open.
  void add(const std::string& engine, const std::string& model_id, Priority priority,
           const AccountId& account, const KeyId& key, RequestState state, int64_t by);
  std::vector<QueueLength> lengths() const;
  // Requests of this engine with a higher priority.
  int64_t queued_above(const std::string& engine, Priority priority) const;

  // What is queued of one model, priority, account and key. What it refers to stays until the
  // writer changes something.
  struct Line {
    const std::string& model_id;
    const AccountId& account;
    const KeyId& key;
    int64_t queued;
  };
  // Calls `visit` for each line of this engine and priority. It must not call back.
  void for_each_line(const std::string& engine, Priority priority,
                     const std::function<void(const Line&)>& visit) const;

 private:
  struct Count {
    int64_t queued = 0;
    int64_t running = 0;
    std::map<std::pair<AccountId, KeyId>, int64_t> lines;  // of the queued ones
  };

  mutable std::mutex mutex_;
  std::map<std::tuple<std::string, Priority, std::string>, Count>
      counts_;  // engine, priority, model
};

}  // namespace plantain::store::sqlite
