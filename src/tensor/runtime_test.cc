#include "tensor/runtime.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdio>
#include <vector>

#include "tensor/arena.h"

namespace plantain::tensor {
namespace {

TEST(RuntimeTest, EveryIndexIsWorkedOnOnceRoundAfterRound) {
  Runtime runtime(3);
  std::vector<std::atomic<int>> seen(1000);

  for (int round = 0; round < 200; ++round)
    runtime.each(1000, [&](int64_t index, int) { ++seen[static_cast<std::size_t>(index)]; });

  for (const auto& times : seen) EXPECT_EQ(times.load(), 200);
}

TEST(RuntimeTest, SaysWhichKernelsItChose) {
  Runtime runtime(1);
  const auto paths = available_paths();

  EXPECT_EQ(runtime.path(), paths.front());
  EXPECT_EQ(paths.back(), "portable");
  for (const auto path : paths) std::printf("this processor has: %s\n", std::string(path).c_str());
}

TEST(ArenaTest, WhatAScopeTookIsUsedAgain) {
  Arena arena(1024);
  float* first = nullptr;
  {
    const Arena::Scope scope(arena);
    first = arena.take(100);
    arena.take(10'000'000);  // does not fit the planned memory
  }
  const Arena::Scope scope(arena);

  EXPECT_EQ(arena.take(100), first);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(arena.take(1)) % 64, 0u);
  EXPECT_GE(arena.peak_bytes(), 40'000'000u);
}

}  // namespace
}  // namespace plantain::tensor
