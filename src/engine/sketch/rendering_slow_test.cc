// What takes long: the large rows of the table of sizes, and what the largest cost. Apart from the
// quick tests, and not in sanitizer builds.
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <time.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <variant>

#include "engine/sketch/engine.h"

namespace plantain::engine::sketch {
namespace {

// Measures the processor time of this thread between two questions.
class Pauses final : public Observer {
 public:
  bool keep_going(std::string_view, int, int) override {
    const double now = thread_seconds();
    longest_s = std::max(longest_s, now - last_s);
    last_s = now;
    return true;
  }
  void preview(const image::Pixels&) override {}

  static double thread_seconds() {
    timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
  }

  double last_s = thread_seconds();
  double longest_s = 0;
};

// Builds without optimisation may take this many times as long.
#ifdef NDEBUG
constexpr double kSlowness = 1;
#else
constexpr double kSlowness = 5;
#endif
constexpr double kPauseMax_s = 0.1 * kSlowness;

Result<Drawing> draw(const std::string& prompt, int width, int height, Observer& observer) {
  Order order;
  order.prompt = prompt;
  order.width = width;
  order.height = height;
  order.seed = 3;
  return make_sketch_engine()->draw(order, observer);
}

// The largest step from a pixel to its neighbour: enlarged pictures have none that is large.
int sharpest_edge(const image::Pixels& p) {
  int most = 0;
  for (size_t i = 0; i + 3 < p.rgb.size(); ++i)
    most = std::max(most, std::abs(p.rgb[i + 3] - p.rgb[i]));
  return most;
}

TEST(SketchRenderingSlow, EverySizeOfTheLargerRowsIsDrawnAsItIsWithSharpEdges) {
  static constexpr std::pair<int, int> kSizes[] = {
      {1584, 672},  {1376, 768},  {1264, 848},  {1200, 896},  {1152, 928},  {1024, 1024},
      {928, 1152},  {896, 1200},  {848, 1264},  {768, 1376},  {3168, 1344}, {2752, 1536},
      {2528, 1696}, {2400, 1792}, {2304, 1856}, {2048, 2048}, {1856, 2304}, {1792, 2400},
      {1696, 2528}, {1536, 2752}, {6336, 2688}, {5504, 3072}, {5056, 3392}, {4800, 3584},
      {4608, 3712}, {4096, 4096}, {3712, 4608}, {3584, 4800}, {3392, 5056}, {3072, 5504}};
  for (const auto& [width, height] : kSizes) {
    Pauses observer;
    const Result<Drawing> drawing = draw("a black cat on a white chair", width, height, observer);

    ASSERT_TRUE(drawing.ok()) << drawing.error().message;
    const auto& pixels = std::get<image::Pixels>(drawing->picture);
    EXPECT_EQ(std::pair(pixels.width, pixels.height), std::pair(width, height));
    EXPECT_FALSE(drawing->native.has_value());
    EXPECT_GT(sharpest_edge(pixels), 60) << width << "x" << height;
    EXPECT_LT(observer.longest_s, kPauseMax_s) << width << "x" << height;
  }
}

TEST(SketchRenderingSlow, NoStyleOrPlaceOfALargePictureWorksLongWithoutAsking) {
  for (const char* prompt :
       {"watercolour of a red barn and a cow in the snow", "ink drawing of a tiger in a forest",
        "oil painting of a ship on the sea in a storm", "pixel art of a castle at night",
        "blueprint of a bicycle", "paper cut of deer in mountains", "flat illustration of a robot",
        "retro travel poster of Venice", "close-up portrait of an old man with a beard and glasses",
        "a crowded street in Tokyo at night, rain, neon lights, shallow depth of field",
        "under water, a coral reef with fish", "an astronaut on the moon",
        "a girl reading in a living room"}) {
    Pauses observer;
    ASSERT_TRUE(draw(prompt, 6336, 2688, observer).ok());
    EXPECT_LT(observer.longest_s, kPauseMax_s) << prompt;
  }
}

TEST(SketchRenderingSlow, TheLargestPicturesKeepWithinAGibibyte) {
  for (const char* prompt : {"a portrait of a woman in the rain at night, neon lights",
                             "watercolour of sixty birds over a lake"}) {
    Pauses observer;
    ASSERT_TRUE(draw(prompt, 6336, 2688, observer).ok());
  }

  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  EXPECT_LT(usage.ru_maxrss, 1024 * 1024) << "KiB";
}

}  // namespace
}  // namespace plantain::engine::sketch
