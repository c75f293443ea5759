// Accounts, their money, and what was used and done.
#include "base/text.h"
#include "cli/duration.h"
#include "cli/remote.h"
#include "cli/text_table.h"

namespace plantain::cli {
namespace {

using Table = std::vector<std::vector<std::string>>;

std::string account_path(std::string_view id, std::string_view rest = "") {
  return concat("/v1/accounts/", percent_encode(id), rest);
}

std::string member_text(const Json& object, std::string_view name) {
  const Json* const value = find(object, name);
  return value == nullptr || value->is_null() ? "" : plain(*value);
}

std::string dollars_text(const Json& object, std::string_view name) {
  return concat("$", member_text(object, name));
}

std::string account_state(const Json& account) {
  if (!member_text(account, "disabled_at").empty()) return "disabled";
  return bool_or(account, "prepaid", false) ? "prepaid" : "open";
}

void show_accounts(const Session& session, const Json& answer) {
  Table rows;
  for (const Json& account : list_of(answer, "accounts")) {
    rows.push_back({text_or(account, "account_id", ""), text_or(account, "name", ""),
                    account_state(account), dollars_text(account, "balance_usd"),
                    dollars_text(account, "spent_this_month_usd"), member_text(account, "queued"),
                    member_text(account, "running")});
  }
  session.world.out(text_table(
      {"ACCOUNT ID", "NAME", "STATE", "BALANCE", "THIS MONTH", "QUEUED", "RUNNING"}, rows));
}

void show_one(const Session& session, const Json& answer) {
  std::string out;
  show_members(answer, "", out);
  session.world.out(out);
}

// "30d" as seconds, "default" as null, "forever" as -1.
Result<Json> retention_of(const std::string& text) {
  if (text == "default") return Json(nullptr);
  if (text == "forever") return Json(-1);
  const auto duration = parse_duration(text);
  if (!duration)
    return invalid("--retention takes a length of time like 12h or 30d, default or forever");
  return Json(duration->count());
}

Result<Json> quota_of(const std::string& text) {
  if (text == "default") return Json(nullptr);
  const auto bytes = parse_int(text);
  if (!bytes || *bytes < 0) return invalid("--quota takes a number of bytes, or default");
  return Json(*bytes);
}

// The body of `accounts create` and `accounts change`.
Result<JsonObject> account_body(const Arguments& words) {
  JsonObject body;
  if (!words.name.empty()) body["name"] = words.name;
  if (words.prepaid) body["prepaid"] = *words.prepaid;
  if (words.disabled) body["disabled"] = *words.disabled;
  if (!words.retention.empty()) {
    const Result<Json> retention = retention_of(words.retention);
    if (!retention.ok()) return retention.error();
    body["retention_s"] = *retention;
  }
  if (!words.quota.empty()) {
    const Result<Json> quota = quota_of(words.quota);
    if (!quota.ok()) return quota.error();
    body["quota_bytes"] = *quota;
  }
  if (!words.limits.empty()) {
    const Result<JsonObject> limits = limits_of(words.limits);
    if (!limits.ok()) return limits.error();
    body["limits"] = *limits;
  }
  return body;
}

void show_usage(const Session& session, const Json& answer) {
  Table rows;
  for (const Json& row : list_of(answer, "usage")) {
    const std::string group = text_or(row, "group", "");
    rows.push_back({group.empty() ? "(none)" : group, member_text(row, "requests"),
                    member_text(row, "succeeded"), member_text(row, "failed"),
                    member_text(row, "cancelled"), member_text(row, "pictures"),
                    dollars_text(row, "cost_usd")});
  }
  if (rows.empty()) return session.world.err("Nothing was used in that time.\n");
  std::string group = text_or(answer, "group_by", "");
  for (char& c : group) c = static_cast<char>(std::toupper(c));
  session.world.out(text_table(
      {group, "REQUESTS", "SUCCEEDED", "FAILED", "CANCELLED", "PICTURES", "COST"}, rows));
}

void show_audit(const Session& session, const Json& answer) {
  Table rows;
  for (const Json& entry : list_of(answer, "entries")) {
    rows.push_back({text_or(entry, "at", ""), text_or(entry, "action", ""),
                    text_or(entry, "subject", ""), member_text(entry, "key_id"),
                    member_text(entry, "detail")});
  }
  if (rows.empty()) return session.world.err("There is no such entry.\n");
  session.world.out(text_table({"AT", "ACTION", "SUBJECT", "BY KEY", "DETAIL"}, rows));
  const std::string next = text_or(answer, "next_cursor", "");
  if (!next.empty()) session.world.err(concat("There are more: --cursor ", next, "\n"));
}

}  // namespace

Result<JsonObject> limits_of(const std::vector<std::string>& pairs) {
  JsonObject limits;
  for (const std::string& pair : pairs) {
    const auto equals = pair.find('=');
    if (equals == std::string::npos || equals == 0)
      return invalid(concat("--limit takes NAME=VALUE, not \"", pair, "\""));
    const std::string value = pair.substr(equals + 1);
    const Result<Json> number = value == "none" ? Result<Json>(Json(nullptr)) : parse_json(value);
    if (!number.ok() || !(number->is_number() || number->is_null()))
      return invalid(concat("--limit ", pair.substr(0, equals), " takes a number, or none"));
    limits[pair.substr(0, equals)] = *number;
  }
  return limits;
}

int accounts_list(const Session& session) {
  return call_and_show(session, {.path = "/v1/accounts"},
                       [&](const Json& answer) { show_accounts(session, answer); });
}

int accounts_show(const Session& session) {
  const std::string& id = session.arguments.id;
  return call_and_show(session, {.path = id.empty() ? "/v1/account" : account_path(id)},
                       [&](const Json& answer) { show_one(session, answer); });
}

int accounts_create(const Session& session) {
  const Result<JsonObject> body = account_body(session.arguments);
  if (!body.ok()) return fail_usage(session, body.error().message);
  return call_and_show(session, {.method = "POST", .path = "/v1/accounts", .body = *body},
                       [&](const Json& answer) {
                         session.world.out(text_or(answer, "account_id", "") + "\n");
                         session.world.err("`plantain keys create --account ID` makes its key.\n");
                       });
}

int accounts_change(const Session& session) {
  const Result<JsonObject> body = account_body(session.arguments);
  if (!body.ok()) return fail_usage(session, body.error().message);
  if (body->empty()) return fail_usage(session, "say what is to change");
  return call_and_show(
      session, {.method = "PATCH", .path = account_path(session.arguments.id), .body = *body},
      [&](const Json& answer) { show_one(session, answer); });
}

int accounts_credit(const Session& session) {
  const Arguments& words = session.arguments;
  const Result<Json> amount = parse_json(words.amount);
  if (!amount.ok() || !amount->is_number())
    return fail_usage(session, "--amount takes a number of dollars, e.g. 25 or -0.5");
  JsonObject body{{"amount_usd", *amount}};
  if (!words.note.empty()) body["note"] = words.note;
  if (!words.reference.empty()) body["reference"] = words.reference;
  return call_and_show(
      session, {.method = "POST", .path = account_path(words.id, "/credits"), .body = body},
      [&](const Json& answer) {
        session.world.out(concat("balance: ", dollars_text(answer, "balance_usd"), "\n"));
      });
}

int usage(const Session& session) {
  const Arguments& words = session.arguments;
  ApiCall call{.path = "/v1/usage",
               .query = {{"from", words.from},
                         {"to", words.to},
                         {"group_by", words.by},
                         {"account_id", words.account}}};
  if (!words.csv)
    return call_and_show(session, call, [&](const Json& answer) { show_usage(session, answer); });
  if (words.json) return fail_usage(session, "--csv and --json do not go together");
  call.query.emplace_back("format", "csv");
  const Result<Connection> connection = resolve_connection(session.world, words);
  if (!connection.ok()) return fail_usage(session, connection.error().message);
  const Result<std::string> table = ApiClient(*connection, nullptr).text(call);
  if (!table.ok()) return fail(session, table.error());
  session.world.out(*table);
  return kExitOk;
}

int audit(const Session& session) {
  const Arguments& words = session.arguments;
  return call_and_show(session,
                       {.path = "/v1/audit",
                        .query = {{"account_id", words.account},
                                  {"action", words.action},
                                  {"limit", words.limit > 0 ? concat(words.limit) : ""},
                                  {"cursor", words.cursor}}},
                       [&](const Json& answer) { show_audit(session, answer); });
}

}  // namespace plantain::cli
