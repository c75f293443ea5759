#include "api/accounts.h"

#include "api/audit.h"
#include "api/keys.h"
#include "api/limits_object.h"
#include "api/members.h"
#include "api/problem.h"
#include "api/rates.h"
#include "api/views.h"
#include "base/limits.h"
#include "base/text.h"

namespace plantain::api {
namespace {

constexpr int64_t kForEver_s = -1;
constexpr std::size_t kBodyMax_bytes = 64 * limits::kKiB;

Json retention_json(const store::Account& account) {
  if (!account.retention) return nullptr;
  if (*account.retention == store::kKeptForEver) return kForEver_s;
  return account.retention->count() / 1'000'000;
}

void add_standing(JsonObject& object, const store::Standing& standing) {
  object["queued"] = standing.queued;
  object["running"] = standing.running;
  object["reserved_usd"] = dollars(standing.reserved);
  object["spent_today_usd"] = dollars(standing.spent_today);
  object["spent_this_month_usd"] = dollars(standing.spent_this_month);
}

JsonObject account_object(Context& context, const store::Account& account) {
  const store::Standing standing = context.ledger.standing(account.id);
  JsonObject object{
      {"account_id", account.id.text()},
      {"name", account.name},
      {"created_at", to_rfc3339(account.created)},
      {"disabled_at", account.disabled ? Json(to_rfc3339(*account.disabled)) : Json(nullptr)},
      {"prepaid", account.prepaid},
      {"retention_s", retention_json(account)},
      {"quota_bytes", account.quota_bytes ? Json(*account.quota_bytes) : Json(nullptr)},
      {"limits", limits_object(account.limits)},
      {"balance_usd", dollars(standing.balance)}};
  add_standing(object, standing);
  return object;
}

Reply no_store(Reply reply) { return std::move(reply.with("Cache-Control", "no-store")); }

Result<AccountId> account_id_of(const Call& call) {
  if (auto id = AccountId::parse(call.param("account_id"))) return *std::move(id);
  return Error{ErrorCode::kInvalidIdentifier, "an account id is a UUID in lower case"};
}

// What a body says of an account: each change of one member.
using Changes = std::vector<std::function<void(store::Account&)>>;

void take_nullables(Members& body, Changes& changes) {
  if (body.is_null("retention_s")) {
    changes.push_back([](store::Account& account) { account.retention.reset(); });
  } else if (const auto seconds =
                 body.integer("retention_s", kForEver_s, limits::kRetentionMax_s)) {
    changes.push_back([kept = *seconds](store::Account& account) {
      account.retention =
          kept == kForEver_s ? store::kKeptForEver : Micros(std::chrono::seconds(kept));
    });
  }
  if (body.is_null("quota_bytes")) {
    changes.push_back([](store::Account& account) { account.quota_bytes.reset(); });
  } else if (const auto bytes = body.integer("quota_bytes", 0, limits::kQuotaMax_bytes)) {
    changes.push_back([bytes](store::Account& account) { account.quota_bytes = bytes; });
  }
}

Changes take_changes(Members& body, WallTime now) {
  Changes changes;
  if (const auto name = body.text("name", 1, limits::kNameMax_chars))
    changes.push_back([name](store::Account& account) { account.name = *name; });
  if (const auto prepaid = body.flag("prepaid"))
    changes.push_back([prepaid](store::Account& account) { account.prepaid = *prepaid; });
  if (const auto disabled = body.flag("disabled")) {
    changes.push_back([disabled, now](store::Account& account) {
      if (!*disabled) account.disabled.reset();
      if (*disabled && !account.disabled) account.disabled = now;
    });
  }
  take_nullables(body, changes);
  if (auto limits = take_limits(body); !limits.empty())
    changes.push_back([limits](store::Account& account) { apply_limits(limits, account.limits); });
  return changes;
}

void create(Context& context, const std::shared_ptr<const Call>& call, const Respond& respond) {
  const Result<Json> sent = object_body(*call);
  if (!sent.ok()) return respond(problem(sent.error()));
  Members body(sent->get_object());
  const WallTime now = context.clock.wall();
  const Changes changes = take_changes(body, now);
  if (body.take("name") == nullptr) body.fault("name", "is required");
  if (auto refused = body.refusal()) return respond(std::move(*refused));
  store::Account account{context.ids.next<AccountId>(), "", now};
  for (const auto& change : changes) change(account);
  const std::string id = account.id.text();
  context.keys.add_account(
      account, audit_entry(context, *call, account.id, "account.created", id, sent->get_object()),
      [&context, account, respond](Result<void> kept) {
        respond(kept.ok() ? no_store(json_reply(201, account_object(context, account)))
                          : problem(kept.error()));
      });
}

void change(Context& context, const std::shared_ptr<const Call>& call, const Respond& respond) {
  const Result<AccountId> id = account_id_of(*call);
  if (!id.ok()) return respond(problem(id.error()));
  const Result<Json> sent = object_body(*call);
  if (!sent.ok()) return respond(problem(sent.error()));
  Members body(sent->get_object());
  const Changes changes = take_changes(body, context.clock.wall());
  if (bool_or(*sent, "disabled", false) && *id == call->caller->key.account)
    body.fault("disabled", "must not be true of the account of the key that says so");
  if (auto refused = body.refusal()) return respond(std::move(*refused));
  context.keys.change_account(
      *id,
      [changes](store::Account& account) {
        for (const auto& each : changes) each(account);
      },
      audit_entry(context, *call, *id, "account.changed", id->text(), sent->get_object()),
      [&context, respond](Result<store::Account> account) {
        if (!account.ok()) return respond(problem(account.error()));
        context.hub.set_disabled(account->id, account->disabled.has_value());
        respond(no_store(json_reply(200, account_object(context, *account))));
      });
}

Reply list(Context& context, const Call&) {
  const auto accounts = context.keys.accounts();
  if (!accounts.ok()) return problem(accounts.error());
  JsonArray rows;
  for (const store::Account& account : *accounts) rows.push_back(account_object(context, account));
  return no_store(json_reply(200, JsonObject{{"accounts", std::move(rows)}}));
}

Reply show(Context& context, const Call& call) {
  const Result<AccountId> id = account_id_of(call);
  if (!id.ok()) return problem(id.error());
  const Result<store::Account> account = context.keys.account(*id);
  if (!account.ok()) return problem(account.error());
  return no_store(json_reply(200, account_object(context, *account)));
}

// The caller's own account: with the limits that are in force, and those of the key.
Reply own(Context& context, const Call& call) {
  const Caller& caller = *call.caller;
  JsonObject object = account_object(context, caller.account);
  object["role"] = store::name_of(caller.key.role);
  object["limits"] = limits_object(limits_of(context, caller.account));
  const auto retention = retention_of(context, caller.account);
  object["retention_s"] = retention ? Json(retention->count() / 1'000'000) : Json(kForEver_s);
  JsonObject key{{"key_id", caller.key.id.text()},
                 {"name", caller.key.name},
                 {"limits", limits_object(caller.key.limits)}};
  add_standing(key, context.ledger.standing(caller.key.id));
  object["key"] = std::move(key);
  return no_store(json_reply(200, object));
}

Reply balance(Context& context, const Call& call) {
  const Microdollars left = context.ledger.standing(call.caller->key.account).balance;
  return no_store(json_reply(200, JsonObject{{"balance_usd", dollars(left)},
                                             {"balance_microdollars", left},
                                             {"currency", "USD"}}));
}

JsonObject credit_object(const store::Credit& credit) {
  return JsonObject{{"amount_usd", dollars(credit.amount)},
                    {"note", credit.note},
                    {"reference", credit.reference ? Json(*credit.reference) : Json(nullptr)},
                    {"at", to_rfc3339(credit.at)}};
}

Reply credits(Context& context, const Call& call) {
  const Result<AccountId> id = account_id_of(call);
  if (!id.ok()) return problem(id.error());
  if (const auto account = context.keys.account(*id); !account.ok())
    return problem(account.error());
  const auto known = context.ledger.credits(*id);
  if (!known.ok()) return problem(known.error());
  JsonArray rows;
  for (const store::Credit& credit : *known) rows.push_back(credit_object(credit));
  return no_store(json_reply(200, JsonObject{{"credits", std::move(rows)}}));
}

void add_credit(Context& context, const std::shared_ptr<const Call>& call, const Respond& respond) {
  const Result<AccountId> id = account_id_of(*call);
  if (!id.ok()) return respond(problem(id.error()));
  const Result<Json> sent = object_body(*call);
  if (!sent.ok()) return respond(problem(sent.error()));
  Members body(sent->get_object());
  const auto amount = body.money("amount_usd", -limits::kMoneyMax_usd, limits::kMoneyMax_usd);
  if (body.take("amount_usd") == nullptr) body.fault("amount_usd", "is required");
  if (amount == 0) body.fault("amount_usd", "must not be 0");
  store::Credit credit{*id};
  credit.amount = amount.value_or(0);
  credit.note = body.text("note", 0, limits::kNoteMax_chars).value_or("");
  credit.reference = body.text("reference", 1, limits::kNameMax_chars);
  credit.at = context.clock.wall();
  if (auto refused = body.refusal()) return respond(std::move(*refused));
  context.ledger.add_credit(
      credit, audit_entry(context, *call, *id, "account.credited", id->text(), sent->get_object()),
      [credit, respond](Result<store::Standing> standing) {
        if (!standing.ok()) return respond(problem(standing.error()));
        JsonObject object = credit_object(credit);
        object["balance_usd"] = dollars(standing->balance);
        respond(no_store(json_reply(201, object)));
      });
}

// The same call for the account that the path names; kNotFound when there is none.
using OfAccount = void (*)(Context&, const std::shared_ptr<const Call>&, const AccountId&,
                           const Respond&);
Handler of_account(Context& context, OfAccount handler) {
  return [&context, handler](std::shared_ptr<const Call> call, Respond respond) {
    const Result<AccountId> id = account_id_of(*call);
    if (!id.ok()) return respond(problem(id.error()));
    const Result<store::Account> account = context.keys.account(*id);
    if (!account.ok()) return respond(problem(account.error()));
    handler(context, call, *id, respond);
  };
}

Handler plain(Context& context, Reply (*handler)(Context&, const Call&)) {
  return [&context, handler](std::shared_ptr<const Call> call, Respond respond) {
    respond(handler(context, *call));
  };
}
Handler writing(Context& context,
                void (*handler)(Context&, const std::shared_ptr<const Call>&, const Respond&)) {
  return [&context, handler](std::shared_ptr<const Call> call, Respond respond) {
    handler(context, call, respond);
  };
}

constexpr Parameter kAccountId = {"account_id", "path", "The account",
                                  R"({"type":"string","format":"uuid"})"};

Route admin_route(Method method, std::string pattern, Handler handler, std::string_view operation,
                  std::string_view summary, std::string_view response, std::vector<int> statuses) {
  Route route{.method = method,
              .pattern = std::move(pattern),
              .access = Access::kAdmin,
              .handler = std::move(handler),
              .operation_id = operation,
              .summary = summary,
              .tag = "Accounts",
              .response_schema = response,
              .statuses = std::move(statuses)};
  if (route.pattern.find("{account_id}") != std::string::npos) route.parameters = {kAccountId};
  return route;
}

Route with_body(Route route, std::string_view schema) {
  route.body = BodyKind::kJson;
  route.body_max_bytes = kBodyMax_bytes;
  route.request_schema = schema;
  route.statuses.insert(route.statuses.end(), {400, 413, 415, 422});
  return route;
}

void add_admin_routes(Context& context, std::vector<Route>& routes) {
  const std::string one = "/v1/accounts/{account_id}";
  Route all = admin_route(Method::kGet, "/v1/accounts", plain(context, list), "list_accounts",
                          "All accounts, oldest first", "AccountList", {200});
  all.slow = true;
  routes.push_back(std::move(all));
  routes.push_back(with_body(
      admin_route(Method::kPost, "/v1/accounts", writing(context, create), "create_account",
                  "Make an account; it has no key yet", "Account", {201}),
      "NewAccount"));
  routes.push_back(admin_route(Method::kGet, one, plain(context, show), "get_account_by_id",
                               "One account", "Account", {200, 404}));
  routes.push_back(with_body(
      admin_route(Method::kPatch, one, writing(context, change), "change_account",
                  "Change limits, retention, quota, prepaid, disabled", "Account", {200, 404}),
      "AccountChange"));
  routes.push_back(admin_route(
      Method::kGet, one + "/keys",
      of_account(context, [](Context& c, const std::shared_ptr<const Call>&, const AccountId& id,
                             const Respond& respond) { respond(list_keys(c, id)); }),
      "list_account_keys", "An account's keys", "KeyList", {200, 404}));
  routes.push_back(
      with_body(admin_route(Method::kPost, one + "/keys", of_account(context, create_key),
                            "create_account_key", "Make a key of an account", "NewKey", {201, 404}),
                "KeyWish"));
  Route revoke =
      admin_route(Method::kDelete, one + "/keys/{key_id}", of_account(context, revoke_key),
                  "revoke_account_key", "Revoke a key of an account", "", {204, 404});
  revoke.parameters.push_back(
      {"key_id", "path", "The key", R"({"type":"string","format":"uuid"})"});
  routes.push_back(std::move(revoke));
  routes.push_back(admin_route(Method::kGet, one + "/credits", plain(context, credits),
                               "list_credits", "What was credited, newest first", "CreditList",
                               {200, 404}));
  routes.push_back(with_body(
      admin_route(Method::kPost, one + "/credits", writing(context, add_credit), "add_credit",
                  "Add to the balance; less than nothing corrects it", "Credited", {201, 404}),
      "NewCredit"));
}

}  // namespace

std::optional<Micros> retention_of(const Context& context, const store::Account& account) {
  if (!account.retention) return context.settings.retention;
  if (*account.retention == store::kKeptForEver) return std::nullopt;
  return account.retention;
}

std::vector<Route> account_routes(Context& context) {
  std::vector<Route> routes;
  Route mine =
      admin_route(Method::kGet, "/v1/account", plain(context, own), "get_account",
                  "The caller's account: balance, limits, what is going on", "OwnAccount", {200});
  mine.access = Access::kUser;
  routes.push_back(std::move(mine));
  Route left = admin_route(Method::kGet, "/prod/v2/balance", plain(context, balance), "get_balance",
                           "The account's balance", "Balance", {200});
  left.access = Access::kUser;
  routes.push_back(std::move(left));
  add_admin_routes(context, routes);
  return routes;
}

}  // namespace plantain::api
