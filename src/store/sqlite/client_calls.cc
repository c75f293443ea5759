#include <map>

#include "base/json.h"
#include "base/limits.h"
#include "request/fair_share.h"
#include "store/sqlite/contents.h"
#include "store/sqlite/requests.h"

namespace plantain::store::sqlite {
namespace {

Error no_request() { return Error{ErrorCode::kNotFound, "there is no such request"}; }

// Its request, if this idempotency key was used in the last limits::kIdempotencyKept.
Result<std::optional<RequestId>> find_replay(Connection& db, const AccountId& account,
                                             const Idempotency& key, WallTime now) {
  Rows rows = db.query(R"(SELECT fingerprint, request FROM idempotency
                          WHERE account = ?1 AND key = ?2 AND created > ?3)",
                       account, key.key, now - limits::kIdempotencyKept);
  if (!rows.next()) return std::optional<RequestId>();
  if (rows.text(0) != key.fingerprint) {
    return Error{ErrorCode::kConflict, "this idempotency key was used for a different request"};
  }
  return std::optional(rows.id<RequestId>(1));
}

std::vector<OutputFile> read_outputs(Connection& db, int64_t row) {
  std::vector<OutputFile> outputs;
  Rows rows =
      db.query(R"(SELECT n, blob_id, name, content_type, bytes, sha256, width, height, thumbnail
                          FROM output WHERE request = ?1 ORDER BY thumbnail, n)",
               row);
  while (rows.next()) {
    outputs.push_back(OutputFile{rows.small(0), rows.text(1), rows.text(2), rows.text(3),
                                 rows.integer(4), rows.text(5), rows.small(6), rows.small(7),
                                 rows.small(8) != 0});
  }
  return outputs;
}

std::optional<Request> read_request(Connection& db, int64_t row) {
  std::optional<Request> request;
  {
    Rows rows = db.query(R"(
        SELECT id, account, key, model_id, engine, priority, state, input.text, tags, attempt, losses, created, started,
               finished, expires, start_by, finish_by, error, metadata, price, cost, maybe_charged
        FROM request JOIN input ON input.request = request.row WHERE row = ?1)",
                         row);
    if (!rows.next()) return std::nullopt;
    request = Request{rows.id<RequestId>(0),
                      rows.id<AccountId>(1),
                      rows.id<KeyId>(2),
                      rows.text(3),
                      rows.text(4),
                      static_cast<Priority>(rows.small(5)),
                      static_cast<RequestState>(rows.small(6)),
                      rows.text(7),
                      tags_from_text(rows.text(8)),
                      rows.small(9),
                      rows.small(10),
                      rows.time(11),
                      rows.maybe_time(12),
                      rows.maybe_time(13),
                      rows.maybe_time(14),
                      rows.maybe_time(15),
                      rows.maybe_time(16),
                      rows.text(17),
                      rows.text(18),
                      {},
                      rows.integer(19),
                      rows.integer(20),
                      rows.small(21) != 0};
  }
  request->outputs = read_outputs(db, row);
  return request;
}

struct StateRange {
  RequestState first;
  RequestState last;
};

Result<StateRange> states_of(const std::optional<std::string>& status) {
  if (!status) return StateRange{RequestState::kQueued, RequestState::kCancelled};
  if (*status == "in_queue") return StateRange{RequestState::kQueued, RequestState::kQueued};
  if (*status == "in_progress") return StateRange{RequestState::kRunning, RequestState::kStopping};
  if (*status == "completed") return StateRange{RequestState::kSucceeded, RequestState::kFailed};
  if (*status == "cancelled") return StateRange{RequestState::kCancelled, RequestState::kCancelled};
  return invalid("status is one of in_queue, in_progress, completed and cancelled");
}

// The rows that match, newest first. It looks at limits::kListScanMax requests of the account at
// most: what a rare word is found in may lie beyond that, but no list takes long.
std::vector<int64_t> matching_rows(Connection& db, const ListQuery& query, StateRange states) {
  const std::string beyond_all(16, '\xFF');
  Rows rows = db.query(
      R"(
      SELECT row, state BETWEEN ?3 AND ?4 AND (?5 IS NULL OR model_id = ?5)
          AND NOT EXISTS (SELECT 1 FROM json_each(?6) AS wanted
                          WHERE wanted.value NOT IN (SELECT value FROM json_each(request.tags)))
          AND (?7 IS NULL OR EXISTS (
                  SELECT 1 FROM input WHERE input.request = request.row AND json_valid(input.text)
                  AND instr(fold(json_extract(input.text, '$.prompt')), fold(?7)) > 0))
      FROM request INDEXED BY request_of_account
      WHERE account = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?8)",
      query.account, Blob{query.before ? uuid_to_bytes(query.before->text()) : beyond_all},
      states.first, states.last, query.model_id, tags_to_text(query.tags), query.text,
      limits::kListScanMax);
  std::vector<int64_t> found;
  while (found.size() < static_cast<std::size_t>(query.limit) && rows.next()) {
    if (rows.small(1) != 0) found.push_back(rows.integer(0));
  }
  return found;
}

