#include "base/files.h"

#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/crypto.h"
#include "base/text.h"

namespace plantain {
namespace {

Error failed(const Path& path, std::string_view what) {
  const int reason = errno;
  const ErrorCode code = reason == ENOSPC || reason == EDQUOT ? ErrorCode::kStorageFull
                         : reason == ENOENT                   ? ErrorCode::kNotFound
                         : reason == EEXIST                   ? ErrorCode::kConflict
                                                              : ErrorCode::kUnavailable;
  return Error{code, concat(path.string(), ": cannot ", what, ": ", std::strerror(reason))};
}

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }
  bool ok() const { return fd_ >= 0; }

 private:
  int fd_;
};

bool write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t wrote = ::write(fd, bytes.data(), bytes.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) return false;
    bytes.remove_prefix(static_cast<size_t>(wrote));
  }
  return true;
}

Result<void> sync_folder(const Path& path) {
  const Path folder = path.has_parent_path() ? path.parent_path() : Path(".");
  const Descriptor handle(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!handle.ok() || ::fsync(handle.get()) != 0) return failed(folder, "sync");
  return {};
}

Result<void> fill(const Path& path, std::string_view bytes, int flags, int mode) {
  const Descriptor handle(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | flags, mode));
  if (!handle.ok()) return failed(path, "create");
  if (!write_all(handle.get(), bytes) || ::fsync(handle.get()) != 0) {
    Error error = failed(path, "write");
    ::unlink(path.c_str());
    return error;
  }
  return {};
}

}  // namespace

Result<std::string> read_file(const Path& path) {
  const Descriptor handle(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!handle.ok()) return failed(path, "open");
  std::string bytes;
  char block[1 << 16];
  while (true) {
    const ssize_t got = ::read(handle.get(), block, sizeof block);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failed(path, "read");
    if (got == 0) return bytes;
    bytes.append(block, static_cast<size_t>(got));
  }
}

Result<void> write_file_durably(const Path& path, std::string_view bytes, int mode) {
  const Path beside = path.string() + ".tmp-" + to_hex(random_bytes(6));
  if (Result<void> filled = fill(beside, bytes, O_EXCL, mode); !filled.ok()) return filled;
  if (::rename(beside.c_str(), path.c_str()) != 0) {
    Error error = failed(path, "rename");
    ::unlink(beside.c_str());
    return error;
  }
  return sync_folder(path);
}

Result<void> create_file_exclusively(const Path& path, std::string_view bytes, int mode) {
  if (Result<void> filled = fill(path, bytes, O_EXCL, mode); !filled.ok()) return filled;
  return sync_folder(path);
}

Result<uint64_t> free_space(const Path& path) {
  struct statvfs space {};
  if (::statvfs(path.c_str(), &space) != 0) return failed(path, "measure");
  return static_cast<uint64_t>(space.f_bavail) * space.f_frsize;
}

}  // namespace plantain
