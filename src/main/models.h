// Getting models and looking after them: `plantain pull`, `models add`, `models verify`.
#pragma once

#include "cli/cli.h"

namespace plantain {

int pull(const cli::PullArguments& arguments, const cli::World& world);
int add_model(const cli::AddModelArguments& arguments, const cli::World& world);
int verify_models(const cli::VerifyModelsArguments& arguments, const cli::World& world);

}  // namespace plantain
