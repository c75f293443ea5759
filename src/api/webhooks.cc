#include "api/webhooks.h"

#include "api/problem.h"
#include "api/views.h"
#include "base/crypto.h"
#include "base/exchange_limits.h"
#include "base/limits.h"
#include "base/text.h"
#include "store/wait.h"

namespace plantain::api {
namespace {

constexpr std::size_t kSecret_bytes = 32;

// An account's secrets as they are kept: JSON, sealed.
struct Secrets {
  std::string current;
  std::string previous;  // empty: none
  std::optional<WallTime> previous_until;
};

std::string name_of_secret(const AccountId& account) { return concat("webhook:", account.text()); }

std::string text_of(const Secrets& secrets) {
  JsonObject object{{"current", to_hex(secrets.current)}, {"previous", to_hex(secrets.previous)}};
  if (secrets.previous_until) object["previous_until"] = to_rfc3339(*secrets.previous_until);
  return write_json(object);
}

std::optional<Secrets> secrets_of(const std::string& text) {
  const Result<Json> json = parse_json(text);
  if (!json.ok()) return std::nullopt;
  const auto current = from_hex(text_or(*json, "current", ""));
  const auto previous = from_hex(text_or(*json, "previous", ""));
  if (!current || current->empty() || !previous) return std::nullopt;
  return Secrets{*current, *previous, from_rfc3339(text_or(*json, "previous_until", ""))};
}

Result<void> keep(Context& context, const AccountId& account, const Secrets& secrets) {
  return store::wait_for<void>([&](auto then) {
    context.keys.put_secret(name_of_secret(account), seal(context.master_key, text_of(secrets)),
                            std::move(then));
  });
}

// With webhook_secrets_mutex held.
Result<Secrets> load(Context& context, const AccountId& account) {
  const Result<std::string> sealed = context.keys.secret(name_of_secret(account));
  if (!sealed.ok() && sealed.error().code != ErrorCode::kNotFound) return sealed.error();
  if (!sealed.ok()) {
    Secrets fresh{random_bytes(kSecret_bytes), {}, std::nullopt};
    if (Result<void> kept = keep(context, account, fresh); !kept.ok()) return kept.error();
    return fresh;
  }
  const auto text = unseal(context.master_key, *sealed);
  const auto secrets = text ? secrets_of(*text) : std::nullopt;
  if (!secrets) return Error{ErrorCode::kInternal, "a webhook secret cannot be opened"};
  return *secrets;
}

bool counts(const Secrets& secrets, WallTime now) {
  return !secrets.previous.empty() && secrets.previous_until && *secrets.previous_until > now;
}

Reply no_store(Reply reply) {
  reply.with("Cache-Control", "no-store");
  return reply;
}

Reply secret_reply(const Context& context, const Secrets& secrets) {
  const bool both = counts(secrets, context.clock.wall());
  return no_store(json_reply(
      200, JsonObject{{"secret", net::webhook_secret_text(secrets.current)},
                      {"previous_valid_until",
                       both ? Json(to_rfc3339(*secrets.previous_until)) : Json(nullptr)}}));
}

Reply show_secret(Context& context, const Call& call) {
  const std::lock_guard lock(context.webhook_secrets_mutex);
  const Result<Secrets> secrets = load(context, call.caller->key.account);
  return secrets.ok() ? secret_reply(context, *secrets) : problem(secrets.error());
}

Reply rotate_secret(Context& context, const Call& call) {
  const std::lock_guard lock(context.webhook_secrets_mutex);
  const Result<Secrets> old = load(context, call.caller->key.account);
  if (!old.ok()) return problem(old.error());
  const Secrets fresh{random_bytes(kSecret_bytes), old->current,
                      context.clock.wall() + limits::kOldWebhookSecret};
  const Result<void> kept = keep(context, call.caller->key.account, fresh);
  return kept.ok() ? secret_reply(context, fresh) : problem(kept.error());
}

std::string_view name_of(store::DeliveryOutcome outcome) {
  constexpr std::string_view kNames[] = {"due", "delivered", "given_up"};
  return kNames[static_cast<int>(outcome)];
}

JsonObject delivery_object(const store::Delivery& delivery) {
  const bool due = delivery.outcome == store::DeliveryOutcome::kDue;
  return JsonObject{
      {"delivery_id", delivery.id()},
      {"request_id", delivery.request.text()},
      {"url", delivery.url},
      {"status", status_name(delivery.state)},
      {"outcome", name_of(delivery.outcome)},
      {"tries", delivery.tries},
      {"last_answer", delivery.answer ? Json(*delivery.answer) : Json(nullptr)},
      {"last_fault", delivery.fault.empty() ? Json(nullptr) : Json(delivery.fault)},
      {"created_at", to_rfc3339(delivery.at)},
      {"next_try_at", due ? Json(to_rfc3339(delivery.due)) : Json(nullptr)},
      {"ended_at", delivery.ended ? Json(to_rfc3339(*delivery.ended)) : Json(nullptr)}};
}

Reply list(Context& context, const Call& call) {
  int limit = 50;
  std::optional<int64_t> before;
  if (const auto value = call.query_value("limit")) {
    const auto number = parse_int(*value);
    if (!number || *number < 1 || *number > limits::kListMax)
      return problem(invalid(concat("limit must be 1 to ", limits::kListMax)));
    limit = static_cast<int>(*number);
  }
  if (const auto value = call.query_value("cursor")) {
    before = parse_int(*value);
    if (!before) return problem(invalid("cursor must be a next_cursor of this list"));
  }
  const auto page = context.webhooks.list(call.caller->key.account, before, limit);
  if (!page.ok()) return problem(page.error());
  JsonArray deliveries;
  for (const store::Delivery& delivery : *page) deliveries.push_back(delivery_object(delivery));
  const bool more = static_cast<int>(page->size()) == limit;
  return no_store(json_reply(
      200, JsonObject{{"deliveries", std::move(deliveries)},
                      {"next_cursor", more ? Json(concat(page->back().number)) : Json(nullptr)}}));
}

void redeliver(Context& context, const std::shared_ptr<const Call>& call, const Respond& respond) {
  context.webhooks.redeliver(call->caller->key.account, call->param("delivery_id"),
                             [&context, respond](Result<store::Delivery> delivery) {
                               if (!delivery.ok()) return respond(problem(delivery.error()));
                               if (context.changed) context.changed();
                               respond(no_store(json_reply(202, delivery_object(*delivery))));
                             });
}

Reply public_keys(const Context& context) {
  const JsonObject key{{"id", "1"},
                       {"algorithm", "ed25519"},
                       {"public_key", net::webhook_public_key_text(context.webhook_seed)}};
  Reply reply = json_reply(200, JsonObject{{"keys", JsonArray{key}}});
  reply.with("Cache-Control", "max-age=3600").with("Access-Control-Allow-Origin", "*");
  return reply;
}

Handler answering(Context& context, Reply (*handler)(Context&, const Call&)) {
  return [&context, handler](std::shared_ptr<const Call> call, Respond respond) {
    respond(handler(context, *call));
  };
}

}  // namespace

bool is_webhook_address(const Context& context, std::string_view address) {
  const std::string begin = to_lower_ascii(address.substr(0, 8));
  const bool scheme =
      begin == "https://" || (context.settings.fetch_http && begin.starts_with("http://"));
  const std::size_t host = address.find("//") + 2;
  const bool plain =
      address.find_first_of(std::string_view(" \t\r\n\0", 5)) == std::string_view::npos;
  return scheme && plain && host < address.size() && address[host] != '/';
}

Result<net::WebhookKeys> webhook_keys(Context& context, const AccountId& account) {
  const std::lock_guard lock(context.webhook_secrets_mutex);
  const Result<Secrets> secrets = load(context, account);
  if (!secrets.ok()) return secrets.error();
  net::WebhookKeys keys{{secrets->current}, context.webhook_seed};
  if (counts(*secrets, context.clock.wall())) keys.secrets.push_back(secrets->previous);
  return keys;
}

Result<SignedWebhook> sign_webhook(Context& context, const std::string& base,
                                   const store::Delivery& delivery) {
  Result<Request> request = context.requests.get(delivery.account, delivery.request);
  if (!request.ok()) return request.error();
  const Result<net::WebhookKeys> keys = webhook_keys(context, delivery.account);
  if (!keys.ok()) return keys.error();
  SignedWebhook made{write_json(told_object(context, base, std::move(*request), delivery)), {}};
  const int64_t now_s = context.clock.wall().us / 1'000'000;
  made.fields = {
      {"webhook-id", delivery.id()},
      {"webhook-timestamp", concat(now_s)},
      {"webhook-signature", net::webhook_signature(*keys, delivery.id(), now_s, made.body)}};
  return made;
}

std::vector<Route> webhook_routes(Context& context) {
  return {
      Route{.method = Method::kGet,
            .pattern = "/v1/webhook-secret",
            .access = Access::kUser,
            .slow = true,
            .handler = answering(context, show_secret),
            .operation_id = "webhook_secret",
            .summary = "What signs the account's webhooks (v1, HMAC-SHA256)",
            .tag = "Webhooks",
            .response_schema = "WebhookSecret",
            .statuses = {200}},
      Route{.method = Method::kPost,
            .pattern = "/v1/webhook-secret/rotate",
            .access = Access::kUser,
            .slow = true,
            .handler = answering(context, rotate_secret),
            .operation_id = "rotate_webhook_secret",
            .summary = "A new secret; for 24 hours the old one signs too",
            .tag = "Webhooks",
            .response_schema = "WebhookSecret",
            .statuses = {200}},
      Route{.method = Method::kGet,
            .pattern = "/v1/webhook-deliveries",
            .access = Access::kUser,
            .slow = true,
            .handler = answering(context, list),
            .operation_id = "list_webhook_deliveries",
            .summary = "What was told to the account's webhooks, newest first",
            .tag = "Webhooks",
            .parameters = {{"limit", "query", "At most so many",
                            R"({"type":"integer","minimum":1,"maximum":200})"},
                           {"cursor", "query", "next_cursor of the page before",
                            R"({"type":"string","pattern":"^[0-9]{1,18}$"})"}},
            .response_schema = "DeliveryList",
            .statuses = {200, 422}},
      Route{.method = Method::kPost,
            .pattern = "/v1/webhook-deliveries/{delivery_id}/redeliver",
            .access = Access::kUser,
            .handler = [&context](std::shared_ptr<const Call> call,
                                  Respond respond) { redeliver(context, call, respond); },
            .operation_id = "redeliver_webhook",
            .summary = "Send it once more, now",
            .tag = "Webhooks",
            .parameters = {{"delivery_id", "path", "The delivery", R"({"type":"string"})"}},
            .response_schema = "Delivery",
            .statuses = {202, 404}},
      Route{.method = Method::kGet,
            .pattern = "/.well-known/webhook-keys.json",
            .access = Access::kPublic,
            .handler = [&context](const std::shared_ptr<const Call>&,
                                  const Respond& respond) { respond(public_keys(context)); },
            .operation_id = "webhook_keys",
            .summary = "What the asymmetric signatures of webhooks (v1a, Ed25519) are checked with",
            .tag = "Webhooks",
            .response_schema = "WebhookKeys",
            .statuses = {200}},
  };
}

}  // namespace plantain::api
