#include "worker/run_request.h"

#include <algorithm>
#include <exception>
#include <new>
#include <utility>
#include <variant>

#include "base/limits.h"
#include "base/text.h"
#include "catalog/plan.h"
#include "worker/finish_picture.h"

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
  bool is_unwanted() const override { return watcher_.is_unwanted(); }

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
                    .value_or(image::Format::kPng)) {
    order_.model_id = std::string(watcher_.model_id());
    order_.input = input;
  }

  Result<JsonObject> all() {
    if (bool_or(input_, "enable_web_search", false) && !engine_.searches()) {
      return Error{ErrorCode::kWebSearchUnavailable, "no search provider is configured"};
    }
    if (plan_.ratio.empty() && engine_.share() != engine::Share::kRequest)
      return invalid("this engine does not know the model's words for shapes");
    const std::vector<int64_t> seeds = seeds_of_draws();
    for (std::size_t d = 0; d < seeds.size(); ++d) {
      if (auto made = one(static_cast<int>(d), static_cast<int>(seeds.size()), seeds[d]);
          !made.ok())
        return made.error();
    }
    if (images_.empty()) return *refusal_;
    return metadata();
  }

 private:
  std::vector<int64_t> seeds_of_draws() const {
    const auto& planned =
        engine_.share() == engine::Share::kPicture ? plan_.pictures : plan_.rounds;
    std::vector<int64_t> seeds;
    for (const catalog::PlannedPicture& picture : planned) seeds.push_back(picture.seed);
    if (engine_.share() == engine::Share::kRequest) seeds.resize(1);
    return seeds;
  }

  Result<void> one(int d, int draws, int64_t seed) {
    if (const std::optional<JsonObject> kept = watcher_.kept(d, n_)) return adopt(*kept);
    PictureObserver observer(watcher_, d, draws);
    order_.seed = seed;
    order_.paid = watcher_.paid_call(d);
    const Result<engine::Drawing> drawing = draw_safely(engine_, order_, observer);
    if (!drawing.ok()) return refused_one_of_several(d, draws, drawing.error());
    JsonObject record;
    JsonArray images;
    const int first_n = n_;
    for (const engine::Made* made : all_of(*drawing)) {
      Result<JsonObject> image = deliver(*made, *drawing, seed);
      if (!image.ok()) return image.error();
      images.push_back(std::move(*image));
    }
    record["images"] = std::move(images);
    record["notes"] = drawing->notes;
    record["sources"] = sources_of(*drawing);
    if (!drawing->model.empty()) record["model"] = drawing->model;
    if (drawing->cost_usd) record["cost_usd"] = *drawing->cost_usd;
    note(record);
    return watcher_.finished(d, first_n, record);
  }

  // Good pictures are delivered though others were refused.
  Result<void> refused_one_of_several(int d, int draws, const Error& error) {
    if (error.code != ErrorCode::kContentPolicyViolation || draws == 1) return error;
    refused_.emplace_back(d);
    refusal_ = error;
    return {};
  }

  Result<void> adopt(const JsonObject& record) {
    const Json* const images = record.if_contains("images");
    if (images == nullptr || !images->is_array())
      return Error{ErrorCode::kCorrupt, "what an earlier attempt made was not kept whole"};
    n_ += static_cast<int>(images->get_array().size());
    note(record);
    return {};
  }

  static std::vector<const engine::Made*> all_of(const engine::Drawing& drawing) {
    std::vector<const engine::Made*> all{&drawing.picture};
    for (const engine::Made& made : drawing.more) all.push_back(&made);
    return all;
  }

  static JsonArray sources_of(const engine::Drawing& drawing) {
    JsonArray sources;
    for (const engine::Source& source : drawing.sources)
      sources.push_back(JsonObject{{"title", source.title}, {"url", source.url}});
    return sources;
  }

  // Hands over one file (a picture with its thumbnail) and describes it.
  Result<JsonObject> deliver(const engine::Made& made, const engine::Drawing& drawing,
                             int64_t seed) {
    if (const auto* film = std::get_if<engine::EncodedVideo>(&made)) {
      if (auto taken = watcher_.take(MadeFile{n_++, false, film->bytes, film->content_type, 0, 0});
          !taken.ok())
        return taken.error();
      return JsonObject{{"width", nullptr}, {"height", nullptr}, {"seed", seed}};
    }
    if (!has_size(made, plan_.size)) {
      return Error{ErrorCode::kEngineFailed,
                   "the engine made a picture of another size than was asked for"};
    }
    image::Provenance provenance{
        std::string(engine_.digital_source_type()), std::string(engine_.name()),
        engine_.weights().empty() ? drawing.model : std::string(engine_.weights()), seed};
    Result<Finished> finished = finish_picture(made, wish_of(drawing), format_, provenance);
    if (!finished.ok()) return finished.error();
    JsonObject image{
        {"width", finished->picture.width}, {"height", finished->picture.height}, {"seed", seed}};
    if (drawing.native || finished->native) {
      const auto [width, height] = drawing.native ? *drawing.native : *finished->native;
      image["native"] = JsonObject{{"width", width}, {"height", height}};
    }
    if (!finished->provenance.empty()) image["provenance"] = std::move(finished->provenance);
    finished->picture.n = finished->thumbnail.n = n_++;
    if (auto taken = watcher_.take(std::move(finished->picture)); !taken.ok()) return taken.error();
    if (auto taken = watcher_.take(std::move(finished->thumbnail)); !taken.ok())
      return taken.error();
    return image;
  }

  static bool has_size(const engine::Made& made, catalog::Size size) {
    const auto* pixels = std::get_if<image::Pixels>(&made);
    return pixels == nullptr || (pixels->width == size.width && pixels->height == size.height);
  }

  bool shape_is_open() const {
    return plan_.ratio.empty() || text_or(input_, "aspect_ratio", "auto") == "auto";
  }

  WishedSize wish_of(const engine::Drawing& drawing) const {
    return {shape_is_open() ? catalog::Size{} : plan_.size, drawing.halve};
  }

  void note(const JsonObject& record) {
    for (const Json& image : record.at("images").get_array()) {
      images_.push_back(image);
      seeds_.push_back(image.at("seed"));
    }
    for (const Json& source : record.at("sources").get_array()) {
      if (std::find(sources_.begin(), sources_.end(), source) == sources_.end())
        sources_.push_back(source);
    }
    if (const Json* model = record.if_contains("model")) model_ = *model;
    if (const Json* cost = record.if_contains("cost_usd"))
      cost_usd_ = cost_usd_.value_or(0) + cost->to_number<double>();
    if (notes_.empty())
      notes_ = record.at("notes").get_object();  // of the first: one prompt for all
  }

  JsonObject metadata() {
    JsonObject metadata;
    metadata["engine"] = engine_.name();
    metadata["weights"] = engine_.weights().empty() ? Json(nullptr) : Json(engine_.weights());
    if (!model_.is_null()) metadata["model"] = model_;
    metadata["seeds"] = std::move(seeds_);
    metadata["images"] = std::move(images_);
    if (cost_usd_) metadata["provider_cost_usd"] = *cost_usd_;
    if (!refused_.empty()) metadata["refused"] = std::move(refused_);
    // Where somebody else chose the shape, its sides tell it.
    const bool is_known = !plan_.ratio.empty() && !(engine_.is_upstream() && shape_is_open());
    metadata["aspect_ratio"] = is_known ? Json(plan_.ratio) : Json(nullptr);
    metadata["prompt_used"] = order_.prompt;
    metadata["sources"] = std::move(sources_);
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
  int n_ = 0;  // of the next file
  JsonArray seeds_;
  JsonArray images_;
  JsonArray sources_;
  JsonArray refused_;
  std::optional<Error> refusal_;
  Json model_;
  std::optional<double> cost_usd_;
  JsonObject notes_;
};

}  // namespace

Result<JsonObject> run_request(const JsonObject& input, std::vector<image::Pixels> references,
                               engine::Engine& engine, RunWatcher& watcher) {
  return Run(input, std::move(references), engine, watcher).all();
}

}  // namespace plantain::worker
