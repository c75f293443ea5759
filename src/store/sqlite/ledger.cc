#include "store/sqlite/ledger.h"

#include <algorithm>

#include "base/exchange_limits.h"

namespace plantain::store::sqlite {
namespace {

#define USAGE_SUMS                                                             \
  "sum(state = 3), sum(state = 4), sum(state = 5), sum(pictures), sum(cost), " \
  "sum(coalesce(provider_cost, 0)) FROM usage "
#define OF_ACCOUNT "WHERE account = ?1 AND day BETWEEN ?2 AND ?3 "
#define OF_ALL "WHERE ?1 IS NULL AND day BETWEEN ?2 AND ?3 "
#define IN_GROUPS "GROUP BY 1 ORDER BY 1"
#define BY_DAY "SELECT date(day * 86400, 'unixepoch'), " USAGE_SUMS
#define BY_MODEL "SELECT model_id, " USAGE_SUMS
#define BY_KEY "SELECT key, " USAGE_SUMS
#define BY_TAG \
  "SELECT coalesce(tag.value, ''), " USAGE_SUMS "LEFT JOIN json_each(usage.tags) AS tag "

Sql usage_sql(UsageQuery::Group group, bool all) {
  switch (group) {
    case UsageQuery::Group::kDay:
      return all ? Sql(BY_DAY OF_ALL IN_GROUPS) : Sql(BY_DAY OF_ACCOUNT IN_GROUPS);
    case UsageQuery::Group::kModel:
      return all ? Sql(BY_MODEL OF_ALL IN_GROUPS) : Sql(BY_MODEL OF_ACCOUNT IN_GROUPS);
    case UsageQuery::Group::kKey:
      return all ? Sql(BY_KEY OF_ALL IN_GROUPS) : Sql(BY_KEY OF_ACCOUNT IN_GROUPS);
    case UsageQuery::Group::kTag:
      break;
  }
  return all ? Sql(BY_TAG OF_ALL IN_GROUPS) : Sql(BY_TAG OF_ACCOUNT IN_GROUPS);
}

template <class AnyId>
std::optional<AnyId> maybe_id(const Rows& rows, int column) {
  if (rows.is_null(column)) return std::nullopt;
  return rows.id<AnyId>(column);
}

constexpr int64_t kDay_us = int64_t{24} * 3600 * 1'000'000;
constexpr int64_t kLook_us = std::chrono::microseconds(limits::kModelLook).count();

// The looks that there should have been on `day` of a model that is known since `since`.
int64_t looks_due(int64_t day, int64_t since_us, int64_t now_us) {
  const int64_t begin = std::max(since_us, day * kDay_us);
  const int64_t end = std::min(now_us, (day + 1) * kDay_us);
  return std::max<int64_t>(1, (end - begin + kLook_us / 2) / kLook_us);
}

// Appends the days of one model: those in `rows`, and between them those on which nothing was seen.
class DayList {
 public:
  DayList(std::vector<ModelDay>& days, WallTime now) : days_(days), now_(now) {}

  void add(const std::string& model_id, int64_t day, std::optional<int64_t> since_us, int64_t looks,
           int64_t succeeded, int64_t failed) {
    if (model_id != model_id_) {
      finish();
      model_id_ = model_id;
      known_since_us_.reset();
    } else {
      fill_up_to(day);
    }
    if (!known_since_us_) known_since_us_ = since_us;
    add_day(day, looks, succeeded, failed);
  }
  void finish() {
    if (!model_id_.empty()) fill_up_to(now_.us / kDay_us + 1);
  }

 private:
  void fill_up_to(int64_t day) {
    for (int64_t missing = days_.back().day + 1; missing < day; ++missing)
      add_day(missing, 0, 0, 0);
  }
  void add_day(int64_t day, int64_t looks, int64_t succeeded, int64_t failed) {
    std::optional<double> share;
    if (known_since_us_)
      share = std::min(1.0, static_cast<double>(looks) /
                                static_cast<double>(looks_due(day, *known_since_us_, now_.us)));
    days_.push_back(ModelDay{model_id_, day, share, succeeded, failed});
  }

  std::vector<ModelDay>& days_;
  const WallTime now_;
  std::string model_id_;
  std::optional<int64_t> known_since_us_;
};

}  // namespace

void write_audit(Transaction& transaction, const AuditEntry& entry) {
  transaction.db.run(R"(DELETE FROM audit WHERE row IN (
                          SELECT row FROM audit INDEXED BY audit_at WHERE at <= ?1 ORDER BY at LIMIT ?2))",
                     transaction.now - limits::kAuditKept, limits::kSweepMax);
  transaction.db.run(R"(INSERT INTO audit (at, account, key, action, subject, detail)
                        VALUES (?1, ?2, ?3, ?4, ?5, ?6))",
                     entry.at, entry.account, entry.key, entry.action, entry.subject, entry.detail);
}

void SqliteLedger::add_credit(Credit credit, AuditEntry entry, Then<Standing> then) {
  writer_->submit<Standing>(
      [this, credit = std::move(credit), entry = std::move(entry)](Transaction& transaction) {
        return do_credit(transaction, credit, entry);
      },
      std::move(then));
}

