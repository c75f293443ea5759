// Who follows whom: the relations of a scene as a forest, in which each thing is placed by at most
// one other.
// Threads: pure functions.
#pragma once

#include <vector>

#include "engine/sketch/scene.h"

namespace plantain::engine::sketch {

struct Anchor {
  int host = -1;  // index of the actor that decides the place; -1: none, it stands by itself
  Relation relation = Relation::kNone;  // the follower's to its host
  bool held = false;                    // the host holds it, or it is what the host rides on
};

// One for each actor. What is held follows who holds it; what would follow itself stands free.
std::vector<Anchor> anchors_of(const Scene& scene);

// All actors, hosts before those that follow them.
std::vector<int> hosts_first(const std::vector<Anchor>& anchors);

}  // namespace plantain::engine::sketch
