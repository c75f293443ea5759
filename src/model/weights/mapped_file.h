// A file's bytes in memory without reading them: pages come when they are touched and may be
// dropped by the system at any time.
//
// The file must not be shortened while it is mapped: touching a page that is gone kills the process
// (SIGBUS). Weight files are replaced by renaming, never written in place.
// Threads: immutable.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <utility>

#include "base/files.h"

namespace plantain::model {

using Bytes = std::span<const std::byte>;

class MappedFile {
 public:
  // kNotFound: no such file. kInvalidInput: a folder, a device. kUnavailable: the rest.
  static Result<std::shared_ptr<const MappedFile>> open(const Path& path);

  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  ~MappedFile();

  Bytes bytes() const { return bytes_; }

 private:
  explicit MappedFile(Bytes bytes) : bytes_(bytes) {}
  const Bytes bytes_;
};

}  // namespace plantain::model
