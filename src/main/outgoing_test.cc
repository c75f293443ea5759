#include "main/outgoing.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>

#include "base/exchange_limits.h"
#include "base/limits.h"
#include "main/deliverer.h"

namespace plantain {
namespace {

TEST(Outgoing, DoesWhatItIsGivenUntilThereIsNoMore) {
  std::atomic<int> left = 100;
  std::atomic<int> done = 0;
  std::promise<void> all;
  Outgoing outgoing(3, [&]() -> std::optional<Outgoing::Work> {
    if (left == 0) return std::nullopt;
    --left;
    return [&] {
      if (++done == 100) all.set_value();
    };
  });
  all.get_future().wait();
  EXPECT_EQ(done, 100);
}

TEST(Outgoing, SeveralPiecesAreUnderWayAtOnce) {
  std::atomic<int> left = 3;
  std::promise<void> met;
  std::atomic<int> inside = 0;
  const std::shared_future<void> go = met.get_future().share();
  Outgoing outgoing(3, [&]() -> std::optional<Outgoing::Work> {
    if (left == 0) return std::nullopt;
    --left;
    return [&, go] {
      if (++inside == 3) met.set_value();
      go.wait();
    };
  });
  go.wait();
  EXPECT_EQ(inside, 3);
}

TEST(Outgoing, StopEndsWhatWasBegunAndTakesNoMore) {
  std::atomic<int> taken = 0;
  std::promise<void> begun;
  Outgoing outgoing(1, [&]() -> std::optional<Outgoing::Work> {
    if (taken++ > 0) return std::nullopt;
    return [&] { begun.set_value(); };
  });
  begun.get_future().wait();
  outgoing.stop();
  const int after = taken;
  outgoing.wake();
  EXPECT_EQ(taken, after);
}

TEST(WebhookPause, DoublesWithinItsBoundsAndIsSpread) {
  EXPECT_EQ(webhook_pause(1, 0.5), Micros(limits::kWebhookRetry));
  EXPECT_EQ(webhook_pause(2, 0.5), 2 * Micros(limits::kWebhookRetry));
  EXPECT_EQ(webhook_pause(3, 0.0), Micros(limits::kWebhookRetry) * 4 * 8 / 10);
  EXPECT_EQ(webhook_pause(1000, 0.5), Micros(limits::kWebhookRetryMax));
  EXPECT_LT(webhook_pause(1000, 0.999), Micros(limits::kWebhookRetryMax) * 12 / 10);
}

}  // namespace
}  // namespace plantain
