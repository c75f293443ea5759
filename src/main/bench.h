// The verbs that measure.
#pragma once

#include "cli/cli.h"

namespace plantain {

// `plantain bench engine`: the exit code.
int bench_engine(const cli::BenchArguments& arguments, const cli::World& world);

}  // namespace plantain