Result<Standing> SqliteLedger::do_credit(Transaction& transaction, const Credit& credit,
                                         const AuditEntry& entry) {
  Connection& db = transaction.db;
  const std::string& owner = credit.account.text();
  if (!db.query("SELECT 1 FROM account WHERE id = ?1", credit.account).next())
    return Error{ErrorCode::kNotFound, "there is no such account"};
  const bool seen =
      credit.reference && db.query("SELECT 1 FROM credit WHERE account = ?1 AND reference = ?2",
                                   credit.account, *credit.reference)
                              .next();
  if (!seen) {
    db.run("INSERT INTO credit (account, amount, note, reference, at) VALUES (?1, ?2, ?3, ?4, ?5)",
           credit.account, credit.amount, credit.note, credit.reference, credit.at);
    write_audit(transaction, entry);
    tally_.add(transaction, owner, Tally::Change{.balance = credit.amount});
  }
  return tally_.standing(owner, transaction.now);
}

Result<std::vector<Credit>> SqliteLedger::credits(const AccountId& account) {
  return readers_.read<std::vector<Credit>>([&](Connection& db) {
    std::vector<Credit> credits;
    Rows rows = db.query(R"(SELECT amount, note, reference, at FROM credit WHERE account = ?1
                            ORDER BY row DESC LIMIT ?2)",
                         account, limits::kListMax);
    while (rows.next()) {
      std::optional<std::string> reference;
      if (!rows.is_null(2)) reference = rows.text(2);
      credits.push_back(Credit{account, rows.integer(0), rows.text(1), reference, rows.time(3)});
    }
    return credits;
  });
}

Result<std::vector<UsageRow>> SqliteLedger::usage(const UsageQuery& query) {
  return readers_.read<std::vector<UsageRow>>([&](Connection& db) {
    std::vector<UsageRow> found;
    Rows rows = db.query(usage_sql(query.group, !query.account), query.account, query.first_day,
                         query.last_day);
    while (rows.next()) {
      const bool is_id = query.group == UsageQuery::Group::kKey;
      found.push_back(UsageRow{is_id ? uuid_from_bytes(rows.text(0)) : rows.text(0),
                               rows.integer(1), rows.integer(2), rows.integer(3), rows.integer(4),
                               rows.integer(5), rows.integer(6)});
    }
    return found;
  });
}

void SqliteLedger::note_models(std::vector<ModelLook> looks, Then<void> then) {
  writer_->submit<void>(
      [looks = std::move(looks)](Transaction& transaction) -> Result<void> {
        const int64_t today = transaction.now.us / kDay_us;
        for (const ModelLook& look : looks) {
          transaction.db.run(R"(
              INSERT INTO model_day (day, model_id, since, available) VALUES (?1, ?2, ?3, ?4)
              ON CONFLICT (day, model_id) DO UPDATE
                SET available = available + excluded.available, since = coalesce(since, excluded.since))",
                             today, look.model_id, transaction.now, look.available ? 1 : 0);
        }
        transaction.db.run("DELETE FROM model_day WHERE day <= ?1", today - limits::kModelDaysKept);
        return {};
      },
      std::move(then));
}

Result<std::vector<ModelDay>> SqliteLedger::model_days(int64_t days) {
  const WallTime now = clock_.wall();
  return readers_.read<std::vector<ModelDay>>([&](Connection& db) {
    std::vector<ModelDay> found;
    DayList list(found, now);
    Rows rows = db.query(R"(
        SELECT model_id, day, since, available, succeeded, failed FROM model_day
        WHERE day > ?1 AND day <= ?2 ORDER BY model_id, day)",
                         now.us / kDay_us - days, now.us / kDay_us);
    while (rows.next()) {
      const std::optional<WallTime> since = rows.maybe_time(2);
      list.add(rows.text(0), rows.integer(1), since ? std::optional(since->us) : std::nullopt,
               rows.integer(3), rows.integer(4), rows.integer(5));
    }
    list.finish();
    return found;
  });
}

void SqliteLedger::record(AuditEntry entry, Then<void> then) {
  writer_->submit<void>(
      [entry = std::move(entry)](Transaction& transaction) -> Result<void> {
        write_audit(transaction, entry);
        return {};
      },
      std::move(then));
}

Result<std::vector<AuditRow>> SqliteLedger::audit(const AuditQuery& query) {
  return readers_.read<std::vector<AuditRow>>([&](Connection& db) {
    std::vector<AuditRow> found;
    Rows rows =
        db.query(R"(
        SELECT row, at, account, key, action, subject, detail FROM audit
        WHERE row < ?1 AND (?2 IS NULL OR account = ?2) AND (?3 = '' OR action = ?3)
        ORDER BY row DESC LIMIT ?4)",
                 query.before.value_or(INT64_MAX), query.account, query.action, query.limit);
    while (rows.next()) {
      found.push_back(
          AuditRow{rows.integer(0),
                   {rows.time(1), maybe_id<AccountId>(rows, 2), maybe_id<KeyId>(rows, 3),
                    rows.text(4), rows.text(5), rows.text(6)}});
    }
    return found;
  });
}

}  // namespace plantain::store::sqlite
