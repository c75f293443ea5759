#include "main/deliverer.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include "api/webhooks.h"
#include "base/crypto.h"
#include "base/exchange_limits.h"
#include "base/limits.h"
#include "base/text.h"
#include "net/http_client.h"
#include "store/wait.h"

namespace plantain {
namespace {

constexpr int kLookAhead = 200;
constexpr int kPerAccount = 3;  // sent at once for one account
constexpr int kGone = 410;      // the receiver wants no more
constexpr std::chrono::seconds kTrouble{1};

double chance() {
  constexpr uint64_t kParts = 1'000'000;
  return static_cast<double>(random_below(kParts)) / kParts;
}

}  // namespace

Micros webhook_pause(int tries, double chance) {
  const int doublings = std::clamp(tries - 1, 0, 20);
  const Micros longest = limits::kWebhookRetryMax;
  const Micros pause = std::min(Micros(limits::kWebhookRetry) * (int64_t{1} << doublings), longest);
  return Micros(static_cast<int64_t>(static_cast<double>(pause.count()) * (0.8 + 0.4 * chance)));
}

Deliverer::Deliverer(api::Context& context, std::string base, net::AddressGuard guard)
    : context_(context),
      base_(std::move(base)),
      guard_(std::move(guard)),
      outgoing_(limits::kWebhookThreads, [this] { return take(); }) {}

void Deliverer::stop() {
  stopping_ = true;
  outgoing_.stop();
}

std::optional<Outgoing::Work> Deliverer::take() {
  if (stopping_) return std::nullopt;
  const auto due = context_.webhooks.due(context_.clock.wall(), kLookAhead);
  if (!due.ok()) return std::nullopt;
  const std::lock_guard lock(mutex_);
  for (const store::Delivery& delivery : *due) {
    const auto busy = of_account_.find(delivery.account);
    if (on_their_way_.contains(delivery.number) ||
        (busy != of_account_.end() && busy->second >= kPerAccount))
      continue;
    on_their_way_.insert(delivery.number);
    ++of_account_[delivery.account];
    return [this, delivery] { deliver(delivery); };
  }
  return std::nullopt;
}

void Deliverer::deliver(const store::Delivery& delivery) {
  const store::DeliveryTry how = attempt(delivery);
  if (!stopping_) {
    const auto noted = store::wait_for<void>(
        [&](auto then) { context_.webhooks.note(delivery, how, std::move(then)); });
    if (!noted.ok()) {
      context_.log.error("a webhook's sending could not be noted",
                         JsonObject{{"reason", noted.error().message}});
      std::this_thread::sleep_for(kTrouble);
    }
  }
  const std::lock_guard lock(mutex_);
  on_their_way_.erase(delivery.number);
  if (--of_account_[delivery.account] == 0) of_account_.erase(delivery.account);
}

store::DeliveryTry Deliverer::attempt(const store::Delivery& delivery) {
  Result<api::SignedWebhook> made = api::sign_webhook(context_, base_, delivery);
  if (!made.ok()) return failed(delivery, std::nullopt, "it could not be made");
  net::HttpRequest request{.method = "POST",
                           .url = delivery.url,
                           .headers = std::move(made->fields),
                           .body = std::move(made->body),
                           .timeout = limits::kWebhookMax,
                           .on_data = [](std::string_view) { return false; },  // nobody reads it
                           .abort = &stopping_};
  request.headers.emplace_back("Content-Type", "application/json");
  net::HttpClient client(guard_);
  const Result<net::HttpAnswer> answer = client.send(request);
  if (!answer.ok()) return failed(delivery, std::nullopt, "there was no whole answer");
  if (answer->status >= 200 && answer->status <= 299)
    return {store::DeliveryOutcome::kDelivered, answer->status, {}, context_.clock.wall()};
  store::DeliveryTry how =
      failed(delivery, answer->status, concat("the answer was ", answer->status));
  if (answer->status == kGone) how.outcome = store::DeliveryOutcome::kGivenUp;
  return how;
}

store::DeliveryTry Deliverer::failed(const store::Delivery& delivery, std::optional<int> answer,
                                     std::string why) const {
  const WallTime next = context_.clock.wall() + webhook_pause(delivery.tries + 1, chance());
  const bool over = next.us > (delivery.begun + limits::kWebhookTold).us;
  return {over ? store::DeliveryOutcome::kGivenUp : store::DeliveryOutcome::kDue, answer,
          std::move(why), next};
}

}  // namespace plantain
