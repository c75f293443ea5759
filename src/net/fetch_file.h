// Fetches a file from an address that a client chose.
#pragma once

#include <atomic>
#include <chrono>
#include <string>

#include "base/exchange_limits.h"
#include "base/result.h"
#include "net/address_guard.h"

namespace plantain::net {

struct FetchRules {
  bool http = false;  // also without TLS
  std::size_t max_bytes = 0;
  std::chrono::milliseconds timeout{0};  // of all of it, redirects included
};

// The bytes behind `url`, after at most limits::kFetchRedirectsMax redirects, each judged like the
// first address. Nothing of ours is sent along. Threads: any. kFileUnreachable: refused, not there,
// timed out, cut or not allowed: one sentence for all, so that nobody learns from it what lies in
// our network. kTooLarge. kCancelled: `abort` was set.
Result<std::string> fetch_file(const AddressGuard& guard, const std::string& url,
                               const FetchRules& rules, const std::atomic<bool>& abort);

}  // namespace plantain::net
