// Fetches the input files that requests name by an address elsewhere, once each, into blobs of
// their accounts.
#pragma once

#include <atomic>
#include <map>
#include <mutex>
#include <set>
#include <utility>

#include "base/log.h"
#include "main/outgoing.h"
#include "net/address_guard.h"
#include "net/fetch_file.h"
#include "store/artifact_store.h"
#include "store/file_store.h"

namespace plantain {

class Fetcher {
 public:
  struct Rules {
    net::AddressGuard guard;
    bool http = false;
    int64_t quota_bytes = 0;
  };
  // All must outlive it. Begins at once, with what an earlier server left.
  Fetcher(store::FileStore& files, store::ArtifactStore& artifacts, Rules rules, Log& log);
  ~Fetcher() { stop(); }

  void wake() { outgoing_.wake(); }  // a request was put in the queue
  void stop();                       // gives up what is on its way; the next server begins it anew

 private:
  using Key = std::pair<std::string, int>;

  std::optional<Outgoing::Work> take();
  bool may_take(const store::PendingInput& input) const;
  void fetch(const store::PendingInput& input);
  Result<void> keep(const store::PendingInput& input, const std::string& bytes);
  Result<void> settle(const store::PendingInput& input);

  store::FileStore& files_;
  store::ArtifactStore& artifacts_;
  const Rules rules_;
  Log& log_;
  std::atomic<bool> stopping_ = false;
  std::mutex mutex_;
  std::set<Key> on_their_way_;
  std::map<AccountId, int> of_account_;  // how many of each
  Outgoing outgoing_;                    // last: its threads use all of the above
};

}  // namespace plantain
