// The verbs that run an engine in this process.
#pragma once

#include <string>

#include "base/result.h"
#include "cli/cli.h"

namespace plantain {

// `plantain worker`: the exit code. The first SIGTERM or SIGINT: take no more; the second: give
// back what runs.
int work(const cli::WorkerArguments& arguments);

// `plantain generate`: the exit code.
int generate(const cli::GenerateArguments& arguments);

// `plantain engines test`: a sentence, or what is wrong.
Result<std::string> test_engine(const cli::Config& config, const std::string& name);

// `plantain sketch explain`: the scene as JSON.
Result<std::string> explain(const std::string& prompt);

// For `plantain version --verbose`, each line with its end.
std::string version_details();

}  // namespace plantain
