// The one thread that writes. It takes every operation that waits, runs them in one transaction,
// commits once, and then tells each of them. An operation that fails is undone alone; a commit
// that fails fails all of its group.
//
// Threads: submit() from any thread.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "base/result.h"
#include "store/sqlite/connection.h"
#include "store/then.h"

namespace plantain::store::sqlite {

// What one operation works with.
struct Transaction {
  Connection& db;
  WallTime now;
  SteadyTime steady;
  // Memory that follows the database: exactly one of the two lists runs, on the writer's thread.
  std::vector<std::function<void()>> committed = {};
  std::vector<std::function<void()>> undone = {};
  // Told to the outside after the memory of the whole group was brought up to date.
  std::vector<std::function<void()>> announced = {};
};

class Writer {
 public:
  // `before_commit` runs at the end of each group, inside its transaction. `clock` and `log` must
  // outlive this.
  Writer(std::unique_ptr<Connection> connection, const Clock& clock, Log& log,
         std::function<void(Connection&)> before_commit);
  // Commits what was handed in, tells it, and closes the connection.
  ~Writer();

  // Runs `work` in a transaction and calls `then` with what it returned once that is on disk. If
  // it returns an error, or a statement failed, its changes are undone.
  template <class T>
  void submit(std::function<Result<T>(Transaction&)> work, Then<T> then) {
    add(std::make_unique<Task<T>>(std::move(work), std::move(then)));
  }

  // Why the last group could not be committed; nothing when it was.
  std::optional<Error> last_failure() const;
  // How many groups changed something and were committed.
  int64_t commits() const;

 private:
  class Job {
   public:
    virtual ~Job() = default;
    virtual bool run(Transaction& transaction) = 0;  // false: undo it
    virtual void fail(const Error& error) = 0;
    virtual void tell() = 0;
    std::optional<Transaction> transaction;
  };

  template <class T>
  class Task final : public Job {
   public:
    Task(std::function<Result<T>(Transaction&)> work, Then<T> then)
        : work_(std::move(work)), then_(std::move(then)) {}
    bool run(Transaction& given) override {
      result_.emplace(work_(given));
      if (given.db.failure()) result_.emplace(*given.db.failure());
      return result_->ok();
    }
    void fail(const Error& error) override { result_.emplace(error); }
    void tell() override {
      if (then_) then_(std::move(*result_));
    }

   private:
    const std::function<Result<T>(Transaction&)> work_;
    const Then<T> then_;
    std::optional<Result<T>> result_;
  };

  using Group = std::vector<std::unique_ptr<Job>>;

  void add(std::unique_ptr<Job> job);
  void loop();
  std::optional<Group> take();  // nothing: the writer has to stop
  void process(Group& group);
  std::optional<Error> commit(Group& group);
  void run_one(Job& job);
  void undo(Job& job);
  void keep_wal_short(bool idle);

  const std::unique_ptr<Connection> db_;
  const Clock& clock_;
  Log& log_;
  const std::function<void(Connection&)> before_commit_;
  SteadyTime wal_emptied_;
  int checkpointed_pages_ = 0;

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::unique_ptr<Job>> waiting_;
  bool stopping_ = false;
  std::optional<Error> last_failure_;
  int64_t commits_ = 0;

  std::thread thread_;  // last: it uses all of the above
};

}  // namespace plantain::store::sqlite
