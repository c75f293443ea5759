#include "main/backup.h"

#include <filesystem>
#include <iostream>

#include "base/text.h"
#include "cli/cli.h"
#include "store/files/file_artifacts.h"
#include "store/sqlite/backup.h"

namespace plantain {
namespace {

struct Copied {
  std::size_t files = 0;
  std::size_t gone = 0;  // deleted since the moment of the database's copy
  uint64_t bytes = 0;
};

Result<void> make_empty_folder(const Path& folder) {
  std::error_code fault;
  std::filesystem::create_directories(folder, fault);
  if (!fault) {
    std::filesystem::permissions(folder, std::filesystem::perms::owner_all, fault);
  }
  if (fault) return Error{ErrorCode::kUnavailable, concat(folder.string(), ": ", fault.message())};
  if (!std::filesystem::is_empty(folder, fault))
    return Error{ErrorCode::kConflict, concat(folder.string(), " is not empty")};
  return {};
}

Result<std::string> whole(store::Artifact& artifact) {
  std::string bytes;
  while (bytes.size() < artifact.size()) {
    Result<std::string> piece = artifact.read(bytes.size(), artifact.size() - bytes.size());
    if (!piece.ok()) return piece;
    bytes += *piece;
  }
  return bytes;
}

Result<Copied> copy_files(const Path& from, const Path& to, const std::vector<std::string>& ids) {
  const auto source = store::files::open_file_artifacts(from);
  if (!source.ok()) return source.error();
  const auto target = store::files::open_file_artifacts(to);
  if (!target.ok()) return target.error();
  Copied copied;
  for (const std::string& id : ids) {
    const auto artifact = (*source)->open(id);
    if (!artifact.ok() && artifact.error().code == ErrorCode::kNotFound) {
      ++copied.gone;
      continue;
    }
    if (!artifact.ok()) return artifact.error();
    const Result<std::string> bytes = whole(**artifact);
    if (!bytes.ok()) return bytes.error();
    if (auto kept = (*target)->put(id, *bytes); !kept.ok()) return kept.error();
    ++copied.files;
    copied.bytes += bytes->size();
  }
  return copied;
}

Result<void> copy_secret(const Path& from, const Path& to) {
  const Result<std::string> bytes = read_file(from);
  if (!bytes.ok()) return bytes.error();
  return create_file_exclusively(to, *bytes, 0600);
}

Result<Copied> copy_all(const cli::Config::Server& server, const Path& to) {
  if (auto made = make_empty_folder(to); !made.ok()) return made.error();
  const Path& from = server.data_dir;
  if (auto kept = copy_secret(from / "master.key", to / "master.key"); !kept.ok())
    return kept.error();
  // The first key's file is for people; who has moved it elsewhere does not miss it here.
  if (auto kept = copy_secret(server.key_file, to / "admin.key");
      !kept.ok() && kept.error().code != ErrorCode::kNotFound)
    return kept.error();
  const auto blobs = store::sqlite::backup_database(from, to);
  if (!blobs.ok()) return blobs.error();
  return copy_files(from / "files", to / "files", *blobs);
}

}  // namespace

int backup(const cli::Config& config, const Path& destination) {
  const Result<Copied> copied = copy_all(config.server, destination);
  if (!copied.ok()) {
    std::cerr << "plantain backup: " << copied.error().message << "\n";
    return cli::kExitFailed;
  }
  std::cout << concat(destination.string(), ": the database and ", copied->files, " files of ",
                      copied->bytes, " bytes\n");
  if (copied->gone > 0) {
    std::cout << concat(copied->gone, " files were deleted while it was made and are not in it\n");
  }
  return cli::kExitOk;
}

}  // namespace plantain
