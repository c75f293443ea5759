#include "model/pipeline.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "base/text.h"
#include "model/flow/noise.h"
#include "model/flow/schedule.h"
#include "model/flux2/latents.h"
#include "model/flux2/reference.h"

namespace plantain::model {
namespace {

const Path kGolden = Path(PLANTAIN_SOURCE_DIR) / "tests" / "golden";

// Stands for a tokenizer: ids by the length of the text.
Result<std::vector<int32_t>> count_letters(std::string_view text) {
  if (text == "<|endoftext|>") return std::vector<int32_t>{7};
  return std::vector<int32_t>(text.size() % 60 + 1, 11);
}

class Count final : public Watcher {
 public:
  explicit Count(int stop_at = -1) : stop_at_(stop_at) {}
  bool keep_going(std::string_view, int, int) override { return ++asked != stop_at_; }
  void estimate(tensor::ConstMap) override { ++estimates; }
  int asked = 0;
  int estimates = 0;

 private:
  const int stop_at_;
};

class PipelineTest : public testing::TestWithParam<std::string> {
 protected:
  std::unique_ptr<Pipeline> open(PipelineOptions options = {}, tensor::Runtime* runtime = nullptr) {
    auto pipeline = open_pipeline(kGolden / GetParam() / "model",
                                  runtime == nullptr ? runtime_ : *runtime, count_letters, options);
    EXPECT_TRUE(pipeline.ok()) << (pipeline.ok() ? "" : pipeline.error().message);
    return pipeline.ok() ? *std::move(pipeline) : nullptr;
  }
  static PictureOrder order(int width = 64, int height = 48, int steps = 2) {
    PictureOrder order;
    order.prompt = "a cat";
    order.width = width;
    order.height = height;
    order.steps = steps;
    order.seed = 3;
    return order;
  }
  static std::vector<float> draw(Pipeline& pipeline, const PictureOrder& order) {
    Count watcher;
    auto picture = pipeline.draw(order, watcher, nullptr);
    EXPECT_TRUE(picture.ok()) << (picture.ok() ? "" : picture.error().message);
    return picture.ok() ? picture->values : std::vector<float>();
  }

