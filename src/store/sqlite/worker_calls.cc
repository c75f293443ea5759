#include <algorithm>

#include "base/error_names.h"
#include "base/limits.h"
#include "store/sqlite/contents.h"
#include "store/sqlite/requests.h"
#include "store/sqlite/steps.h"

namespace plantain::store::sqlite {
namespace {

Error lease_lost() { return Error{ErrorCode::kConflict, "this lease is lost"}; }

bool is_past(const std::optional<WallTime>& deadline, WallTime now) {
  return deadline && *deadline <= now;
}

bool is_late(const Subject& subject, WallTime now) {
  return is_past(subject.finish_by, now) ||
         (subject.attempt == 0 && is_past(subject.start_by, now));
}

// One line of the queue that could be claimed from.
struct Candidate {
  QueueCounts::Line line;
  double used;  // by its account, of late
};

struct Head {
  std::string id;
  int64_t row;
};

// The oldest of a line: one step into the queue's index, whatever its length.
std::optional<Head> head_of(Connection& db, const ClaimWish& wish, Priority priority,
                            const QueueCounts::Line& line) {
  Rows rows = db.query(R"(
      SELECT id, row FROM request INDEXED BY request_queue
      WHERE state = 0 AND waiting = 0 AND engine = ?1 AND model_id = ?2 AND priority = ?3 AND account = ?4
        AND key = ?5
      ORDER BY id LIMIT 1)",
                       wish.engine, line.model_id, priority, line.account, line.key);
  if (!rows.next()) return std::nullopt;
  return Head{rows.text(0), rows.integer(1)};
}

// The oldest request of the accounts that have used the least; `candidates` are in that order.
std::optional<int64_t> first_of(Connection& db, const ClaimWish& wish, Priority priority,
                                const std::vector<const Candidate*>& candidates) {
  std::optional<Head> best;
  double used = 0;
  for (const Candidate* candidate : candidates) {
    if (best && candidate->used > used) break;
    std::optional<Head> head = head_of(db, wish, priority, candidate->line);
    if (!head) continue;
    if (!best || head->id < best->id) best = std::move(head);
    used = candidate->used;
  }
  if (!best) return std::nullopt;
  return best->row;
}

Claim claim_of(Connection& db, const Subject& subject, LeaseId lease) {
  Rows rows = db.query("SELECT text FROM input WHERE request = ?1", subject.row);
  std::string input = rows.next() ? rows.text(0) : std::string();
  return Claim{std::move(lease),
               subject.id,
               subject.attempt,
               subject.model_id,
               std::move(input),
               subject.finish_by,
               read_inputs(db, subject.row),
               steps::of(db, subject.row)};
}

struct LeaseRow {
  int64_t request;
  std::optional<int64_t> outcome;
  RequestState end_state;
};

std::optional<LeaseRow> find_lease(Connection& db, const LeaseId& lease,
                                   const std::string& credential) {
  Rows rows =
      db.query("SELECT request, outcome, end_state FROM lease WHERE id = ?1 AND credential = ?2",
               lease, credential);
  if (!rows.next()) return std::nullopt;
  return LeaseRow{rows.integer(0), rows.maybe_integer(1), static_cast<RequestState>(rows.small(2))};
}

// What a worker's report means for its request. What is in doubt is not tried again by itself.
RequestEvent event_of(const Finish& finish, const Subject& subject, bool in_doubt) {
  switch (finish.outcome) {
    case Finish::Outcome::kSucceeded:
      return RequestEvent::kSucceed;
    case Finish::Outcome::kReleased:
      return RequestEvent::kRelease;
    // Nobody asked for it, unless the request is stopping; then every event ends it as cancelled.
    case Finish::Outcome::kCancelled:
      return event_of_loss(subject.losses);
    case Finish::Outcome::kFailed:
      break;
  }
  const bool again = finish.error && is_retryable(finish.error->code) && !in_doubt &&
                     event_of_loss(subject.losses) == RequestEvent::kLose;
  return again ? RequestEvent::kLose : RequestEvent::kFail;
}

// Makes the outputs visible. kInvalidInput: a file is not staged under this lease, or named twice.
Result<void> publish(Transaction& transaction, int64_t request, const LeaseId& lease,
                     const Finish& finish) {
  for (const OutputFile& file : finish.outputs) {
    transaction.db.run(
        "UPDATE blob SET state = 1, lease = NULL WHERE id = ?1 AND lease = ?2 AND state = 0",
        file.blob_id, lease);
    if (transaction.db.changed() != 1)
      return invalid("an output names a file that was not sent under this lease");
    transaction.db.run(R"(
        INSERT OR IGNORE INTO output (request, n, thumbnail, blob_id, name, content_type, bytes, sha256, width, height)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10))",
                       request, file.n, file.thumbnail, file.blob_id, file.name, file.content_type,
                       file.bytes, file.sha256, file.width, file.height);
    if (transaction.db.changed() != 1) return invalid("two outputs have the same number or name");
  }
  return {};
}

int count_pictures(const Finish& finish) {
  return static_cast<int>(std::count_if(finish.outputs.begin(), finish.outputs.end(),
                                        [](const OutputFile& file) { return !file.thumbnail; }));
}

}  // namespace

