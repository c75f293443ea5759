// What is known about leases only in memory: when each was last renewed and moved on. That a lease
// exists is the database's to say; after a restart each gets its full time again.
//
// Threads: any.
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"

namespace plantain::store::sqlite {

class LeaseBook {
 public:
  enum class Fate {
    kLost,     // not renewed, stalled, or a cancel was not acknowledged
    kTooLong,  // it has run for limits::kRunMax
  };
  struct Due {
    LeaseId lease;
    Fate fate;
  };

  // Its time starts at `now`; the run began `running_for` ago.
  void add(const LeaseId& lease, RequestId request, std::string credential, bool stopping,
           SteadyTime now, Micros running_for);
  void remove(const LeaseId& lease);
  // Its client asked for an end.
  void stop(const LeaseId& lease, SteadyTime now);

  // As RequestStore::renew() and note_progress().
  Result<bool> renew(const LeaseId& lease, const std::string& credential, SteadyTime now);
  Result<RequestId> note_progress(const LeaseId& lease, const std::string& credential,
                                  SteadyTime now);

  // The leases whose time is over. From now on they count as lost, unless spare() takes it back.
  std::vector<Due> take_due(SteadyTime now);
  void spare(const LeaseId& lease);

 private:
  struct Entry {
    RequestId request;
    std::string credential;
    SteadyTime began;
    SteadyTime renewed;
    SteadyTime moved_on;
    std::optional<SteadyTime> stop_asked = std::nullopt;
    bool ending = false;
  };

  Result<Entry*> find(const LeaseId& lease, const std::string& credential);

  std::mutex mutex_;
  std::unordered_map<std::string, Entry> entries_;  // by the lease's text
};

}  // namespace plantain::store::sqlite
