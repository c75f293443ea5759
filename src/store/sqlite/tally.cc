#include "store/sqlite/tally.h"

#include <cmath>

#include "base/text.h"
#include "request/fair_share.h"

namespace plantain::store::sqlite {
namespace {

constexpr int64_t kDay_us = int64_t{24} * 3600 * 1'000'000;

int64_t day_of(WallTime time) { return time.us / kDay_us; }

// Months since year 0.
int64_t month_of(WallTime time) {
  const std::chrono::year_month_day date{
      std::chrono::sys_days{std::chrono::days{static_cast<int>(day_of(time))}}};
  return int64_t{12} * static_cast<int>(date.year()) + static_cast<unsigned>(date.month());
}

Error too_many(std::string_view whose, int64_t most) {
  return Error{ErrorCode::kQueueFull,
               concat("this ", whose, " may have ", most, " requests in the queue, and has")};
}

Error too_dear(std::string_view whose, Microdollars most, std::string_view time) {
  return Error{ErrorCode::kPermissionDenied, concat("this ", whose, " may spend ", money_text(most),
                                                    " a ", time, "; this request could pass that")};
}

Result<void> judge_limits(std::string_view whose, const Limits& own, const Standing& standing,
                          Microdollars price) {
  if (own.queued && standing.queued >= *own.queued) return too_many(whose, *own.queued);
  const Microdollars more = standing.reserved + price;
  if (own.spend_per_day && standing.spent_today + more > *own.spend_per_day)
    return too_dear(whose, *own.spend_per_day, "day");
  if (own.spend_per_month && standing.spent_this_month + more > *own.spend_per_month)
    return too_dear(whose, *own.spend_per_month, "month");
  return {};
}

}  // namespace

void Tally::load(Connection& db, WallTime now, SteadyTime steady) {
  const std::lock_guard lock(mutex_);
  {
    Rows rows = db.query(
        R"(SELECT owner, queued, running, reserved, balance, day, spent_day, month, spent_month,
                                   used, used_at FROM tally)");
    while (rows.next()) {
      Entry entry{rows.integer(1), rows.integer(2), rows.integer(3), rows.integer(4),
                  rows.integer(5), rows.integer(6), rows.integer(7), rows.integer(8)};
      const Micros passed = now - rows.time(10);
      entry.used_us = used_after(static_cast<double>(rows.integer(9)), 0, passed);
      entry.used_at = steady;
      entry.used_at_wall = now;
      entries_[uuid_from_bytes(rows.text(0))] = entry;
    }
  }
  Rows rows = db.query(R"(
      SELECT id, running_max, disabled IS NOT NULL FROM account WHERE running_max IS NOT NULL OR disabled IS NOT NULL
      UNION ALL SELECT id, running_max, 0 FROM api_key WHERE running_max IS NOT NULL)");
  while (rows.next()) {
    Entry& entry = entries_[uuid_from_bytes(rows.text(0))];
    entry.running_max = rows.maybe_integer(1);
    entry.disabled = rows.small(2) != 0;
  }
}

void Tally::write(Connection& db) {
  const std::lock_guard lock(mutex_);
  for (const std::string& owner : dirty_) {
    Entry& entry = entries_[owner];
    entry.dirty = false;
    db.run(R"(
        INSERT OR REPLACE INTO tally (owner, queued, running, reserved, balance, day, spent_day, month, spent_month,
                                      used, used_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11))",
           Blob{uuid_to_bytes(owner)}, entry.queued, entry.running, entry.reserved, entry.balance,
           entry.day, entry.spent_day, entry.month, entry.spent_month,
           static_cast<int64_t>(std::llround(entry.used_us)), entry.used_at_wall);
  }
  dirty_.clear();
}

Result<void> Tally::judge(const NewRequest& fresh, WallTime now) const {
  const std::lock_guard lock(mutex_);
  const Standing account = standing_of(at(fresh.account.text()), now);
  const Standing key = standing_of(at(fresh.key.text()), now);
  if (fresh.prepaid && account.balance - account.reserved < fresh.price) {
    return Error{ErrorCode::kInsufficientBalance,
                 concat("the request may cost ", money_text(fresh.price), "; the balance is ",
                        money_text(account.balance), ", of which ", money_text(account.reserved),
                        " are reserved for requests that are not finished")};
  }
  if (auto allowed = judge_limits("key", fresh.key_limits, key, fresh.price); !allowed.ok())
    return allowed;
  return judge_limits("account", fresh.account_limits, account, fresh.price);
}

void Tally::add(Transaction& transaction, const std::string& owner, const Change& change) {
  const WallTime now = transaction.now;
  const SteadyTime steady = transaction.steady;
  apply(owner, change, now, steady);
  // A change and its opposite at the same time leave nothing behind.
  const Change back{-change.queued, -change.running, -change.reserved, -change.balance,
                    -change.spent};
  transaction.undone.emplace_back(
      [this, owner, back, now, steady] { apply(owner, back, now, steady); });
}

void Tally::apply(const std::string& owner, const Change& change, WallTime now, SteadyTime steady) {
  const std::lock_guard lock(mutex_);
  Entry& entry = entries_[owner];
  entry.used_us = used_after(entry.used_us, entry.running, steady - entry.used_at);
  entry.used_at = steady;
  entry.used_at_wall = now;
  entry.queued += change.queued;
  entry.running += change.running;
  entry.reserved += change.reserved;
  entry.balance += change.balance;
  // A clock that went back goes on with the later day: no allowance begins twice.
  if (day_of(now) > entry.day) {
    entry.day = day_of(now);
    entry.spent_day = 0;
  }
  if (month_of(now) > entry.month) {
    entry.month = month_of(now);
    entry.spent_month = 0;
  }
  entry.spent_day += change.spent;
  entry.spent_month += change.spent;
  if (!entry.dirty) dirty_.push_back(owner);
  entry.dirty = true;
}

void Tally::bound(Transaction& transaction, const std::string& owner,
                  std::optional<int64_t> running_max, bool disabled) {
  transaction.committed.emplace_back([this, owner, running_max, disabled] {
    const std::lock_guard lock(mutex_);
    Entry& entry = entries_[owner];
    entry.running_max = running_max;
    entry.disabled = disabled;
  });
}

bool Tally::may_run(const std::string& owner) const {
  const std::lock_guard lock(mutex_);
  const Entry& entry = at(owner);
  return !entry.disabled && (!entry.running_max || entry.running < *entry.running_max);
}

double Tally::used_of_late(const std::string& owner, SteadyTime now) const {
  const std::lock_guard lock(mutex_);
  const Entry& entry = at(owner);
  return used_after(entry.used_us, entry.running, now - entry.used_at);
}

Standing Tally::standing(const std::string& owner, WallTime now) const {
  const std::lock_guard lock(mutex_);
  return standing_of(at(owner), now);
}

const Tally::Entry& Tally::at(const std::string& owner) const {
  static const Entry none;
  const auto found = entries_.find(owner);
  return found == entries_.end() ? none : found->second;
}

Standing Tally::standing_of(const Entry& entry, WallTime now) {
  return Standing{entry.queued,
                  entry.running,
                  entry.reserved,
                  entry.balance,
                  day_of(now) > entry.day ? 0 : entry.spent_day,
                  month_of(now) > entry.month ? 0 : entry.spent_month};
}

}  // namespace plantain::store::sqlite
