// A large file from an HTTP server: in pieces over several connections, taken up again after a
// cut or the death of the process, believed only when its hash is right.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "base/download_limits.h"
#include "base/files.h"
#include "base/result.h"

namespace plantain::net {

struct Download {
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;  // not sent on to another host
  Path to;
  uint64_t size = 0;
  std::string sha256;  // lower-case hexadecimal; empty: see git_sha1
  std::string
      git_sha1;  // git's id of the file's contents, where there is no sha256; empty: unchecked
};

struct DownloadOptions {
  int connections = limits::kDownloadConnections;
  uint64_t piece_bytes = limits::kDownloadPiece_bytes;
  std::chrono::milliseconds pause = limits::kDownloadPause;  // before a try that follows a failure
  // Called from the calling thread, several times a second: bytes of this file that are here.
  std::function<void(uint64_t bytes)> on_progress;
  const std::atomic<bool>* abort = nullptr;
};

// Makes `to`, whose folder exists. Until it is whole it is `to`.part, with `to`.part.pieces saying
// which pieces are there; another call goes on with them. A file that is there with the right size
// and hash is left alone. Blocks; uses threads of its own.
// kCorrupt: the bytes have another hash (they are deleted). kPermissionDenied: 401 or 403.
// kNotFound: 404. kStorageFull. kCancelled. kUnavailable: no progress in limits::kDownloadTries
// tries, or a server that does not send parts of files.
Result<void> download(const Download& file, const DownloadOptions& options);

// Whether `path` has this size and hash. kCancelled; kNotFound.
Result<bool> has_contents(const Path& path, const Download& expected,
                          const std::atomic<bool>* abort);

}  // namespace plantain::net
