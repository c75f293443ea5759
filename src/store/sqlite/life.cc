#include "store/sqlite/life.h"

#include <algorithm>

#include "base/check.h"
#include "base/json.h"
#include "base/limits.h"
#include "store/sqlite/steps.h"

namespace plantain::store::sqlite {
namespace {

// The partial indexes and queries of this folder name states by number.
static_assert(static_cast<int>(RequestState::kQueued) == 0 &&
              static_cast<int>(RequestState::kRunning) == 1 &&
              static_cast<int>(RequestState::kStopping) == 2 &&
              static_cast<int>(RequestState::kSucceeded) == 3 &&
              static_cast<int>(RequestState::kFailed) == 4 &&
              static_cast<int>(RequestState::kCancelled) == 5);

constexpr int64_t kDay_us = int64_t{24} * 3600 * 1'000'000;

std::optional<Subject> read_subject(Rows& rows) {
  if (!rows.next()) return std::nullopt;
  return Subject{rows.integer(0),
                 rows.id<RequestId>(1),
                 rows.id<AccountId>(2),
                 rows.id<KeyId>(3),
                 rows.text(4),
                 rows.text(5),
                 static_cast<Priority>(rows.small(6)),
                 static_cast<RequestState>(rows.small(7)),
                 rows.small(8),
                 rows.small(9),
                 rows.maybe_time(10),
                 rows.maybe_time(11),
                 rows.maybe_micros(12),
                 rows.integer(13),
                 rows.text(14),
                 rows.small(15)};
}

}  // namespace

std::string tags_to_text(const std::vector<std::string>& tags) {
  JsonArray array;
  for (const std::string& tag : tags) array.emplace_back(tag);
  return write_json(array);
}

std::vector<std::string> tags_from_text(std::string_view text) {
  std::vector<std::string> tags;
  const Result<Json> value = parse_json(text);
  if (!value.ok() || !value->is_array()) return tags;
  for (const Json& tag : value->get_array()) {
    if (tag.is_string()) tags.emplace_back(view(tag.get_string()));
  }
  return tags;
}

void Life::set_listener(RequestStore::Listener listener) {
  auto shared = std::make_shared<const RequestStore::Listener>(std::move(listener));
  const std::lock_guard lock(mutex_);
  listener_ = std::move(shared);
}

void Life::read_sequence(Connection& db) {
  Rows rows = db.query("SELECT value FROM meta WHERE name = 'sequence'");
  if (rows.next()) sequence_ = written_sequence_ = rows.integer(0);
}

void Life::write_sequence(Connection& db) {
  if (sequence_ == written_sequence_) return;
  db.run(
      "INSERT INTO meta (name, value) VALUES ('sequence', ?1) ON CONFLICT (name) DO UPDATE SET "
      "value = ?1",
      sequence_);
  written_sequence_ = sequence_;
}

void Life::begin(Transaction& transaction, const NewRequest& fresh) {
  transaction.db.run(R"(
      INSERT INTO request (id, account, key, model_id, engine, priority, state, created, start_by, finish_by,
                           retention, price, tags, pictures, fallbacks)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14))",
                     fresh.id, fresh.account, fresh.key, fresh.model_id, fresh.engine,
                     fresh.priority, fresh.created, fresh.start_by, fresh.finish_by,
                     fresh.retention, fresh.price, tags_to_text(fresh.tags), fresh.pictures,
                     tags_to_text(fresh.fallbacks));
  const int64_t row = transaction.db.last_row();
  transaction.db.run("INSERT INTO input (request, text) VALUES (?1, ?2)", row, fresh.input);
  if (!fresh.webhook.empty()) {
    transaction.db.run(
        "INSERT INTO webhook (request, account, url, intermediate) VALUES (?1, ?2, ?3, ?4)", row,
        fresh.account, fresh.webhook, fresh.webhook_intermediate);
  }
  write_event(transaction, row, RequestState::kQueued, 0);  // which a trigger puts in the outbox
  const Subject subject{row,
                        fresh.id,
                        fresh.account,
                        fresh.key,
                        fresh.model_id,
                        fresh.engine,
                        fresh.priority,
                        RequestState::kQueued,
                        0,
                        0,
                        fresh.start_by,
                        fresh.finish_by,
                        fresh.retention,
                        fresh.price,
                        tags_to_text(fresh.tags),
                        fresh.pictures};
  count(transaction, subject, std::nullopt, RequestState::kQueued);
  announce(transaction, fresh.id, RequestState::kQueued);
}

