// Builds the server out of its parts, connects them and waits for a signal.
#pragma once

#include <string>

#include "base/result.h"
#include "cli/config.h"

namespace plantain {

// `plantain serve`: the exit code. Says on standard output, a line each: "listening ADDRESS",
// "key file PATH", and on a terminal, at the first start, "first key KEY", and at every start
// "sign in ADDRESS", which works once. SIGTERM or SIGINT drains;
// a second one ends at once.
int serve(const cli::Config& config);

// A key made on the machine itself, while no server runs on the data folder.
Result<std::string> create_local_key(const cli::Config& config, const std::string& name,
                                     const std::string& role);

}  // namespace plantain
