// What is told to clients' webhooks: written in the transaction of the state it tells of, and kept
// until it was delivered or given up, as long as its request. Threads and errors as RequestStore.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "request/state.h"
#include "store/then.h"

namespace plantain::store {

enum class DeliveryOutcome { kDue = 0, kDelivered = 1, kGivenUp = 2 };

struct Delivery {
  int64_t number = 0;  // rises with time
  AccountId account;
  RequestId request;
  std::string url;
  RequestState state = RequestState::kQueued;  // what is told: this state …
  int attempt = 0;                             // … of this attempt …
  WallTime at;                                 // … which was reached then
  DeliveryOutcome outcome = DeliveryOutcome::kDue;
  WallTime begun;  // what the time for retries counts from
  WallTime due;    // of the next try
  int tries = 0;
  std::optional<int> answer;  // the last HTTP status
  std::string fault;          // what went wrong last
  std::optional<WallTime> ended;

  // The same for each request and status: "<request id>_completed".
  std::string id() const;
};

// How one try went.
struct DeliveryTry {
  DeliveryOutcome outcome = DeliveryOutcome::kDue;
  std::optional<int> answer;
  std::string fault;
  WallTime due;  // of the next try, when it is still due
};

class WebhookStore {
 public:
  virtual ~WebhookStore() = default;

  // Those whose time has come, the longest due first.
  virtual Result<std::vector<Delivery>> due(WallTime now, int limit) = 0;
  // Notes a try of `delivery`, as due() gave it. One that was asked for again meanwhile stays due.
  virtual void note(Delivery delivery, DeliveryTry how, Then<void> then) = 0;
  // Newest first; `before` is the cursor: numbers smaller than this. limit: 1 … limits::kListMax.
  virtual Result<std::vector<Delivery>> list(const AccountId& account,
                                             std::optional<int64_t> before, int limit) = 0;
  // Sends it once more, now, whatever became of it. kNotFound: none of this account has this id.
  virtual void redeliver(AccountId account, std::string id, Then<Delivery> then) = 0;
};

}  // namespace plantain::store