#define SUBJECT_COLUMNS                                                                          \
  "SELECT row, id, account, key, model_id, engine, priority, state, attempt, losses, start_by, " \
  "finish_by, retention, price, tags, pictures FROM request "

std::optional<Subject> Life::find(Connection& db, const RequestId& id) {
  Rows rows = db.query(SUBJECT_COLUMNS "WHERE id = ?1", id);
  return read_subject(rows);
}

std::optional<Subject> Life::at(Connection& db, int64_t row) {
  Rows rows = db.query(SUBJECT_COLUMNS "WHERE row = ?1", row);
  return read_subject(rows);
}

void Life::move(Transaction& transaction, Subject& subject, RequestEvent event,
                const Ending& ending) {
  const std::optional<RequestState> next = after(subject.state, event);
  CHECK(next.has_value());
  if (*next == subject.state) return;
  const RequestState from = subject.state;
  subject.state = *next;
  if (event == RequestEvent::kClaim) ++subject.attempt;
  if (event == RequestEvent::kLose || event == RequestEvent::kExhaust) ++subject.losses;

  transaction.db.run(
      R"(UPDATE request SET state = ?2, attempt = ?3, losses = ?4, started = coalesce(?5, started)
                        WHERE row = ?1)",
      subject.row, subject.state, subject.attempt, subject.losses,
      event == RequestEvent::kClaim ? std::optional(transaction.now) : std::nullopt);
  write_event(transaction, subject.row, subject.state, subject.attempt);
  if (is_leased(from) && !is_leased(subject.state)) drop_lease(transaction, subject);
  if (is_end(subject.state)) write_end(transaction, subject, ending);
  count(transaction, subject, from, subject.state);
  announce(transaction, subject.id, subject.state);
}

void Life::lose(Transaction& transaction, Subject& subject) {
  move(transaction, subject, event_of_loss(subject.losses),
       Ending{Error{ErrorCode::kWorkerLost,
                    "every worker that took this request died or went silent"}});
}

namespace {

std::vector<std::string> fallbacks_of(Connection& db, int64_t row) {
  Rows rows = db.query("SELECT fallbacks FROM request WHERE row = ?1", row);
  return rows.next() ? tags_from_text(rows.text(0)) : std::vector<std::string>();
}

}  // namespace

bool Life::fall_over(Transaction& transaction, Subject& subject) {
  std::vector<std::string> rest = fallbacks_of(transaction.db, subject.row);
  if (rest.empty() || subject.state != RequestState::kRunning) return false;
  move(transaction, subject, RequestEvent::kRelease);
  return fall_over_in_queue(transaction, subject);
}

bool Life::fall_over_in_queue(Transaction& transaction, Subject& subject) {
  std::vector<std::string> rest = fallbacks_of(transaction.db, subject.row);
  if (rest.empty() || subject.state != RequestState::kQueued) return false;
  std::string next = std::move(rest.front());
  rest.erase(rest.begin());
  change_engine(transaction, subject, std::move(next), rest);
  return true;
}

void Life::change_engine(Transaction& transaction, Subject& subject, std::string engine,
                         const std::vector<std::string>& rest) {
  steps::begin_anew(transaction, subject.row);
  transaction.db.run("UPDATE request SET engine = ?2, fallbacks = ?3 WHERE row = ?1", subject.row,
                     engine, tags_to_text(rest));
  add_count(transaction, subject, RequestState::kQueued, -1);
  subject.engine = std::move(engine);
  add_count(transaction, subject, RequestState::kQueued, 1);
  announce(transaction, subject.id, RequestState::kQueued);
}

void Life::be_late(Transaction& transaction, Subject& subject) {
  move(transaction, subject, RequestEvent::kDeadline,
       Ending{Error{ErrorCode::kDeadlineExceeded, "the request did not get done in its time"}});
}

void Life::erase(Transaction& transaction, const Subject& subject) {
  CHECK(is_end(subject.state));
  transaction.db.run(R"(UPDATE blob SET state = 2, lease = NULL, lost = NULL
                        WHERE id IN (SELECT blob_id FROM output WHERE request = ?1))",
                     subject.row);
  transaction.db.run("DELETE FROM request WHERE row = ?1", subject.row);
}

void Life::write_event(Transaction& transaction, int64_t row, RequestState state, int attempt) {
  transaction.db.run(
      "INSERT INTO event (request, sequence, state, attempt, at) VALUES (?1, ?2, ?3, ?4, ?5)", row,
      ++sequence_, state, attempt, transaction.now);
}

