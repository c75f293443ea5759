#include "store/files/file_artifacts.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <mutex>
#include <set>
#include <utility>

#include "base/crypto.h"
#include "base/limits.h"
#include "base/text.h"

namespace plantain::store::files {
namespace {

constexpr std::string_view kPartial = "partial";  // the subfolder of files that are being written

class Descriptor {
 public:
  explicit Descriptor(int raw) : raw_(raw) {}
  Descriptor(Descriptor&& other) noexcept : raw_(std::exchange(other.raw_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() {
    if (raw_ >= 0) ::close(raw_);
  }
  int get() const { return raw_; }
  bool ok() const { return raw_ >= 0; }

 private:
  int raw_;
};

// Says nothing of where the files lie: it may leave the server.
Error failed(std::string_view what) {
  const bool full = errno == ENOSPC || errno == EDQUOT;
  return Error{full ? ErrorCode::kStorageFull : ErrorCode::kUnavailable,
               concat("cannot ", what, " a stored file")};
}

bool is_blob_id(std::string_view id) {
  return id.size() == 32 && std::all_of(id.begin(), id.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

Result<void> sync_folder(const Path& folder) {
  const Descriptor handle(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!handle.ok() || ::fsync(handle.get()) != 0) return failed("sync");
  return {};
}

Result<void> make_folder(const Path& folder) {
  if (::mkdir(folder.c_str(), 0700) != 0) {
    if (errno == EEXIST) return {};
    return failed("make a folder for");
  }
  return sync_folder(folder.has_parent_path() ? folder.parent_path() : Path("."));
}

class OpenFile final : public Artifact {
 public:
  OpenFile(Descriptor handle, uint64_t size) : handle_(std::move(handle)), size_(size) {}

  uint64_t size() const override { return size_; }
  Result<std::string> read(uint64_t offset, std::size_t count) override {
    if (offset >= size_) return std::string();
    std::string bytes(std::min<uint64_t>(count, size_ - offset), '\0');
    std::size_t have = 0;
    while (have < bytes.size()) {
      const ssize_t got = ::pread(handle_.get(), bytes.data() + have, bytes.size() - have,
                                  static_cast<off_t>(offset + have));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return failed("read");
      if (got == 0) return Error{ErrorCode::kCorrupt, "a stored file became shorter"};
      have += static_cast<std::size_t>(got);
    }
    return bytes;
  }

 private:
  const Descriptor handle_;
  const uint64_t size_;
};

// Removes itself from the folder unless it was never made.
class PartialFile {
 public:
  explicit PartialFile(Path path) : path_(std::move(path)) {}
  PartialFile(const PartialFile&) = delete;
  PartialFile& operator=(const PartialFile&) = delete;
  ~PartialFile() { ::unlink(path_.c_str()); }
  const Path& path() const { return path_; }

  Result<void> fill(std::string_view bytes) const {
    const Descriptor handle(::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!handle.ok()) return failed("create");
    while (!bytes.empty()) {
      const ssize_t wrote = ::write(handle.get(), bytes.data(), bytes.size());
      if (wrote < 0 && errno == EINTR) continue;
      if (wrote < 0) return failed("write");
      bytes.remove_prefix(static_cast<std::size_t>(wrote));
    }
    if (::fsync(handle.get()) != 0) return failed("sync");
    return {};
  }

 private:
  const Path path_;
};

int64_t age_of(const struct stat& status) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::seconds>(now).count() - status.st_mtim.tv_sec;
}

class FileArtifacts final : public ArtifactStore {
 public:
  explicit FileArtifacts(Path folder) : folder_(std::move(folder)) {}

  // What a killed process left behind.
  void clean_partial() const {
    std::error_code code;
    for (const auto& entry : std::filesystem::directory_iterator(folder_ / kPartial, code)) {
      struct stat status {};
      if (::stat(entry.path().c_str(), &status) != 0) continue;
      if (age_of(status) > std::chrono::seconds(limits::kStagedBlobKept).count())
        ::unlink(entry.path().c_str());
    }
  }

  Result<void> put(std::string_view blob_id, std::string_view bytes) override {
    if (!is_blob_id(blob_id)) return invalid("a blob id has 32 lower-case hexadecimal characters");
    const PartialFile partial(folder_ / kPartial / to_hex(random_bytes(12)));
    if (Result<void> filled = partial.fill(bytes); !filled.ok()) return filled;
    const Path subfolder = folder_of(blob_id);
    if (Result<void> made = make_once(subfolder); !made.ok()) return made;
    // A link appears whole and never replaces a file, which a rename would.
    if (::link(partial.path().c_str(), (subfolder / blob_id).c_str()) != 0) {
      if (errno == EEXIST) return Error{ErrorCode::kConflict, "this blob id is taken"};
      return failed("keep");
    }
    return sync_folder(subfolder);
  }

  Result<std::unique_ptr<Artifact>> open(std::string_view blob_id) override {
    if (!is_blob_id(blob_id)) return Error{ErrorCode::kNotFound, "there is no such blob"};
    Descriptor handle(
        ::open((folder_of(blob_id) / blob_id).c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!handle.ok()) {
      if (errno == ENOENT) return Error{ErrorCode::kNotFound, "there is no such blob"};
      return failed("open");
    }
    struct stat status {};
    if (::fstat(handle.get(), &status) != 0) return failed("open");
    return std::unique_ptr<Artifact>(
        std::make_unique<OpenFile>(std::move(handle), static_cast<uint64_t>(status.st_size)));
  }

  Result<void> remove(std::string_view blob_id) override {
    if (!is_blob_id(blob_id)) return {};
    if (::unlink((folder_of(blob_id) / blob_id).c_str()) != 0 && errno != ENOENT)
      return failed("remove");
    return {};
  }

  Result<void> each(const std::function<void(std::string_view, int64_t)>& visit) override {
    std::error_code code;
    for (const auto& subfolder : std::filesystem::directory_iterator(folder_, code)) {
      if (subfolder.path().filename() == kPartial || !subfolder.is_directory(code)) continue;
      for (const auto& entry : std::filesystem::directory_iterator(subfolder.path(), code)) {
        const std::string name = entry.path().filename().string();
        struct stat status {};
        if (!is_blob_id(name) || ::stat(entry.path().c_str(), &status) != 0) continue;
        visit(name, age_of(status));
      }
    }
    if (code) return Error{ErrorCode::kUnavailable, "cannot list the stored files"};
    return {};
  }

  Result<uint64_t> free_bytes() override { return free_space(folder_); }

 private:
  Path folder_of(std::string_view blob_id) const { return folder_ / blob_id.substr(0, 2); }

  Result<void> make_once(const Path& subfolder) {
    const std::lock_guard lock(mutex_);
    if (made_.contains(subfolder)) return {};
    if (Result<void> made = make_folder(subfolder); !made.ok()) return made;
    made_.insert(subfolder);
    return {};
  }

  const Path folder_;
  std::mutex mutex_;
  std::set<Path> made_;  // subfolders that are known to be there, and on disk
};

}  // namespace

Result<std::unique_ptr<ArtifactStore>> open_file_artifacts(const Path& folder) {
  std::error_code code;
  if (folder.has_parent_path()) std::filesystem::create_directories(folder.parent_path(), code);
  for (const Path& needed : {folder, folder / kPartial}) {
    if (Result<void> made = make_folder(needed); !made.ok()) return made.error();
  }
  auto artifacts = std::make_unique<FileArtifacts>(folder);
  artifacts->clean_partial();
  return std::unique_ptr<ArtifactStore>(std::move(artifacts));
}

}  // namespace plantain::store::files
