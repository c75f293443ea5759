// Editing: each test fails when the given picture or the words are ignored.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <variant>

#include "engine/sketch/engine.h"
#include "engine/sketch/retouch.h"

namespace plantain::engine::sketch {
namespace {

class Patient final : public Observer {
 public:
  bool keep_going(std::string_view, int, int) override { return true; }
  void preview(const image::Pixels&) override {}
};

// Left half green, right half white, with a black bar across the middle.
image::Pixels given(int width = 200, int height = 160) {
  image::Pixels p{width, height, {}};
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x) {
      const bool bar = y > height * 2 / 5 && y < height * 3 / 5, left = x < width / 2;
      for (const int value : {bar    ? 10
                              : left ? 60
                                     : 230,
                              bar    ? 10
                              : left ? 150
                                     : 230,
                              bar    ? 10
                              : left ? 50
                                     : 230})
        p.rgb.push_back(static_cast<uint8_t>(value));
    }
  return p;
}

Drawing edit(const std::string& prompt, std::vector<image::Pixels> references, int width = 200,
             int height = 160) {
  Order order;
  order.prompt = prompt;
  order.width = width;
  order.height = height;
  order.seed = 5;
  order.references = std::move(references);
  Patient patient;
  Result<Drawing> drawing = make_sketch_engine()->draw(order, patient);
  EXPECT_TRUE(drawing.ok()) << (drawing.ok() ? "" : drawing.error().message);
  return drawing.ok() ? std::move(*drawing) : Drawing{};
}

image::Pixels edited(const std::string& prompt, int width = 200, int height = 160) {
  return std::get<image::Pixels>(edit(prompt, {given()}, width, height).picture);
}

struct Colour {
  double r = 0, g = 0, b = 0;
  double luma() const { return 0.2126 * r + 0.7152 * g + 0.0722 * b; }
};

// The mean of a box given in shares of the picture.
Colour mean(const image::Pixels& p, double x0, double y0, double x1, double y1) {
  Colour sum;
  int n = 0;
  for (int y = static_cast<int>(y0 * p.height); y < static_cast<int>(y1 * p.height); ++y)
    for (int x = static_cast<int>(x0 * p.width); x < static_cast<int>(x1 * p.width); ++x, ++n) {
      const size_t i =
          3 * (static_cast<size_t>(y) * static_cast<size_t>(p.width) + static_cast<size_t>(x));
      sum.r += p.rgb[i];
      sum.g += p.rgb[i + 1];
      sum.b += p.rgb[i + 2];
    }
  return {sum.r / n, sum.g / n, sum.b / n};
}
Colour mean(const image::Pixels& p) { return mean(p, 0, 0, 1, 1); }

double apart(const image::Pixels& a, const image::Pixels& b) {
  double sum = 0;
  for (size_t i = 0; i < std::min(a.rgb.size(), b.rgb.size()); ++i)
    sum += std::abs(a.rgb[i] - b.rgb[i]);
  return sum / static_cast<double>(std::max(a.rgb.size(), b.rgb.size()));
}

TEST(Retouch, APictureThatIsAskedForNothingStaysAsItIs) {
  EXPECT_LT(apart(edited("please"), given()), 4);
}

TEST(Retouch, APictureOfAnotherShapeFillsTheFrameFromItsMiddle) {
  const image::Pixels tall = edited("please", 100, 200);

  EXPECT_EQ(std::pair(tall.width, tall.height), std::pair(100, 200));
  const Colour left = mean(tall, 0, 0, 0.4, 0.3), right = mean(tall, 0.6, 0, 1, 0.3);
  EXPECT_NEAR(left.g, 150, 12);
  EXPECT_NEAR(right.g, 230, 12);
  EXPECT_LT(mean(tall, 0, 0.45, 1, 0.55).luma(), 30);
}

TEST(Retouch, NightDarkensSunsetWarms) {
  const Colour plain = mean(edited("please")), night = mean(edited("make it night")),
               sunset = mean(edited("at sunset"));
  EXPECT_LT(night.luma(), 0.6 * plain.luma());
  EXPECT_GT(night.b - night.r, plain.b - plain.r + 5);
  EXPECT_GT(sunset.r - sunset.b, plain.r - plain.b + 25);
}

TEST(Retouch, FogHidesWhatIsFarRainAndSnowFall) {
  const auto contrast = [](const image::Pixels& p) {
    return mean(p, 0.6, 0, 1, 0.3).luma() - mean(p, 0.1, 0.45, 0.9, 0.55).luma();
  };
  EXPECT_LT(contrast(edited("in thick fog")), 0.75 * contrast(edited("please")));
  EXPECT_GT(apart(edited("in the rain"), edited("please")), 8);
  EXPECT_GT(apart(edited("in the snow"), edited("in the rain")), 8);
}

TEST(Retouch, AutumnTurnsLeavesAndLeavesWhiteAlone) {
  const image::Pixels autumn = edited("in autumn");
  const Colour leaves = mean(autumn, 0, 0, 0.4, 0.35), wall = mean(autumn, 0.6, 0, 1, 0.35);
  EXPECT_GT(leaves.r, leaves.g + 20);
  EXPECT_LT(std::fabs(wall.r - wall.g), 25);
}

TEST(Retouch, AColourSaidOfNothingTintsTheWholeAndIsUnderstood) {
  const Drawing drawing = edit("make it blue", {given()});
  const Colour tinted = mean(std::get<image::Pixels>(drawing.picture), 0.6, 0, 1, 0.3);
  EXPECT_GT(tinted.b, tinted.r + 30);

  const JsonArray& understood = drawing.notes.at("understood").as_array();
  EXPECT_EQ(std::count(understood.begin(), understood.end(), Json("blue")), 1);
  const JsonArray& ignored = drawing.notes.at("ignored").as_array();
  EXPECT_EQ(std::count(ignored.begin(), ignored.end(), Json("blue")), 0);
}

TEST(Retouch, WhatIsAddedStandsInThePictureAndLeavesTheRest) {
  const image::Pixels with = edited("add a red balloon"), without = edited("please");
  int red = 0;
  for (size_t i = 0; i < with.rgb.size(); i += 3)
    red += static_cast<int>(with.rgb[i] > 120 && with.rgb[i + 1] < 80 && with.rgb[i + 2] < 80);
  EXPECT_GT(red, 60);
  EXPECT_LT(apart(with, without), 25);
}

TEST(Retouch, EachStyleRedrawsThePictureInItsOwnWay) {
  std::vector<image::Pixels> styles = {edited("please")};
  for (const char* style : {"watercolour", "ink drawing", "oil painting", "pixel art", "blueprint",
                            "black and white", "retro poster", "flat illustration"})
    styles.push_back(edited(style));

  for (size_t i = 0; i < styles.size(); ++i)
    for (size_t j = 0; j < i; ++j) EXPECT_GT(apart(styles[i], styles[j]), 3) << i << " and " << j;
}

TEST(Retouch, FurtherPicturesAreSeenToo) {
  image::Pixels red{50, 50, {}};
  for (int i = 0; i < 2500; ++i) red.rgb.insert(red.rgb.end(), {220, 20, 20});
  const auto one = std::get<image::Pixels>(edit("please", {given()}).picture),
             two = std::get<image::Pixels>(edit("please", {given(), red}).picture),
             three = std::get<image::Pixels>(edit("please", {given(), red, given()}).picture);

  EXPECT_GT(apart(one, two), 2);
  EXPECT_GT(apart(two, three), 2);
}

TEST(Retouch, ATinyAndAHugePictureAreTaken) {
  image::Pixels dot{1, 1, {200, 100, 50}};
  for (const image::Pixels& picture : {dot, given(3000, 1)}) {
    const Drawing drawing = edit("at night", {picture}, 64, 64);
    EXPECT_EQ(std::get<image::Pixels>(drawing.picture).rgb.size(), 3u * 64 * 64);
  }
}

}  // namespace
}  // namespace plantain::engine::sketch
