// Sends what clients' webhooks are to be told, again and again for limits::kWebhookTold.
#pragma once

#include <atomic>
#include <map>
#include <mutex>
#include <set>

#include "api/context.h"
#include "base/exchange_limits.h"
#include "main/outgoing.h"
#include "net/address_guard.h"
#include "store/webhook_store.h"

namespace plantain {

class Deliverer {
 public:
  // `context` must outlive it; `base` is what addresses in the bodies begin with.
  Deliverer(api::Context& context, std::string base, net::AddressGuard guard);
  ~Deliverer() { stop(); }

  void wake() { outgoing_.wake(); }  // a request's state has changed
  void stop();                       // gives up what is on its way; the next server sends it again

 private:
  std::optional<Outgoing::Work> take();
  void deliver(const store::Delivery& delivery);
  store::DeliveryTry attempt(const store::Delivery& delivery);
  store::DeliveryTry failed(const store::Delivery& delivery, std::optional<int> answer,
                            std::string why) const;

  api::Context& context_;
  const std::string base_;
  const net::AddressGuard guard_;
  std::atomic<bool> stopping_ = false;
  std::mutex mutex_;
  std::set<int64_t> on_their_way_;
  std::map<AccountId, int> of_account_;
  Outgoing outgoing_;  // last: its threads use all of the above
};

// The pause after try number `tries` (from 1) has failed: doubled each time, within its bounds,
// shortened or stretched by up to a fifth by `chance` in [0, 1).
Micros webhook_pause(int tries, double chance);

}  // namespace plantain
