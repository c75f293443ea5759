#include "worker/breaker.h"

#include <gtest/gtest.h>

namespace plantain::worker {
namespace {

using Turn = Breaker::Turn;

class BreakerTest : public testing::Test {
 protected:
  void fail(int times) {
    for (int i = 0; i < times; ++i) breaker_.failed();
  }
  ManualClock clock_;
  Breaker breaker_{clock_};
};

TEST_F(BreakerTest, OpensAfterFailuresInARowOnly) {
  fail(Breaker::kFailures - 1);
  breaker_.succeeded();
  fail(Breaker::kFailures - 1);
  EXPECT_EQ(breaker_.turn(), Turn::kTake);

  breaker_.failed();

  EXPECT_EQ(breaker_.turn(), Turn::kWait);
}

TEST_F(BreakerTest, AfterItsPauseOneSlotChecksAndTheOthersWait) {
  fail(Breaker::kFailures);
  clock_.advance(std::chrono::seconds(5));

  EXPECT_EQ(breaker_.turn(), Turn::kCheck);
  EXPECT_EQ(breaker_.turn(), Turn::kWait);

  breaker_.checked(true);
  EXPECT_EQ(breaker_.turn(), Turn::kTake);
}

TEST_F(BreakerTest, OnTrialOneFailureOpensItForTwiceAsLong) {
  fail(Breaker::kFailures);
  clock_.advance(std::chrono::seconds(5));
  ASSERT_EQ(breaker_.turn(), Turn::kCheck);
  breaker_.checked(true);

  breaker_.failed();

  clock_.advance(std::chrono::seconds(9));
  EXPECT_EQ(breaker_.turn(), Turn::kWait);
  clock_.advance(std::chrono::seconds(1));
  EXPECT_EQ(breaker_.turn(), Turn::kCheck);
}

TEST_F(BreakerTest, ThePauseGrowsToAMinuteAndASuccessForgetsIt) {
  fail(Breaker::kFailures);
  for (int i = 0; i < 10; ++i) {
    clock_.advance(std::chrono::seconds(60));
    ASSERT_EQ(breaker_.turn(), Turn::kCheck);
    breaker_.checked(false);
  }
  clock_.advance(std::chrono::seconds(60));
  ASSERT_EQ(breaker_.turn(), Turn::kCheck);
  breaker_.checked(true);
  breaker_.succeeded();

  fail(Breaker::kFailures);

  clock_.advance(std::chrono::seconds(5));
  EXPECT_EQ(breaker_.turn(), Turn::kCheck);
}

}  // namespace
}  // namespace plantain::worker
