#include "store/sqlite/webhooks.h"

#include <limits>

#include "base/limits.h"

namespace plantain::store::sqlite {
namespace {

#define DELIVERY_COLUMNS                                                                           \
  "SELECT delivery.row, delivery.account, request.id, url, delivery.state, delivery.attempt, at, " \
  "outcome, begun, due, tries, answer, fault, ended FROM delivery "                                \
  "JOIN request ON request.row = delivery.request JOIN webhook ON webhook.request = "              \
  "delivery.request "

Delivery read_delivery(const Rows& rows) {
  Delivery delivery{rows.integer(0),
                    rows.id<AccountId>(1),
                    rows.id<RequestId>(2),
                    rows.text(3),
                    static_cast<RequestState>(rows.small(4)),
                    rows.small(5),
                    rows.time(6),
                    static_cast<DeliveryOutcome>(rows.small(7)),
                    rows.time(8),
                    rows.time(9),
                    rows.small(10)};
  if (const auto answer = rows.maybe_integer(11)) delivery.answer = static_cast<int>(*answer);
  delivery.fault = rows.text(12);
  delivery.ended = rows.maybe_time(13);
  return delivery;
}

std::vector<Delivery> read_all(Rows rows) {
  std::vector<Delivery> all;
  while (rows.next()) all.push_back(read_delivery(rows));
  return all;
}

Error no_delivery() { return Error{ErrorCode::kNotFound, "there is no such delivery"}; }

struct Name {
  RequestId request;
  std::string status;
};

// The two halves of Delivery::id().
std::optional<Name> parse_id(std::string_view id) {
  const std::size_t line = id.find('_');
  if (line == std::string_view::npos) return std::nullopt;
  const auto request = RequestId::parse(id.substr(0, line));
  if (!request) return std::nullopt;
  return Name{*request, std::string(id.substr(line + 1))};
}

Result<Delivery> do_redeliver(Transaction& transaction, const AccountId& account,
                              const std::string& id) {
  const std::optional<Name> name = parse_id(id);
  if (!name) return no_delivery();
  transaction.db.run(R"(
      UPDATE delivery SET outcome = 0, begun = ?4, due = ?4, ended = NULL
      WHERE account = ?1 AND request = (SELECT row FROM request WHERE id = ?2) AND status = ?3)",
                     account, name->request, name->status, transaction.now);
  if (transaction.db.changed() != 1) return no_delivery();
  Rows rows =
      transaction.db.query(DELIVERY_COLUMNS "WHERE request.id = ?1 AND delivery.status = ?2",
                           name->request, name->status);
  if (!rows.next()) return no_delivery();
  return read_delivery(rows);
}

}  // namespace

Result<std::vector<Delivery>> SqliteWebhooks::due(WallTime now, int limit) {
  return readers_.read<std::vector<Delivery>>([&](Connection& db) {
    return read_all(db.query(
        DELIVERY_COLUMNS "WHERE outcome = 0 AND due <= ?1 ORDER BY due LIMIT ?2", now, limit));
  });
}

void SqliteWebhooks::note(Delivery delivery, DeliveryTry how, Then<void> then) {
  writer_->submit<void>(
      [delivery = std::move(delivery),
       how = std::move(how)](Transaction& transaction) -> Result<void> {
        const bool over = how.outcome != DeliveryOutcome::kDue;
        transaction.db.run(
            "UPDATE delivery SET tries = tries + 1, answer = ?2, fault = ?3 WHERE row = ?1",
            delivery.number, how.answer ? std::optional<int64_t>(*how.answer) : std::nullopt,
            how.fault);
        transaction.db.run(
            "UPDATE delivery SET outcome = ?3, due = ?4, ended = ?5 WHERE row = ?1 AND due = ?2 "
            "AND outcome = 0",
            delivery.number, delivery.due, how.outcome, how.due,
            over ? std::optional(transaction.now) : std::nullopt);
        return {};
      },
      std::move(then));
}

Result<std::vector<Delivery>> SqliteWebhooks::list(const AccountId& account,
                                                   std::optional<int64_t> before, int limit) {
  if (limit < 1 || limit > limits::kListMax) return invalid("limit lies between 1 and 200");
  return readers_.read<std::vector<Delivery>>([&](Connection& db) {
    return read_all(db.query(
        DELIVERY_COLUMNS
        "WHERE delivery.account = ?1 AND delivery.row < ?2 ORDER BY delivery.row DESC LIMIT ?3",
        account, before.value_or(std::numeric_limits<int64_t>::max()), limit));
  });
}

void SqliteWebhooks::redeliver(AccountId account, std::string id, Then<Delivery> then) {
  writer_->submit<Delivery>(
      [account = std::move(account), id = std::move(id)](Transaction& transaction) {
        return do_redeliver(transaction, account, id);
      },
      std::move(then));
}

}  // namespace plantain::store::sqlite
