// For tests: what a scene must hold, in one line, as in tests/prompts/everyday.tsv.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/sketch/scene.h"

namespace plantain::engine::sketch {

// What is wrong with `scene` by `expectation`; nothing: it holds. The form is described in
// everyday.tsv.
std::vector<std::string> faults_of(const Scene& scene, std::string_view expectation);

}  // namespace plantain::engine::sketch