// How many of one line are older, counted up to `most`.
int64_t count_older(Connection& db, const Subject& subject, const std::string& model_id,
                    const KeyId& key, int64_t most) {
  Rows rows =
      db.query(R"(
      SELECT count(*) FROM (SELECT 1 FROM request INDEXED BY request_queue
                            WHERE state = 0 AND waiting = 0 AND engine = ?1 AND model_id = ?2 AND priority = ?3
                              AND account = ?4 AND key = ?5 AND id < ?6 LIMIT ?7))",
               subject.engine, model_id, subject.priority, subject.account, key, subject.id, most);
  return rows.next() ? rows.integer(0) : 0;
}

}  // namespace

void SqliteRequests::enqueue(NewRequest fresh, std::optional<Idempotency> key,
                             Then<Enqueued> then) {
  writer_->submit<Enqueued>(
      [this, fresh = std::move(fresh), key = std::move(key)](Transaction& transaction) {
        return do_enqueue(transaction, fresh, key);
      },
      std::move(then));
}

Result<Enqueued> SqliteRequests::do_enqueue(Transaction& transaction, const NewRequest& fresh,
                                            const std::optional<Idempotency>& key) {
  if (key) {
    Result<std::optional<RequestId>> first =
        find_replay(transaction.db, fresh.account, *key, transaction.now);
    if (!first.ok()) return first.error();
    if (*first) return Enqueued{**first, true};
    transaction.db.run(
        R"(INSERT OR REPLACE INTO idempotency (account, key, fingerprint, request, created)
                          VALUES (?1, ?2, ?3, ?4, ?5))",
        fresh.account, key->key, Blob{key->fingerprint}, fresh.id, transaction.now);
  }
  if (Result<void> allowed = tally_.judge(fresh, transaction.now); !allowed.ok())
    return allowed.error();
  life_.begin(transaction, fresh);
  if (Result<void> kept = begin_inputs(transaction, fresh); !kept.ok()) return kept.error();
  return Enqueued{fresh.id, false};
}

Result<std::optional<RequestId>> SqliteRequests::replay(const AccountId& account,
                                                        const Idempotency& key) {
  return readers_.read<std::optional<RequestId>>(
      [&](Connection& db) { return find_replay(db, account, key, clock_.wall()); });
}

Result<Request> SqliteRequests::get(const AccountId& account, const RequestId& id) {
  return readers_.read<Request>([&](Connection& db) -> Result<Request> {
    const std::optional<Subject> subject = Life::find(db, id);
    if (!subject || subject->account != account) return no_request();
    std::optional<Request> request = read_request(db, subject->row);
    if (!request) return no_request();
    return std::move(*request);
  });
}

Result<std::vector<Request>> SqliteRequests::list(const ListQuery& query) {
  const Result<StateRange> states = states_of(query.status);
  if (!states.ok()) return states.error();
  if (query.limit < 1 || query.limit > limits::kListMax)
    return invalid("limit lies between 1 and 200");
  return readers_.read<std::vector<Request>>([&](Connection& db) {
    std::vector<Request> requests;
    for (const int64_t row : matching_rows(db, query, *states)) {
      if (std::optional<Request> request = read_request(db, row))
        requests.push_back(std::move(*request));
    }
    return requests;
  });
}

void SqliteRequests::cancel(AccountId account, RequestId id, bool running, Then<Cancelled> then) {
  writer_->submit<Cancelled>(
      [this, account = std::move(account), id = std::move(id), running](Transaction& transaction) {
        return do_cancel(transaction, account, id, running);
      },
      std::move(then));
}

Result<Cancelled> SqliteRequests::do_cancel(Transaction& transaction, const AccountId& account,
                                            const RequestId& id, bool running) {
  std::optional<Subject> subject = Life::find(transaction.db, id);
  if (!subject || subject->account != account) return no_request();
  // Asked for again: the answer of the first time.
  if (subject->state == RequestState::kStopping || subject->state == RequestState::kCancelled) {
    return Cancelled{subject->state, true};
  }
  const RequestEvent event = running ? RequestEvent::kStop : RequestEvent::kCancel;
  if (!after(subject->state, event)) return Cancelled{subject->state, false};
  life_.move(transaction, *subject, event);
  if (subject->state == RequestState::kStopping) {
    Rows rows = transaction.db.query("SELECT id FROM lease WHERE request = ?1 AND outcome IS NULL",
                                     subject->row);
    if (rows.next()) {
      transaction.committed.emplace_back(
          [this, lease = rows.id<LeaseId>(0), asked = transaction.steady] {
            leases_.stop(lease, asked);
          });
    }
  }
  return Cancelled{subject->state, true};
}

