// Errors are values. A failure that a user, a disk or a network can cause is a Result; a failure
// that only we can cause is a CHECK (check.h).
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "base/check.h"

namespace plantain {

// What went wrong, in the words of the contract's error table. http/ turns these into status
// lines and numbers in one place (api/problem.h); nobody else knows those numbers.
enum class ErrorCode {
  kInvalidIdentifier,
  kInvalidJson,
  kInvalidKey,
  kInsufficientBalance,
  kPermissionDenied,
  kNotFound,
  kMethodNotAllowed,
  kUnsupportedMediaType,
  kMisdirected,
  kConflict,  // an idempotency key reused, a lease lost, a state that forbids it
  kTooLarge,
  kInvalidInput,
  kContentPolicyViolation,
  kFileUnreachable,
  kRateLimited,
  kQueueFull,
  kInternal,
  kEngineFailed,
  kOutOfMemory,
  kWorkerLost,
  kUpstreamRefused,
  kUpstreamUnavailable,
  kWebSearchUnavailable,
  kDeadlineExceeded,
  kUnavailable,  // try again later
  kStorageFull,
  kCancelled,  // the caller asked for it
  kCorrupt,    // a file or a row that is not what it should be
};

struct [[nodiscard]] Error {
  ErrorCode code;
  std::string
      message;  // a sentence for a person; no path, key or stack in it when it can leave the server
};

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}      // NOLINT: implicit
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT: implicit

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  T& value() & {
    CHECK(ok());
    return std::get<0>(state_);
  }
  const T& value() const& {
    CHECK(ok());
    return std::get<0>(state_);
  }
  T&& value() && {
    CHECK(ok());
    return std::get<0>(std::move(state_));
  }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  const Error& error() const {
    CHECK(!ok());
    return std::get<1>(state_);
  }

 private:
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}  // NOLINT: implicit

  bool ok() const { return !error_.has_value(); }
  explicit operator bool() const { return ok(); }
  const Error& error() const {
    CHECK(!ok());
    return *error_;
  }

 private:
  std::optional<Error> error_;
};

// What can be wrong with arguments the caller chose.
inline Error invalid(std::string message) {
  return Error{ErrorCode::kInvalidInput, std::move(message)};
}

}  // namespace plantain
