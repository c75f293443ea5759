// From what an engine made to the file that a client gets.
// Threads: pure functions.
#pragma once

#include <optional>
#include <utility>

#include "catalog/plan.h"
#include "engine/engine.h"
#include "image/codec.h"
#include "worker/run_request.h"

namespace plantain::worker {

// What a picture's size shall be, where it came as a file.
struct WishedSize {
  catalog::Size size;  // 0 by 0: whatever it is
  bool halve = false;  // it was made twice as large
};

struct Finished {
  MadeFile picture;
  MadeFile thumbnail;
  std::optional<std::pair<int, int>> native;  // the size it came with, where that was changed
  // Of a file that came: what it said of its making and what of that is still there. Empty for
  // pixels, which say what we write.
  JsonObject provenance;
};

// A file of the wished kind and size stays as it came, to the byte. One within 2 % of the wished
// shape is resampled to the wished size; one of another shape keeps its own. What has to be written
// anew gets `provenance`, with the file's own word for its digital source.
// kEngineFailed: the file cannot be read. kOutOfMemory is the caller's to catch (std::bad_alloc).
Result<Finished> finish_picture(const engine::Made& made, WishedSize wish, image::Format format,
                                image::Provenance provenance);

}  // namespace plantain::worker
