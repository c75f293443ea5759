#include "image/upright.h"

#include "image/test_pictures.h"

namespace plantain::image {
namespace {

// Each letter one pixel.
Pixels drawn(const std::vector<std::string>& rows) {
  Pixels out{static_cast<int>(rows[0].size()), static_cast<int>(rows.size()), {}};
  for (const std::string& row : rows) {
    for (const char letter : row) {
      const auto value = static_cast<uint8_t>(letter);
      out.rgb.insert(out.rgb.end(), {value, 0, static_cast<uint8_t>(255 - value)});
    }
  }
  return out;
}

std::string letters(const Pixels& pixels) {
  EXPECT_EQ(pixels.rgb.size(), size_t{3} * pixels.width * pixels.height);
  std::string out;
  for (int y = 0; y < pixels.height; ++y) {
    for (int x = 0; x < pixels.width; ++x) {
      const size_t at = size_t{3} * (y * pixels.width + x);
      out += static_cast<char>(pixels.rgb[at]);
      EXPECT_EQ(pixels.rgb[at] + pixels.rgb[at + 2], 255) << "a pixel was torn apart";
    }
    out += '/';
  }
  return out;
}

// What is seen of the stored rows ABC and DEF, by the table of the Exif specification: 1 and 3 as
// they are and turned half round, 6 and 8 turned a quarter to the right and to the left, the even
// rest of 2, 4, 5, 7 mirrored.
constexpr const char* kSeen[] = {"ABC/DEF/",  "CBA/FED/",  "FED/CBA/",  "DEF/ABC/",
                                 "AD/BE/CF/", "DA/EB/FC/", "FC/EB/DA/", "CF/BE/AD/"};

TEST(Upright, TurnsEachOfTheEightWays) {
  for (int orientation = 1; orientation <= 8; ++orientation) {
    EXPECT_EQ(letters(turn_upright(drawn({"ABC", "DEF"}), orientation)), kSeen[orientation - 1])
        << orientation;
  }
}

TEST(Upright, DecodingTurnsAPngOfEitherByteOrder) {
  const std::string file = encoded(drawn({"ABC", "DEF"}), Format::kPng);
  for (int orientation = 1; orientation <= 8; ++orientation) {
    for (const bool big : {false, true}) {
      const std::string exif = exif_block(static_cast<uint32_t>(orientation), big);

      const Result<Pixels> seen = decode(with_exif(file, Format::kPng, exif));

      ASSERT_TRUE(seen.ok()) << seen.error().message;
      EXPECT_EQ(letters(*seen), kSeen[orientation - 1]) << orientation;
    }
  }
}

TEST(Upright, DecodingTurnsJpegAndWebp) {
  // Red left, blue right; turned a quarter to the right: red above.
  Pixels halves{32, 16, {}};
  for (int i = 0; i < 32 * 16; ++i) {
    const bool left = i % 32 < 16;
    halves.rgb.insert(halves.rgb.end(), {uint8_t(left ? 200 : 20), 30, uint8_t(left ? 20 : 200)});
  }
  for (const Format format : {Format::kJpeg, Format::kWebp}) {
    const std::string file = with_exif(encoded(halves, format), format, exif_block(6, true));

    const Result<Pixels> seen = decode(file);

    ASSERT_TRUE(seen.ok()) << seen.error().message;
    EXPECT_EQ(seen->width, 16);
    EXPECT_EQ(seen->height, 32);
    EXPECT_NEAR(seen->rgb[0], 200, 12) << content_type(format);
    EXPECT_NEAR(seen->rgb[size_t{3} * 16 * 31], 20, 12) << content_type(format);
    EXPECT_EQ(identify(file)->width, 32) << "the stored side";
  }
}

TEST(Orientation, IsFoundInEveryFormat) {
  for (const Format format : kAllFormats) {
    const std::string file = encoded(noise(4, 3), format);

    EXPECT_EQ(exif_orientation(file), 1);
    EXPECT_EQ(exif_orientation(with_exif(file, format, exif_block(8, false))), 8);
  }
  const std::string prefixed = concat(std::string_view("Exif\0\0", 6), exif_block(5, true));
  const std::string webp = encoded(noise(4, 3), Format::kWebp);
  EXPECT_EQ(exif_orientation(with_exif(webp, Format::kWebp, prefixed)), 5);
}

TEST(Orientation, NonsenseIsUpright) {
  const std::string file = encoded(noise(4, 3), Format::kPng);
  const auto orientation = [&](std::string_view exif) {
    return exif_orientation(with_exif(file, Format::kPng, exif));
  };
  const std::string good = exif_block(6, false);
  ASSERT_EQ(orientation(good), 6);

  for (size_t size = 0; size < good.size() - 8; ++size) {
    EXPECT_EQ(orientation(std::string_view(good).substr(0, size)), 1) << size;
  }
  for (const uint32_t value : {0u, 9u, 0xFFFFu})
    EXPECT_EQ(orientation(exif_block(value, false)), 1);
  std::string far = good;
  far.replace(4, 4, "\xFF\xFF\xFF\xFF");
  EXPECT_EQ(orientation(far), 1);
  std::string many = good;
  many.replace(8, 2, "\xFF\xFF");
  many.replace(22, 2, "\x13\x01");  // the orientation gets another tag
  EXPECT_EQ(orientation(many), 1);
  std::string other_order = good;
  other_order.replace(0, 2, "XX");
  EXPECT_EQ(orientation(other_order), 1);
}

}  // namespace
}  // namespace plantain::image
