// Addresses of files that need no key because they are signed.
// Threads: any; read-only.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"

namespace plantain::api {

class FileSigner {
 public:
  explicit FileSigner(std::string key) : key_(std::move(key)) {}

  // "/files/{name}?e=<seconds>&s=<signature>"; without `e` when the file is kept for ever. The
  // same file always has the same address.
  std::string path(const std::string& name, std::optional<WallTime> expires) const;
  // True when `s` is ours for this name and for every other parameter.
  bool verify(const std::string& name,
              const std::vector<std::pair<std::string, std::string>>& query) const;

 private:
  std::string signature(const std::string& name, const std::string& parameters) const;
  std::string key_;
};

}  // namespace plantain::api
