// The contract of Engine as tests. Include it once and instantiate it for an engine.
#pragma once

#include <gtest/gtest.h>
#include <time.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "base/json.h"
#include "base/limits.h"
#include "base/text.h"
#include "engine/engine.h"

namespace plantain::engine {

struct EngineUnderTest {
  std::string name;  // of the test: letters and digits
  std::function<Result<std::unique_ptr<Engine>>()> make;
  std::string prompt = "a cat on a red sofa";
};

inline std::string engine_under_test_name(const testing::TestParamInfo<EngineUnderTest>& info) {
  return info.param.name;
}

// Writes down what an engine says, and says stop at the question it is told to.
class Listener final : public Observer {
 public:
  struct Question {
    std::string stage;
    int step, steps;
    std::thread::id thread;
  };

  Listener() = default;
  // Says stop at the question of this index, and at each one after it.
  explicit Listener(std::size_t stop_at) : stop_at_(stop_at) {}

  bool keep_going(std::string_view stage, int step, int steps) override {
    questions.push_back({std::string(stage), step, steps, std::this_thread::get_id()});
    const bool go = questions.size() <= stop_at_;
    if (!go && stopped_s < 0) stopped_s = thread_seconds();
    return go;
  }
  void preview(const image::Pixels& small) override { previews.push_back(small); }

  // Processor time of the calling thread: what others do on the same core does not count.
  static double thread_seconds() {
    timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
  }

  std::vector<Question> questions;
  std::vector<image::Pixels> previews;
  double stopped_s = -1;  // thread_seconds() when it first said stop; negative: it did not

 private:
  std::size_t stop_at_ = static_cast<std::size_t>(-1);
};

class EngineContract : public testing::TestWithParam<EngineUnderTest> {
 protected:
  void SetUp() override {
    engine_ = make();
    ASSERT_NE(engine_, nullptr);
  }
  static std::unique_ptr<Engine> make() {
    auto made = GetParam().make();
    EXPECT_TRUE(made.ok()) << (made.ok() ? "" : made.error().message);
    return made.ok() ? std::move(*made) : nullptr;
  }
  static Order order(int width = 96, int height = 64, int64_t seed = 7) {
    Order order;
    order.prompt = GetParam().prompt;
    order.width = width;
    order.height = height;
    order.seed = seed;
    return order;
  }
  static Result<Drawing> draw(Engine& engine, const Order& order) {
    Listener listener;
    return engine.draw(order, listener);
  }
  // The bytes of the picture; a failure of the test where there is none.
  static std::string bytes(const Result<Drawing>& drawing) {
    EXPECT_TRUE(drawing.ok()) << (drawing.ok() ? "" : drawing.error().message);
    if (!drawing.ok()) return "";
    if (const auto* file = std::get_if<EncodedPicture>(&drawing->picture)) return file->bytes;
    const auto& rgb = std::get<image::Pixels>(drawing->picture).rgb;
    return std::string(rgb.begin(), rgb.end());
  }
  static void expect_whole(const image::Pixels& pixels, int width, int height) {
    EXPECT_EQ(pixels.width, width);
    EXPECT_EQ(pixels.height, height);
    EXPECT_EQ(pixels.rgb.size(), std::size_t{3} * static_cast<std::size_t>(pixels.width) *
                                     static_cast<std::size_t>(pixels.height));
  }
  static void expect_picture(const Result<Drawing>& drawing, int width, int height) {
    ASSERT_TRUE(drawing.ok()) << drawing.error().message;
    if (const auto* pixels = std::get_if<image::Pixels>(&drawing->picture))
      return expect_whole(*pixels, width, height);
    const auto& file = std::get<EncodedPicture>(drawing->picture);
    const auto kind = image::identify(file.bytes);
    ASSERT_TRUE(kind.has_value());
    EXPECT_EQ(kind->format, file.format);
    EXPECT_EQ(std::pair(kind->width, kind->height), std::pair(file.width, file.height));
  }
  static void expect_sentence(const Error& error, ErrorCode code) {
    EXPECT_EQ(error.code, code) << error.message;
    EXPECT_GE(error.message.size(), 10u);
    EXPECT_EQ(error.message.find('\n'), std::string::npos);
    EXPECT_FALSE(error.message.ends_with("."));
  }

