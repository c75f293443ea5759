#include "api/problem.h"

#include "base/error_names.h"
#include "base/text.h"

namespace plantain::api {
namespace {

struct Row {
  ErrorCode code;
  ErrorNumbers numbers;
};

// The contract's table (section 3), and the codes that only a failed request carries.
constexpr Row kRows[] = {
    {ErrorCode::kInvalidIdentifier,
     {400, 400001, "invalid-identifier", "This identifier cannot be one",
      "Look at the id: a model id is owner/name/task, a request id a UUID in lower case."}},
    {ErrorCode::kInvalidJson,
     {400, 400006, "invalid-json", "The body is not a JSON object",
      "Send one JSON object in UTF-8, without repeated names or text after it."}},
    {ErrorCode::kInvalidKey,
     {401, 400004, "invalid-key", "The key is missing, unknown, expired or revoked",
      "Send Authorization: Bearer with a key that has not expired and was not revoked."}},
    {ErrorCode::kInsufficientBalance,
     {402, 400002, "insufficient-balance", "The balance does not cover this",
      "Ask for credit, or for fewer or smaller pictures; GET /v1/account tells the balance."}},
    {ErrorCode::kPermissionDenied,
     {403, 403001, "permission-denied", "This is not allowed with this key",
      "Use a key whose role and limits allow this call; for a file, the address as the result gave "
      "it."}},
    {ErrorCode::kNotFound,
     {404, 404001, "not-found", "There is nothing here",
      "It never existed, was deleted, has expired, or belongs to another account."}},
    {ErrorCode::kMethodNotAllowed,
     {405, 405001, "method-not-allowed", "This method does nothing here",
      "Use one of the methods that the Allow field names."}},
    {ErrorCode::kUnsupportedMediaType,
     {415, 415001, "unsupported-media-type", "This kind of body is not taken here",
      "Send application/json without a Content-Encoding."}},
    {ErrorCode::kMisdirected,
     {421, 421001, "misdirected", "This server does not answer for that host",
      "Call by the server's own name, or have its owner set public_url."}},
    {ErrorCode::kConflict,
     {409, 409001, "idempotency-conflict", "This is already used for another call",
      "Take a new Idempotency-Key for a new call."}},
    {ErrorCode::kTooLarge,
     {413, 413001, "too-large", "This is over its limit",
      "Send less; the message names the limit."}},
    {ErrorCode::kInvalidInput,
     {422, 422001, "invalid-input", "The input does not match the model's schema",
      "errors lists every fault with a JSON pointer; mend them all at once."}},
    {ErrorCode::kContentPolicyViolation,
     {422, 422002, "content-policy-violation", "The content is refused",
      "Ask for something else; the message names the category, and safety_tolerance what is "
      "refused."}},
    {ErrorCode::kFileUnreachable,
     {422, 422003, "file-unreachable", "An input file cannot be used",
      "Give an address that anyone can fetch by https and that is a picture within the limits."}},
    {ErrorCode::kRateLimited,
     {429, 429001, "rate-limited", "Too many calls in a short time",
      "Wait as long as Retry-After says."}},
    {ErrorCode::kQueueFull,
     {429, 429002, "queue-full", "The queue is full",
      "Wait until requests have ended, at least as long as Retry-After says."}},
    {ErrorCode::kInternal,
     {500, 500001, "internal", "Something went wrong on our side",
      "Try again; if it stays, tell the owner the X-Call-Id."}},
    {ErrorCode::kCorrupt,
     {500, 500001, "internal", "Something went wrong on our side",
      "Try again; if it stays, tell the owner the X-Call-Id."}},
    {ErrorCode::kCancelled,
     {500, 500001, "internal", "Something went wrong on our side",
      "Try again; if it stays, tell the owner the X-Call-Id."}},
    {ErrorCode::kEngineFailed,
     {500, 500002, "engine-failed", "The engine could not make it",
      "The message says what the engine could not do; the owner finds more in the log."}},
    {ErrorCode::kOutOfMemory,
     {500, 500003, "out-of-memory", "The engine ran out of memory",
      "Ask for a smaller picture, or have more memory given to the worker."}},
    {ErrorCode::kWorkerLost,
     {500, 500004, "worker-lost", "The worker was lost",
      "Submit again. maybe_charged says when an upstream may have been paid."}},
    {ErrorCode::kUpstreamRefused,
     {502, 502001, "upstream-refused", "The upstream refused it",
      "The upstream does not do this; the message says why."}},
    {ErrorCode::kUnavailable,
     {503, 503001, "unavailable", "Not available now",
      "Try again after Retry-After; GET /v1/models tells which models can run."}},
    {ErrorCode::kUpstreamUnavailable,
     {503, 503002, "upstream-unavailable", "The upstream is not available",
      "Try again later; the upstream is down or over its quota."}},
    {ErrorCode::kWebSearchUnavailable,
     {503, 503003, "web-search-unavailable", "Web search is not available",
      "Try again later or without enable_web_search; the owner configures the search."}},
    {ErrorCode::kStorageFull,
     {503, 503004, "storage-full", "The storage is full",
      "Delete what is not needed; results can still be read."}},
    {ErrorCode::kDeadlineExceeded,
     {504, 504001, "deadline-exceeded", "The deadline passed",
      "Allow more time by start_within and finish_within."}},
};

bool is_hidden(ErrorCode code) {
  return code == ErrorCode::kInternal || code == ErrorCode::kCorrupt ||
         code == ErrorCode::kCancelled;
}

std::string_view retry_after_s(ErrorCode code) {
  switch (code) {
    case ErrorCode::kRateLimited:
    case ErrorCode::kQueueFull:
      return "5";
    case ErrorCode::kUnavailable:
      return "10";
    case ErrorCode::kStorageFull:
      return "60";
    default:
      return {};
  }
}

}  // namespace

ErrorNumbers numbers_of(ErrorCode code) {
  for (const Row& row : kRows) {
    if (row.code == code) return row.numbers;
  }
  CHECK(false);
  return {};
}

JsonObject problem_object(const Error& error, JsonArray faults) {
  const ErrorNumbers numbers = numbers_of(error.code);
  const std::string sentence =
      is_hidden(error.code) || error.message.empty() ? std::string(numbers.title) : error.message;
  JsonObject object;
  object["error_code"] = numbers.error_code;
  object["error_message"] = sentence;
  object["message"] = sentence;
  object["type"] = concat("/docs/errors#", numbers.anchor);
  object["title"] = numbers.title;
  object["status"] = numbers.http_status;
  object["detail"] = sentence;
  object["retryable"] = is_retryable(error.code);
  if (!faults.empty()) object["errors"] = std::move(faults);
  return object;
}

Reply problem(const Error& error, JsonArray faults) {
  Reply reply;
  reply.status = numbers_of(error.code).http_status;
  reply.refusal = error.code;
  reply.body = write_json(problem_object(error, std::move(faults)));
  reply.with("Content-Type", "application/problem+json");
  reply.with("Cache-Control", "no-store");
  if (error.code == ErrorCode::kInvalidKey)
    reply.with("WWW-Authenticate", "Bearer realm=\"plantain\"");
  if (const std::string_view wait = retry_after_s(error.code); !wait.empty()) {
    reply.with("Retry-After", std::string(wait));
  }
  return reply;
}

std::vector<std::pair<ErrorCode, ErrorNumbers>> all_errors() {
  std::vector<std::pair<ErrorCode, ErrorNumbers>> rows;
  for (const Row& row : kRows) {
    if (rows.empty() || rows.back().second.error_code != row.numbers.error_code) {
      rows.emplace_back(row.code, row.numbers);
    }
  }
  return rows;
}

}  // namespace plantain::api
