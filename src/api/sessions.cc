#include "api/sessions.h"

#include "api/gate.h"
#include "api/problem.h"
#include "base/crypto.h"
#include "base/limits.h"
#include "base/text.h"

namespace plantain::api {
namespace {

constexpr std::string_view kCookie = "plantain_session";
constexpr std::size_t kTokenCharacters = 43;  // 256 bits

std::string csrf_of(std::string_view cookie) {
  return to_base64url(hmac_sha256(cookie, "csrf token"));
}

std::string cookie_field(const Call& call, std::string_view value, std::chrono::seconds age) {
  const bool secure = call.public_base.starts_with("https://");
  return concat(kCookie, "=", value, "; Path=/v1; Max-Age=", age.count(),
                "; HttpOnly; SameSite=Strict", secure ? "; Secure" : "");
}

// "https://host:port" of an address.
std::string_view origin_of(std::string_view url) {
  const std::size_t scheme = url.find("://");
  return url.substr(0, url.find('/', scheme == std::string_view::npos ? 0 : scheme + 3));
}

bool is_loopback(std::string_view origin) {
  for (const std::string_view name : {"http://127.0.0.1", "http://localhost", "http://[::1]"}) {
    if (!origin.starts_with(name)) continue;
    const std::string_view rest = origin.substr(name.size());
    if (rest.empty() || rest.front() == ':') return true;
  }
  return false;
}

// Ours is the public address; on this machine alone each of its loopback names.
bool is_own_origin(const Call& call, std::string_view origin) {
  if (origin == origin_of(call.public_base)) return true;
  const auto host = call.headers.get("Host");
  return is_loopback(call.public_base) && is_loopback(origin) && host &&
         origin == concat("http://", *host);
}

bool is_safe(Method method) { return method == Method::kGet || method == Method::kHead; }

JsonObject session_object(const store::Account& account, const store::Key& key,
                          std::optional<WallTime> expires, Json csrf_token) {
  return JsonObject{
      {"account", JsonObject{{"account_id", account.id.text()}, {"name", account.name}}},
      {"key", JsonObject{{"key_id", key.id.text()}, {"name", key.name}}},
      {"role", store::name_of(key.role)},
      {"expires_at", expires ? Json(to_rfc3339(*expires)) : Json(nullptr)},
      {"csrf_token", std::move(csrf_token)}};
}

// Signs in as the key, which was judged.
void begin_session(Context& context, const std::shared_ptr<const Call>& call,
                   const store::KeyHolder& holder, const Respond& respond) {
  const std::string cookie = random_base62(kTokenCharacters);
  const WallTime now = context.clock.wall();
  const WallTime expires = now + limits::kSession;
  const JsonObject object =
      session_object(holder.account, holder.key, expires, Json(csrf_of(cookie)));
  context.keys.add_session(store::NewSession{sha256(cookie), holder.key.id, now, expires},
                           [call, cookie, object, respond](Result<void> kept) {
                             if (!kept.ok()) return respond(problem(kept.error()));
                             Reply reply = json_reply(201, object);
                             reply.with("Set-Cookie",
                                        cookie_field(*call, cookie, limits::kSession));
                             respond(std::move(reply.with("Cache-Control", "no-store")));
                           });
}

struct Credentials {
  bool is_token = false;
  std::string secret;
};

Result<Credentials> credentials_of(const Call& call) {
  const Result<Json> body = parse_json(call.body);
  if (!body.ok()) return body.error();
  if (!body->is_object()) return Error{ErrorCode::kInvalidJson, "the body must be a JSON object"};
  const JsonObject& members = body->get_object();
  if (members.size() != 1 || !members.begin()->value().is_string() ||
      (members.begin()->key() != "key" && members.begin()->key() != "token")) {
    return invalid("the body must be {\"key\": \"…\"} or {\"token\": \"…\"}");
  }
  return Credentials{members.begin()->key() == "token",
                     std::string(view(members.begin()->value().get_string()))};
}

void sign_in(Context& context, const std::shared_ptr<const Call>& call, const Respond& respond) {
  // Another site's page must not sign a person in as somebody else.
  const auto origin = call->headers.get("Origin");
  if (origin && !is_own_origin(*call, *origin)) {
    return respond(problem(
        Error{ErrorCode::kPermissionDenied, "signing in is for pages of this server alone"}));
  }
  const Result<Credentials> given = credentials_of(*call);
  if (!given.ok()) return respond(problem(given.error()));
  const auto enter = [&context, call, respond](const Result<store::KeyHolder>& holder) {
    if (!holder.ok()) return respond(problem(holder.error()));
    if (auto refused = judge_key(context, *holder, Access::kUser))
      return respond(std::move(*refused));
    begin_session(context, call, *holder, respond);
  };
  if (given->is_token) return context.keys.use_sign_in_token(sha256(given->secret), enter);
  enter(context.keys.find_key(sha256(given->secret)));
}

Reply show(const Call& call) {
  const Caller& caller = *call.caller;
  std::optional<WallTime> expires = caller.key.expires;
  Json csrf_token = nullptr;
  if (caller.session) {
    expires = caller.session->expires;
    csrf_token = Json(csrf_of(caller.session->cookie));
  }
  Reply reply =
      json_reply(200, session_object(caller.account, caller.key, expires, std::move(csrf_token)));
  return std::move(reply.with("Cache-Control", "no-store"));
}

void sign_out(Context& context, const std::shared_ptr<const Call>& call, const Respond& respond) {
  if (!call->caller->session) {
    return respond(problem(Error{ErrorCode::kNotFound,
                                 "this call came with a key, not with a session; DELETE "
                                 "/v1/keys/{key_id} revokes a key"}));
  }
  context.keys.end_session(
      sha256(call->caller->session->cookie), [call, respond](Result<void> done) {
        if (!done.ok()) return respond(problem(done.error()));
        Reply reply;
        reply.status = 204;
        respond(std::move(reply.with("Set-Cookie", cookie_field(*call, "", {}))));
      });
}

void make_token(Context& context, const std::shared_ptr<const Call>& call, const Respond& respond) {
  const std::string token = random_base62(kTokenCharacters);
  const WallTime expires = context.clock.wall() + limits::kSignInToken;
  context.keys.add_sign_in_token(
      sha256(token), call->caller->key.id, expires,
      [call, token, expires, respond](Result<void> kept) {
        if (!kept.ok()) return respond(problem(kept.error()));
        Reply reply = json_reply(201, JsonObject{{"token", token},
                                                 {"url", sign_in_url(call->public_base, token)},
                                                 {"expires_at", to_rfc3339(expires)}});
        respond(std::move(reply.with("Cache-Control", "no-store")));
      });
}

Route session_route(Context& context, Method method, Access access,
                    void (*handler)(Context&, const std::shared_ptr<const Call>&, const Respond&),
                    std::string_view operation, std::string_view summary) {
  return Route{.method = method,
               .pattern = "/v1/sessions",
               .access = access,
               .handler = [&context, handler](std::shared_ptr<const Call> call,
                                              Respond respond) { handler(context, call, respond); },
               .operation_id = operation,
               .summary = summary,
               .tag = "Sessions"};
}

}  // namespace

std::optional<std::string> session_cookie_of(const Call& call) {
  for (const auto& [name, value] : call.headers.all()) {
    if (to_lower_ascii(name) != "cookie") continue;
    for (const std::string& pair : split(value, ';')) {
      const std::string_view cookie = trim_ascii(pair);
      if (cookie.size() > kCookie.size() && cookie.starts_with(kCookie) &&
          cookie[kCookie.size()] == '=') {
        return std::string(cookie.substr(kCookie.size() + 1));
      }
    }
  }
  return std::nullopt;
}

std::optional<Error> judge_origin(const Call& call, std::string_view cookie) {
  const Error refused{ErrorCode::kPermissionDenied,
                      "a call with a session's cookie must come from a page of this server"};
  const auto origin = call.headers.get("Origin");
  if (origin && !is_own_origin(call, *origin)) return refused;
  if (is_safe(call.method)) {
    // A browser leaves Origin away when a page reads from its own server, and says so here.
    const auto site = call.headers.get("Sec-Fetch-Site");
    if (site && *site != "same-origin" && *site != "none") return refused;
    return std::nullopt;
  }
  if (!origin) return refused;
  const auto csrf = call.headers.get("X-CSRF-Token");
  if (!csrf || !equal_in_constant_time(*csrf, csrf_of(cookie))) {
    return Error{ErrorCode::kPermissionDenied,
                 "a call that changes something needs the csrf_token of GET /v1/sessions as "
                 "X-CSRF-Token"};
  }
  return std::nullopt;
}

std::string sign_in_url(const std::string& base, const std::string& token) {
  return concat(base, "/#token=", token);
}

std::vector<Route> session_routes(Context& context) {
  std::vector<Route> routes;
  Route in = session_route(context, Method::kPost, Access::kPublic, sign_in, "sign_in",
                           "Sign in with a key or a one-time token: sets the session's cookie");
  in.body = BodyKind::kJson;
  in.body_max_bytes = limits::kKiB;
  in.request_schema = "SignIn";
  in.response_schema = "Session";
  in.statuses = {201, 400, 401, 403, 413, 415, 422};
  routes.push_back(std::move(in));
  Route current = session_route(
      context, Method::kGet, Access::kUser,
      [](Context&, const std::shared_ptr<const Call>& call, const Respond& respond) {
        respond(show(*call));
      },
      "get_session", "Who is calling: account, role, CSRF token");
  current.response_schema = "Session";
  current.statuses = {200};
  routes.push_back(std::move(current));
  Route out = session_route(context, Method::kDelete, Access::kUser, sign_out, "sign_out",
                            "Sign out: the session ends at once");
  out.statuses = {204, 404};
  routes.push_back(std::move(out));
  Route token = session_route(context, Method::kPost, Access::kUser, make_token,
                              "create_sign_in_token", "A token that signs in once, in 10 minutes");
  token.pattern = "/v1/sessions/tokens";
  token.response_schema = "SignInToken";
  token.statuses = {201};
  routes.push_back(std::move(token));
  return routes;
}

}  // namespace plantain::api
