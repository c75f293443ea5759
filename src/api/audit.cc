#include "api/audit.h"

#include "api/problem.h"
#include "base/error_names.h"
#include "base/limits.h"
#include "base/text.h"

namespace plantain::api {
namespace {

constexpr int64_t kMinute_us = 60'000'000;

bool is_noted(ErrorCode why) {
  return why == ErrorCode::kPermissionDenied || why == ErrorCode::kInsufficientBalance ||
         why == ErrorCode::kContentPolicyViolation || why == ErrorCode::kRateLimited ||
         why == ErrorCode::kQueueFull;
}

JsonObject row_object(const store::AuditRow& row) {
  const store::AuditEntry& entry = row.entry;
  const Result<Json> detail = parse_json(entry.detail);
  return JsonObject{{"at", to_rfc3339(entry.at)},
                    {"account_id", entry.account ? Json(entry.account->text()) : Json(nullptr)},
                    {"key_id", entry.key ? Json(entry.key->text()) : Json(nullptr)},
                    {"action", entry.action},
                    {"subject", entry.subject},
                    {"detail", detail.ok() ? *detail : Json(nullptr)}};
}

Result<store::AuditQuery> query_of(const Call& call) {
  store::AuditQuery query;
  if (const auto value = call.query_value("account_id")) {
    query.account = AccountId::parse(*value);
    if (!query.account) return invalid("account_id must be the id of an account");
  }
  query.action = std::string(call.query_value("action").value_or(""));
  if (const auto value = call.query_value("limit")) {
    const auto limit = parse_int(*value);
    if (!limit || *limit < 1 || *limit > limits::kListMax)
      return invalid(concat("limit must be 1 to ", limits::kListMax));
    query.limit = static_cast<int>(*limit);
  }
  if (const auto value = call.query_value("cursor")) {
    query.before = parse_int(*value);
    if (!query.before) return invalid("cursor must be a next_cursor of this list");
  }
  return query;
}

Reply list(Context& context, const Call& call) {
  const Result<store::AuditQuery> query = query_of(call);
  if (!query.ok()) return problem(query.error());
  const auto rows = context.ledger.audit(*query);
  if (!rows.ok()) return problem(rows.error());
  JsonArray entries;
  for (const store::AuditRow& row : *rows) entries.push_back(row_object(row));
  const bool more = static_cast<int>(rows->size()) == query->limit;
  Reply reply = json_reply(
      200, JsonObject{{"entries", std::move(entries)},
                      {"next_cursor", more ? Json(concat(rows->back().number)) : Json(nullptr)}});
  return std::move(reply.with("Cache-Control", "no-store"));
}

}  // namespace

store::AuditEntry audit_entry(const Context& context, const Call& call, const AccountId& whose,
                              std::string action, std::string subject, JsonObject detail) {
  return store::AuditEntry{context.clock.wall(), whose,
                           call.caller->key.id,  std::move(action),
                           std::move(subject),   write_json(detail)};
}

void note_refusal(Context& context, const Call& call, ErrorCode why) {
  if (!call.caller || !is_noted(why)) return;
  const int64_t minute = context.clock.steady().us / kMinute_us;
  const store::Key& key = call.caller->key;
  {
    const std::lock_guard lock(context.refusals_mutex);
    int64_t& noted = context.refusals[{key.id, why}];
    if (noted == minute + 1) return;
    noted = minute + 1;
  }
  context.ledger.record(
      audit_entry(context, call, key.account, "refused", call.id,
                  {{"error", name_of(why)}, {"method", name_of(call.method)}, {"path", call.path}}),
      nullptr);
}

std::vector<Route> audit_routes(Context& context) {
  return {Route{.method = Method::kGet,
                .pattern = "/v1/audit",
                .access = Access::kAdmin,
                .slow = true,
                .handler = [&context](std::shared_ptr<const Call> call,
                                      Respond respond) { respond(list(context, *call)); },
                .operation_id = "list_audit",
                .summary = "Who changed keys, accounts and limits, and who was refused; newest "
                           "first",
                .tag = "Accounts",
                .parameters = {{"account_id", "query", "Only of this account",
                                R"({"type":"string","format":"uuid"})"},
                               {"action", "query", "Only of this kind", R"({"type":"string"})"},
                               {"limit", "query", "At most so many",
                                R"({"type":"integer","minimum":1,"maximum":200})"},
                               {"cursor", "query", "next_cursor of the page before",
                                R"({"type":"string","pattern":"^[0-9]{1,15}$"})"}},
                .response_schema = "AuditList",
                .statuses = {200, 422}}};
}

}  // namespace plantain::api
