// The life of a request as the database keeps it. Every change of a state is made here: the row,
// its event, its lease, its usage and what memory knows about it change together.
//
// Threads: the writer's alone, except set_listener().
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "request/request.h"
#include "store/request_store.h"
#include "store/sqlite/lease_book.h"
#include "store/sqlite/queue_counts.h"
#include "store/sqlite/tally.h"
#include "store/sqlite/writer.h"

namespace plantain::store::sqlite {

// A request without its large texts.
struct Subject {
  int64_t row;
  RequestId id;
  AccountId account;
  KeyId key;
  std::string model_id;
  std::string engine;
  Priority priority;
  RequestState state;
  int attempt;
  int losses;
  std::optional<WallTime> start_by;
  std::optional<WallTime> finish_by;
  std::optional<Micros> retention;
  Microdollars price;
  std::string tags;  // a JSON array
  int pictures;      // the most it may make
};

// What a request leaves behind; each end takes of it what it needs.
struct Ending {
  std::optional<Error> error = std::nullopt;        // when it fails
  std::string metadata = {};                        // when it succeeds, as the next two
  std::optional<Microdollars> cost = std::nullopt;  // nothing: by the pictures
  std::optional<Microdollars> provider_cost = std::nullopt;
  int pictures = 0;
};

class Life {
 public:
  // All must outlive this.
  Life(LeaseBook& leases, QueueCounts& counts, Tally& tally)
      : leases_(leases), counts_(counts), tally_(tally) {}

  void set_listener(RequestStore::Listener listener);
  // The last sequence number that was given out; kept in the database by write_sequence().
  void read_sequence(Connection& db);
  void write_sequence(Connection& db);

  // kConflict: the id is taken.
  void begin(Transaction& transaction, const NewRequest& fresh);
  static std::optional<Subject> find(Connection& db, const RequestId& id);
  static std::optional<Subject> at(Connection& db, int64_t row);

  // Does to `subject` what request/state.h says of `event`. The event must have a meaning in its
  // state. A lease that ends with it and was not marked as finished is lost.
  void move(Transaction& transaction, Subject& subject, RequestEvent event,
            const Ending& ending = {});
  // Its worker is gone: another attempt, or the end.
  void lose(Transaction& transaction, Subject& subject);
  // Back to the queue, for the next of its engines; without effect where none is left. True: done.
  // It is running.
  bool fall_over(Transaction& transaction, Subject& subject);
  // The same of one that is queued.
  bool fall_over_in_queue(Transaction& transaction, Subject& subject);
  // A deadline of it has passed.
  void be_late(Transaction& transaction, Subject& subject);
  // Removes it and all that hangs on it; it must have ended.
  static void erase(Transaction& transaction, const Subject& subject);

  // Tells the listener, once this is on disk.
  void announce(Transaction& transaction, const RequestId& id, RequestState state);

 private:
  void write_event(Transaction& transaction, int64_t row, RequestState state, int attempt);
  // Brings what memory knows about it from one state to another; nothing: it begins.
  void count(Transaction& transaction, const Subject& subject, std::optional<RequestState> from,
             RequestState to);
  void add_count(Transaction& transaction, const Subject& subject, RequestState state, int64_t by);
  void settle(Transaction& transaction, const Subject& subject, Microdollars cost);
  void write_end(Transaction& transaction, const Subject& subject, const Ending& ending);
  void change_engine(Transaction& transaction, Subject& subject, std::string engine,
                     const std::vector<std::string>& rest);
  void drop_lease(Transaction& transaction, const Subject& subject);

  LeaseBook& leases_;
  QueueCounts& counts_;
  Tally& tally_;
  int64_t sequence_ = 0;
  int64_t written_sequence_ = 0;
  std::mutex mutex_;
  std::shared_ptr<const RequestStore::Listener> listener_;  // shared with calls that are under way
};

// The tags as they are kept: a JSON array of texts.
std::string tags_to_text(const std::vector<std::string>& tags);
std::vector<std::string> tags_from_text(std::string_view text);

}  // namespace plantain::store::sqlite