void SqliteRequests::claim(ClaimWish wish, Then<std::optional<Claim>> then) {
  writer_->submit<std::optional<Claim>>(
      [this, wish = std::move(wish)](Transaction& transaction) {
        return do_claim(transaction, wish);
      },
      std::move(then));
}

std::optional<Claim> SqliteRequests::repeat_claim(Transaction& transaction, const ClaimWish& wish) {
  if (wish.claim_id.empty()) return std::nullopt;
  std::optional<LeaseId> lease;
  int64_t row = 0;
  {
    Rows rows = transaction.db.query(
        "SELECT id, request FROM lease WHERE credential = ?1 AND claim_id = ?2 AND outcome IS NULL",
        wish.credential, wish.claim_id);
    if (!rows.next()) return std::nullopt;
    lease = rows.id<LeaseId>(0);
    row = rows.integer(1);
  }
  const std::optional<Subject> subject = Life::at(transaction.db, row);
  if (!subject) return std::nullopt;
  // Asking again is a sign of life: the worker never got the answer and could not renew.
  transaction.committed.emplace_back(
      [this, lease = *lease, credential = wish.credential, now = transaction.steady] {
        static_cast<void>(leases_.renew(lease, credential, now));
      });
  return claim_of(transaction.db, *subject, *lease);
}

std::optional<int64_t> SqliteRequests::first_in_queue(Transaction& transaction,
                                                      const ClaimWish& wish) const {
  for (const Priority priority : {Priority::kHigh, Priority::kNormal, Priority::kLow}) {
    std::vector<Candidate> lines;
    counts_.for_each_line(wish.engine, priority, [&](const QueueCounts::Line& line) {
      const bool wanted =
          std::find(wish.models.begin(), wish.models.end(), line.model_id) != wish.models.end();
      if (!wanted || !tally_.may_run(line.account.text()) || !tally_.may_run(line.key.text()))
        return;
      lines.push_back({line, tally_.used_of_late(line.account.text(), transaction.steady)});
    });
    std::vector<const Candidate*> candidates;
    for (const Candidate& each : lines) candidates.push_back(&each);
    std::stable_sort(candidates.begin(), candidates.end(),
                     [](const Candidate* a, const Candidate* b) { return a->used < b->used; });
    if (const auto row = first_of(transaction.db, wish, priority, candidates)) return row;
  }
  return std::nullopt;
}

std::optional<Subject> SqliteRequests::next_due(Transaction& transaction, const ClaimWish& wish) {
  // What is past its deadline and was not swept yet fails here instead of running in vain.
  for (int late = 0; late < limits::kSweepMax; ++late) {
    const std::optional<int64_t> row = first_in_queue(transaction, wish);
    if (!row) return std::nullopt;
    std::optional<Subject> subject = Life::at(transaction.db, *row);
    if (!subject || !is_late(*subject, transaction.now)) return subject;
    life_.be_late(transaction, *subject);
  }
  return std::nullopt;
}

Result<std::optional<Claim>> SqliteRequests::do_claim(Transaction& transaction,
                                                      const ClaimWish& wish) {
  if (std::optional<Claim> same = repeat_claim(transaction, wish)) return same;
  std::optional<Subject> subject = next_due(transaction, wish);
  if (!subject) return std::optional<Claim>();
  const LeaseId lease = ids_.next<LeaseId>();
  life_.move(transaction, *subject, RequestEvent::kClaim);
  transaction.db.run(R"(INSERT INTO lease (id, request, credential, own, worker_id, claim_id)
                        VALUES (?1, ?2, ?3, ?4, ?5, ?6))",
                     lease, subject->row, wish.credential, wish.own, wish.worker_id, wish.claim_id);
  steps::adopt(transaction, subject->row, lease);
  transaction.committed.emplace_back(
      [this, lease, request = subject->id, credential = wish.credential, now = transaction.steady] {
        leases_.add(lease, request, credential, false, now, Micros(0));
      });
  return std::optional(claim_of(transaction.db, *subject, lease));
}

Result<bool> SqliteRequests::renew(const LeaseId& lease, const std::string& credential) {
  return leases_.renew(lease, credential, clock_.steady());
}

Result<RequestId> SqliteRequests::note_progress(const LeaseId& lease,
                                                const std::string& credential) {
  return leases_.note_progress(lease, credential, clock_.steady());
}

void SqliteRequests::stage_blob(LeaseId lease, std::string credential, std::string blob_id,
                                Then<void> then) {
  writer_->submit<void>(
      [this, lease = std::move(lease), credential = std::move(credential),
       blob_id = std::move(blob_id)](Transaction& transaction) {
        return do_stage(transaction, lease, credential, blob_id);
      },
      std::move(then));
}

