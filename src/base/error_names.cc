#include "base/error_names.h"

namespace plantain {
namespace {

struct Row {
  ErrorCode code;
  std::string_view name;
  bool retryable;
};

constexpr Row kRows[] = {
    {ErrorCode::kInvalidIdentifier, "invalid-identifier", false},
    {ErrorCode::kInvalidJson, "invalid-json", false},
    {ErrorCode::kInvalidKey, "invalid-key", false},
    {ErrorCode::kInsufficientBalance, "insufficient-balance", false},
    {ErrorCode::kPermissionDenied, "permission-denied", false},
    {ErrorCode::kNotFound, "not-found", false},
    {ErrorCode::kMethodNotAllowed, "method-not-allowed", false},
    {ErrorCode::kUnsupportedMediaType, "unsupported-media-type", false},
    {ErrorCode::kMisdirected, "misdirected", false},
    {ErrorCode::kConflict, "idempotency-conflict", false},
    {ErrorCode::kTooLarge, "too-large", false},
    {ErrorCode::kInvalidInput, "invalid-input", false},
    {ErrorCode::kContentPolicyViolation, "content-policy-violation", false},
    {ErrorCode::kFileUnreachable, "file-unreachable", false},
    {ErrorCode::kRateLimited, "rate-limited", true},
    {ErrorCode::kQueueFull, "queue-full", true},
    {ErrorCode::kInternal, "internal", true},
    {ErrorCode::kEngineFailed, "engine-failed", false},
    {ErrorCode::kOutOfMemory, "out-of-memory", false},
    {ErrorCode::kWorkerLost, "worker-lost", true},
    {ErrorCode::kUpstreamRefused, "upstream-refused", false},
    {ErrorCode::kUpstreamUnavailable, "upstream-unavailable", true},
    {ErrorCode::kWebSearchUnavailable, "web-search-unavailable", true},
    {ErrorCode::kDeadlineExceeded, "deadline-exceeded", false},
    {ErrorCode::kUnavailable, "unavailable", true},
    {ErrorCode::kStorageFull, "storage-full", true},
    {ErrorCode::kCancelled, "cancelled", false},
    {ErrorCode::kCorrupt, "corrupt", false},
};

const Row& row_of(ErrorCode code) {
  for (const Row& row : kRows) {
    if (row.code == code) return row;
  }
  CHECK(false);
  return kRows[0];
}

}  // namespace

std::string_view name_of(ErrorCode code) { return row_of(code).name; }
bool is_retryable(ErrorCode code) { return row_of(code).retryable; }

std::optional<ErrorCode> error_code_from_name(std::string_view name) {
  for (const Row& row : kRows) {
    if (row.name == name) return row.code;
  }
  return std::nullopt;
}

}  // namespace plantain
