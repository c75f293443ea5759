#include "api/pages.h"

#include "api/console.h"
#include "api/problem.h"
#include "base/crypto.h"
#include "base/error_names.h"
#include "base/text.h"

namespace plantain::api {
namespace {

constexpr std::string_view kStyle = R"(
:root { color-scheme: light dark; --ink: #1d2a1f; --paper: #fbfaf4; --line: #d9d6c6; --leaf: #2f6f3e; --soft: #f0eee2 }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e8ebe1; --paper: #141a15; --line: #354037; --leaf: #8fd19e; --soft: #1d251f }
}
* { box-sizing: border-box }
body { margin: 0 auto; max-width: 60rem; padding: 2.5rem 1.25rem 4rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.55 system-ui, sans-serif }
h1 { font-size: 2rem; margin: 0 0 .25rem } h2 { font-size: 1.15rem; margin: 2.25rem 0 .5rem }
a { color: var(--leaf) } code, pre { font: .88rem/1.5 ui-monospace, monospace }
pre { background: var(--soft); border: 1px solid var(--line); border-radius: .5rem; padding: 1rem; overflow-x: auto }
table { border-collapse: collapse; width: 100% } th, td { text-align: left; padding: .45rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top }
.dot { display: inline-block; width: .6rem; height: .6rem; border-radius: 50%; background: #b3463a; margin-right: .5rem }
.dot.on { background: var(--leaf) }
@media (max-width: 34rem) { td, th { padding: .4rem .3rem } .wide { display: none } }
)";

std::string escape(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

// The style is allowed by its hash alone: no script, nothing from elsewhere.
Reply page(std::string_view title, std::string_view body) {
  static const std::string policy = concat(
      "default-src 'none'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors "
      "'none'; style-src 'sha256-",
      to_base64(sha256(kStyle)), "'");
  Reply reply;
  reply.body =
      concat("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n",
             "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>",
             escape(title), "</title>\n<style>", kStyle, "</style>\n</head>\n<body>\n", body,
             "\n</body>\n</html>\n");
  reply.with("Content-Type", "text/html; charset=utf-8")
      .with("Content-Security-Policy", policy)
      .with("Referrer-Policy", "no-referrer")
      .with("Cache-Control", "no-cache");
  return reply;
}

std::string curl_example(const std::string& base, const std::string& model) {
  return escape(concat("curl --request POST \\\n  --url ", base, "/v1/models/", model,
                       " \\\n  --header \"Content-Type: application/json\" \\\n"
                       "  --header \"Authorization: Bearer $PLANTAIN_KEY\" \\\n"
                       "  --data '{\"prompt\": \"A lighthouse on a cliff at sunset\"}'"));
}

Reply start(Context& context, const Call& call) {
  std::string rows;
  std::string first = "owner/model/task";
  for (const catalog::Model& model : context.catalog.all()) {
    const bool live = context.can_run(model);
    if (rows.empty()) first = model.id;
    rows += concat("<tr><td><span class=\"dot", live ? " on" : "", "\"></span>",
                   live ? "ready" : "no worker", "</td><td><code>", escape(model.id),
                   "</code></td><td class=\"wide\">", escape(model.description), "</td></tr>\n");
  }
  return page(
      "Plantain",
      concat("<h1>Plantain</h1>\n<p>This server makes pictures for applications: submit, status, "
             "result, cancel.</p>\n",
             "<h2>Models</h2>\n<table><thead><tr><th>Now</th><th>Model</th><th class=\"wide\">What "
             "it does</th></tr></thead>\n<tbody>",
             rows, "</tbody></table>\n<h2>A first request</h2>\n<pre>",
             curl_example(call.public_base, first),
             "</pre>\n<p>The answer names the addresses of the status, the result and the cancel "
             "call.</p>\n",
             "<h2>More</h2>\n<ul>\n<li><a href=\"/openapi.json\">The API as OpenAPI 3.1</a></li>\n",
             "<li><a href=\"/docs/errors\">What each error means</a></li>\n",
             "<li><a href=\"/status.json\">Which models can run now</a></li>\n</ul>\n<p>Version ",
             escape(context.settings.version), "</p>"));
}

std::string error_row(std::string_view anchor, std::string_view status, std::string_view code,
                      std::string_view meaning, std::string_view again, std::string_view advice) {
  return concat("<tr id=\"", anchor, "\"><td>", status, "</td><td><code>", code,
                "</code></td><td><code>", anchor, "</code></td><td>", escape(meaning),
                "<br><small>", escape(advice), "</small></td><td class=\"wide\">", again,
                "</td></tr>\n");
}

Reply errors(Context&, const Call&) {
  std::string rows;
  for (const auto& [code, numbers] : all_errors()) {
    rows += error_row(numbers.anchor, concat(numbers.http_status), concat(numbers.error_code),
                      numbers.title, is_retryable(code) ? "yes, later" : "no", numbers.advice);
  }
  // Found while a call is read: one name for all of them, their number is the status with zeros.
  rows += error_row("malformed-call", "400, 408, 414, 417, 431, 501", "the status × 1000",
                    "The call is not HTTP as this server takes it, or came too slowly", "no",
                    "Use an HTTP/1.1 client; the connection is closed after this answer.");
  return page("Errors – Plantain",
              concat("<h1>Errors</h1>\n<p>Each error is <code>application/problem+json</code>. "
                     "<code>errors</code> lists every fault ",
                     "of an input, each with a JSON "
                     "pointer.</p>\n<table><thead><tr><th>HTTP</th><th>error_code</th><th>Name</"
                     "th><th>Meaning, and what to do</th>",
                     "<th class=\"wide\">Worth another try</th></tr></thead>\n<tbody>", rows,
                     "</tbody></table>\n<p><a href=\"/\">Back</a></p>"));
}

Route page_route(Context& context, std::string pattern, Reply (*handler)(Context&, const Call&),
                 std::string_view operation, std::string_view summary) {
  return Route{
      .method = Method::kGet,
      .pattern = std::move(pattern),
      .access = Access::kPublic,
      .handler = [&context, handler](std::shared_ptr<const Call> call,
                                     Respond respond) { respond(handler(context, *call)); },
      .operation_id = operation,
      .summary = summary,
      .tag = "Pages",
      .response_schema = "text/html",
      .statuses = {200}};
}

}  // namespace

std::vector<Route> page_routes(Context& context) {
  std::vector<Route> routes = console_routes(context);
  if (routes.empty())
    routes.push_back(page_route(context, "/", start, "start_page", "A page for people"));
  routes.push_back(
      page_route(context, "/docs/errors", errors, "errors_page", "What each error means"));
  return routes;
}

}  // namespace plantain::api