Result<void> SqliteRequests::do_stage(Transaction& transaction, const LeaseId& lease,
                                      const std::string& credential, const std::string& blob_id) {
  const std::optional<LeaseRow> row = find_lease(transaction.db, lease, credential);
  if (!row || row->outcome) return lease_lost();
  transaction.db.run("INSERT OR IGNORE INTO blob (id, state, lease) VALUES (?1, 0, ?2)", blob_id,
                     lease);
  if (transaction.db.changed() == 1) return {};
  Rows same = transaction.db.query("SELECT 1 FROM blob WHERE id = ?1 AND state = 0 AND lease = ?2",
                                   blob_id, lease);
  if (!same.next()) return Error{ErrorCode::kConflict, "this blob id is taken"};
  return {};
}

void SqliteRequests::finish(LeaseId lease, std::string credential, Finish finish,
                            Then<RequestState> then) {
  writer_->submit<RequestState>(
      [this, lease = std::move(lease), credential = std::move(credential),
       finish = std::move(finish)](Transaction& transaction) {
        return do_finish(transaction, lease, credential, finish);
      },
      std::move(then));
}

Result<RequestState> SqliteRequests::do_finish(Transaction& transaction, const LeaseId& lease,
                                               const std::string& credential,
                                               const Finish& finish) {
  const std::optional<LeaseRow> row = find_lease(transaction.db, lease, credential);
  if (!row) return lease_lost();
  if (row->outcome) {
    if (*row->outcome != static_cast<int>(finish.outcome)) return lease_lost();
    return row->end_state;
  }
  std::optional<Subject> subject = Life::at(transaction.db, row->request);
  if (!subject) return lease_lost();

  const bool in_doubt = steps::in_doubt(transaction.db, subject->row);
  const RequestEvent event = event_of(finish, *subject, in_doubt);
  const RequestState next = *after(subject->state, event);
  if (next == RequestState::kSucceeded) {
    if (Result<void> published = publish(transaction, subject->row, lease, finish);
        !published.ok()) {
      return published.error();
    }
  }
  // Whatever else it sent is not needed, but for what done steps name while another attempt may
  // come: it will send nothing more.
  transaction.db.run(R"(UPDATE blob SET state = 2, lease = NULL WHERE state = 0 AND lease = ?1
                        AND NOT EXISTS (SELECT 1 FROM step_blob WHERE blob_id = blob.id))",
                     lease);
  transaction.db.run("UPDATE lease SET outcome = ?2, end_state = ?3 WHERE id = ?1", lease,
                     finish.outcome, next);
  transaction.committed.emplace_back([this, lease] { leases_.remove(lease); });

  const bool may_fall_over = finish.outcome == Finish::Outcome::kFailed && finish.error &&
                             falls_over(finish.error->code) &&
                             !steps::is_open(transaction.db, subject->row);
  if (may_fall_over && life_.fall_over(transaction, *subject)) return subject->state;
  Ending ending{finish.error, finish.metadata, finish.cost, finish.provider_cost,
                count_pictures(finish)};
  if (event == RequestEvent::kExhaust) {
    ending.error = Error{ErrorCode::kWorkerLost, "every worker that took this request gave it up"};
  }
  life_.move(transaction, *subject, event, ending);
  return subject->state;
}

void SqliteRequests::put_step(LeaseId lease, std::string credential, Step step, Then<Step> then) {
  writer_->submit<Step>(
      [lease = std::move(lease), credential = std::move(credential),
       step = std::move(step)](Transaction& transaction) -> Result<Step> {
        const std::optional<LeaseRow> row = find_lease(transaction.db, lease, credential);
        if (!row || row->outcome) return lease_lost();
        return steps::put(transaction, row->request, lease, step);
      },
      std::move(then));
}

void SqliteRequests::fall_over(std::string engine, std::string model_id, Then<int> then) {
  writer_->submit<int>(
      [this, engine = std::move(engine),
       model_id = std::move(model_id)](Transaction& transaction) -> Result<int> {
        std::vector<int64_t> queued;
        {
          Rows rows = transaction.db.query(R"(
              SELECT row FROM request INDEXED BY request_queue
              WHERE state = 0 AND waiting = 0 AND engine = ?1 AND model_id = ?2 AND fallbacks <> '[]' LIMIT ?3)",
                                           engine, model_id, limits::kSweepMax);
          while (rows.next()) queued.push_back(rows.integer(0));
        }
        int moved = 0;
        for (const int64_t row : queued) {
          std::optional<Subject> subject = Life::at(transaction.db, row);
          // What it may owe its first engine is settled before another gets to see it.
          if (subject && !steps::is_open(transaction.db, row) &&
              life_.fall_over_in_queue(transaction, *subject))
            ++moved;
        }
        return moved;
      },
      std::move(then));
}

void SqliteRequests::lose(std::string credential, Then<int> then) {
  writer_->submit<int>(
      [this, credential = std::move(credential)](Transaction& transaction) -> Result<int> {
        std::vector<int64_t> lost;
        {
          Rows rows = transaction.db.query(
              "SELECT request FROM lease WHERE credential = ?1 AND outcome IS NULL", credential);
          while (rows.next()) lost.push_back(rows.integer(0));
        }
        for (const int64_t row : lost) {
          if (std::optional<Subject> subject = Life::at(transaction.db, row))
            life_.lose(transaction, *subject);
        }
        return static_cast<int>(lost.size());
      },
      std::move(then));
}

}  // namespace plantain::store::sqlite
