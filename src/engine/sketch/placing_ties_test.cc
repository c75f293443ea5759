#include "engine/sketch/placing_ties.h"

#include <gtest/gtest.h>

namespace plantain::engine::sketch {
namespace {

Anchor anchor_in(const std::string& prompt, std::string_view part) {
  const Scene scene = understand(prompt);
  const std::vector<Anchor> anchors = anchors_of(scene);
  for (size_t i = 0; i < scene.actors.size(); ++i) {
    if (scene.actors[i].part.starts_with(part)) return anchors[i];
  }
  ADD_FAILURE() << part << " is not in: " << prompt;
  return {};
}

TEST(Ties, WhatIsHeldFollowsWhoHoldsIt) {
  const Anchor umbrella = anchor_in("a girl with a red umbrella", "umbrella");
  EXPECT_EQ(umbrella.host, 0);
  EXPECT_TRUE(umbrella.held);
  EXPECT_EQ(anchor_in("a girl with a red umbrella", "woman").host, -1);
}

TEST(Ties, WhatLiesOnSomethingFollowsIt) {
  const Anchor cat = anchor_in("a cat on a sofa", "cat");
  EXPECT_EQ(cat.host, 1);
  EXPECT_EQ(cat.relation, Relation::kOn);
}

TEST(Ties, ABroomFollowsItsRiderAHorseDoesNot) {
  EXPECT_EQ(anchor_in("a witch flying on a broomstick", "broom").host, 0);
  EXPECT_EQ(anchor_in("a cowboy riding a brown horse", "horse").host, -1);
  EXPECT_EQ(anchor_in("a cowboy riding a brown horse", "man").host, 1);
}

TEST(Ties, ManyGatherAroundOne) {
  EXPECT_EQ(anchor_in("three children beside a snowman", "snowman").host, -1);
  EXPECT_EQ(anchor_in("a dog beside three cats", "dog").host, -1);
}

TEST(Ties, WhatIsSmallerThanWhoStandsUnderItHangsAboveThem) {
  const Anchor lantern = anchor_in("people dancing under paper lanterns", "red-paper-lantern");
  EXPECT_EQ(lantern.host, 0);
  EXPECT_EQ(lantern.relation, Relation::kAbove);
  EXPECT_EQ(anchor_in("a man under a tree", "man").relation, Relation::kUnder);
}

TEST(Ties, NothingFollowsItself) {
  Scene scene;
  for (int i = 0; i < 3; ++i) {
    Actor actor;
    actor.part = "cat";
    actor.relation = Relation::kBehind;
    actor.relative_to = (i + 1) % 3;
    scene.actors.push_back(actor);
  }

  const std::vector<Anchor> anchors = anchors_of(scene);

  EXPECT_EQ(anchors[0].host, 1);
  EXPECT_EQ(anchors[1].host, 2);
  EXPECT_EQ(anchors[2].host, -1);
  EXPECT_EQ(hosts_first(anchors), (std::vector<int>{2, 1, 0}));
}

TEST(Ties, ASecondTieIsUsedWhereTheFirstIsTheOthersToFollow) {
  const std::string prompt = "a mother holding a baby in a rocking chair";
  EXPECT_EQ(anchor_in(prompt, "baby").host, 0);
  EXPECT_EQ(anchor_in(prompt, "woman").host, 2);
  EXPECT_EQ(anchor_in(prompt, "woman").relation, Relation::kIn);
}

}  // namespace
}  // namespace plantain::engine::sketch
