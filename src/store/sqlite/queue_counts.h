// How many requests are queued and running, by model, engine and priority. It follows the
// database, so that nobody has to count a million rows.
//
// Threads: any.
#pragma once

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
           RequestState state, int64_t by);
  std::vector<QueueLength> lengths() const;
  // Requests of this engine with a higher priority.
  int64_t queued_above(const std::string& engine, Priority priority) const;
  // The models of this engine with requests of this very priority.
  std::vector<std::string> models_queued(const std::string& engine, Priority priority) const;

 private:
  struct Count {
    int64_t queued = 0;
    int64_t running = 0;
  };

  mutable std::mutex mutex_;
  std::map<std::tuple<std::string, std::string, Priority>, Count>
      counts_;  // engine, model, priority
};

}  // namespace plantain::store::sqlite
