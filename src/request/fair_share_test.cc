#include "request/fair_share.h"

#include <gtest/gtest.h>

#include "base/limits.h"

namespace plantain {
namespace {

constexpr double kSecond_us = 1e6;

TEST(FairShare, HalfOfAUseIsForgottenAfterTheHalfLife) {
  EXPECT_NEAR(used_after(8 * kSecond_us, 0, limits::kFairShareHalfLife), 4 * kSecond_us, 1);
  EXPECT_NEAR(used_after(8 * kSecond_us, 0, 3 * limits::kFairShareHalfLife), kSecond_us, 1);
}

TEST(FairShare, WhatRunsAddsItsTime) {
  EXPECT_NEAR(used_after(0, 1, limits::Seconds(1)), kSecond_us, kSecond_us / 100);
  EXPECT_NEAR(used_after(0, 3, limits::Seconds(1)), 3 * kSecond_us, kSecond_us / 100);
}

TEST(FairShare, UseDoesNotDependOnHowOftenItIsLookedAt) {
  double often = 5 * kSecond_us;
  for (int i = 0; i < 100; ++i) often = used_after(often, 2, limits::Seconds(7));

  EXPECT_NEAR(often, used_after(5 * kSecond_us, 2, limits::Seconds(700)), 1);
}

TEST(FairShare, AClockThatWentBackForgetsNothing) {
  EXPECT_EQ(used_after(kSecond_us, 4, limits::Seconds(-60)), kSecond_us);
}

TEST(FairShare, TwoAccountsTakeTurns) {
  EXPECT_EQ(turns_before(10, 0, false), 0);
  EXPECT_EQ(turns_before(10, 0, true), 1);
  EXPECT_EQ(turns_before(10, 3, false), 3);
  EXPECT_EQ(turns_before(2, 3, true), 2);
}

}  // namespace
}  // namespace plantain