void SqliteRequests::remove(AccountId account, RequestId id, Then<void> then) {
  writer_->submit<void>(
      [this, account = std::move(account), id = std::move(id)](Transaction& transaction) {
        return do_remove(transaction, account, id);
      },
      std::move(then));
}

Result<void> SqliteRequests::do_remove(Transaction& transaction, const AccountId& account,
                                       const RequestId& id) {
  std::optional<Subject> subject = Life::find(transaction.db, id);
  if (!subject || subject->account != account) return no_request();
  if (is_leased(subject->state)) {
    // What its worker has sent is thrown away now, not when the lease would have been given up.
    transaction.db.run(R"(
        UPDATE blob SET state = 2, lease = NULL
        WHERE state = 0 AND lease = (SELECT id FROM lease WHERE request = ?1 AND outcome IS NULL))",
                       subject->row);
    if (subject->state == RequestState::kRunning)
      life_.move(transaction, *subject, RequestEvent::kStop);
    life_.move(transaction, *subject, RequestEvent::kRelease);
  } else if (!is_end(subject->state)) {
    life_.move(transaction, *subject, RequestEvent::kCancel);
  }
  Life::erase(transaction, *subject);
  return {};
}

Result<std::vector<StateEvent>> SqliteRequests::events(const RequestId& id, int64_t after) {
  return readers_.read<std::vector<StateEvent>>(
      [&](Connection& db) -> Result<std::vector<StateEvent>> {
        const std::optional<Subject> subject = Life::find(db, id);
        if (!subject) return no_request();
        std::vector<StateEvent> events;
        Rows rows = db.query(R"(SELECT sequence, state, attempt, at FROM event
                            WHERE request = ?1 AND sequence > ?2 ORDER BY sequence)",
                             subject->row, after);
        while (rows.next()) {
          events.push_back(StateEvent{rows.integer(0), static_cast<RequestState>(rows.small(1)),
                                      rows.small(2), rows.time(3)});
        }
        return events;
      });
}

Result<std::optional<int64_t>> SqliteRequests::queue_position(const RequestId& id) {
  using Position = std::optional<int64_t>;
  return readers_.read<Position>([&](Connection& db) -> Result<Position> {
    const std::optional<Subject> subject = Life::find(db, id);
    if (!subject) return no_request();
    if (subject->state != RequestState::kQueued) return Position();
    const int64_t before =
        counts_.queued_above(subject->engine, subject->priority) + count_before(db, *subject);
    return Position(std::min(before, limits::kQueuePositionMax));
  });
}

// How many of the same engine and priority go first: the older ones of its account, and as many of
// each other account as take turns with those.
int64_t SqliteRequests::count_before(Connection& db, const Subject& subject) const {
  std::vector<std::pair<std::string, KeyId>> own;  // models and keys
  std::map<std::string, int64_t> others;           // by account
  counts_.for_each_line(subject.engine, subject.priority, [&](const QueueCounts::Line& line) {
    if (line.account == subject.account) {
      own.emplace_back(line.model_id, line.key);
    } else {
      others[line.account.text()] += line.queued;
    }
  });
  int64_t older = 0;
  for (const auto& [model_id, key] : own) {
    if (older >= limits::kQueuePositionMax) break;
    older += count_older(db, subject, model_id, key, limits::kQueuePositionMax - older);
  }
  const SteadyTime now = clock_.steady();
  const double used = tally_.used_of_late(subject.account.text(), now);
  int64_t before = older;
  for (const auto& [account, queued] : others)
    before += turns_before(queued, older, tally_.used_of_late(account, now) < used);
  return before;
}

Result<FileRecord> SqliteRequests::find_file(const std::string& name) {
  return readers_.read<FileRecord>([&](Connection& db) -> Result<FileRecord> {
    Rows rows = db.query(R"(
        SELECT id, account, expires, n, blob_id, name, content_type, bytes, sha256, width, height, thumbnail
        FROM output JOIN request ON request.row = output.request WHERE name = ?1)",
                         name);
    if (!rows.next()) return Error{ErrorCode::kNotFound, "there is no such file"};
    return FileRecord{
        rows.id<RequestId>(0), rows.id<AccountId>(1),
        OutputFile{rows.small(3), rows.text(4), rows.text(5), rows.text(6), rows.integer(7),
                   rows.text(8), rows.small(9), rows.small(10), rows.small(11) != 0},
        rows.maybe_time(2)};
  });
}

}  // namespace plantain::store::sqlite
