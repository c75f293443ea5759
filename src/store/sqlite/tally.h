// What each account and each key has going on: requests that wait and run, money that is reserved
// and spent, workers used of late. Memory is ahead of the database within a group of the writer and
// equal to it after each commit: a change is undone with the operation that made it, and write()
// runs before each commit. So a limit holds among the operations of one group, too, and none of
// them counts rows.
//
// Threads: changes on the writer's; reading from any.
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "request/request.h"
#include "store/ledger_store.h"
#include "store/sqlite/writer.h"

namespace plantain::store::sqlite {

class Tally {
 public:
  struct Change {
    int64_t queued = 0;
    int64_t running = 0;
    Microdollars reserved = 0;
    Microdollars balance = 0;
    Microdollars spent = 0;
  };

  void load(Connection& db, WallTime now, SteadyTime steady);
  void write(Connection& db);

  // Whether its account and key may have this request, by its limits: kQueueFull,
  // kInsufficientBalance, kPermissionDenied (a limit of spending).
  Result<void> judge(const NewRequest& fresh, WallTime now) const;
  // `owner` is the text of an account's or a key's id.
  void add(Transaction& transaction, const std::string& owner, const Change& change);
  // How many may run at once (nothing: any number), and whether none may.
  void bound(Transaction& transaction, const std::string& owner, std::optional<int64_t> running_max,
             bool disabled);

  bool may_run(const std::string& owner) const;
  double used_of_late(const std::string& owner, SteadyTime now) const;  // microseconds
  Standing standing(const std::string& owner, WallTime now) const;

 private:
  struct Entry {
    int64_t queued = 0;
    int64_t running = 0;
    Microdollars reserved = 0;
    Microdollars balance = 0;
    int64_t day = 0;
    Microdollars spent_day = 0;
    int64_t month = 0;
    Microdollars spent_month = 0;
    double used_us = 0;
    SteadyTime used_at;
    WallTime used_at_wall;
    std::optional<int64_t> running_max;
    bool disabled = false;
    bool dirty = false;
  };

  void apply(const std::string& owner, const Change& change, WallTime now, SteadyTime steady);
  const Entry& at(const std::string& owner) const;
  static Standing standing_of(const Entry& entry, WallTime now);

  mutable std::mutex mutex_;
  std::unordered_map<std::string, Entry> entries_;
  std::vector<std::string> dirty_;
};

}  // namespace plantain::store::sqlite
