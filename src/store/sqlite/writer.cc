#include "store/sqlite/writer.h"

#include "base/error_names.h"
#include "base/limits.h"

namespace plantain::store::sqlite {

Writer::Writer(std::unique_ptr<Connection> connection, const Clock& clock, Log& log,
               std::function<void(Connection&)> before_commit)
    : db_(std::move(connection)),
      clock_(clock),
      log_(log),
      before_commit_(std::move(before_commit)),
      wal_emptied_(clock.steady()),
      thread_([this] { loop(); }) {}

Writer::~Writer() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

std::optional<Error> Writer::last_failure() const {
  const std::lock_guard lock(mutex_);
  return last_failure_;
}

int64_t Writer::commits() const {
  const std::lock_guard lock(mutex_);
  return commits_;
}

void Writer::add(std::unique_ptr<Job> job) {
  bool was_empty = false;
  {
    const std::lock_guard lock(mutex_);
    was_empty = waiting_.empty();
    waiting_.push_back(std::move(job));
  }
  if (was_empty) wake_.notify_one();
}

void Writer::loop() {
  while (std::optional<Group> group = take()) {
    if (group->empty()) {
      keep_wal_short(true);
    } else {
      process(*group);
      keep_wal_short(false);
    }
  }
  db_->checkpoint(SQLITE_CHECKPOINT_TRUNCATE);
}

std::optional<Writer::Group> Writer::take() {
  std::unique_lock lock(mutex_);
  const auto due = [this] { return stopping_ || !waiting_.empty(); };
  // With an empty WAL there is nothing to do when idle, and no reason to wake up.
  if (db_->wal_pages() == 0) {
    wake_.wait(lock, due);
  } else if (!wake_.wait_for(lock, limits::kStoreIdle, due)) {
    return Group{};
  }
  if (waiting_.empty()) return std::nullopt;
  Group group;
  while (!waiting_.empty() && group.size() < limits::kGroupCommitMax) {
    group.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  }
  return group;
}

void Writer::process(Group& group) {
  const int64_t before = db_->changed_in_all();
  const std::optional<Error> failure = commit(group);
  {
    const std::lock_guard lock(mutex_);
    if (failure || db_->changed_in_all() != before) last_failure_ = failure;
    if (!failure && db_->changed_in_all() != before) ++commits_;
  }
  if (failure) {
    log_.error("a group of changes could not be committed", {{"error", name_of(failure->code)},
                                                             {"reason", failure->message},
                                                             {"changes", group.size()}});
    for (const auto& job : group) {
      undo(*job);
      job->fail(*failure);
    }
  }
  for (const auto& job : group) {
    for (const auto& follow : job->transaction->committed) follow();
  }
  for (const auto& job : group) {
    for (const auto& announce : job->transaction->announced) announce();
    job->tell();
    job->transaction.reset();
  }
}

std::optional<Error> Writer::commit(Group& group) {
  const WallTime now = clock_.wall();
  const SteadyTime steady = clock_.steady();
  for (const auto& job : group) job->transaction.emplace(Transaction{*db_, now, steady});
  db_->clear_failure();
  db_->run("BEGIN IMMEDIATE");
  for (const auto& job : group) {
    if (db_->failure()) break;
    run_one(*job);
  }
  if (!db_->failure()) before_commit_(*db_);
  db_->run("COMMIT");
  if (!db_->failure()) return std::nullopt;

  Error error = *db_->failure();
  db_->clear_failure();
  if (db_->in_transaction()) db_->run("ROLLBACK");
  db_->clear_failure();
  if (error.code != ErrorCode::kStorageFull) error.code = ErrorCode::kUnavailable;
  return error;
}

void Writer::run_one(Job& job) {
  db_->run("SAVEPOINT operation");
  if (job.run(*job.transaction)) {
    db_->run("RELEASE operation");
    return;
  }
  // A failure that took the whole transaction with it stays, so that the group fails.
  if (!db_->in_transaction()) return;
  db_->clear_failure();
  db_->run("ROLLBACK TO operation");
  db_->run("RELEASE operation");
  undo(job);
}

void Writer::undo(Job& job) {
  for (const auto& follow : job.transaction->undone) follow();
  job.transaction->undone.clear();
  job.transaction->committed.clear();
  job.transaction->announced.clear();
}

// Checkpoints by this connection alone, between its own transactions: SQLite before 3.51.3 can
// damage a database when another connection commits while one checkpoints.
void Writer::keep_wal_short(bool idle) {
  const int pages = db_->wal_pages();
  if (pages == 0) return;
  if (pages < checkpointed_pages_) checkpointed_pages_ = 0;  // the WAL began anew
  const bool old = clock_.steady() - wal_emptied_ > limits::kWalKept;
  if (idle || old || pages >= limits::kWalRestart_pages) {
    if (db_->checkpoint(SQLITE_CHECKPOINT_TRUNCATE)) wal_emptied_ = clock_.steady();
  } else if (pages >= checkpointed_pages_ + limits::kWalCheckpoint_pages) {
    db_->checkpoint(SQLITE_CHECKPOINT_PASSIVE);
    checkpointed_pages_ = pages;
  }
}

}  // namespace plantain::store::sqlite
