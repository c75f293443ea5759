// One request from its completed input to finished files, whoever asks: a worker with a lease or
// the command without a server. It does no I/O; where files go is the watcher's.
#pragma once

#include <optional>
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
  bool thumbnail = false;  // the small JPEG of picture n; films have none
  std::string bytes;
  std::string content_type;  // "image/png", "video/mp4"
  int width = 0;             // of a film: 0
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

  // -- what only runs need that somebody remembers beyond this process; the others change nothing
  // --

  virtual std::string_view model_id() const { return ""; }
  virtual bool is_unwanted() const { return true; }  // as engine::Observer's
  // The memory of what the engine pays for draw `d`, 0, 1 …; null: there is none.
  virtual engine::PaidCall* paid_call(int d) {
    static_cast<void>(d);
    return nullptr;
  }
  // What finished() was given for draw `d` by an earlier attempt. Its files are kept and count as
  // taken, from number `first_n` on; the draw is not made again.
  virtual std::optional<JsonObject> kept(int d, int first_n) {
    static_cast<void>(d);
    static_cast<void>(first_n);
    return std::nullopt;
  }
  // All files of draw `d` have been taken, the first as number `first_n`. `record` says of them
  // what the metadata will say.
  virtual Result<void> finished(int d, int first_n, const JsonObject& record) {
    static_cast<void>(d);
    static_cast<void>(first_n);
    static_cast<void>(record);
    return {};
  }
};

// Draws what `input` asks for: a completed input that catalog::check_input() found no fault with.
// `references` are the pictures that it names, as engine::Order wants them.
// The metadata of the result: engine, weights, seeds, images, aspect_ratio, prompt_used, sources,
// reproducible, notes; model, where somebody else made it; refused, the draws of several whose
// content was refused. Errors: the engine's; kCancelled when the watcher said stop;
// kWebSearchUnavailable; kOutOfMemory; kEngineFailed when the engine breaks its own promise.
Result<JsonObject> run_request(const JsonObject& input, std::vector<image::Pixels> references,
                               engine::Engine& engine, RunWatcher& watcher);

}  // namespace plantain::worker
