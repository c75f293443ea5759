// One request from its completed input to finished files, whoever asks: a worker with a lease or
// the command without a server. It does no I/O; where files go is the watcher's.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "engine/engine.h"
#include "image/codec.h"

namespace plantain::worker {

struct MadeFile {
  int n = 0;               // order among the request's pictures
  bool thumbnail = false;  // the small JPEG of picture n
  std::string bytes;
  image::Format format = image::Format::kPng;
  int width = 0;
  int height = 0;
};

// Threads: called on the thread that called run_request().
class RunWatcher {
 public:
  virtual ~RunWatcher() = default;
  // As engine::Observer's, over all pictures of the request. False: stop.
  virtual bool keep_going(std::string_view stage, int step, int steps) = 0;
  virtual void preview(const image::Pixels& small) = 0;
  // A finished file, each picture followed by its thumbnail. An error ends the run with it.
  virtual Result<void> take(MadeFile file) = 0;
};

// Draws what `input` asks for: a completed input that catalog::check_input() found no fault with.
// `references` are the pictures that it names, as engine::Order wants them.
// The metadata of the result: engine, weights, seeds, images, aspect_ratio, prompt_used, sources,
// reproducible, notes. Errors: the engine's; kCancelled when the watcher said stop;
// kWebSearchUnavailable; kOutOfMemory; kEngineFailed when the engine breaks its own promise.
Result<JsonObject> run_request(const JsonObject& input, std::vector<image::Pixels> references,
                               engine::Engine& engine, RunWatcher& watcher);

}  // namespace plantain::worker
