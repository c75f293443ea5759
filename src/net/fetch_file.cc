#include "net/fetch_file.h"

#include <curl/curl.h>

#include <memory>
#include <optional>

#include "base/exchange_limits.h"
#include "base/limits.h"
#include "base/text.h"
#include "net/http_client.h"

namespace plantain::net {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

Error unreachable() { return {ErrorCode::kFileUnreachable, "it could not be fetched"}; }

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

// Where `location` leads from `url`; nothing: nowhere.
std::optional<std::string> resolve(const std::string& url, const std::string& location) {
  const std::unique_ptr<CURLU, void (*)(CURLU*)> parsed(::curl_url(), ::curl_url_cleanup);
  if (!parsed || location.empty()) return std::nullopt;
  if (::curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK) return std::nullopt;
  if (::curl_url_set(parsed.get(), CURLUPART_URL, location.c_str(), 0) != CURLUE_OK)
    return std::nullopt;
  char* text = nullptr;
  if (::curl_url_get(parsed.get(), CURLUPART_URL, &text, 0) != CURLUE_OK) return std::nullopt;
  std::string whole(text);
  ::curl_free(text);
  return whole;
}

bool has_scheme(std::string_view url, bool http) {
  const std::string begin = to_lower_ascii(url.substr(0, 8));
  return begin == "https://" || (http && begin.starts_with("http://"));
}

}  // namespace

Result<std::string> fetch_file(const AddressGuard& guard, const std::string& url,
                               const FetchRules& rules, const std::atomic<bool>& abort) {
  const auto until = steady_clock::now() + rules.timeout;
  std::string at = url;
  for (int hop = 0; hop <= limits::kFetchRedirectsMax; ++hop) {
    const auto left = std::chrono::duration_cast<milliseconds>(until - steady_clock::now());
    if (!has_scheme(at, rules.http) || left.count() <= 0) return unreachable();
    HttpClient client(guard);  // of its own: nothing is shared between hops
    Result<HttpAnswer> answer = client.send(HttpRequest{.url = at,
                                                        .headers = {{"Accept", "*/*"}},
                                                        .timeout = left,
                                                        .answer_max_bytes = rules.max_bytes,
                                                        .abort = &abort});
    if (!answer.ok()) {
      const ErrorCode code = answer.error().code;
      if (code == ErrorCode::kCancelled) return answer.error();
      if (code == ErrorCode::kTooLarge)
        return Error{code, concat("it has more than ", rules.max_bytes, " bytes")};
      return unreachable();
    }
    if (answer->status >= 200 && answer->status <= 299) return std::move(answer->body);
    if (!is_redirect(answer->status)) return unreachable();
    std::optional<std::string> next = resolve(at, answer->header("location"));
    if (!next) return unreachable();
    at = *std::move(next);
  }
  return unreachable();
}

}  // namespace plantain::net
