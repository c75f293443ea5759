#include "worker/run_request.h"

#include <gtest/gtest.h>

#include <functional>
#include <new>
#include <stdexcept>
#include <vector>

#include "catalog/catalog.h"
#include "engine/engines.h"

namespace plantain::worker {
namespace {

// An engine that does what a test says.
class ScriptedEngine final : public engine::Engine {
 public:
  using Draw = std::function<Result<engine::Drawing>(const engine::Order&, engine::Observer&)>;
  explicit ScriptedEngine(Draw draw) : draw_(std::move(draw)) {}
  std::string_view name() const override { return "scripted"; }
  std::string_view weights() const override { return "some@sha256:1"; }
  std::string_view digital_source_type() const override { return "trainedAlgorithmicMedia"; }
  bool reproducible() const override { return false; }
  Result<engine::Drawing> draw(const engine::Order& order, engine::Observer& observer) override {
    orders.push_back(order);
    return draw_(order, observer);
  }
  std::vector<engine::Order> orders;

 private:
  const Draw draw_;
};

image::Pixels grey(int width, int height) {
  return {width, height,
          std::vector<uint8_t>(
              std::size_t{3} * static_cast<std::size_t>(width) * static_cast<std::size_t>(height),
              128)};
}

Result<engine::Drawing> draw_grey(const engine::Order& order, engine::Observer&) {
  engine::Drawing drawing;
  drawing.picture = grey(order.width, order.height);
  drawing.notes = {{"kind", "grey"}};
  return drawing;
}

class Collector final : public RunWatcher {
 public:
  bool keep_going(std::string_view stage, int step, int steps) override {
    heard.emplace_back(std::string(stage), step, steps);
    return static_cast<int>(heard.size()) <= most_steps;
  }
  void preview(const image::Pixels&) override { ++previews; }
  Result<void> take(MadeFile file) override {
    files.push_back(std::move(file));
    return take_answer;
  }
  std::vector<std::tuple<std::string, int, int>> heard;
  std::vector<MadeFile> files;
  int previews = 0;
  int most_steps = 1'000'000;
  Result<void> take_answer;
};

JsonObject input_of(const JsonObject& given) {
  static const Result<catalog::Catalog> catalog = catalog::Catalog::builtin();
  CHECK(catalog.ok());
  catalog::Checked checked =
      catalog::check_input(*catalog->find("google/nano-banana-2/text-to-image"), given);
  CHECK(checked.faults.empty());
  return checked.completed;
}

JsonObject small(JsonObject more = {}) {
  JsonObject input{{"prompt", "a fox"}, {"resolution", "0.5K"}, {"aspect_ratio", "1:1"}};
  for (const auto& [name, value] : more) input[name] = value;
  return input_of(input);
}

TEST(RunRequest, MakesEachPictureAndItsThumbnailInOrder) {
  ScriptedEngine engine(draw_grey);
  Collector collector;
  const Result<JsonObject> metadata = run_request(
      small({{"num_images", 2}, {"seed", 7}, {"output_format", "webp"}}), {}, engine, collector);
  ASSERT_TRUE(metadata.ok()) << metadata.error().message;
  ASSERT_EQ(collector.files.size(), 4u);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(collector.files[i].n, static_cast<int>(i / 2));
    EXPECT_EQ(collector.files[i].thumbnail, i % 2 == 1);
    EXPECT_EQ(collector.files[i].content_type, i % 2 == 1 ? "image/jpeg" : "image/webp");
    const auto kind = image::identify(collector.files[i].bytes);
    ASSERT_TRUE(kind);
    EXPECT_EQ(image::content_type(kind->format), collector.files[i].content_type);
    EXPECT_EQ(kind->width, 512);
  }
  EXPECT_EQ(engine.orders[0].seed, 7);
  EXPECT_EQ(engine.orders[1].seed, 8);
}

TEST(RunRequest, TheMetadataSaysWhoMadeItAndHow) {
  ScriptedEngine engine(draw_grey);
  Collector collector;
  const Result<JsonObject> metadata = run_request(small({{"seed", 3}}), {}, engine, collector);
  ASSERT_TRUE(metadata.ok());
  EXPECT_EQ(
      write_json(*metadata),
      R"({"engine":"scripted","weights":"some@sha256:1","seeds":[3],"images":[{"width":512,"height":512,"seed":3}],)"
      R"("aspect_ratio":"1:1","prompt_used":"a fox","sources":[],"reproducible":false,"notes":{"kind":"grey"}})");
  const auto xmp = image::read_xmp(collector.files[0].bytes);
  ASSERT_TRUE(xmp);
  EXPECT_NE(xmp->find("trainedAlgorithmicMedia"), std::string::npos);
}

TEST(RunRequest, StepsOfOnePictureAreStepsOfTheWholeRequest) {
  ScriptedEngine engine([](const engine::Order& order, engine::Observer& observer) {
    for (int step = 0; step < 2; ++step) observer.keep_going("denoise", step, 2);
    return draw_grey(order, observer);
  });
  Collector collector;
  ASSERT_TRUE(run_request(small({{"num_images", 2}}), {}, engine, collector).ok());
  const std::vector<std::tuple<std::string, int, int>> expected = {
      {"denoise", 0, 4}, {"denoise", 1, 4}, {"denoise", 2, 4}, {"denoise", 3, 4}};
  EXPECT_EQ(collector.heard, expected);
}

TEST(RunRequest, WebSearchWithoutAProviderFailsBeforeAnythingIsDrawn) {
  ScriptedEngine engine(draw_grey);
  Collector collector;
  const auto metadata = run_request(small({{"enable_web_search", true}}), {}, engine, collector);
  ASSERT_FALSE(metadata.ok());
  EXPECT_EQ(metadata.error().code, ErrorCode::kWebSearchUnavailable);
  EXPECT_TRUE(engine.orders.empty());
}

TEST(RunRequest, WhatAnEngineThrowsIsItsFailure) {
  ScriptedEngine hungry(
      [](const auto&, auto&) -> Result<engine::Drawing> { throw std::bad_alloc(); });
  ScriptedEngine broken(
      [](const auto&, auto&) -> Result<engine::Drawing> { throw std::runtime_error("no luck"); });
  Collector collector;
  EXPECT_EQ(run_request(small(), {}, hungry, collector).error().code, ErrorCode::kOutOfMemory);
  EXPECT_EQ(run_request(small(), {}, broken, collector).error().code, ErrorCode::kEngineFailed);
}

TEST(RunRequest, APictureOfAnotherSizeThanAskedForIsAFailure) {
  ScriptedEngine engine([](const auto&, auto&) {
    engine::Drawing drawing;
    drawing.picture = grey(100, 100);
    return Result<engine::Drawing>(drawing);
  });
  Collector collector;
  EXPECT_EQ(run_request(small(), {}, engine, collector).error().code, ErrorCode::kEngineFailed);
  EXPECT_TRUE(collector.files.empty());
}

TEST(RunRequest, AFileOfAnUpstreamStaysAsItCameIfItIsOfTheWishedKind) {
  const std::string file = *image::encode(grey(500, 400), image::Format::kPng,
                                          {"trainedAlgorithmicMedia", "them", "", 9});
  ScriptedEngine engine([&](const auto&, auto&) {
    engine::Drawing drawing;
    drawing.picture = engine::EncodedPicture{file, image::Format::kPng, 500, 400};
    return Result<engine::Drawing>(drawing);
  });
  Collector same;
  Collector other;
  const auto metadata = run_request(small({{"output_format", "png"}}), {}, engine, same);
  ASSERT_TRUE(metadata.ok());
  EXPECT_EQ(same.files[0].bytes, file);
  EXPECT_EQ(same.files[0].width, 500);
  ASSERT_TRUE(run_request(small({{"output_format", "jpeg"}}), {}, engine, other).ok());
  EXPECT_EQ(image::identify(other.files[0].bytes)->format, image::Format::kJpeg);
}

TEST(RunRequest, StopsWhenTheWatcherSaysSoOrCannotTakeAFile) {
  const auto null_engine = engine::make_engine("null:60000");
  ASSERT_TRUE(null_engine.ok());
  Collector stopping;
  stopping.most_steps = 1;
  EXPECT_EQ(run_request(small(), {}, **null_engine, stopping).error().code, ErrorCode::kCancelled);

  ScriptedEngine engine(draw_grey);
  Collector full;
  full.take_answer = Error{ErrorCode::kStorageFull, "full"};
  EXPECT_EQ(run_request(small({{"num_images", 4}}), {}, engine, full).error().code,
            ErrorCode::kStorageFull);
  EXPECT_EQ(engine.orders.size(), 1u);
}

TEST(Engines, AreKnownByNameAndUnknownOnesAreRefusedWithTheList) {
  for (const char* name : {"sketch", "null", "null:0", "null:250"}) {
    EXPECT_TRUE(engine::is_engine_name(name)) << name;
    const auto engine = engine::make_engine(name);
    ASSERT_TRUE(engine.ok()) << name;
    EXPECT_EQ((*engine)->name(), name);
  }
  for (const char* name :
       {"", "Sketch", "nul", "nullx", "null:", "null:-1", "null:1s", "diffusion"}) {
    EXPECT_FALSE(engine::is_engine_name(name)) << name;
    const auto engine = engine::make_engine(name);
    ASSERT_FALSE(engine.ok());
    EXPECT_NE(engine.error().message.find("\"sketch\""), std::string::npos);
  }
}

}  // namespace
}  // namespace plantain::worker
