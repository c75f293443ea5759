#include "base/limits.h"
#include "store/sqlite/requests.h"

namespace plantain::store::sqlite {
namespace {

std::vector<int64_t> all_rows(Rows rows) {
  std::vector<int64_t> found;
  while (rows.next()) found.push_back(rows.integer(0));
  return found;
}

}  // namespace

void SqliteRequests::recover(Transaction& transaction) {
  life_.read_sequence(transaction.db);
  tally_.load(transaction.db, transaction.now, transaction.steady);
  guard_.open(transaction.db, transaction.now, transaction.steady);
  {
    Rows rows = transaction.db.query(R"(
        SELECT engine, model_id, priority, account, key, count(*) FROM request INDEXED BY request_queue
        WHERE state = 0 AND waiting = 0 GROUP BY engine, model_id, priority, account, key
        UNION ALL
        SELECT engine, model_id, priority, account, key, count(*) FROM request INDEXED BY request_waiting
        WHERE state = 0 AND waiting > 0 GROUP BY engine, model_id, priority, account, key)");
    while (rows.next()) {
      counts_.add(rows.text(0), rows.text(1), static_cast<Priority>(rows.small(2)),
                  rows.id<AccountId>(3), rows.id<KeyId>(4), RequestState::kQueued, rows.integer(5));
    }
  }
  struct Found {
    LeaseId lease;
    std::string credential;
    bool own;
    int64_t request;
    std::optional<WallTime> started;
  };
  std::vector<Found> found;
  {
    Rows rows = transaction.db.query(R"(
        SELECT lease.id, credential, own, request, started FROM lease INDEXED BY lease_live
        JOIN request ON request.row = lease.request WHERE outcome IS NULL)");
    while (rows.next()) {
      found.push_back(Found{rows.id<LeaseId>(0), rows.text(1), rows.small(2) != 0, rows.integer(3),
                            rows.maybe_time(4)});
    }
  }
  int64_t released = 0;
  for (const Found& lease : found) {
    std::optional<Subject> subject = Life::at(transaction.db, lease.request);
    if (!subject) continue;
    counts_.add(subject->engine, subject->model_id, subject->priority, subject->account,
                subject->key, subject->state, 1);
    if (lease.own) {
      life_.move(transaction, *subject, RequestEvent::kRelease);
      ++released;
      continue;
    }
    const Micros running_for = lease.started ? transaction.now - *lease.started : Micros(0);
    leases_.add(lease.lease, subject->id, lease.credential,
                subject->state == RequestState::kStopping, transaction.steady,
                std::max(running_for, Micros(0)));
  }
  const auto kept = static_cast<int64_t>(found.size()) - released;
  transaction.committed.emplace_back([this, released, kept] {
    log_.info("the store is open", {{"leases_released", released}, {"leases_kept", kept}});
  });
}

void SqliteRequests::sweep(Then<Swept> then) {
  writer_->submit<Swept>(
      [this](Transaction& transaction) -> Result<Swept> {
        Swept swept;
        sweep_leases(transaction, swept);
        sweep_deadlines(transaction, swept);
        if (guard_.trusts(transaction.db, transaction.now, transaction.steady))
          sweep_old(transaction, swept);
        Rows rows = transaction.db.query(
            "SELECT id FROM blob INDEXED BY blob_dead WHERE state = 2 LIMIT ?1", limits::kSweepMax);
        while (rows.next()) swept.dead_blobs.push_back(rows.text(0));
        return swept;
      },
      std::move(then));
}

void SqliteRequests::sweep_leases(Transaction& transaction, Swept& swept) {
  for (const LeaseBook::Due& due : leases_.take_due(transaction.steady)) {
    transaction.undone.emplace_back([this, lease = due.lease] { leases_.spare(lease); });
    transaction.committed.emplace_back([this, lease = due.lease] { leases_.remove(lease); });
    // Another operation may have ended it in this very transaction.
    const std::vector<int64_t> rows = all_rows(transaction.db.query(
        "SELECT request FROM lease WHERE id = ?1 AND outcome IS NULL", due.lease));
    if (rows.empty()) continue;
    std::optional<Subject> subject = Life::at(transaction.db, rows.front());
    if (!subject) continue;
    if (due.fate == LeaseBook::Fate::kLost) {
      life_.lose(transaction, *subject);
      ++swept.lost;
    } else {
      life_.be_late(transaction, *subject);
      ++swept.late;
    }
  }
}

void SqliteRequests::sweep_deadlines(Transaction& transaction, Swept& swept) {
  std::vector<int64_t> late = all_rows(transaction.db.query(
      R"(SELECT row FROM request INDEXED BY request_start_by
         WHERE start_by IS NOT NULL AND state = 0 AND attempt = 0 AND start_by <= ?1 LIMIT ?2)",
      transaction.now, limits::kSweepMax));
  const std::vector<int64_t> unfinished = all_rows(transaction.db.query(
      R"(SELECT row FROM request INDEXED BY request_finish_by
         WHERE finish_by IS NOT NULL AND state < 3 AND finish_by <= ?1 LIMIT ?2)",
      transaction.now, limits::kSweepMax));
  late.insert(late.end(), unfinished.begin(), unfinished.end());
  for (const int64_t row : late) {
    std::optional<Subject> subject = Life::at(transaction.db, row);
    if (!subject || is_end(subject->state)) continue;  // it was in both lists
    life_.be_late(transaction, *subject);
    ++swept.late;
  }
}

