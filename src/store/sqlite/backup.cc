#include "store/sqlite/backup.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/text.h"
#include "store/sqlite/connection.h"

namespace plantain::store::sqlite {
namespace {

constexpr const char* kFileName = "plantain.db";

Result<void> sync(const Path& path) {
  const int handle = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const bool synced = handle >= 0 && ::fsync(handle) == 0;
  const int reason = errno;
  if (handle >= 0) ::close(handle);
  if (synced) return {};
  return Error{ErrorCode::kUnavailable, concat(path.string(), ": ", std::strerror(reason))};
}

// The copy is read, not the original: what it names is what it needs.
Result<std::vector<std::string>> live_blobs(const Path& copy) {
  const auto connection = Connection::open(copy, Connection::Access::kRead);
  if (!connection.ok()) return connection.error();
  std::vector<std::string> ids;
  {
    Rows rows = (*connection)->query("SELECT id FROM blob WHERE state = 1");
    while (rows.next()) ids.push_back(rows.text(0));
  }
  if ((*connection)->failure()) return *(*connection)->failure();
  return ids;
}

}  // namespace

Result<std::vector<std::string>> backup_database(const Path& folder, const Path& destination) {
  const Path from = folder / kFileName;
  const Path to = destination / kFileName;
  std::error_code ignored;
  if (!std::filesystem::exists(from, ignored))
    return Error{ErrorCode::kNotFound, concat(folder.string(), ": there is no database here")};
  if (std::filesystem::exists(to, ignored))
    return Error{ErrorCode::kConflict, concat(to.string(), " is there already")};
  const auto connection = Connection::open(from, Connection::Access::kRead);
  if (!connection.ok()) return connection.error();
  // The handle cannot write to the original; query_only would keep it from writing the copy, too.
  (*connection)->run("PRAGMA query_only = 0");
  // One read transaction: the copy is the state after one commit, and holds no deleted text.
  (*connection)->run("VACUUM INTO ?1", to.string());
  if ((*connection)->failure()) return *(*connection)->failure();
  for (const Path& path : {to, destination}) {
    if (auto synced = sync(path); !synced.ok()) return synced.error();
  }
  return live_blobs(to);
}

}  // namespace plantain::store::sqlite
