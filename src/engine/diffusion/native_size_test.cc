#include "engine/diffusion/native_size.h"

#include <gtest/gtest.h>

namespace plantain::engine::diffusion {
namespace {

constexpr long kArea_px = 4L * 1024 * 1024;

TEST(NativeSizeTest, ASizeTheModelCanDrawIsDrawnAsItIs) {
  const NativeSize size = native_size({1024, 768}, 16, kArea_px);

  EXPECT_EQ(size.drawn, (Size{1024, 768}));
  EXPECT_EQ(size.scaled, size.drawn);
}

TEST(NativeSizeTest, OtherSidesAreDrawnAtTheNextMultipleAndCut) {
  const NativeSize size = native_size({500, 330}, 16, kArea_px);

  EXPECT_EQ(size.drawn, (Size{512, 336}));
  EXPECT_EQ(size.scaled, (Size{500, 330}));
}

TEST(NativeSizeTest, WhatIsTooLargeIsDrawnSmallerInTheSameShape) {
  const NativeSize size = native_size({5504, 3072}, 16, kArea_px);

  EXPECT_EQ(size.drawn, size.scaled);
  EXPECT_LE(long{size.drawn.width} * size.drawn.height, kArea_px);
  EXPECT_GE(long{size.drawn.width} * size.drawn.height, kArea_px * 9 / 10);
  EXPECT_NEAR(static_cast<double>(size.drawn.width) / size.drawn.height, 5504.0 / 3072, 0.02);
}

}  // namespace
}  // namespace plantain::engine::diffusion
