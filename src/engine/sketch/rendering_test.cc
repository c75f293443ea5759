// What pictures must show, measured on their pixels and on the stage they are drawn from. Each test
// compares with the picture that does not ask for it, so that it fails when the words are ignored.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <set>
#include <string>
#include <variant>

#include "engine/sketch/engine.h"
#include "engine/sketch/placing.h"
#include "engine/sketch/scene.h"
#include "engine/sketch/stage.h"

namespace plantain::engine::sketch {
namespace {

class Previews final : public Observer {
 public:
  bool keep_going(std::string_view, int, int) override { return true; }
  void preview(const image::Pixels& small) override { seen.push_back(small); }
  std::vector<image::Pixels> seen;
};

Drawing drawing_of(const std::string& prompt, int width, int height, int64_t seed,
                   Observer& observer) {
  Order order;
  order.prompt = prompt;
  order.width = width;
  order.height = height;
  order.seed = seed;
  Result<Drawing> drawing = make_sketch_engine()->draw(order, observer);
  EXPECT_TRUE(drawing.ok()) << (drawing.ok() ? "" : drawing.error().message);
  return drawing.ok() ? std::move(*drawing) : Drawing{};
}

image::Pixels drawn(const std::string& prompt, int width = 240, int height = 240,
                    int64_t seed = 7) {
  Previews nobody;
  return std::get<image::Pixels>(drawing_of(prompt, width, height, seed, nobody).picture);
}

// One pixel as sRGB bytes.
struct Byte3 {
  int r, g, b;
  int brightest() const { return std::max({r, g, b}); }
  int darkest() const { return std::min({r, g, b}); }
  int spread() const { return brightest() - darkest(); }
  double luma() const { return 0.2126 * r + 0.7152 * g + 0.0722 * b; }
};

Byte3 at(const image::Pixels& p, int x, int y) {
  const size_t i =
      3 * (static_cast<size_t>(y) * static_cast<size_t>(p.width) + static_cast<size_t>(x));
  return {p.rgb[i], p.rgb[i + 1], p.rgb[i + 2]};
}

// The mean of a number over all pixels.
double mean(const image::Pixels& p, const std::function<double(Byte3)>& of) {
  double sum = 0;
  for (int y = 0; y < p.height; ++y)
    for (int x = 0; x < p.width; ++x) sum += of(at(p, x, y));
  return sum / p.width / p.height;
}
double share(const image::Pixels& p, const std::function<bool(Byte3)>& of) {
  return mean(p, [&](Byte3 c) { return of(c) ? 1.0 : 0.0; });
}
double brightness(const image::Pixels& p) {
  return mean(p, [](Byte3 c) { return c.luma(); });
}
double saturation(const image::Pixels& p) {
  return mean(p, [](Byte3 c) { return double(c.spread()); });
}
double warmth(const image::Pixels& p) {
  return mean(p, [](Byte3 c) { return double(c.r - c.b); });
}
double contrast(const image::Pixels& p) {
  const double middle = brightness(p);
  return std::sqrt(mean(p, [&](Byte3 c) { return (c.luma() - middle) * (c.luma() - middle); }));
}
double red_share(const image::Pixels& p) {
  return share(p, [](Byte3 c) { return c.r > 90 && c.r > 2 * c.g && c.r > 2 * c.b; });
}
double blue_share(const image::Pixels& p) {
  return share(p, [](Byte3 c) { return c.b > 70 && c.b > 2 * c.r && 2 * c.b > 3 * c.g; });
}

// How much two pictures of one size differ, in steps of 0 … 255 a channel.
double apart(const image::Pixels& a, const image::Pixels& b) {
  EXPECT_EQ(a.rgb.size(), b.rgb.size());
  double sum = 0;
  for (size_t i = 0; i < std::min(a.rgb.size(), b.rgb.size()); ++i)
    sum += std::abs(a.rgb[i] - b.rgb[i]);
  return sum / static_cast<double>(a.rgb.size());
}

// The share of pixels that are exactly like their neighbour to the right.
double evenness(const image::Pixels& p) {
  int same = 0;
  for (int y = 0; y < p.height; ++y)
    for (int x = 0; x + 1 < p.width; ++x) {
      const Byte3 c = at(p, x, y), d = at(p, x + 1, y);
      same += static_cast<int>(c.r == d.r && c.g == d.g && c.b == d.b);
    }
  return static_cast<double>(same) / p.height / (p.width - 1);
}

Stage staged(const std::string& prompt, int64_t seed = 7, int width = 1024, int height = 1024) {
  return stage(understand(prompt), width, height, seed);
}

std::vector<Placed> placed(const Stage& stage, std::string_view part) {
  std::vector<Placed> found;
  for (const Placed& p : stage.placed)
    if (p.part.starts_with(part)) found.push_back(p);
  return found;
}

TEST(Rendering, EverySizeOfTheSmallestRowIsDrawnAsItIs) {
  for (const auto& [width, height] :
       {std::pair{792, 336}, std::pair{688, 384}, std::pair{632, 424}, std::pair{600, 448},
        std::pair{576, 464}, std::pair{512, 512}, std::pair{464, 576}, std::pair{448, 600},
        std::pair{424, 632}, std::pair{384, 688}}) {
    Previews nobody;
    const Drawing drawing = drawing_of("a red car by the sea", width, height, 1, nobody);

    const auto& pixels = std::get<image::Pixels>(drawing.picture);
    EXPECT_EQ(std::pair(pixels.width, pixels.height), std::pair(width, height));
    EXPECT_FALSE(drawing.native.has_value());
    EXPECT_GT(contrast(pixels), 15) << width << "x" << height;
  }
}

TEST(Rendering, TheSeedChangesTheCompositionNotOnlyTheGrain) {
  const image::Pixels one = drawn("a cat in a garden", 240, 240, 1);

  EXPECT_EQ(apart(one, drawn("a cat in a garden", 240, 240, 1)), 0);
  for (const int64_t seed : {2, 3, 4})
    EXPECT_GT(apart(one, drawn("a cat in a garden", 240, 240, seed)), 8) << seed;
}

TEST(Rendering, NightIsDarkerThanDay) {
  for (const char* where :
       {"a house in a field", "a castle in the mountains", "a boat on the sea"}) {
    const std::string words = where;
    EXPECT_LT(brightness(drawn(words + " at night")), 0.6 * brightness(drawn(words + " at noon")))
        << where;
  }
  // A town's lamps make up for some of it.
  EXPECT_LT(brightness(drawn("a street at night")), 0.9 * brightness(drawn("a street at noon")));
}

TEST(Rendering, SunsetIsWarmerThanDay) {
  EXPECT_GT(warmth(drawn("a boat on the sea at sunset")),
            warmth(drawn("a boat on the sea at noon")) + 30);
}

TEST(Rendering, SnowWhitensTheLand) {
  const auto white = [](Byte3 c) { return c.darkest() > 150; };
  EXPECT_GT(share(drawn("a house in a field in the snow"), white),
            share(drawn("a house in a field"), white) + 0.2);
}

TEST(Rendering, FogTakesTheColour) {
  EXPECT_LT(saturation(drawn("trees in a forest in thick fog")),
            0.8 * saturation(drawn("trees in a forest")));
}

TEST(Rendering, RainChangesTheAirAndWetsTheGround) {
  EXPECT_GT(apart(drawn("a street in the rain"), drawn("a street")), 15);
  EXPECT_TRUE(staged("a street in the rain").wet);
  EXPECT_FALSE(staged("a street").wet);
}

TEST(Rendering, NeonLightsAFaceInColours) {
  const image::Pixels plain = drawn("portrait of a man on a street at noon"),
                      neon = drawn("portrait of a man on a street at noon, neon lights");
  EXPECT_GT(apart(neon, plain), 4);
  EXPECT_TRUE(staged("a street at noon, neon lights").neon);
  EXPECT_FALSE(staged("a street at noon").neon);
}

TEST(Rendering, ThingsHaveTheColourThatIsSaid) {
  const image::Pixels red = drawn("a red car on a road"), blue = drawn("a blue car on a road");

  EXPECT_GT(red_share(red), red_share(blue) + 0.01);
  EXPECT_GT(blue_share(blue), blue_share(red) + 0.005);
}

TEST(Rendering, ClothesAndHairHaveTheColourThatIsSaid) {
  EXPECT_GT(red_share(drawn("a woman in a red dress in a snowy field")),
            red_share(drawn("a woman in a white dress in a snowy field")) + 0.005);
  EXPECT_GT(
      apart(drawn("portrait of a man with blond hair"), drawn("portrait of a man with black hair")),
      3);
}

TEST(Rendering, SkinHasTheToneThatIsSaid) {
  EXPECT_LT(brightness(drawn("studio portrait of a woman with dark skin")),
            brightness(drawn("studio portrait of a woman with light skin")) - 4);
}

TEST(Rendering, GlassesAreDrawn) {
  const double with = apart(drawn("portrait of a man"), drawn("portrait of a man with glasses"));
  EXPECT_GT(with, 0.3);
}

TEST(Rendering, AsManyStandThereAsWereAskedFor) {
  for (const auto& [words, count] : {std::pair{"a cat", 1u}, std::pair{"three cats", 3u},
                                     std::pair{"nine cats", 9u}, std::pair{"五隻貓", 5u}}) {
    const Stage stage = staged(words);
    EXPECT_EQ(placed(stage, "cat").size(), count) << words;
  }
}

TEST(Rendering, AMouseIsSmallerThanAHouse) {
  for (int64_t seed = 0; seed < 20; ++seed) {
    const Stage stage = staged("a mouse beside a house", seed);
    const auto mouse = placed(stage, "mouse"), house = placed(stage, "house");
    ASSERT_FALSE(mouse.empty() || house.empty());
    EXPECT_LT(mouse[0].height, 0.4f * house[0].height) << seed;
  }
}

TEST(Rendering, WhatIsFurtherAwayIsSmallerAndHigherOnTheGround) {
  for (int64_t seed = 0; seed < 20; ++seed) {
    const Stage stage = staged("twelve sheep in a field", seed);
    const auto sheep = placed(stage, "ewe");
    ASSERT_EQ(sheep.size(), 12u);
    const Placed &far = sheep.front(), &near = sheep.back();
    EXPECT_GT(far.depth_m, near.depth_m);
    EXPECT_LT(far.height, near.height) << seed;
    EXPECT_LT(far.base, near.base) << seed;
  }
}

TEST(Rendering, ACatOnASofaSitsAboveItsFeetAndWithinIt) {
  for (int64_t seed = 0; seed < 20; ++seed) {
    const Stage stage = staged("a cat on a sofa", seed);
    const Placed cat = placed(stage, "cat").at(0), sofa = placed(stage, "couch").at(0);
    EXPECT_LT(cat.base, sofa.base) << seed;
    EXPECT_GT(cat.base, sofa.base - sofa.height) << seed;
    EXPECT_LT(std::fabs(cat.x - sofa.x), 0.6f * sofa.height) << seed;
  }
}

TEST(Rendering, WhatFliesIsInTheAirAndWhatIsAboveIsAbove) {
  for (int64_t seed = 0; seed < 20; ++seed) {
    const Stage birds = staged("a flock of birds over a field", seed);
    for (const Placed& bird : placed(birds, "bird"))
      EXPECT_LT(bird.base, 0.8f * static_cast<float>(birds.height)) << seed;
    const Stage saucer = staged("a UFO above a cow in a field", seed);
    EXPECT_LT(placed(saucer, "flying-saucer").at(0).base,
              placed(saucer, "cow").at(0).base - placed(saucer, "cow").at(0).height)
        << seed;
  }
}

TEST(Rendering, AKiteFliesAboveWhoHoldsItAndAStringRunsToTheHand) {
  for (int64_t seed = 0; seed < 20; ++seed) {
    const Stage stage = staged("a girl flying a kite in a meadow", seed);
    const Placed kite = placed(stage, "kite").at(0), girl = placed(stage, "girl").at(0);
    EXPECT_LT(kite.base - kite.height, girl.base - girl.height) << seed;
    EXPECT_TRUE(kite.tethered);
    EXPECT_LT(std::fabs(kite.hand_x - girl.x), 0.3f * girl.height) << seed;
  }
}

TEST(Rendering, NobodyIsInAStreetWithoutPeople) {
  for (int64_t seed = 0; seed < 20; ++seed)
    EXPECT_FALSE(staged("a street in a city, no people", seed).crowd) << seed;
  EXPECT_TRUE(staged("a busy street in a city").crowd);
  EXPECT_GT(apart(drawn("a street in a city, no people"), drawn("a street in a city")), 0.2);
}

TEST(Rendering, LetteringIsSetWhereItIsReadAndNothingElseMoves) {
  const std::string before = "a street with a sign \"", after = "\"";
  const Stage stage = staged(before + "OPEN" + after);
  EXPECT_TRUE(std::any_of(stage.signs.begin(), stage.signs.end(),
                          [](const Sign& sign) { return sign.text == "OPEN" && !sign.hung; }));

  const image::Pixels open = drawn(before + "OPEN" + after, 400, 400),
                      shut = drawn(before + "SHUT" + after, 400, 400),
                      chinese = drawn(before + "營業" + after, 400, 400);
  EXPECT_GT(apart(open, shut), 0.01);
  EXPECT_LT(apart(open, shut), 4);
  EXPECT_GT(apart(open, chinese), 0.01);
}

TEST(Rendering, NoShopSignCoversWhatIsToBeRead) {
  for (int64_t seed = 0; seed < 30; ++seed) {
    const Stage stage = staged("a street with a sign \"OLD BOOKS\"", seed);
    const Camera& c = stage.camera;
    const auto middle = [&](const Sign& s) { return c.x(s.x_m, s.z_m); };
    const auto half = [&](const Sign& s) { return c.focal * s.width_m / s.z_m / 2; };
    const auto level = [&](const Sign& s) { return c.y(s.low_m + s.height_m / 2, s.z_m); };
    const auto reach = [&](const Sign& s) { return c.focal * s.height_m / s.z_m / 2; };
    for (const Sign& said : stage.signs) {
      for (const Sign& shop : stage.signs) {
        if (said.hung || !shop.hung) continue;
        const bool across = std::fabs(middle(said) - middle(shop)) < half(said) + half(shop);
        const bool upright = std::fabs(level(said) - level(shop)) < reach(said) + reach(shop);
        EXPECT_FALSE(across && upright) << shop.text << ", seed " << seed;
      }
    }
  }
}

TEST(Rendering, PlacesLookUnlikeEachOther) {
  std::vector<image::Pixels> places;
  for (const char* place :
       {"a city street", "a beach", "the sea", "under water", "a lake", "a forest", "a field",
        "mountains", "a desert", "a snowy plain", "a living room", "the sky", "outer space"})
    places.push_back(drawn(place, 120, 120));

  for (size_t i = 0; i < places.size(); ++i)
    for (size_t j = 0; j < i; ++j) EXPECT_GT(apart(places[i], places[j]), 6) << i << " and " << j;
}

// A scene with sky, ground, a building and an animal, to be drawn in every style.
image::Pixels in_style(const std::string& style) {
  return drawn(style + " a brown horse before a red barn", 320, 320);
}

TEST(RenderingStyles, BlackAndWhiteHasNoColour) {
  EXPECT_LT(saturation(in_style("black and white photo of")), 8);
  EXPECT_GT(saturation(in_style("photo of")), 25);
}

TEST(RenderingStyles, PixelArtIsMadeOfEvenSquares) {
  EXPECT_GT(evenness(in_style("pixel art of")), 0.6);
  EXPECT_LT(evenness(in_style("photo of")), 0.35);
}

TEST(RenderingStyles, ABlueprintIsPaleLinesOnBlue) {
  const image::Pixels print = in_style("blueprint of");
  EXPECT_GT(share(print, [](Byte3 c) { return c.b > c.r + 30; }), 0.7);
  EXPECT_GT(share(print, [](Byte3 c) { return c.darkest() > 140; }), 0.005);
}

TEST(RenderingStyles, InkIsDarkOnPalePaperWithLittleColour) {
  const image::Pixels ink = in_style("ink drawing of");
  EXPECT_LT(saturation(ink), 0.7 * saturation(in_style("photo of")));
  EXPECT_GT(share(ink, [](Byte3 c) { return c.darkest() > 190; }), 0.25);
  EXPECT_GT(share(ink, [](Byte3 c) { return c.brightest() < 90; }), 0.01);
}

TEST(RenderingStyles, WatercolourLeavesThePaperToSee) {
  const auto paper = [](Byte3 c) { return c.darkest() > 200; };
  EXPECT_GT(share(in_style("watercolour of"), paper), share(in_style("photo of"), paper) + 0.03);
}

TEST(RenderingStyles, FlatDrawingAndPostersUseFewColours) {
  const auto colours = [](const image::Pixels& p) {
    std::set<int> seen;
    for (int y = 0; y < p.height; ++y)
      for (int x = 0; x < p.width; ++x) {
        const Byte3 c = at(p, x, y);
        seen.insert((c.r >> 4) << 8 | (c.g >> 4) << 4 | c.b >> 4);
      }
    return seen.size();
  };
  EXPECT_LT(colours(in_style("flat illustration of")), colours(in_style("photo of")));
  EXPECT_LT(colours(in_style("retro travel poster of")), colours(in_style("photo of")));
}

TEST(RenderingStyles, EachIsUnlikeEveryOther) {
  std::vector<image::Pixels> styles;
  for (const char* style : {"photo of", "watercolour of", "ink drawing of", "oil painting of",
                            "pixel art of", "blueprint of", "paper cut of", "flat illustration of",
                            "black and white photo of", "retro travel poster of"})
    styles.push_back(in_style(style));

  for (size_t i = 0; i < styles.size(); ++i)
    for (size_t j = 0; j < i; ++j) EXPECT_GT(apart(styles[i], styles[j]), 7) << i << " and " << j;
}

TEST(Rendering, TheResultSaysWhatWasUnderstoodAndWhatWasNot) {
  Previews nobody;
  const Drawing drawing = drawing_of("a purple gnurf and a cat", 64, 64, 1, nobody);

  const auto listed = [&](const char* list, std::string_view word) {
    for (const Json& entry : drawing.notes.at(list).as_array())
      if (view(entry.as_string()) == word) return true;
    return false;
  };
  EXPECT_TRUE(listed("understood", "cat"));
  EXPECT_TRUE(listed("ignored", "gnurf"));
  EXPECT_FALSE(listed("ignored", "cat"));
  EXPECT_EQ(view(drawing.notes.at("kind").as_string()), "illustration composed from parts");
}

TEST(Rendering, PreviewsShowThePictureOnTheWay) {
  Previews previews;
  const Drawing drawing = drawing_of("a red car by the sea at noon", 512, 512, 7, previews);

  ASSERT_GE(previews.seen.size(), 2u);
  const image::Pixels& last = previews.seen.back();
  const auto& whole = std::get<image::Pixels>(drawing.picture);
  EXPECT_NEAR(brightness(last), brightness(whole), 20);
  EXPECT_GT(apart(previews.seen.front(), last), 0.5);
}

}  // namespace
}  // namespace plantain::engine::sketch
