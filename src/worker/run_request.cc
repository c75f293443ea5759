#include "worker/run_request.h"

#include <exception>
#include <new>
#include <utility>
#include <variant>

#include "base/limits.h"
#include "base/text.h"
#include "catalog/plan.h"
#include "image/resize.h"

namespace plantain::worker {
namespace {

// Steps of one picture as steps of the whole request.
class PictureObserver final : public engine::Observer {
 public:
  PictureObserver(RunWatcher& watcher, int picture, int pictures)
      : watcher_(watcher), picture_(picture), pictures_(pictures) {}
  bool keep_going(std::string_view stage, int step, int steps) override {
    return watcher_.keep_going(stage, picture_ * steps + step, pictures_ * steps);
  }
  void preview(const image::Pixels& small) override { watcher_.preview(small); }

 private:
  RunWatcher& watcher_;
  const int picture_;
  const int pictures_;
};

// What an engine throws is its failure, never the worker's end.
Result<engine::Drawing> draw_safely(engine::Engine& engine, const engine::Order& order,
                                    engine::Observer& observer) {
  try {
    return engine.draw(order, observer);
  } catch (const std::bad_alloc&) {
    return Error{ErrorCode::kOutOfMemory, "the engine ran out of memory"};
  } catch (const std::exception& thrown) {
    return Error{ErrorCode::kEngineFailed, concat("the engine broke off: ", thrown.what())};
  }
}

struct Encoded {
  MadeFile picture;
  MadeFile thumbnail;
};

Result<MadeFile> file_of(const image::Pixels& pixels, image::Format format,
                         const image::Provenance& provenance) {
  Result<std::string> bytes = image::encode(pixels, format, provenance);
  if (!bytes.ok()) return bytes.error();
  return MadeFile{0, false, std::move(*bytes), format, pixels.width, pixels.height};
}

// A file of an upstream stays as it came if it is of the wished kind; else it is written anew.
Result<Encoded> encode_drawing(const engine::Drawing& drawing, image::Format format,
                               const image::Provenance& provenance) {
  image::Pixels decoded;
  const auto* pixels = std::get_if<image::Pixels>(&drawing.picture);
  const auto* upstream = std::get_if<engine::EncodedPicture>(&drawing.picture);
  if (upstream != nullptr) {
    Result<image::Pixels> read = image::decode(upstream->bytes);
    if (!read.ok())
      return Error{ErrorCode::kEngineFailed,
                   concat("the engine's picture cannot be read: ", read.error().message)};
    decoded = std::move(*read);
    pixels = &decoded;
  }
  Result<MadeFile> picture =
      upstream != nullptr && upstream->format == format
          ? MadeFile{0, false, upstream->bytes, format, pixels->width, pixels->height}
          : file_of(*pixels, format, provenance);
  if (!picture.ok()) return picture.error();
  Result<MadeFile> thumbnail = file_of(image::fit_within(*pixels, limits::kThumbnailSide_px),
                                       image::Format::kJpeg, provenance);
  if (!thumbnail.ok()) return thumbnail.error();
  thumbnail->thumbnail = true;
  return Encoded{std::move(*picture), std::move(*thumbnail)};
}

bool has_size(const engine::Drawing& drawing, int width, int height) {
  const auto* pixels = std::get_if<image::Pixels>(&drawing.picture);
  return pixels == nullptr || (pixels->width == width && pixels->height == height);
}

std::optional<catalog::Size> size_of_first(const std::vector<image::Pixels>& references) {
  if (references.empty()) return std::nullopt;
  return catalog::Size{references.front().width, references.front().height};
}

class Run {
 public:
  Run(const JsonObject& input, std::vector<image::Pixels> references, engine::Engine& engine,
      RunWatcher& watcher)
      : input_(input),
        engine_(engine),
        watcher_(watcher),
        plan_(catalog::plan_pictures(input, size_of_first(references))),
        order_{text_or(input_, "prompt", ""), plan_.size.width, plan_.size.height, 0,
               std::move(references)},
        format_(image::format_from_name(text_or(input_, "output_format", "png"))
                    .value_or(image::Format::kPng)) {}

  Result<JsonObject> all() {
    if (bool_or(input_, "enable_web_search", false)) {
      return Error{ErrorCode::kWebSearchUnavailable, "no search provider is configured"};
    }
    for (std::size_t n = 0; n < plan_.pictures.size(); ++n) {
      if (auto made = one(static_cast<int>(n)); !made.ok()) return made.error();
    }
    return metadata();
  }

 private:
  Result<void> one(int n) {
    const int64_t seed = plan_.pictures[static_cast<std::size_t>(n)].seed;
    order_.seed = seed;
    PictureObserver observer(watcher_, n, static_cast<int>(plan_.pictures.size()));
    const Result<engine::Drawing> drawing = draw_safely(engine_, order_, observer);
    if (!drawing.ok()) return drawing.error();
    if (!has_size(*drawing, plan_.size.width, plan_.size.height)) {
      return Error{ErrorCode::kEngineFailed,
                   "the engine made a picture of another size than was asked for"};
    }
    const image::Provenance provenance{std::string(engine_.digital_source_type()),
                                       std::string(engine_.name()), std::string(engine_.weights()),
                                       seed};
    Result<Encoded> encoded = encode_drawing(*drawing, format_, provenance);
    if (!encoded.ok()) return encoded.error();
    note(*drawing, encoded->picture, seed);
    encoded->picture.n = encoded->thumbnail.n = n;
    if (auto taken = watcher_.take(std::move(encoded->picture)); !taken.ok()) return taken;
    return watcher_.take(std::move(encoded->thumbnail));
  }

  void note(const engine::Drawing& drawing, const MadeFile& picture, int64_t seed) {
    JsonObject image{{"width", picture.width}, {"height", picture.height}, {"seed", seed}};
    if (drawing.native)
      image["native"] =
          JsonObject{{"width", drawing.native->first}, {"height", drawing.native->second}};
    images_.push_back(std::move(image));
    seeds_.emplace_back(seed);
    if (notes_.empty()) notes_ = drawing.notes;  // all pictures of a request come from one prompt
  }

  JsonObject metadata() {
    JsonObject metadata;
    metadata["engine"] = engine_.name();
    metadata["weights"] = engine_.weights().empty() ? Json(nullptr) : Json(engine_.weights());
    metadata["seeds"] = std::move(seeds_);
    metadata["images"] = std::move(images_);
    metadata["aspect_ratio"] = plan_.ratio;
    metadata["prompt_used"] = order_.prompt;
    metadata["sources"] = JsonArray();
    metadata["reproducible"] = engine_.reproducible();
    metadata["notes"] = std::move(notes_);
    return metadata;
  }

  const Json input_;
  engine::Engine& engine_;
  RunWatcher& watcher_;
  const catalog::Plan plan_;
  engine::Order order_;  // of the picture that is drawn
  const image::Format format_;
  JsonArray seeds_;
  JsonArray images_;
  JsonObject notes_;
};

}  // namespace

Result<JsonObject> run_request(const JsonObject& input, std::vector<image::Pixels> references,
                               engine::Engine& engine, RunWatcher& watcher) {
  return Run(input, std::move(references), engine, watcher).all();
}

}  // namespace plantain::worker
