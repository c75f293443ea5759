#include "api/console.h"

#include <algorithm>
#include <array>

#include "api/problem.h"
#include "base/crypto.h"
#include "base/text.h"

namespace plantain::embedded {
std::span<const EmbeddedFile> console();
}

namespace plantain::api {
namespace {

struct Twins {
  std::string_view ending;
  std::string_view encoding;
};
// In the order in which they are preferred.
constexpr std::array kTwins = {Twins{".br", "br"}, Twins{".gz", "gzip"}, Twins{"", ""}};

// Pages of the console that are one segment long; console/src/places.ts has the same list.
constexpr std::string_view kPages[] = {"generations", "library",  "keys",  "usage",  "account",
                                       "webhooks",    "accounts", "audit", "system", "status"};

// Scripts, styles, fonts and calls from this server alone, nothing inline. Pictures may also be
// previews (data:) and files that a person has just chosen (blob:).
constexpr std::string_view kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; "
    "img-src 'self' data: blob:; media-src 'self' blob:; connect-src 'self'; manifest-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

std::string_view content_type_of(std::string_view path) {
  static constexpr std::pair<std::string_view, std::string_view> kTypes[] = {
      {".html", "text/html; charset=utf-8"},
      {".js", "text/javascript; charset=utf-8"},
      {".css", "text/css; charset=utf-8"},
      {".svg", "image/svg+xml"},
      {".woff2", "font/woff2"},
      {".webmanifest", "application/manifest+json"},
      {".json", "application/json"},
      {".png", "image/png"},
      {".txt", "text/plain; charset=utf-8"},
  };
  for (const auto& [ending, type] : kTypes) {
    if (path.ends_with(ending)) return type;
  }
  return "application/octet-stream";
}

// Whether an Accept-Encoding field takes `encoding` (RFC 9110, section 12.5.3).
bool takes(std::string_view field, std::string_view encoding) {
  bool any = false;
  for (const std::string& item : split(field, ',')) {
    const std::vector<std::string> parts = split(item, ';');
    const std::string name = to_lower_ascii(trim_ascii(parts[0]));
    bool refused = false;
    for (std::size_t at = 1; at < parts.size(); ++at) {
      const std::string_view weight = trim_ascii(parts[at]);
      // "q=0" and "q=0.000" alike
      refused = refused || (weight.starts_with("q=0") &&
                            weight.find_first_of("123456789") == std::string_view::npos);
    }
    if (name == encoding) return !refused;
    if (name == "*") any = !refused;
  }
  return any;
}

Handler serve(std::function<Reply(const Call&)> answer) {
  return [answer = std::move(answer)](std::shared_ptr<const Call> call, Respond respond) {
    respond(answer(*call));
  };
}

Route page(std::string pattern, Handler handler, std::string_view operation,
           std::string_view summary, std::vector<Parameter> parameters = {}) {
  return Route{.method = Method::kGet,
               .pattern = std::move(pattern),
               .access = Access::kPublic,
               .handler = std::move(handler),
               .operation_id = operation,
               .summary = summary,
               .tag = "Pages",
               .parameters = std::move(parameters),
               .response_schema = "text/html",
               .statuses = {200, 304, 404}};
}

}  // namespace

StaticFiles::StaticFiles(std::span<const EmbeddedFile> files) {
  for (const Twins& kind : kTwins) {
    for (const EmbeddedFile& file : files) {
      const bool is_twin = file.path.ends_with(".br") || file.path.ends_with(".gz");
      if (kind.ending.empty() ? is_twin : !file.path.ends_with(kind.ending)) continue;
      const std::string_view path = file.path.substr(0, file.path.size() - kind.ending.size());
      std::string tag = concat('"', to_hex(sha256(file.bytes)).substr(0, 32), '"');
      files_[std::string(path)].twins.push_back(Twin{kind.encoding, file.bytes, std::move(tag)});
    }
  }
}

Reply StaticFiles::answer(const Call& call, std::string_view path) const {
  const auto at = files_.find(path);
  if (at == files_.end())
    return problem(Error{ErrorCode::kNotFound, "there is no page and no file of this name"});
  const std::string_view accepted = call.headers.get("Accept-Encoding").value_or("");
  const std::vector<Twin>& twins = at->second.twins;
  const auto chosen = std::find_if(twins.begin(), twins.end(), [&](const Twin& twin) {
    return twin.encoding.empty() || takes(accepted, twin.encoding);
  });
  if (chosen == twins.end())
    return problem(Error{ErrorCode::kNotFound, "there is no page and no file of this name"});

  Reply reply;
  reply.with("Content-Type", std::string(content_type_of(path)))
      .with("ETag", chosen->tag)
      .with("Vary", "Accept-Encoding")
      .with("Cache-Control",
            path.starts_with("assets/") ? "public, max-age=31536000, immutable" : "no-cache")
      .with("Content-Security-Policy", std::string(kPolicy))
      .with("Permissions-Policy", "camera=(self), geolocation=(), microphone=()")
      .with("Referrer-Policy", "no-referrer")
      .with("Cross-Origin-Opener-Policy", "same-origin");
  if (!chosen->encoding.empty()) reply.with("Content-Encoding", std::string(chosen->encoding));
  const auto known = call.headers.get("If-None-Match");
  if (known && (*known == "*" || known->find(chosen->tag) != std::string_view::npos)) {
    reply.status = 304;
  } else {
    reply.body = std::string(chosen->bytes);
  }
  return reply;
}

std::vector<Route> console_routes(Context&) {
  if (embedded::console().empty()) return {};
  const auto files = std::make_shared<const StaticFiles>(embedded::console());
  const auto index = serve([files](const Call& call) { return files->answer(call, "index.html"); });
  const auto named = serve([files](const Call& call) {
    const std::string& name = call.param("page");
    const bool is_page = std::find(std::begin(kPages), std::end(kPages), name) != std::end(kPages);
    return files->answer(call, is_page ? std::string("index.html") : name);
  });
  const auto asset = serve([files](const Call& call) {
    return files->answer(call, concat("assets/", call.param("name")));
  });
  std::vector<Route> routes;
  routes.push_back(page("/", index, "console", "The console"));
  routes.push_back(page("/{page}", named, "console_page", "A page of the console",
                        {{"page", "path", "The page, or a file of it", R"({"type":"string"})"}}));
  routes.push_back(
      page("/models/{model_id...}", index, "console_model", "A model's page in the console"));
  routes.push_back(page("/generations/{request_id}", index, "console_generation",
                        "A request's page in the console",
                        {{"request_id", "path", "The request", R"({"type":"string"})"}}));
  routes.push_back(page("/assets/{name}", asset, "console_asset", "A file of the console",
                        {{"name", "path", "The file", R"({"type":"string"})"}}));
  routes.back().response_schema = "application/octet-stream";
  return routes;
}

}  // namespace plantain::api
