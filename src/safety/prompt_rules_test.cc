#include "safety/prompt_rules.h"

#include <gtest/gtest.h>

namespace plantain::safety {
namespace {

TEST(PromptRules, X) {
  EXPECT_EQ(judge_prompt("a nude woman").of(Category::kSexual), 2);
  EXPECT_EQ(judge_prompt("a p o r n o s").of(Category::kSexual), 3);
  EXPECT_TRUE(judge_prompt("naked 12 year old").floor);
}

}  // namespace
}  // namespace plantain::safety
