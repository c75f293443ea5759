#include "model/weights/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/text.h"

namespace plantain::model {
namespace {

Error failed(const Path& path, std::string_view what) {
  const int reason = errno;
  return Error{
      reason == ENOENT || reason == ENOTDIR ? ErrorCode::kNotFound : ErrorCode::kUnavailable,
      concat(path.filename().string(), ": cannot ", what, ": ", std::strerror(reason))};
}

}  // namespace

Result<std::shared_ptr<const MappedFile>> MappedFile::open(const Path& path) {
  // O_NONBLOCK: a pipe with no writer would keep us waiting before it can be refused.
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) return failed(path, "open");
  struct stat facts {};
  if (::fstat(file, &facts) != 0) {
    Error error = failed(path, "measure");
    ::close(file);
    return error;
  }
  if (!S_ISREG(facts.st_mode)) {
    ::close(file);
    return invalid(concat(path.filename().string(), ": not a regular file"));
  }
  const auto size = static_cast<size_t>(facts.st_size);
  void* at = nullptr;
  if (size > 0) at = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, file, 0);
  if (at == MAP_FAILED) {
    Error error = failed(path, "map");
    ::close(file);
    return error;
  }
  ::close(file);
  return std::shared_ptr<const MappedFile>(
      new MappedFile(Bytes(static_cast<const std::byte*>(at), size)));
}

MappedFile::~MappedFile() {
  if (!bytes_.empty()) ::munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());
}

}  // namespace plantain::model