  std::unique_ptr<Engine> engine_;
};

TEST_P(EngineContract, SaysWhatItIsAndWhatItDrawsWith) {
  EXPECT_FALSE(engine_->name().empty());
  EXPECT_EQ(engine_->name().find(' '), std::string_view::npos);
  const std::string_view weights = engine_->weights();
  EXPECT_TRUE(weights.empty() || weights.find("@sha256:") != std::string_view::npos) << weights;
  const std::string_view source = engine_->digital_source_type();
  EXPECT_TRUE(source == "algorithmicMedia" || source == "trainedAlgorithmicMedia" ||
              source == "compositeSynthetic" || source == "compositeWithTrainedAlgorithmicMedia")
      << source;
}

TEST_P(EngineContract, APictureHasTheSizeOfItsOrder) {
  for (const auto& [width, height] :
       {std::pair{64, 64}, std::pair{65, 97}, std::pair{256, 64}, std::pair{80, 210}})
    expect_picture(draw(*engine_, order(width, height)), width, height);
}

TEST_P(EngineContract, TheSameOrderGivesTheSameBytesWhateverWasDrawnBetween) {
  if (!engine_->reproducible()) GTEST_SKIP() << "the engine promises no such thing";
  const std::string first = bytes(draw(*engine_, order()));

  Order other = order(70, 130, 8);
  other.prompt = "the sea at night";
  bytes(draw(*engine_, other));

  EXPECT_TRUE(bytes(draw(*engine_, order())) == first);
  EXPECT_TRUE(bytes(draw(*make(), order())) == first);
}

TEST_P(EngineContract, EachSeedGivesAnotherPictureNegativeOnesToo) {
  if (!engine_->reproducible()) GTEST_SKIP() << "the engine promises no such thing";
  std::vector<std::string> pictures;
  for (const int64_t seed : {int64_t{0}, int64_t{1}, int64_t{-1}, limits::kSeedMax})
    pictures.push_back(bytes(draw(*engine_, order(96, 64, seed))));

  for (std::size_t i = 0; i < pictures.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      EXPECT_TRUE(pictures[i] != pictures[j]) << i << " and " << j;
}

TEST_P(EngineContract, ProgressRisesToTheLastStepOfItsStage) {
  Listener listener;
  ASSERT_TRUE(engine_->draw(order(), listener).ok());

  ASSERT_FALSE(listener.questions.empty());
  std::string stage;
  int before = 0, steps = 0;
  for (const Listener::Question& question : listener.questions) {
    if (question.stage != stage) {
      EXPECT_FALSE(question.stage.empty());
      stage = question.stage;
      steps = question.steps;
      before = 0;
    }
    EXPECT_EQ(question.steps, steps) << stage;
    EXPECT_GE(question.step, before) << stage;
    EXPECT_LT(question.step, question.steps) << stage;
    before = question.step;
  }
  EXPECT_EQ(before, steps - 1);
}

TEST_P(EngineContract, AsksInTheThreadThatDraws) {
  Listener listener;
  std::thread drawing([&] { EXPECT_TRUE(engine_->draw(order(), listener).ok()); });
  const std::thread::id id = drawing.get_id();
  drawing.join();

  for (const Listener::Question& question : listener.questions) EXPECT_EQ(question.thread, id);
}

TEST_P(EngineContract, PreviewsAreSmallAndShapedLikeThePicture) {
  Listener listener;
  ASSERT_TRUE(engine_->draw(order(900, 300), listener).ok());

  for (const image::Pixels& preview : listener.previews) {
    expect_whole(preview, preview.width, preview.height);
    EXPECT_LE(std::max(preview.width, preview.height), 256);
    EXPECT_NEAR(static_cast<double>(preview.width) / preview.height, 3.0, 0.1);
  }
}

TEST_P(EngineContract, StopIsObeyedAtWhicheverQuestionItIsSaid) {
  Listener whole;
  ASSERT_TRUE(engine_->draw(order(), whole).ok());
  const std::size_t count = whole.questions.size();

  std::vector<std::size_t> places{count - 1};
  for (std::size_t at = 0; at < count; at += std::max<std::size_t>(1, count / 40))
    places.push_back(at);
  for (const std::size_t at : places) {
    Listener listener(at);
    const Result<Drawing> drawing = engine_->draw(order(), listener);
    if (drawing.ok() && listener.questions.size() <= at) continue;  // who waits asks less at times
    ASSERT_FALSE(drawing.ok()) << at << " of " << count;
    expect_sentence(drawing.error(), ErrorCode::kCancelled);
  }
}

TEST_P(EngineContract, StopsSoonAfterItIsTold) {
  Listener whole;
  ASSERT_TRUE(engine_->draw(order(1024, 1024), whole).ok());
  const std::size_t count = whole.questions.size();

  for (const std::size_t at : {std::size_t{0}, count / 4, count / 2, count * 3 / 4, count - 1}) {
    Listener listener(at);
    const bool drawn = engine_->draw(order(1024, 1024), listener).ok();
    if (drawn && listener.questions.size() <= at) continue;
    ASSERT_FALSE(drawn);
    // A tenth of a second in a build for use; ten times that where checks slow everything down.
    EXPECT_LT(Listener::thread_seconds() - listener.stopped_s, 1.0) << at << " of " << count;
  }
}

TEST_P(EngineContract, AStopLeavesNothingBehindForTheNextOrder) {
  if (!engine_->reproducible()) GTEST_SKIP() << "the engine promises no such thing";
  const std::string undisturbed = bytes(draw(*make(), order()));
  Listener whole;
  ASSERT_TRUE(engine_->draw(order(), whole).ok());
  Listener listener(whole.questions.size() / 2);
  ASSERT_FALSE(engine_->draw(order(), listener).ok());

  EXPECT_TRUE(bytes(draw(*engine_, order())) == undisturbed);
}

TEST_P(EngineContract, ASizeThatItCannotDrawIsRefusedInWords) {
  constexpr int kMax = limits::kImageSideMax_px;
  for (const auto& [width, height] :
       {std::pair{0, 64}, std::pair{64, 0}, std::pair{-64, 64}, std::pair{63, 64},
        std::pair{64, 63}, std::pair{kMax + 1, 64}, std::pair{64, kMax + 1}}) {
    const Result<Drawing> drawing = draw(*engine_, order(width, height));
    ASSERT_FALSE(drawing.ok()) << width << "x" << height;
    expect_sentence(drawing.error(), ErrorCode::kInvalidInput);
    EXPECT_NE(drawing.error().message.find("height"), std::string::npos);
  }
}

TEST_P(EngineContract, MorePixelsThanAPictureMayHaveAreRefusedInWords) {
  const int side = limits::kImageSideMax_px;
  static_assert(int64_t{limits::kImageSideMax_px} * limits::kImageSideMax_px >
                limits::kImageMax_px);

  const Result<Drawing> drawing = draw(*engine_, order(side, side));

  ASSERT_FALSE(drawing.ok());
  expect_sentence(drawing.error(), ErrorCode::kInvalidInput);
  EXPECT_NE(drawing.error().message.find("pixels"), std::string::npos);
}

TEST_P(EngineContract, APictureToEditIsUsedOrRefusedNeverIgnored) {
  image::Pixels picture{96, 64, {}};
  picture.rgb.assign(std::size_t{3} * 96 * 64, 0);
  for (std::size_t i = 0; i < picture.rgb.size(); i += 3) picture.rgb[i] = 255;
  Order edit = order();
  edit.references = {picture};

  const Result<Drawing> drawing = draw(*engine_, edit);

  if (!drawing.ok()) return expect_sentence(drawing.error(), ErrorCode::kInvalidInput);
  expect_picture(drawing, 96, 64);
  EXPECT_TRUE(bytes(drawing) != bytes(draw(*engine_, order())));
}

TEST_P(EngineContract, WhatItNotesCanBeWrittenAndReadAsJson) {
  Order strange = order();
  strange.prompt = "a \"cat\"\t\\ \x01 \u202E\U0001F408 的 ﷽ and a gnurf";
  for (const Order& one : {order(), strange}) {
    const Result<Drawing> drawing = draw(*engine_, one);
    ASSERT_TRUE(drawing.ok()) << drawing.error().message;
    EXPECT_FALSE(drawing->notes.empty());
    const Result<Json> read = parse_json(write_json(drawing->notes));
    ASSERT_TRUE(read.ok()) << read.error().message;
    EXPECT_EQ(*read, Json(drawing->notes));
  }
}

TEST_P(EngineContract, TheLongestPromptIsDrawn) {
  Order longest = order();
  longest.prompt.clear();
  while (longest.prompt.size() + 6 <= limits::kPromptMax_chars) longest.prompt += "a cat ";

  expect_picture(draw(*engine_, longest), longest.width, longest.height);
}

TEST_P(EngineContract, EnginesInSeveralThreadsDoNotDisturbEachOther) {
  if (!engine_->reproducible()) GTEST_SKIP() << "the engine promises no such thing";
  constexpr int kThreads = 4;
  std::vector<std::string> alone(kThreads), together(kThreads);
  for (int i = 0; i < kThreads; ++i)
    alone[static_cast<std::size_t>(i)] = bytes(draw(*engine_, order(96, 64, i)));

  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i)
    threads.emplace_back([&together, i] {
      const std::unique_ptr<Engine> own = make();
      for (int round = 0; round < 3; ++round)
        together[static_cast<std::size_t>(i)] = bytes(draw(*own, order(96, 64, i)));
    });
  for (std::thread& thread : threads) thread.join();

  EXPECT_TRUE(together == alone);
}

}  // namespace plantain::engine
