// Pictures that clients bring are decoded in a child process per picture: with an empty
// environment, no network, no new privileges, a seccomp filter that knows reading, writing and
// memory, limits::kDecodeMemory_bytes of memory and limits::kDecodeCpu of processor time. Whatever
// a file makes a decoder do ends there.
#pragma once

#include <atomic>
#include <string_view>

#include "base/exchange_limits.h"
#include "base/files.h"
#include "base/result.h"
#include "image/pixels.h"

namespace plantain::worker {

// The word that makes the program such a child.
inline constexpr std::string_view kReadPictureWord = "read-picture";

// The pixels of a picture, upright, over white, with sides of at most limits::kReferenceSideMax_px.
// `program` is run as `program read-picture`. Threads: any. kFileUnreachable: not a picture,
// broken, too large, or beyond the limits; the message says which. kCancelled: `stop` was set.
// kUnavailable: no child could be made.
Result<image::Pixels> read_picture(const Path& program, std::string_view file,
                                   const std::atomic<bool>& stop);

// What the child does: reads a file from descriptor 0, writes the answer to descriptor 1, ends.
[[noreturn]] void read_picture_child();

}  // namespace plantain::worker
