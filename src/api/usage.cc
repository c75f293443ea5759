#include "api/usage.h"

#include <algorithm>

#include "api/problem.h"
#include "api/views.h"
#include "base/limits.h"
#include "base/text.h"

namespace plantain::api {
namespace {

using Group = store::UsageQuery::Group;
constexpr int64_t kDay_us = int64_t{24} * 3600 * 1'000'000;

struct GroupName {
  std::string_view name;
  Group group;
};
constexpr GroupName kGroups[] = {
    {"day", Group::kDay}, {"model", Group::kModel}, {"key", Group::kKey}, {"tag", Group::kTag}};

// "2026-11-25" as days since 1970-01-01.
std::optional<int64_t> day_of(std::string_view text) {
  const auto time = from_rfc3339(concat(text, "T00:00:00Z"));
  if (text.size() != 10 || !time) return std::nullopt;
  return time->us / kDay_us;
}

Result<int64_t> day_in(const Call& call, std::string_view name, int64_t otherwise) {
  const auto text = call.query_value(name);
  if (!text) return otherwise;
  const auto day = day_of(*text);
  if (!day) return invalid(concat(name, " must be a day like 2026-11-25"));
  return *day;
}

// What is asked for; users see their own account, admins also another one, or all.
Result<store::UsageQuery> query_of(const Context& context, const Call& call) {
  store::UsageQuery query{.account = call.caller->key.account};
  const std::string_view group = call.query_value("group_by").value_or("day");
  const auto named = std::find_if(std::begin(kGroups), std::end(kGroups),
                                  [&](const GroupName& each) { return each.name == group; });
  if (named == std::end(kGroups)) return invalid("group_by must be day, model, key or tag");
  query.group = named->group;
  const int64_t today = context.clock.wall().us / kDay_us;
  const Result<int64_t> from = day_in(call, "from", today - (limits::kUsageDays - 1));
  const Result<int64_t> to = day_in(call, "to", today);
  if (!from.ok()) return from.error();
  if (!to.ok()) return to.error();
  if (*from > *to) return invalid("from must not be after to");
  query.first_day = *from;
  query.last_day = *to;
  if (const auto account = call.query_value("account_id")) {
    if (call.caller->key.role != store::Role::kAdmin)
      return Error{ErrorCode::kPermissionDenied, "only an admin key sees another account's usage"};
    query.account = AccountId::parse(*account);
    if (!query.account && *account != "all")
      return invalid("account_id must be the id of an account, or all");
  }
  return query;
}

JsonObject row_object(const store::UsageRow& row) {
  return JsonObject{{"group", row.group},
                    {"requests", row.succeeded + row.failed + row.cancelled},
                    {"succeeded", row.succeeded},
                    {"failed", row.failed},
                    {"cancelled", row.cancelled},
                    {"pictures", row.pictures},
                    {"cost_usd", dollars(row.cost)},
                    {"provider_cost_usd", dollars(row.provider_cost)}};
}

// RFC 4180; a field that a table would take for a formula is quoted with a mark before it.
std::string csv_field(const Json& value) {
  if (!value.is_string()) return write_json(value);
  std::string text(view(value.get_string()));
  if (!text.empty() && std::string_view("=+-@\t\r").find(text.front()) != std::string_view::npos)
    text.insert(text.begin(), '\'');
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + "\"";
}

Reply csv_reply(const std::vector<store::UsageRow>& rows, std::string_view group) {
  std::string out;
  const auto add_line = [&out](const JsonObject& object, bool names) {
    std::string separator;
    for (const auto& member : object) {
      out += separator;
      out += names ? std::string(member.key()) : csv_field(member.value());
      separator = ",";
    }
    out += "\r\n";
  };
  add_line(row_object({}), true);
  for (const store::UsageRow& row : rows) add_line(row_object(row), false);
  Reply reply;
  reply.body = std::move(out);
  reply.with("Content-Type", "text/csv; charset=utf-8; header=present")
      .with("Content-Disposition", concat("attachment; filename=\"usage-by-", group, ".csv\""))
      .with("Cache-Control", "no-store");
  return reply;
}

bool wants_csv(const Call& call) {
  const auto accept = call.headers.get("Accept");
  return accept && accept->starts_with("text/csv");
}

Reply usage(Context& context, const Call& call) {
  const std::string_view format =
      call.query_value("format").value_or(wants_csv(call) ? "csv" : "json");
  if (format != "json" && format != "csv") return problem(invalid("format must be json or csv"));
  const Result<store::UsageQuery> query = query_of(context, call);
  if (!query.ok()) return problem(query.error());
  const auto rows = context.ledger.usage(*query);
  if (!rows.ok()) return problem(rows.error());
  const std::string_view group = call.query_value("group_by").value_or("day");
  if (format == "csv") return csv_reply(*rows, group);
  JsonArray list;
  for (const store::UsageRow& row : *rows) list.push_back(row_object(row));
  const auto day_text = [](int64_t day) {
    return to_rfc3339(WallTime{day * kDay_us}).substr(0, 10);
  };
  Reply reply = json_reply(200, JsonObject{{"from", day_text(query->first_day)},
                                           {"to", day_text(query->last_day)},
                                           {"group_by", group},
                                           {"usage", std::move(list)}});
  return std::move(reply.with("Cache-Control", "no-store"));
}

}  // namespace

std::vector<Route> usage_routes(Context& context) {
  constexpr std::string_view kDay =
      R"({"type":"string","format":"date","pattern":"^20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])$"})";
  return {
      Route{.method = Method::kGet,
            .pattern = "/v1/usage",
            .access = Access::kUser,
            .slow = true,
            .handler = [&context](std::shared_ptr<const Call> call,
                                  Respond respond) { respond(usage(context, *call)); },
            .operation_id = "get_usage",
            .summary = "What requests that ended used and cost, deleted ones included",
            .tag = "Accounts",
            .parameters = {{"from", "query", "First day, UTC; 30 days back when left out", kDay},
                           {"to", "query", "Last day, UTC; today when left out", kDay},
                           {"group_by", "query", "What a row is of",
                            R"({"type":"string","enum":["day","model","key","tag"]})"},
                           {"format", "query", "Or Accept: text/csv",
                            R"({"type":"string","enum":["json","csv"]})"},
                           {"account_id", "query", "Of another account, or all; for admins",
                            R"({"type":"string"})"}},
            .response_schema = "Usage",
            .statuses = {200, 403, 422}}};
}

}  // namespace plantain::api
