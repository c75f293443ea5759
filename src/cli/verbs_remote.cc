#include <algorithm>

#include "base/text.h"
#include "cli/duration.h"
#include "cli/follow.h"
#include "cli/remote.h"
#include "cli/text_table.h"

namespace plantain::cli {
namespace {

using Rows = std::vector<std::vector<std::string>>;

std::string price_text(const Json& model) {
  const Json* const price = find(model, "base_price_usd");
  if (price == nullptr || !price->is_number()) return "";
  return concat("$", write_json(*price), " per ", text_or(model, "price_unit", "output"));
}

std::string names_text(const Json& list) {
  std::vector<std::string> names;
  if (!list.is_array()) return "";
  for (const Json& name : list.as_array()) names.push_back(plain(name));
  return join(names, ", ");
}

void show_models(const Session& session, const Json& answer) {
  Rows rows;
  for (const Json& model : list_of(answer, "models")) {
    rows.push_back({text_or(model, "model_id", ""), text_or(model, "kind", ""),
                    bool_or(model, "available", false) ? "yes" : "no", price_text(model)});
  }
  if (rows.empty()) return session.world.err("There is no such model.\n");
  session.world.out(text_table({"MODEL", "KIND", "AVAILABLE", "PRICE"}, rows));
}

std::string limits_text(const Json& property) {
  if (const Json* choices = find(property, "enum")) return names_text(*choices);
  const Json* const least = find(property, "minimum");
  const Json* const most = find(property, "maximum");
  if (least != nullptr && most != nullptr)
    return concat(write_json(*least), " to ", write_json(*most));
  return "";
}

void show_inputs(const Session& session, const Json& model) {
  const Json* const schema = find(model, "input_schema");
  const Json* const properties = schema == nullptr ? nullptr : find(*schema, "properties");
  if (properties == nullptr || !properties->is_object()) return;
  const JsonArray& required = list_of(*schema, "required");
  Rows rows;
  for (const auto& member : properties->as_object()) {
    const std::string name(member.key());
    const bool must = std::any_of(required.begin(), required.end(),
                                  [&](const Json& each) { return plain(each) == name; });
    const Json* const otherwise = find(member.value(), "default");
    rows.push_back({name, text_or(member.value(), "type", ""),
                    must                   ? "required"
                    : otherwise != nullptr ? plain(*otherwise)
                                           : "",
                    limits_text(member.value())});
  }
  session.world.out("\n" + text_table({"INPUT", "TYPE", "DEFAULT", "VALUES"}, rows));
}

void show_model(const Session& session, const Json& model) {
  const bool available = bool_or(model, "available", false);
  std::string out = concat(text_or(model, "model_id", ""), "\n", text_or(model, "display_name", ""),
                           "\n\n", text_or(model, "description", ""), "\n\n");
  out += concat("price      ", price_text(model), "\n");
  out += concat(
      "available  ",
      available ? "yes" : "no: " + text_or(model, "unavailable_because", "no reason is given"),
      "\n");
  session.world.out(out);
  show_inputs(session, model);
}

std::string key_state(const Session& session, const Json& key) {
  if (!text_or(key, "revoked_at", "").empty()) return "revoked";
  const std::optional<WallTime> expires = from_rfc3339(text_or(key, "expires_at", ""));
  if (!expires) return "valid";
  const WallTime now = session.world.clock->wall();
  return *expires <= now ? "expired" : concat("for ", short_duration(*expires - now));
}

void show_keys(const Session& session, const Json& answer) {
  Rows rows;
  for (const Json& key : list_of(answer, "keys")) {
    rows.push_back({text_or(key, "key_id", ""), text_or(key, "name", ""), text_or(key, "role", ""),
                    text_or(key, "hint", ""), key_state(session, key),
                    age_text(session, key, "created_at"), age_text(session, key, "last_used_at")});
  }
  session.world.out(
      text_table({"KEY ID", "NAME", "ROLE", "BEGINS", "STATE", "AGE", "LAST USE"}, rows));
}

// The keys of the account that was named, or of the caller's.
std::string keys_path(const Arguments& words) {
  if (words.account.empty()) return "/v1/keys";
  return concat("/v1/accounts/", percent_encode(words.account), "/keys");
}

void say_new_key(const Session& session, const std::string& key) {
  session.world.out(key + "\n");
  session.world.err(
      "This is the only time the key is shown; keep it where only its user can read it.\n");
}

int create_key_here(const Session& session) {
  const Arguments& words = session.arguments;
  const LoadedConfig loaded = load_config(session.world, words.config_file, words.settings);
  if (!loaded.faults.empty()) {
    session.world.err(describe_faults(loaded.faults));
    return kExitUsage;
  }
  const Result<std::string> key =
      session.hooks.create_local_key(loaded.config, words.name, words.role);
  if (!key.ok()) return fail(session, key.error());
  say_new_key(session, *key);
  return kExitOk;
}

std::string status_text(const Json& request) {
  const std::string status = text_or(request, "status", "");
  return status == "completed" ? text_or(request, "outcome", status) : status;
}

void show_requests(const Session& session, const Json& answer) {
  Rows rows;
  for (const Json& request : list_of(answer, "requests")) {
    rows.push_back({text_or(request, "request_id", ""), age_text(session, request, "created_at"),
                    status_text(request), text_or(request, "model_id", "")});
  }
  if (rows.empty()) return session.world.err("There is no such request.\n");
  session.world.out(text_table({"REQUEST ID", "AGE", "STATUS", "MODEL"}, rows));
  const std::string next = text_or(answer, "next_cursor", "");
  if (!next.empty()) session.world.err(concat("There are more: --cursor ", next, "\n"));
}

void show_cancelled(const Session& session, const std::string& id, const Json& answer) {
  const bool cancelled = text_or(answer, "outcome", "") == "cancelled";
  const std::string status = text_or(answer, "status", "");
  session.world.out(
      concat(id, ": ", cancelled ? "cancelled" : concat("not cancelled, it is ", status), "\n"));
  if (!cancelled && status == "in_progress") {
    session.world.err("A running request is stopped with --running.\n");
  }
}

}  // namespace

int models(const Session& session) {
  const Arguments& words = session.arguments;
  if (!words.id.empty()) {
    return call_and_show(session, {.path = model_path(words.id)},
                         [&](const Json& model) { show_model(session, model); });
  }
  return call_and_show(
      session,
      {.path = "/v1/models",
       .query = {{"search", words.search}, {"category", words.category}, {"kind", words.kind}}},
      [&](const Json& answer) { show_models(session, answer); });
}

int sign_in(const Session& session) {
  return call_and_show(session, {.method = "POST", .path = "/v1/sessions/tokens"},
                       [&](const Json& answer) {
                         session.world.out(text_or(answer, "url", "") + "\n");
                         session.world.err("It works once, within ten minutes.\n");
                       });
}

int keys_list(const Session& session) {
  return call_and_show(session, {.path = keys_path(session.arguments)},
                       [&](const Json& answer) { show_keys(session, answer); });
}

int keys_create(const Session& session) {
  const Arguments& words = session.arguments;
  JsonObject body{{"name", words.name}, {"role", words.role}};
  if (!words.expires.empty()) {
    const auto duration = parse_duration(words.expires);
    if (!duration)
      return fail_usage(session, "--expires takes a length of time like 12h, 30d or 8w");
    if (words.local) return fail_usage(session, "--expires does not go with --local");
    body["expires_at"] = to_rfc3339(session.world.clock->wall() + *duration);
  }
  if (!words.priority.empty()) body["priority"] = words.priority;
  if (!words.limits.empty()) {
    const Result<JsonObject> limits = limits_of(words.limits);
    if (!limits.ok()) return fail_usage(session, limits.error().message);
    body["limits"] = *limits;
  }
  if (words.local) {
    if (!words.limits.empty() || !words.priority.empty() || !words.account.empty())
      return fail_usage(session, "--local takes no --limit, no --priority and no --account");
    return create_key_here(session);
  }
  return call_and_show(
      session, {.method = "POST", .path = keys_path(words), .body = body},
      [&](const Json& answer) { say_new_key(session, text_or(answer, "key", "")); });
}

int keys_revoke(const Session& session) {
  return call_for_each(
      session,
      [&](const std::string& id) {
        return ApiCall{.method = "DELETE",
                       .path = concat(keys_path(session.arguments), "/", percent_encode(id))};
      },
      [&](const std::string& id, const Json&) { session.world.out(concat(id, ": revoked\n")); });
}

int requests_list(const Session& session) {
  const Arguments& words = session.arguments;
  return call_and_show(session,
                       {.path = "/v1/requests",
                        .query = {{"status", words.status},
                                  {"model_id", words.id},
                                  {"limit", words.limit > 0 ? concat(words.limit) : ""},
                                  {"cursor", words.cursor}}},
                       [&](const Json& answer) { show_requests(session, answer); });
}

int requests_show(const Session& session) {
  return call_and_show(session, {.path = request_path(session.arguments.id)},
                       [&](const Json& request) {
                         std::string out;
                         show_members(request, "", out);
                         session.world.out(out);
                       });
}

int requests_cancel(const Session& session) {
  return call_for_each(
      session,
      [&](const std::string& id) {
        return ApiCall{.method = "POST",
                       .path = request_path(id, "/cancel"),
                       .query = {{"running", session.arguments.running ? "true" : ""}}};
      },
      [&](const std::string& id, const Json& answer) { show_cancelled(session, id, answer); });
}

int requests_delete(const Session& session) {
  return call_for_each(
      session,
      [](const std::string& id) { return ApiCall{.method = "DELETE", .path = request_path(id)}; },
      [&](const std::string& id, const Json&) { session.world.out(concat(id, ": deleted\n")); });
}

int requests_events(const Session& session) {
  const Result<Connection> connection = resolve_connection(session.world, session.arguments);
  if (!connection.ok()) return fail_usage(session, connection.error().message);
  ApiClient api(*connection, nullptr);
  bool done = false;
  const auto on_event = [&](const ServerEvent& event) {
    session.world.out(concat(event.name, " ", event.data, "\n"));
    done = event.name == "done";
    return !done;
  };
  const Result<void> followed = follow_events(api, session.arguments.id, on_event, [] {});
  if (!followed.ok()) return fail(session, followed.error());
  return done ? kExitOk
              : fail(session, {ErrorCode::kUnavailable, "the stream ended before the request did"});
}

}  // namespace plantain::cli
