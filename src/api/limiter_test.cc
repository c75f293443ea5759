#include "api/limiter.h"

#include <gtest/gtest.h>

#include "base/limits.h"

namespace plantain::api {
namespace {

class LimiterTest : public testing::Test {
 protected:
  bool take(const std::vector<Rate>& rates, CallKind kind = CallKind::kSubmit) {
    return limiter_.take(kind, rates).allowed;
  }
  ManualClock clock_;
  Limiter limiter_{clock_};
};

TEST_F(LimiterTest, AMinutesCallsMayComeAtOnceAndThenOneAtATime) {
  const std::vector<Rate> rates = {{"a", 60}};
  for (int i = 0; i < 60; ++i) EXPECT_TRUE(take(rates)) << i;
  EXPECT_FALSE(take(rates));

  clock_.advance(limits::Seconds(1));

  EXPECT_TRUE(take(rates));
  EXPECT_FALSE(take(rates));
}

TEST_F(LimiterTest, ARefusalSaysWhenToComeAgainAndTakesNothing) {
  const std::vector<Rate> rates = {{"a", 6}};
  for (int i = 0; i < 6; ++i) EXPECT_TRUE(take(rates));
  const Limiter::Verdict refused = limiter_.take(CallKind::kSubmit, rates);
  EXPECT_FALSE(refused.allowed);
  EXPECT_EQ(refused.left, 0);
  EXPECT_EQ(refused.per_minute, 6);
  EXPECT_EQ(refused.retry_in_s, 10);
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(take(rates));

  clock_.advance(limits::Seconds(refused.retry_in_s));

  EXPECT_TRUE(take(rates));
}

TEST_F(LimiterTest, SubmitsAndReadsDoNotTakeFromEachOther) {
  const std::vector<Rate> rates = {{"a", 1}};
  EXPECT_TRUE(take(rates, CallKind::kSubmit));
  EXPECT_FALSE(take(rates, CallKind::kSubmit));
  EXPECT_TRUE(take(rates, CallKind::kRead));
}

TEST_F(LimiterTest, TheKeysOfAnAccountShareItsBucketAndARefusalTakesFromNeither) {
  const std::vector<Rate> one = {{"key 1", 2}, {"account", 3}};
  const std::vector<Rate> two = {{"key 2", 2}, {"account", 3}};
  EXPECT_TRUE(take(one));
  EXPECT_TRUE(take(one));
  EXPECT_FALSE(take(one)) << "the key's is empty";
  EXPECT_TRUE(take(two)) << "the refused call took nothing from the account";
  EXPECT_FALSE(take(two)) << "the account's is empty";
  EXPECT_EQ(limiter_.look(CallKind::kSubmit, {{"key 2", 2}}).left, 1);
}

TEST_F(LimiterTest, LookingTakesNothingAndTellsOfTheTighterBucket) {
  const std::vector<Rate> rates = {{"key", 10}, {"account", 600}};
  EXPECT_TRUE(take(rates));
  for (int i = 0; i < 3; ++i) {
    const Limiter::Verdict verdict = limiter_.look(CallKind::kSubmit, rates);
    EXPECT_EQ(verdict.per_minute, 10);
    EXPECT_EQ(verdict.left, 9);
    EXPECT_EQ(verdict.full_in_s, 6);
  }
}

TEST_F(LimiterTest, ARateOfNothingAllowsNothing) {
  EXPECT_FALSE(take({{"a", 0}}));
  clock_.advance(limits::Seconds(3600));
  EXPECT_FALSE(take({{"a", 0}}));
}

TEST_F(LimiterTest, AHigherRateHoldsFromTheNextCallOn) {
  EXPECT_TRUE(take({{"a", 1}}));
  EXPECT_FALSE(take({{"a", 1}}));
  clock_.advance(limits::Seconds(1));
  EXPECT_TRUE(take({{"a", 600}}));
}

TEST_F(LimiterTest, ManyOwnersAreForgottenWhenTheirBucketsAreFull) {
  for (std::size_t i = 0; i < limits::kBucketsMax; ++i) EXPECT_TRUE(take({{std::to_string(i), 1}}));
  EXPECT_FALSE(take({{"0", 1}}));
  clock_.advance(limits::Seconds(60));
  EXPECT_TRUE(take({{"one more", 1}}));
  EXPECT_TRUE(take({{"0", 1}}));
}

}  // namespace
}  // namespace plantain::api