  tensor::Runtime runtime_{1};
};

TEST_P(PipelineTest, ARunThatIsStoppedAsksNoMoreAndTheNextOneIsWhole) {
  const auto pipeline = open();
  const std::vector<float> whole = draw(*pipeline, order());
  Count all;
  ASSERT_TRUE(pipeline->draw(order(), all, nullptr).ok());
  std::mt19937 chance(1);

  for (int i = 0; i < 200; ++i) {
    const int at = std::uniform_int_distribution<int>(1, all.asked)(chance);
    Count watcher(at);
    const auto picture = pipeline->draw(order(), watcher, nullptr);
    ASSERT_FALSE(picture.ok());
    EXPECT_EQ(picture.error().code, ErrorCode::kCancelled);
    EXPECT_EQ(watcher.asked, at);
  }

  EXPECT_EQ(draw(*pipeline, order()), whole);
}

TEST_P(PipelineTest, TheNumberOfThreadsChangesNothing) {
  tensor::Runtime one(1), three(3);

  EXPECT_EQ(draw(*open({}, &one), order()), draw(*open({}, &three), order()));
}

TEST_P(PipelineTest, TilesJoinWithoutASeam) {
  PipelineOptions whole, tiled;
  whole.tile_px = 0;
  tiled.tile_px = 64;
  const PictureOrder large = order(160, 96, 1);

  const std::vector<float> a = draw(*open(whole), large), b = draw(*open(tiled), large);

  // Norms of a tile see less than the whole picture: alike, not equal.
  ASSERT_EQ(a.size(), b.size());
  double off = 0, size = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    ASSERT_TRUE(std::isfinite(b[i])) << i;
    off += std::pow(a[i] - b[i], 2);
    size += std::pow(a[i], 2);
  }
  EXPECT_LT(std::sqrt(off / size), 1.0);
  EXPECT_GT(off, 0);
}

TEST_P(PipelineTest, EstimatesComeAfterAllStepsButTheLast) {
  Count watcher;

  ASSERT_TRUE(open()->draw(order(64, 64, 3), watcher, nullptr).ok());

  EXPECT_EQ(watcher.estimates, 2);
}

TEST_P(PipelineTest, ImpossibleOrdersAreRefusedInWords) {
  const auto pipeline = open();
  Count watcher;
  PictureOrder nothing = order(64, 64, 0);
  PictureOrder odd = order(70, 64);
  PictureOrder many = order();
  many.references.assign(11, FloatPicture::of(64, 64));

  for (const PictureOrder* wrong : {&nothing, &odd, &many}) {
    const auto picture = pipeline->draw(*wrong, watcher, nullptr);
    ASSERT_FALSE(picture.ok());
    EXPECT_EQ(picture.error().code, ErrorCode::kInvalidInput) << picture.error().message;
  }
}

INSTANTIATE_TEST_SUITE_P(Families, PipelineTest, testing::Values("klein", "z-image"),
                         [](const auto& family) {
                           return family.param == "klein" ? "klein" : "z_image";
                         });

TEST(OpenPipeline, AFamilyThatIsNotKnownAndAMissingFolderAreTold) {
  tensor::Runtime runtime(1);

  EXPECT_FALSE(open_pipeline(kGolden / "no-such-model", runtime, count_letters, {}).ok());
  const auto parts = open_pipeline(kGolden / "parts" / "taesd", runtime, count_letters, {});
  EXPECT_FALSE(parts.ok());
}

TEST(Flux2Latents, TokensAndLatentsAreEachOthersInverse) {
  std::vector<float> latents(4 * 6 * 3), tokens(latents.size()), back(latents.size());
  flow::Generator(5).normal(latents);
  flux2::LatentStatistics statistics;
  for (int c = 0; c < 12; ++c) {
    statistics.mean.push_back(0.1f * static_cast<float>(c));
    statistics.deviation.push_back(0.5f + static_cast<float>(c));
  }

  flux2::tokens_of(tensor::ConstMap(latents.data(), 4, 6, 3), statistics,
                   {tokens.data(), 2, 3, 12});
  flux2::latents_of(tensor::ConstMap(tokens.data(), 2, 3, 12), statistics, {back.data(), 4, 6, 3});

  for (std::size_t i = 0; i < latents.size(); ++i) EXPECT_NEAR(back[i], latents[i], 1e-5);
  // Channel 1, row 1, column 0 of the first patch is channel 1 · 4 + 1 · 2 + 0 of the first token.
  EXPECT_NEAR(tokens[6], (latents[(6 + 0) * 3 + 1] - statistics.mean[6]) / statistics.deviation[6],
              1e-6);
}

TEST(Flux2Schedule, PublishedSigmas) {
  const std::vector<float> sigmas = flow::sigmas_moved_by(flow::flux2_mu(4096, 4), 4);

  const float published[] = {1, 0.967384f, 0.908144f, 0.767200f, 0};
  ASSERT_EQ(sigmas.size(), 5u);
  for (std::size_t i = 0; i < 5; ++i) EXPECT_NEAR(sigmas[i], published[i], 1e-6);
  EXPECT_NEAR(flow::flux2_mu(9216, 4), 2.016659, 1e-6);
}

TEST(Flux2Reference, IsCutAroundItsMiddleAndSmallOnesAreRefused) {
  std::vector<uint8_t> rgb(70 * 84 * 3);
  for (std::size_t i = 0; i < rgb.size(); ++i) rgb[i] = static_cast<uint8_t>(i % 251);

  const auto reference = flux2::reference_of(70, 84, rgb, 16);

  ASSERT_TRUE(reference.ok());
  EXPECT_EQ(reference->width, 64);
  EXPECT_EQ(reference->height, 80);
  EXPECT_FLOAT_EQ(reference->values[0], static_cast<float>(rgb[(2 * 70 + 3) * 3]) / 127.5f - 1);
  EXPECT_FALSE(flux2::reference_of(63, 84, rgb, 16).ok());
}

}  // namespace
}  // namespace plantain::model
