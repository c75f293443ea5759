// RequestStore on SQLite. Each call is one operation of the writer, or one snapshot of a reader.
#pragma once

#include <atomic>
#include <functional>

#include "base/files.h"
#include "base/ids.h"
#include "store/request_store.h"
#include "store/sqlite/clock_guard.h"
#include "store/sqlite/lease_book.h"
#include "store/sqlite/life.h"
#include "store/sqlite/queue_counts.h"
#include "store/sqlite/readers.h"
#include "store/sqlite/writer.h"

namespace plantain::store::sqlite {

class SqliteRequests final : public RequestStore {
 public:
  // All but `folder` must outlive this; recover() and use_writer() come before any other call.
  SqliteRequests(Path folder, const Clock& clock, IdSource& ids, Log& log, Readers& readers)
      : folder_(std::move(folder)), clock_(clock), ids_(ids), log_(log), readers_(readers) {}

  // Picks up what an earlier process left: own leases go back to the queue, external ones start
  // anew.
  void recover(Transaction& transaction);
  void use_writer(Writer& writer) { writer_ = &writer; }
  Life& life() { return life_; }  // for what else ends requests; the writer's thread alone
  void before_commit(Connection& db) {
    life_.write_sequence(db);
    tally_.write(db);
  }
  Tally& tally() { return tally_; }

  void set_listener(Listener listener) override { life_.set_listener(std::move(listener)); }

  void enqueue(NewRequest fresh, std::optional<Idempotency> key, Then<Enqueued> then) override;
  Result<std::optional<RequestId>> replay(const AccountId& account,
                                          const Idempotency& key) override;
  Result<Request> get(const AccountId& account, const RequestId& id) override;
  Result<std::vector<Request>> list(const ListQuery& query) override;
  void cancel(AccountId account, RequestId id, bool running, Then<Cancelled> then) override;
  void remove(AccountId account, RequestId id, Then<void> then) override;
  Result<std::vector<StateEvent>> events(const RequestId& id, int64_t after) override;
  Result<std::optional<int64_t>> queue_position(const RequestId& id) override;
  Result<std::vector<QueueLength>> queue_lengths() override { return counts_.lengths(); }
  Result<FileRecord> find_file(const std::string& name) override;

  void claim(ClaimWish wish, Then<std::optional<Claim>> then) override;
  Result<bool> renew(const LeaseId& lease, const std::string& credential) override;
  Result<RequestId> note_progress(const LeaseId& lease, const std::string& credential) override;
  void stage_blob(LeaseId lease, std::string credential, std::string blob_id,
                  Then<void> then) override;
  void finish(LeaseId lease, std::string credential, Finish finish,
              Then<RequestState> then) override;
  void put_step(LeaseId lease, std::string credential, Step step, Then<Step> then) override;
  void fall_over(std::string engine, std::string model_id, Then<int> then) override;
  void lose(std::string credential, Then<int> then) override;

  void sweep(Then<Swept> then) override;
  void forget_blobs(std::vector<std::string> blob_ids, Then<void> then) override;
  Result<void> check_writable() override;

 private:
  // The bodies of the writing calls, each inside its operation. client_calls.cc:
  Result<Enqueued> do_enqueue(Transaction& transaction, const NewRequest& fresh,
                              const std::optional<Idempotency>& key);
  Result<Cancelled> do_cancel(Transaction& transaction, const AccountId& account,
                              const RequestId& id, bool running);
  Result<void> do_remove(Transaction& transaction, const AccountId& account, const RequestId& id);
  int64_t count_before(Connection& db, const Subject& subject) const;
  // worker_calls.cc:
  std::optional<int64_t> first_in_queue(Transaction& transaction, const ClaimWish& wish) const;
  std::optional<Subject> next_due(Transaction& transaction, const ClaimWish& wish);
  std::optional<Claim> repeat_claim(Transaction& transaction, const ClaimWish& wish);
  Result<std::optional<Claim>> do_claim(Transaction& transaction, const ClaimWish& wish);
  Result<void> do_stage(Transaction& transaction, const LeaseId& lease,
                        const std::string& credential, const std::string& blob_id);
  Result<RequestState> do_finish(Transaction& transaction, const LeaseId& lease,
                                 const std::string& credential, const Finish& finish);
  // housekeeping.cc:
  void sweep_leases(Transaction& transaction, Swept& swept);
  void sweep_deadlines(Transaction& transaction, Swept& swept);
  void sweep_old(Transaction& transaction, Swept& swept);

  const Path folder_;
  const Clock& clock_;
  IdSource& ids_;
  Log& log_;
  Readers& readers_;
  Writer* writer_ = nullptr;
  LeaseBook leases_;
  QueueCounts counts_;
  Tally tally_;
  Life life_{leases_, counts_, tally_};
  ClockGuard guard_;  // the writer's thread alone
  std::atomic<bool> probing_ = false;
};

}  // namespace plantain::store::sqlite