void Life::count(Transaction& transaction, const Subject& subject, std::optional<RequestState> from,
                 RequestState to) {
  if (from) add_count(transaction, subject, *from, -1);
  add_count(transaction, subject, to, 1);
  const auto is_in = [](std::optional<RequestState> state, auto kind) -> int64_t {
    return state && kind(*state) ? 1 : 0;
  };
  const auto is_queued = [](RequestState state) { return state == RequestState::kQueued; };
  Tally::Change change;
  change.queued = is_in(to, is_queued) - is_in(from, is_queued);
  change.running = is_in(to, is_leased) - is_in(from, is_leased);
  change.reserved = from ? 0 : subject.price;
  tally_.add(transaction, subject.account.text(), change);
  tally_.add(transaction, subject.key.text(), change);
}

void Life::add_count(Transaction& transaction, const Subject& subject, RequestState state,
                     int64_t by) {
  if (is_end(state)) return;
  const auto add = [this, subject, state](int64_t times) {
    counts_.add(subject.engine, subject.model_id, subject.priority, subject.account, subject.key,
                state, times);
  };
  add(by);
  transaction.undone.emplace_back([add, by] { add(-by); });
}

// What was reserved becomes what it cost.
void Life::settle(Transaction& transaction, const Subject& subject, Microdollars cost) {
  Tally::Change change;
  change.reserved = -subject.price;
  change.spent = cost;
  tally_.add(transaction, subject.key.text(), change);
  change.balance = -cost;
  tally_.add(transaction, subject.account.text(), change);
}

void Life::write_end(Transaction& transaction, const Subject& subject, const Ending& ending) {
  const bool succeeded = subject.state == RequestState::kSucceeded;
  const bool failed = subject.state == RequestState::kFailed;
  const int pictures = succeeded ? ending.pictures : 0;
  const Microdollars by_pictures = subject.price * pictures / std::max(subject.pictures, 1);
  const Microdollars cost =
      succeeded ? std::clamp<Microdollars>(ending.cost.value_or(by_pictures), 0, subject.price) : 0;
  settle(transaction, subject, cost);
  std::optional<WallTime> expires;
  if (subject.retention)
    expires = transaction.now + std::max<Micros>(*subject.retention, limits::kRetentionMin);
  const bool maybe_charged = steps::end(transaction, subject.row, succeeded);
  std::string error;
  if (failed)
    error = error_to_text(ending.error.value_or(Error{ErrorCode::kInternal, "the request failed"}));

  transaction.db.run(
      R"(UPDATE request SET finished = ?2, expires = ?3, cost = ?4, error = ?5, metadata = ?6,
                            maybe_charged = max(maybe_charged, ?7) WHERE row = ?1)",
      subject.row, transaction.now, expires, cost, error,
      succeeded ? ending.metadata : std::string(), maybe_charged);
  transaction.db.run(R"(
      INSERT INTO usage (account, day, key, model_id, engine, tags, state, pictures, cost, provider_cost)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10))",
                     subject.account, transaction.now.us / kDay_us, subject.key, subject.model_id,
                     subject.engine, subject.tags, subject.state, pictures, cost,
                     ending.provider_cost);
}

void Life::drop_lease(Transaction& transaction, const Subject& subject) {
  std::optional<LeaseId> lease;
  {
    Rows rows = transaction.db.query("SELECT id FROM lease WHERE request = ?1 AND outcome IS NULL",
                                     subject.row);
    if (rows.next()) lease = rows.id<LeaseId>(0);
  }
  if (!lease) return;
  transaction.db.run("DELETE FROM lease WHERE id = ?1", *lease);
  // Its worker may be about to put bytes under these names, so they die later
  // (limits::kStagedBlobKept); what a done step names waits for the next attempt.
  transaction.db.run(R"(UPDATE blob SET lost = ?2 WHERE state = 0 AND lease = ?1
                        AND NOT EXISTS (SELECT 1 FROM step_blob WHERE blob_id = blob.id))",
                     *lease, transaction.now);
  transaction.committed.emplace_back([this, lease = *lease] { leases_.remove(lease); });
}

void Life::announce(Transaction& transaction, const RequestId& id, RequestState state) {
  transaction.announced.emplace_back([this, id, state] {
    std::shared_ptr<const RequestStore::Listener> listener;
    {
      const std::lock_guard lock(mutex_);
      listener = listener_;
    }
    if (listener && *listener) (*listener)(id, state);
  });
}

}  // namespace plantain::store::sqlite
