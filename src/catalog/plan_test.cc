#include "catalog/plan.h"

#include <gtest/gtest.h>

#include <numeric>

#include "base/limits.h"

namespace plantain::catalog {
namespace {

std::string ratio(std::string_view prompt) { return auto_ratio(prompt, std::nullopt, false); }

TEST(Pixels, AreTheOnesOfTheContract) {
  EXPECT_EQ(pixels_of("21:9", "0.5K"), (Size{792, 336}));
  EXPECT_EQ(pixels_of("16:9", "1K"), (Size{1376, 768}));
  EXPECT_EQ(pixels_of("1:1", "1K"), (Size{1024, 1024}));
  EXPECT_EQ(pixels_of("5:4", "2K"), (Size{2304, 1856}));
  EXPECT_EQ(pixels_of("9:16", "4K"), (Size{3072, 5504}));
  EXPECT_EQ(pixels_of("auto", "1K"), std::nullopt);
  EXPECT_EQ(pixels_of("1:1", "8K"), std::nullopt);
}

TEST(Pixels, TurnWithTheRatioAndAreMultiplesOfEight) {
  const std::pair<std::string, std::string> turned[] = {
      {"16:9", "9:16"}, {"3:2", "2:3"}, {"4:3", "3:4"}, {"5:4", "4:5"}};
  for (const std::string& resolution : resolutions()) {
    for (const auto& [wide, tall] : turned) {
      const Size a = *pixels_of(wide, resolution);
      EXPECT_EQ(pixels_of(tall, resolution), (Size{a.height, a.width}));
    }
    for (const std::string& one : ratios()) {
      const Size size = *pixels_of(one, resolution);
      EXPECT_EQ(size.width % 8 + size.height % 8, 0) << one << " " << resolution;
    }
  }
  EXPECT_EQ(ratios().size(), 10u);
}

TEST(AutoRatio, ALiteralRatioComesBeforeTheWords) {
  EXPECT_EQ(ratio("a poster in 16:9"), "16:9");
  EXPECT_EQ(ratio("一隻貓,16：9"), "16:9");
  EXPECT_EQ(ratio("a cat, 16x9, night"), "16:9");
  EXPECT_EQ(ratio("a cat,16x9,night"), "16:9");
  EXPECT_EQ(ratio("...16:9"), "16:9");
  EXPECT_EQ(ratio("a cat (21 : 9)."), "21:9");
  EXPECT_EQ(ratio("4:5, or else 3:2."), "4:5");
  EXPECT_EQ(auto_ratio("in 3:2", Size{100, 100}, true), "3:2");
}

TEST(AutoRatio, TimesMeasuresAndOtherNumbersAreNoRatios) {
  for (const std::string_view prompt :
       {"a clock at 4:30", "at 10:16:9", "at 16:90", "scale 1.4:3", "a 4x5 camera", "in 7:3",
        "116:9", "a 4x4 truck", "3:2.5", "3,16:9", "2.16x9"}) {
    EXPECT_EQ(ratio(prompt), "1:1") << prompt;
  }
}

TEST(AutoRatio, TheFirstKindOfSizeWordsCounts) {
  EXPECT_EQ(ratio("A cinematic close-up portrait of an American woman standing under neon lights "
                  "in rainy Tokyo"),
            "3:4");
  EXPECT_EQ(ratio("a vertical phone wallpaper of mountains"), "9:16");
  EXPECT_EQ(ratio("a landscape for an Instagram story"), "9:16");
  EXPECT_EQ(ratio("Web banner for a bakery"), "21:9");
  EXPECT_EQ(ratio("a mountain panorama"), "21:9");
  EXPECT_EQ(ratio("Desktop wallpaper, misty forest"), "16:9");
  EXPECT_EQ(ratio("an app ICON of a leaf"), "1:1");
  EXPECT_EQ(ratio("a movie poster about bees"), "3:4");
  EXPECT_EQ(ratio("a landscape with cows"), "4:3");
  EXPECT_EQ(ratio("a bowl of soup"), "1:1");
}

TEST(AutoRatio, KnowsTheWordsOfOtherLanguages) {
  EXPECT_EQ(ratio("一張富士山的手機桌布"), "9:16");
  EXPECT_EQ(ratio("复古旅行海报"), "3:4");
  EXPECT_EQ(ratio("森の中の湖、デスクトップ壁紙"), "16:9");
  EXPECT_EQ(ratio("京都のパノラマ写真"), "21:9");
  EXPECT_EQ(ratio("Un retrato de mi abuela"), "3:4");
  EXPECT_EQ(ratio("ein Panoramabild der Alpen"), "21:9");
  EXPECT_EQ(ratio("ein Porträt im Hochformat"), "3:4");
  EXPECT_EQ(ratio("une bannière pour un café"), "21:9");
  EXPECT_EQ(ratio("une banni\u0065\u0300re pour un café"), "21:9");
}

TEST(AutoRatio, WordsThatMeanSomethingElseDecideNothing) {
  for (const std::string_view prompt :
       {"a two-story house", "the story of a fox", "Times Square at night",
        "a shirt with vertical stripes", "a knight holding a banner", "posterior view of a car",
        "iconic shoes"}) {
    EXPECT_EQ(ratio(prompt), "1:1") << prompt;
  }
}

TEST(AutoRatio, AReferenceDecidesAfterTheWordsOrBeforeThemForEdits) {
  EXPECT_EQ(auto_ratio("a poster", Size{1920, 1080}, false), "3:4");
  EXPECT_EQ(auto_ratio("a poster", Size{1920, 1080}, true), "16:9");
  EXPECT_EQ(auto_ratio("a fox", Size{1000, 1010}, false), "1:1");
  EXPECT_EQ(auto_ratio("a fox", Size{1, 4000}, false), "9:16");
}

TEST(PicturesAskedFor, AreCountedWhereThePromptSaysSo) {
  const std::pair<std::string_view, int> cases[] = {
      {"three variations of a fox", 3},
      {"Three different variations of a fox in snow", 3},
      {"a logo for a bakery, 4 versions", 4},
      {"a pair of alternatives for a bakery sign", 2},
      {"give me a couple of options", 2},
      {"10 variations of a chair", 4},
      {"1 version of a chair", 1},
      {"Four images of a lighthouse", 4},
      {"Please draw two pictures of my dog", 2},
      {"several versions of a red bicycle", 3},
      {"兩張不同的貓咪照片", 2},
      {"生成三張狐狸的圖片", 3},
      {"一個咖啡館標誌,四種不同的方案", 4},
      {"给我两张狐狸的照片", 2},
      {"3つの異なるバリエーション、狐", 3},
      {"狐のイラストを2枚描いて", 2},
      {"tres variaciones de un zorro", 3},
      {"zwei verschiedene Varianten eines Fuchses", 2},
      {"trois versions d'un renard", 3},
  };
  for (const auto& [prompt, count] : cases) EXPECT_EQ(pictures_asked_for(prompt), count) << prompt;
}

TEST(PicturesAskedFor, ThingsInThePictureAreNotPictures) {
  for (const std::string_view prompt :
       {"three cats", "two women and a dog", "a wall with three pictures",
        "four paintings on a museum wall", "two chairs in different colors",
        "a man meeting two versions of himself", "3D variations", "三隻貓", "畫三張椅子",
        "兩張不同的桌子", "壁に3枚の絵", "tres gatos", "drei Katzen", "trois chats", ""}) {
    EXPECT_EQ(pictures_asked_for(prompt), 1) << prompt;
  }
}

JsonObject completed(std::string_view prompt, int64_t num_images, int64_t seed, bool limited) {
  return {
      {"prompt", std::string(prompt)}, {"num_images", num_images}, {"seed", seed},
      {"aspect_ratio", "auto"},        {"resolution", "2K"},       {"limit_generations", limited}};
}

std::vector<int64_t> seeds(const Plan& plan) {
  std::vector<int64_t> out;
  for (const PlannedPicture& picture : plan.pictures) out.push_back(picture.seed);
  return out;
}

TEST(Plan, LimitedMakesOnePictureARoundWhateverThePromptSays) {
  const Plan plan =
      plan_pictures(completed("three variations of a fox banner", 4, 7, true), std::nullopt);

  EXPECT_EQ(plan.ratio, "21:9");
  EXPECT_EQ(plan.size, (Size{3168, 1344}));
  EXPECT_EQ(seeds(plan), (std::vector<int64_t>{7, 8, 9, 10}));
}

TEST(Plan, UnlimitedMakesWhatThePromptAsksForAndNoSeedTwice) {
  const Plan plan =
      plan_pictures(completed("three variations of a fox", 2, 10, false), std::nullopt);

  EXPECT_EQ(seeds(plan), (std::vector<int64_t>{10, 12, 14, 11, 13, 15}));
}

TEST(Plan, MakesAtMostSixteenAndJustAsManyAsWereReserved) {
  for (int rounds = 1; rounds <= limits::kPicturesPerRoundMax; ++rounds) {
    const JsonObject input = completed("four versions of a fox", rounds, 0, false);
    EXPECT_EQ(static_cast<int>(plan_pictures(input, std::nullopt).pictures.size()),
              most_pictures(input));
    EXPECT_EQ(most_pictures(input), 4 * rounds);
  }
  EXPECT_EQ(most_pictures(completed("four versions of a fox", 9, 0, false)), limits::kPicturesMax);
}

TEST(Plan, TheLeftOutIsTheDefault) {
  const Plan plan = plan_pictures({{"prompt", "a fox"}}, std::nullopt);

  EXPECT_EQ(plan.size, (Size{1024, 1024}));
  EXPECT_EQ(seeds(plan), std::vector<int64_t>{0});
}

TEST(DrawSeed, ANegativeSeedIsReplacedAndAnyOtherIsKept) {
  JsonObject drawn{{"seed", -1}};
  draw_seed(drawn);
  EXPECT_GE(drawn["seed"].as_int64(), 0);
  EXPECT_LE(drawn["seed"].as_int64(), limits::kDrawnSeedMax);

  JsonObject written_otherwise{{"seed", -1.0}};
  draw_seed(written_otherwise);
  EXPECT_TRUE(written_otherwise["seed"].is_int64());
  EXPECT_GE(written_otherwise["seed"].as_int64(), 0);

  JsonObject given{{"seed", 7}};
  draw_seed(given);
  EXPECT_EQ(given["seed"].as_int64(), 7);
  JsonObject none;
  draw_seed(none);
  EXPECT_TRUE(none.empty());
}

}  // namespace
}  // namespace plantain::catalog
