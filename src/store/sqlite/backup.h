// A copy of the database of a server that may be running.
// Threads: any.
#pragma once

#include <string>
#include <vector>

#include "base/files.h"
#include "base/result.h"

namespace plantain::store::sqlite {

// Writes the database in `folder` as of one moment to `destination`/plantain.db and syncs it.
// Answers the ids of the blobs that its rows need. The server goes on meanwhile.
// kNotFound: there is no database; kConflict: there is a copy already; kCorrupt: it is damaged.
Result<std::vector<std::string>> backup_database(const Path& folder, const Path& destination);

}  // namespace plantain::store::sqlite
