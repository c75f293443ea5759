#include "api/keys.h"

#include "api/audit.h"
#include "api/gate.h"
#include "api/limits_object.h"
#include "api/members.h"
#include "api/problem.h"
#include "base/limits.h"
#include "base/text.h"

namespace plantain::api {
namespace {

Json time_or_null(const std::optional<WallTime>& time) {
  return time ? Json(to_rfc3339(*time)) : Json(nullptr);
}

JsonObject key_object(const store::Key& key) {
  return JsonObject{{"key_id", key.id.text()},
                    {"name", key.name},
                    {"role", store::name_of(key.role)},
                    {"hint", key.hint},
                    {"priority", name_of(key.highest_priority)},
                    {"limits", limits_object(key.limits)},
                    {"created_at", to_rfc3339(key.created)},
                    {"expires_at", time_or_null(key.expires)},
                    {"last_used_at", time_or_null(key.last_used)},
                    {"revoked_at", time_or_null(key.revoked)}};
}

struct KeyWish {
  std::string name;
  store::Role role = store::Role::kUser;
  std::optional<Priority> priority;
  std::optional<WallTime> expires;
  Limits limits;
};

// What the body of a call wishes for; a reply: it has faults.
std::optional<Reply> read_wish(const WallTime now, Members& body, KeyWish& wish) {
  if (const auto name = body.text("name", 1, limits::kNameMax_chars)) wish.name = *name;
  if (body.take("name") == nullptr) body.fault("name", "is required");
  if (const Json* value = body.take("role")) {
    const auto role = store::role_from_name(value->is_string() ? view(value->get_string()) : "");
    if (role) wish.role = *role;
    if (!role) body.fault("role", "must be user, admin or worker");
  }
  if (const Json* value = body.take("priority")) {
    wish.priority = priority_from_name(value->is_string() ? view(value->get_string()) : "");
    if (!wish.priority) body.fault("priority", "must be low, normal or high");
  }
  if (const Json* value = body.take("expires_at"); value != nullptr && !value->is_null()) {
    wish.expires = from_rfc3339(value->is_string() ? view(value->get_string()) : "");
    if (!wish.expires || *wish.expires <= now)
      body.fault("expires_at", "must be a time in the future, RFC 3339 in UTC");
  }
  apply_limits(take_limits(body), wish.limits);
  return body.refusal();
}

// A key never makes a key above its own role, priority or expiry.
std::optional<Error> above(const store::Key& maker, const KeyWish& wish) {
  if (wish.role != store::Role::kUser && maker.role != store::Role::kAdmin) {
    return Error{ErrorCode::kPermissionDenied,
                 "only an admin key makes keys of role admin or worker"};
  }
  if (wish.priority && *wish.priority > maker.highest_priority) {
    return Error{ErrorCode::kPermissionDenied,
                 concat("this key's highest priority is ", name_of(maker.highest_priority))};
  }
  if (maker.expires && wish.expires && *wish.expires > *maker.expires) {
    return Error{ErrorCode::kPermissionDenied, "a key makes no key that lives longer than itself"};
  }
  return std::nullopt;
}

}  // namespace

Reply list_keys(Context& context, const AccountId& account) {
  const auto keys = context.keys.keys(account);
  if (!keys.ok()) return problem(keys.error());
  JsonArray rows;
  for (const store::Key& key : *keys) rows.push_back(key_object(key));
  Reply reply = json_reply(200, JsonObject{{"keys", std::move(rows)}});
  reply.with("Cache-Control", "no-store");
  return reply;
}

void create_key(Context& context, const std::shared_ptr<const Call>& call, const AccountId& account,
                const Respond& respond) {
  const Result<Json> sent = object_body(*call);
  if (!sent.ok()) return respond(problem(sent.error()));
  Members body(sent->get_object());
  KeyWish wish;
  if (auto refused = read_wish(context.clock.wall(), body, wish))
    return respond(std::move(*refused));
  const store::Key& maker = call->caller->key;
  if (const auto refused = above(maker, wish)) return respond(problem(*refused));
  const Result<Limits> allowed = below(maker.limits, wish.limits);
  if (!allowed.ok()) return respond(problem(allowed.error()));

  const std::optional<WallTime> expires = wish.expires ? wish.expires : maker.expires;
  MintedKey minted = mint_key(context.ids, context.clock, account, wish.name, wish.role, expires);
  // Without a word about it a key gets the common ceiling, never above its maker's.
  minted.record.key.highest_priority =
      wish.priority.value_or(std::min(minted.record.key.highest_priority, maker.highest_priority));
  minted.record.key.limits = *allowed;
  JsonObject object = key_object(minted.record.key);
  object["key"] = minted.secret;
  const std::string id = minted.record.key.id.text();
  context.keys.add_key(std::move(minted.record),
                       audit_entry(context, *call, account, "key.created", id,
                                   {{"name", wish.name}, {"role", store::name_of(wish.role)}}),
                       [object = std::move(object), respond](Result<void> kept) {
                         if (!kept.ok()) return respond(problem(kept.error()));
                         Reply reply = json_reply(201, object);
                         reply.with("Cache-Control", "no-store");
                         respond(std::move(reply));
                       });
}

void revoke_key(Context& context, const std::shared_ptr<const Call>& call, const AccountId& account,
                const Respond& respond) {
  const auto id = KeyId::parse(call->param("key_id"));
  if (!id)
    return respond(
        problem(Error{ErrorCode::kInvalidIdentifier, "a key id is a UUID in lower case"}));
  if (call->caller->key.role != store::Role::kAdmin) {
    const auto keys = context.keys.keys(account);
    if (!keys.ok()) return respond(problem(keys.error()));
    for (const store::Key& key : *keys) {
      if (key.id == *id && key.role != store::Role::kUser) {
        return respond(problem(Error{ErrorCode::kPermissionDenied,
                                     "only an admin key revokes keys of role admin or worker"}));
      }
    }
  }
  context.keys.revoke_key(account, *id,
                          audit_entry(context, *call, account, "key.revoked", id->text()),
                          [&context, id = *id, respond](Result<void> done) {
                            if (!done.ok()) return respond(problem(done.error()));
                            context.hub.revoke(id);
                            Reply reply;
                            reply.status = 204;
                            respond(std::move(reply));
                          });
}

std::vector<Route> key_routes(Context& context) {
  return {
      Route{.method = Method::kGet,
            .pattern = "/v1/keys",
            .access = Access::kUser,
            .handler =
                [&context](std::shared_ptr<const Call> call, Respond respond) {
                  respond(list_keys(context, call->caller->key.account));
                },
            .operation_id = "list_keys",
            .summary = "The account's keys, without their secrets",
            .tag = "Keys",
            .response_schema = "KeyList",
            .statuses = {200}},
      Route{.method = Method::kPost,
            .pattern = "/v1/keys",
            .access = Access::kUser,
            .body = BodyKind::kJson,
            .body_max_bytes = 64 * limits::kKiB,
            .handler =
                [&context](std::shared_ptr<const Call> call, Respond respond) {
                  create_key(context, call, call->caller->key.account, respond);
                },
            .operation_id = "create_key",
            .summary = "Make a key; its secret is shown this once",
            .tag = "Keys",
            .request_schema = "KeyWish",
            .response_schema = "NewKey",
            .statuses = {201, 400, 403, 413, 415, 422}},
      Route{.method = Method::kDelete,
            .pattern = "/v1/keys/{key_id}",
            .access = Access::kUser,
            .handler =
                [&context](std::shared_ptr<const Call> call, Respond respond) {
                  revoke_key(context, call, call->caller->key.account, respond);
                },
            .operation_id = "revoke_key",
            .summary = "Revoke a key at once",
            .tag = "Keys",
            .parameters = {{"key_id", "path", "The key", R"({"type":"string","format":"uuid"})"}},
            .statuses = {204, 400, 403, 404}},
  };
}

}  // namespace plantain::api
