#include "store/sqlite/steps.h"

namespace plantain::store::sqlite::steps {
namespace {

// The queries below name states by number.
static_assert(static_cast<int>(StepState::kIntent) == 0 &&
              static_cast<int>(StepState::kAccepted) == 1 &&
              static_cast<int>(StepState::kAnswered) == 2 &&
              static_cast<int>(StepState::kDone) == 3);

Step read(Rows& rows) {
  return Step{rows.small(0), static_cast<StepState>(rows.small(1)),
              rows.small(2), rows.small(3),
              rows.text(4),  rows.text(5),
              rows.text(6),  {}};
}

#define STEP_COLUMNS "SELECT n, state, call, doubts, engine, upstream_id, outputs FROM step "

std::optional<Step> find(Connection& db, int64_t request, int n) {
  Rows rows = db.query(STEP_COLUMNS "WHERE request = ?1 AND n = ?2", request, n);
  if (!rows.next()) return std::nullopt;
  return read(rows);
}

bool is_open_state(StepState state) {
  return state == StepState::kIntent || state == StepState::kAccepted;
}

// The step after `told` was said of `known`, or nothing where that has no meaning.
std::optional<Step> merged(const std::optional<Step>& known, Step told) {
  told.doubts = known ? known->doubts : 0;
  if (told.state == StepState::kIntent) {
    if (told.call != (known ? known->call + 1 : 1)) return std::nullopt;
    if (known && known->state == StepState::kDone) return std::nullopt;
    if (known && is_open_state(known->state)) ++told.doubts;
    told.upstream_id.clear();
    return told;
  }
  if (!known || told.call != known->call) return std::nullopt;
  switch (told.state) {
    case StepState::kAccepted:
      if (known->state != StepState::kIntent || told.upstream_id.empty()) return std::nullopt;
      return told;
    case StepState::kAnswered:
      if (!is_open_state(known->state)) return std::nullopt;
      told.upstream_id.clear();
      return told;
    case StepState::kDone:
      if (!is_open_state(known->state)) return std::nullopt;
      told.upstream_id = known->upstream_id;
      return told;
    case StepState::kIntent:
      break;
  }
  return std::nullopt;
}

Result<void> keep_blobs(Transaction& transaction, int64_t request, const LeaseId& lease,
                        const std::vector<std::string>& blobs) {
  for (const std::string& blob : blobs) {
    transaction.db.run(R"(
        INSERT OR IGNORE INTO step_blob (blob_id, request)
        SELECT id, ?2 FROM blob WHERE id = ?1 AND state = 0 AND lease = ?3)",
                       blob, request, lease);
    if (transaction.db.changed() != 1)
      return invalid("a step names a file that was not sent under this lease");
  }
  return {};
}

}  // namespace

std::vector<Step> of(Connection& db, int64_t request) {
  std::vector<Step> all;
  Rows rows = db.query(STEP_COLUMNS "WHERE request = ?1 ORDER BY n", request);
  while (rows.next()) all.push_back(read(rows));
  return all;
}

Result<Step> put(Transaction& transaction, int64_t request, const LeaseId& lease,
                 const Step& step) {
  const std::optional<Step> known = find(transaction.db, request, step.n);
  if (known && known->state == step.state && known->call == step.call) return *known;
  std::optional<Step> next = merged(known, step);
  if (!next) return Error{ErrorCode::kConflict, "this step's state forbids it"};
  if (next->state == StepState::kDone) {
    if (auto kept = keep_blobs(transaction, request, lease, step.blobs); !kept.ok())
      return kept.error();
  }
  transaction.db.run(R"(
      INSERT OR REPLACE INTO step (request, n, state, call, doubts, engine, upstream_id, outputs)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8))",
                     request, next->n, next->state, next->call, next->doubts, next->engine,
                     next->upstream_id, next->outputs);
  next->blobs.clear();
  return *next;
}

void adopt(Transaction& transaction, int64_t request, const LeaseId& lease) {
  transaction.db.run(R"(
      UPDATE blob SET lease = ?2, lost = NULL
      WHERE state = 0 AND id IN (SELECT blob_id FROM step_blob WHERE request = ?1))",
                     request, lease);
}

bool in_doubt(Connection& db, int64_t request) {
  return db.query("SELECT 1 FROM step WHERE request = ?1 AND state = 0", request).next();
}

bool is_open(Connection& db, int64_t request) {
  return db.query("SELECT 1 FROM step WHERE request = ?1 AND state IN (0, 1)", request).next();
}

bool end(Transaction& transaction, int64_t request, bool succeeded) {
  transaction.db.run(R"(
      UPDATE blob SET state = 2, lease = NULL, lost = NULL
      WHERE state = 0 AND id IN (SELECT blob_id FROM step_blob WHERE request = ?1))",
                     request);
  transaction.db.run("DELETE FROM step_blob WHERE request = ?1", request);
  // What succeeded got what its done steps were charged for.
  return transaction.db
      .query(R"(SELECT 1 FROM step WHERE request = ?1
                AND (doubts > 0 OR state IN (0, 1) OR (state = 3 AND NOT ?2)))",
             request, succeeded)
      .next();
}

void begin_anew(Transaction& transaction, int64_t request) {
  transaction.db.run(R"(
      UPDATE blob SET state = 2, lease = NULL, lost = NULL
      WHERE state = 0 AND id IN (SELECT blob_id FROM step_blob WHERE request = ?1))",
                     request);
  transaction.db.run("DELETE FROM step_blob WHERE request = ?1", request);
  transaction.db.run(R"(
      UPDATE request SET maybe_charged = 1
      WHERE row = ?1 AND EXISTS (SELECT 1 FROM step WHERE request = ?1 AND (doubts > 0 OR state <> 2)))",
                     request);
  transaction.db.run(
      "UPDATE step SET doubts = 0, state = 2, upstream_id = '', outputs = '' WHERE request = ?1",
      request);
}

}  // namespace plantain::store::sqlite::steps
