#include "engine/sketch/parts.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>

namespace plantain::engine::sketch {
namespace {

TEST(Parts, ADrawingIsAWholeSvgDocument) {
  const std::optional<std::string> cat = part_svg("cat");
  ASSERT_TRUE(cat.has_value());
  EXPECT_TRUE(cat->starts_with("<svg "));
  EXPECT_TRUE(cat->ends_with("</svg>"));
  EXPECT_NE(cat->find("viewBox=\"0 0 128 128\""), std::string::npos);
  EXPECT_NE(cat->find("<path"), std::string::npos);
}

TEST(Parts, ADrawingThatDoesNotExistIsNothing) {
  EXPECT_FALSE(part_svg("no-such-thing").has_value());
  EXPECT_FALSE(part_svg("").has_value());
}

TEST(Parts, ASkinToneDiffersFromThePlainDrawing) {
  const std::optional<std::string> plain = part_svg("woman");
  const std::optional<std::string> toned = part_svg("woman-medium-dark-skin-tone");
  ASSERT_TRUE(plain && toned);
  EXPECT_NE(*plain, *toned);
}

TEST(Parts, EveryDrawingUnpacksAndIsNotEmpty) {
  const std::vector<std::string> names = part_names();
  EXPECT_GT(names.size(), 3000u);
  EXPECT_TRUE(std::is_sorted(names.begin(), names.end()));
  for (const std::string& name : names) {
    const std::optional<std::string> svg = part_svg(name);
    ASSERT_TRUE(svg.has_value()) << name;
    EXPECT_GT(svg->size(), 200u) << name;
  }
}

TEST(Parts, TheLetteringFontIsAnOpenTypeFace) {
  const std::string_view font = lettering_font();
  EXPECT_TRUE(font.starts_with("OTTO"));
  EXPECT_GT(font.size(), 500'000u);
  EXPECT_LT(font.size(), 8'000'000u);
}

}  // namespace
}  // namespace plantain::engine::sketch
