// Identifiers are lower-case UUIDv7 (RFC 9562): they sort by time and cannot be guessed.
#pragma once

#include <compare>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace plantain {

// One kind of identifier; `Tag` keeps a request's id from being taken for a key's.
template <class Tag>
class Id {
 public:
  // Nothing unless `text` is a lower-case hyphenated UUID.
  static std::optional<Id> parse(std::string_view text);
  const std::string& text() const { return text_; }
  friend auto operator<=>(const Id&, const Id&) = default;

 private:
  explicit Id(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

bool is_uuid(std::string_view text);

template <class Tag>
std::optional<Id<Tag>> Id<Tag>::parse(std::string_view text) {
  if (!is_uuid(text)) return std::nullopt;
  return Id(std::string(text));
}

using RequestId = Id<struct RequestTag>;
using AccountId = Id<struct AccountTag>;
using KeyId = Id<struct KeyTag>;
using LeaseId = Id<struct LeaseTag>;
using FileId = Id<struct FileTag>;

// Makes identifiers that rise strictly within this process, also when the wall clock steps back.
// Threads: any.
class IdSource {
 public:
  // `clock` must outlive this.
  explicit IdSource(const Clock& clock) : clock_(clock) {}
  std::string next_uuid();
  template <class AnyId>
  AnyId next() {
    return *AnyId::parse(next_uuid());
  }

 private:
  const Clock& clock_;
  std::mutex mutex_;
  uint64_t last_ = 0;  // milliseconds << 12 | counter
};

}  // namespace plantain
