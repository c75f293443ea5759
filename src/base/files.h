// Whole files, durably. Threads: any.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.h"

namespace plantain {

using Path = std::filesystem::path;

Result<std::string> read_file(const Path& path);

// Writes beside `path`, syncs, renames and syncs the folder: after success the file is whole
// whatever is killed. `mode` as for open(2). kStorageFull when the disk is.
Result<void> write_file_durably(const Path& path, std::string_view bytes, int mode);

// Creates `path`, which must not exist (O_EXCL), and syncs it. kConflict when it does.
Result<void> create_file_exclusively(const Path& path, std::string_view bytes, int mode);

// Bytes that are free for us on the file system of `path`.
Result<uint64_t> free_space(const Path& path);

}  // namespace plantain
