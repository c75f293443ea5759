// The seam "order in, picture out, progress on the way, stop when told".
//
// An engine makes pictures. It knows nothing of requests, databases or sockets of ours; what it
// needs is in the order. Everything an engine promises is in engine_contract.h, run for each one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "engine/paid_call.h"
#include "image/codec.h"
#include "image/pixels.h"

namespace plantain::engine {

// One picture, fully decided: nothing is left to a default.
struct Order {
  std::string prompt;  // UTF-8, 1 to limits::kPromptMax_chars characters
  int width = 0;       // pixels, 64 to limits::kImageSideMax_px
  int height = 0;
  int64_t seed = 0;  // 0 … limits::kSeedMax, or negative as the client sent it
  std::vector<image::Pixels> references;  // for editing; empty for text to image

  // For engines that pass a request on to somebody else; what draws here needs none of it.
  std::string model_id;      // of the catalogue; empty: nobody's
  JsonObject input;          // the request's completed input; empty: the fields above say all
  PaidCall* paid = nullptr;  // remembers the one paid call of this order; null: nobody does
};

// How an engine tells how far it is and learns that it should stop. The engine calls it from the
// thread that called draw(), at least once a step and at least every 100 ms where it can.
class Observer {
 public:
  virtual ~Observer() = default;
  // `step` of `steps` of `stage` begins ("denoise", "layers" …). False: stop, with kCancelled.
  virtual bool keep_going(std::string_view stage, int step, int steps) = 0;
  // A small picture of how it looks so far, at most 256 pixels a side. Optional.
  virtual void preview(const image::Pixels& small) = 0;
  // After it said stop: the client wants the picture no more, so whoever works on it may be told.
  // False: the work will be taken up elsewhere.
  virtual bool is_unwanted() const { return true; }
};

// A file that an upstream made and that is kept as it came, its provenance included.
struct EncodedPicture {
  std::string bytes;
  image::Format format;
  int width = 0;
  int height = 0;
};

// A film that an upstream made.
struct EncodedVideo {
  std::string bytes;
  std::string content_type;  // "video/mp4", "video/webm"
};

using Made = std::variant<image::Pixels, EncodedPicture, EncodedVideo>;

// A page that an engine took facts from.
struct Source {
  std::string title;
  std::string url;
};

struct Drawing {
  Made picture;
  // The size it was drawn at, where that is not the order's size.
  std::optional<std::pair<int, int>> native;
  // What the client should know of it; becomes part of the picture's metadata.
  JsonObject notes;
  // Further ones of the same round or request, for engines whose share() is not kPicture.
  std::vector<Made> more;
  std::vector<Source> sources;
  std::string model;               // the provider's name of the model; empty: it was made here
  std::optional<double> cost_usd;  // what the provider charges for all of it, where that is known
  bool halve = false;              // it was made twice as large as was asked for: to be halved
};

// What one draw() makes.
enum class Share {
  kPicture,  // the picture of the order
  kRound,  // what a round of the prompt gives: several where the input lets the prompt ask for them
  kRequest,  // all that the request asks for
};

class Engine {
 public:
  virtual ~Engine() = default;

  virtual std::string_view name() const = 0;                 // "sketch"
  virtual std::string_view weights() const = 0;              // "owner/name@sha256:…"; empty: none
  virtual std::string_view digital_source_type() const = 0;  // IPTC term for its pictures
  // Same order, same weights, same machine kind: the same bytes.
  virtual bool reproducible() const = 0;
  virtual Share share() const { return Share::kPicture; }
  // It searches the web itself where the input asks for it.
  virtual bool searches() const { return false; }
  // How many orders it can have under way: so many engines of this name are made.
  virtual int slots() const { return 1; }
  // Somebody else makes its pictures, who can be away for a while.
  virtual bool is_upstream() const { return false; }
  // Whether it could draw now, found out without paying. A sentence for its owner.
  virtual Result<std::string> check() { return std::string("it is part of this program"); }

  // Makes the picture. Pixels have exactly the order's size.
  // Threads: one call at a time per engine.
  // Errors: kCancelled when the observer said stop; kInvalidInput when it cannot honour the order;
  // kContentPolicyViolation; kOutOfMemory; kUpstreamRefused, kUpstreamUnavailable; else
  // kEngineFailed.
  virtual Result<Drawing> draw(const Order& order, Observer& observer) = 0;
};

}  // namespace plantain::engine