void SqliteRequests::sweep_old(Transaction& transaction, Swept& swept) {
  const std::vector<int64_t> expired = all_rows(transaction.db.query(
      R"(SELECT row FROM request INDEXED BY request_expires WHERE expires IS NOT NULL AND expires <= ?1 LIMIT ?2)",
      transaction.now, limits::kSweepMax));
  for (const int64_t row : expired) {
    const std::optional<Subject> subject = Life::at(transaction.db, row);
    if (!subject) continue;
    Life::erase(transaction, *subject);
    ++swept.expired;
  }
  transaction.db.run(
      R"(UPDATE blob SET state = 2, lease = NULL, lost = NULL
         WHERE id IN (SELECT id FROM blob INDEXED BY blob_lost
                      WHERE state = 0 AND lost IS NOT NULL AND lost <= ?1 LIMIT ?2))",
      transaction.now - limits::kStagedBlobKept, limits::kSweepMax);
  transaction.db.run(
      R"(DELETE FROM idempotency WHERE (account, key) IN (
           SELECT account, key FROM idempotency INDEXED BY idempotency_created WHERE created <= ?1 LIMIT ?2))",
      transaction.now - limits::kIdempotencyKept, limits::kSweepMax);
}

void SqliteRequests::forget_blobs(std::vector<std::string> blob_ids, Then<void> then) {
  writer_->submit<void>(
      [blob_ids = std::move(blob_ids)](Transaction& transaction) -> Result<void> {
        for (const std::string& id : blob_ids) {
          transaction.db.run("DELETE FROM blob WHERE id = ?1 AND state = 2", id);
        }
        return {};
      },
      std::move(then));
}

Result<void> SqliteRequests::check_writable() {
  const Result<uint64_t> free = free_space(folder_);
  if (!free.ok())
    return Error{ErrorCode::kUnavailable, "the disk of the database cannot be reached"};
  if (*free < limits::kFreeReserve_bytes)
    return Error{ErrorCode::kStorageFull, "the disk of the database is full"};
  const std::optional<Error> failure = writer_->last_failure();
  if (!failure) return {};
  // Whether it works again is found out by writing; the next call knows.
  if (!probing_.exchange(true)) {
    writer_->submit<void>(
        [](Transaction& transaction) -> Result<void> {
          transaction.db.run("INSERT OR REPLACE INTO meta (name, value) VALUES ('probe', ?1)",
                             transaction.now);
          return {};
        },
        [this](const Result<void>&) { probing_ = false; });
  }
  return *failure;
}

}  // namespace plantain::store::sqlite
