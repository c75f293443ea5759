// `plantain backup`: all that a server keeps, copied while it may be running.
#pragma once

#include "base/files.h"
#include "cli/config.h"

namespace plantain {

// Copies database, files, master key and key file of the configured data folder into `destination`,
// a folder that is made, or is empty. Such a copy is a data folder itself: a server started on it
// goes on from that moment. Says on standard output what is in it; the exit code.
int backup(const cli::Config& config, const Path& destination);

}  // namespace plantain
