// An ArtifactStore keeps the bytes of inputs and outputs under random blob ids. A blob is written
// once and never changed; a reader sees all of it or nothing.
//
// Threads: any. Errors: kStorageFull, kUnavailable: try later; kNotFound: no such blob.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace plantain::store {

// A blob that is being read. It can be read to its end also when it is removed meanwhile.
class Artifact {
 public:
  virtual ~Artifact() = default;
  virtual uint64_t size() const = 0;
  // Up to `count` bytes from `offset`; fewer only at the end. Threads: one at a time.
  virtual Result<std::string> read(uint64_t offset, std::size_t count) = 0;
};

class ArtifactStore {
 public:
  virtual ~ArtifactStore() = default;

  // 32 lower-case hexadecimal characters, random.
  static std::string new_blob_id();

  // Keeps `bytes`; they are on disk when it returns. kConflict: the id is taken, nothing changed.
  virtual Result<void> put(std::string_view blob_id, std::string_view bytes) = 0;
  virtual Result<std::unique_ptr<Artifact>> open(std::string_view blob_id) = 0;
  // Removing what is not there is a success.
  virtual Result<void> remove(std::string_view blob_id) = 0;
  // Calls `visit` for each blob's id and age in seconds, in any order.
  virtual Result<void> each(
      const std::function<void(std::string_view blob_id, int64_t age_s)>& visit) = 0;
  virtual Result<uint64_t> free_bytes() = 0;
};

}  // namespace plantain::store
