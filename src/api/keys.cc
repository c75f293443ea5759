#include "api/keys.h"

#include "api/gate.h"
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
                    {"created_at", to_rfc3339(key.created)},
                    {"expires_at", time_or_null(key.expires)},
                    {"last_used_at", time_or_null(key.last_used)},
                    {"revoked_at", time_or_null(key.revoked)}};
}

Reply list(Context& context, const Call& call) {
  const auto keys = context.keys.keys(call.caller->key.account);
  if (!keys.ok()) return problem(keys.error());
  JsonArray rows;
  for (const store::Key& key : *keys) rows.push_back(key_object(key));
  Reply reply = json_reply(200, JsonObject{{"keys", std::move(rows)}});
  reply.with("Cache-Control", "no-store");
  return reply;
}

struct KeyWish {
  std::string name;
  store::Role role = store::Role::kUser;
  std::optional<Priority> priority;
  std::optional<WallTime> expires;
};

void add_fault(JsonArray& faults, std::string_view name, std::string message) {
  faults.push_back(JsonObject{{"pointer", concat("/", name)},
                              {"rule", "value"},
                              {"limit", nullptr},
                              {"message", std::move(message)}});
}

void read_member(const WallTime now, std::string_view name, const Json& value, KeyWish& wish,
                 JsonArray& faults) {
  const std::string text =
      value.is_string() ? std::string(view(value.get_string())) : std::string();
  if (name == "name") {
    wish.name = text;
    if (text.empty() || count_code_points(text) > 100)
      add_fault(faults, name, "must be 1 to 100 characters");
  } else if (name == "role") {
    const auto role = store::role_from_name(text);
    if (role) wish.role = *role;
    if (!role) add_fault(faults, name, "must be user, admin or worker");
  } else if (name == "priority") {
    wish.priority = priority_from_name(text);
    if (!wish.priority) add_fault(faults, name, "must be low, normal or high");
  } else if (name == "expires_at") {
    if (value.is_null()) return;
    wish.expires = from_rfc3339(text);
    if (!wish.expires || *wish.expires <= now)
      add_fault(faults, name, "must be a time in the future, RFC 3339 in UTC");
  } else {
    const auto meant = did_you_mean(name, {"name", "role", "priority", "expires_at"});
    add_fault(faults, name,
              meant ? concat("is not known; did you mean ", *meant, "?")
                    : std::string("is not known here"));
  }
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

void create(Context& context, const std::shared_ptr<const Call>& call, const Respond& respond) {
  const Result<Json> body = parse_json(call->body);
  if (!body.ok()) return respond(problem(body.error()));
  if (!body->is_object())
    return respond(problem(Error{ErrorCode::kInvalidJson, "the body must be a JSON object"}));
  KeyWish wish;
  JsonArray faults;
  for (const auto& member : body->get_object()) {
    read_member(context.clock.wall(), std::string_view(member.key().data(), member.key().size()),
                member.value(), wish, faults);
  }
  if (wish.name.empty() && faults.empty()) add_fault(faults, "name", "is required");
  if (!faults.empty()) {
    const std::string first =
        concat(text_or(faults[0], "pointer", "").substr(1), " ", text_or(faults[0], "message", ""));
    return respond(problem(invalid(first), std::move(faults)));
  }
  const store::Key& maker = call->caller->key;
  if (const auto refused = above(maker, wish)) return respond(problem(*refused));

  const std::optional<WallTime> expires = wish.expires ? wish.expires : maker.expires;
  MintedKey minted =
      mint_key(context.ids, context.clock, maker.account, wish.name, wish.role, expires);
  // Without a word about it a key gets the common ceiling, never above its maker's.
  minted.record.key.highest_priority =
      wish.priority.value_or(std::min(minted.record.key.highest_priority, maker.highest_priority));
  JsonObject object = key_object(minted.record.key);
  object["key"] = minted.secret;
  context.keys.add_key(std::move(minted.record),
                       [object = std::move(object), respond](Result<void> kept) {
                         if (!kept.ok()) return respond(problem(kept.error()));
                         Reply reply = json_reply(201, object);
                         reply.with("Cache-Control", "no-store");
                         respond(std::move(reply));
                       });
}

void revoke(Context& context, const std::shared_ptr<const Call>& call, const Respond& respond) {
  const auto id = KeyId::parse(call->param("key_id"));
  if (!id)
    return respond(
        problem(Error{ErrorCode::kInvalidIdentifier, "a key id is a UUID in lower case"}));
  const store::Key& caller = call->caller->key;
  if (caller.role != store::Role::kAdmin) {
    const auto keys = context.keys.keys(caller.account);
    if (!keys.ok()) return respond(problem(keys.error()));
    for (const store::Key& key : *keys) {
      if (key.id == *id && key.role != store::Role::kUser) {
        return respond(problem(Error{ErrorCode::kPermissionDenied,
                                     "only an admin key revokes keys of role admin or worker"}));
      }
    }
  }
  context.keys.revoke_key(caller.account, *id, [&context, id = *id, respond](Result<void> done) {
    if (!done.ok()) return respond(problem(done.error()));
    context.hub.revoke(id);
    Reply reply;
    reply.status = 204;
    respond(std::move(reply));
  });
}

}  // namespace

std::vector<Route> key_routes(Context& context) {
  return {
      Route{.method = Method::kGet,
            .pattern = "/v1/keys",
            .access = Access::kUser,
            .handler = [&context](std::shared_ptr<const Call> call,
                                  Respond respond) { respond(list(context, *call)); },
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
            .handler = [&context](std::shared_ptr<const Call> call,
                                  Respond respond) { create(context, call, respond); },
            .operation_id = "create_key",
            .summary = "Make a key; its secret is shown this once",
            .tag = "Keys",
            .request_schema = "KeyWish",
            .response_schema = "NewKey",
            .statuses = {201, 400, 403, 413, 415, 422}},
      Route{.method = Method::kDelete,
            .pattern = "/v1/keys/{key_id}",
            .access = Access::kUser,
            .handler = [&context](std::shared_ptr<const Call> call,
                                  Respond respond) { revoke(context, call, respond); },
            .operation_id = "revoke_key",
            .summary = "Revoke a key at once",
            .tag = "Keys",
            .parameters = {{"key_id", "path", "The key", R"({"type":"string","format":"uuid"})"}},
            .statuses = {204, 400, 403, 404}},
  };
}

}  // namespace plantain::api
