// A few read-only connections, so that reading waits neither for the writer nor for one slow list.
//
// Threads: any.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <vector>

#include "base/result.h"
#include "store/sqlite/connection.h"

namespace plantain::store::sqlite {

class Readers {
 public:
  explicit Readers(std::vector<std::unique_ptr<Connection>> connections)
      : free_(std::move(connections)) {}

  // What `work` finds out in one snapshot of the database; waits for a free connection.
  template <class T, class Work>
  Result<T> read(const Work& work) {
    std::unique_ptr<Connection> db = take();
    db->run("BEGIN");
    Result<T> found = work(*db);
    db->run("COMMIT");
    if (db->failure()) found = *db->failure();
    db->clear_failure();
    if (db->in_transaction()) db->run("ROLLBACK");
    db->clear_failure();
    give_back(std::move(db));
    return found;
  }

 private:
  std::unique_ptr<Connection> take() {
    std::unique_lock lock(mutex_);
    freed_.wait(lock, [this] { return !free_.empty(); });
    std::unique_ptr<Connection> db = std::move(free_.back());
    free_.pop_back();
    return db;
  }
  void give_back(std::unique_ptr<Connection> db) {
    {
      const std::lock_guard lock(mutex_);
      free_.push_back(std::move(db));
    }
    freed_.notify_one();
  }

  std::mutex mutex_;
  std::condition_variable freed_;
  std::vector<std::unique_ptr<Connection>> free_;
};

}  // namespace plantain::store::sqlite
