// Which files of a model's repository are needed to run it.
// Threads: pure functions.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/result.h"

namespace plantain::model {

// Indexes into `paths`, in order. With `only`, those paths and what describes the model (texts,
// configurations). A diffusers folder: its components' weights and configurations, and no second
// copy of them. Else every .safetensors file, or the one .gguf file. Pickled checkpoints and
// pictures never. kInvalidInput: a path of `only` that is not there or is pickled; several .gguf
// files, of which one must be named; nothing to run.
Result<std::vector<size_t>> choose_files(std::span<const std::string> paths,
                                         std::span<const std::string> only);

}  // namespace plantain::model
