#include "image/container.h"

#include "image/test_pictures.h"

namespace plantain::image {
namespace {

std::string segment(char marker, std::string_view bytes) {
  return concat('\xFF', marker, digits(static_cast<uint32_t>(bytes.size() + 2), 2, true), bytes);
}

std::string riff(std::string_view chunks) {
  return concat("RIFF", digits(static_cast<uint32_t>(chunks.size() + 4), 4, false), "WEBP", chunks);
}

std::string webp_chunk(std::string_view type, std::string_view bytes) {
  return concat(type, digits(static_cast<uint32_t>(bytes.size()), 4, false), bytes,
                bytes.size() % 2 != 0 ? std::string_view("\0", 1) : std::string_view());
}

void expect_kind(std::string_view file, Format format, int width, int height) {
  const std::optional<FileKind> kind = identify(file);
  ASSERT_TRUE(kind.has_value());
  EXPECT_EQ(kind->format, format);
  EXPECT_EQ(kind->width, width);
  EXPECT_EQ(kind->height, height);
}

TEST(Identify, TellsFormatAndSidesOfWhatWeWrite) {
  for (const Format format : kAllFormats)
    expect_kind(encoded(noise(31, 17), format), format, 31, 17);
}

TEST(Identify, NeedsTheHeaderAndNoMore) {
  for (const Format format : kAllFormats) {
    const std::string file = encoded(noise(31, 17), format);
    size_t enough = 0;
    while (!identify(std::string_view(file).substr(0, enough))) ++enough;
    EXPECT_LT(enough, 5000u);
    for (size_t more = enough; more <= file.size(); ++more) {
      ASSERT_TRUE(identify(std::string_view(file).substr(0, more)).has_value()) << more;
    }
  }
}

TEST(Identify, KnowsEveryKindOfWebp) {
  // A whole lossless file can be shorter than the headers of the other kinds.
  const std::string lossless =
      riff(webp_chunk("VP8L", std::string_view("\x2F\0\0\0\0\x88\x88\x08", 8)));
  ASSERT_EQ(lossless.size(), 28u);
  expect_kind(lossless, Format::kWebp, 1, 1);
  expect_kind(riff(webp_chunk("VP8L", std::string_view("\x2F\x1E\x00\x04\x00", 5))), Format::kWebp,
              31, 17);
  expect_kind(riff(webp_chunk("VP8 ", std::string_view("\0\0\0\x9D\x01\x2A\x1F\x40\x11\x80", 10))),
              Format::kWebp, 31, 17);
  expect_kind(riff(webp_chunk("VP8X", std::string_view("\0\0\0\0\x1E\0\0\x10\0\0", 10))),
              Format::kWebp, 31, 17);
}

TEST(Identify, EveryHeaderCutShortIsNothing) {
  const std::string files[] = {
      riff(webp_chunk("VP8L", std::string_view("\x2F\x1E\x00\x04\x00", 5))).substr(0, 25),
      riff(webp_chunk("VP8 ", std::string_view("\0\0\0\x9D\x01\x2A\x1F\0\x11\0", 10))),
      riff(webp_chunk("VP8X", std::string_view("\0\0\0\0\x1E\0\0\x10\0\0", 10))),
      png_start({31, 17}),
      concat("\xFF\xD8", segment('\xC0', std::string_view("\x08\0\x11\0\x1F\3", 6))),
  };
  for (const std::string& file : files) {
    EXPECT_TRUE(identify(file).has_value());
    for (size_t size = 0; size < file.size(); ++size) {
      EXPECT_FALSE(identify(std::string_view(file).substr(0, size)).has_value()) << size;
    }
  }
}

TEST(Identify, FindsTheFrameOfAJpegBehindAnythingAndBeforeTheScan) {
  const std::string frame = segment('\xC2', std::string_view("\x08\0\x11\0\x1F\3", 6));
  const std::string table = segment('\xC4', std::string_view("\x08\0\x99\0\x99\3", 6));

  expect_kind(concat("\xFF\xD8\xFF\xFF", segment('\xE1', "an FFC0 within: \xFF\xC0").substr(1),
                     table, frame),
              Format::kJpeg, 31, 17);
  EXPECT_FALSE(identify(concat("\xFF\xD8", segment('\xDA', "scan"), frame)).has_value());
  EXPECT_FALSE(identify(concat("\xFF\xD8\xFF\xD9", frame)).has_value());
}

TEST(Identify, NoSideIsEmptyOrBeyondWhatCanBeSaid) {
  EXPECT_FALSE(identify(png_start({0, 5})).has_value());
  EXPECT_FALSE(identify(png_start({5, 0x80000000u})).has_value());
  expect_kind(png_start({5, 0x7FFFFFFFu}), Format::kPng, 5, 0x7FFFFFFF);
  EXPECT_FALSE(
      identify(concat("\xFF\xD8", segment('\xC0', std::string_view("\x08\0\0\0\x1F\3", 6))))
          .has_value());
}

TEST(Identify, OtherFilesAreNoPictures) {
  const std::string_view others[] = {"",
                                     "G",
                                     "GIF89a\1\0\1\0\0\0\0;",
                                     "BM6\0\0\0",
                                     "<svg xmlns=\"http://www.w3.org/2000/svg\"/>",
                                     "II*\0\x08\0\0\0",
                                     "%PDF-1.7",
                                     "RIFF\x24\0\0\0WAVEfmt ",
                                     "\0\0\0\x18"
                                     "ftypavif",
                                     "\x89PNG\r\n\x1A",
                                     "\xFF\xD8"};
  for (const std::string_view other : others) {
    EXPECT_FALSE(identify(other).has_value()) << other;
    EXPECT_FALSE(identify(concat(other, std::string(100, '\0'))).has_value()) << other;
  }
}

TEST(Find, GivesWhatFollowsThePrefixOfTheFirstThatHasIt) {
  const std::string png = concat(png_start({}), png_chunk("tEXt", "a"), png_chunk("tEXt", "key:b"),
                                 png_chunk("tEXt", "key:c"));
  EXPECT_EQ(find_in_png(png, "tEXt"), "a");
  EXPECT_EQ(find_in_png(png, "tEXt", "key:"), "b");
  EXPECT_EQ(find_in_png(png, "zTXt"), std::nullopt);

  const std::string jpeg = concat("\xFF\xD8", segment('\xE1', "a"), segment('\xE1', "key:b"),
                                  segment('\xDA', "scan"), segment('\xE2', "c"));
  EXPECT_EQ(find_in_jpeg(jpeg, 0xE1, "key:"), "b");
  EXPECT_EQ(find_in_jpeg(jpeg, 0xE2, ""), std::nullopt) << "behind the scan";

  const std::string webp = riff(webp_chunk("odd!", "abc") + webp_chunk("XMP ", "<x/>"));
  EXPECT_EQ(find_in_webp(webp, "odd!"), "abc");
  EXPECT_EQ(find_in_webp(webp, "XMP "), "<x/>");
}

TEST(Find, ALengthThatLeadsOutOfTheFileEndsTheWalk) {
  EXPECT_EQ(find_in_png(concat(png_start({}), "\xFF\xFF\xFF\xFFtEXtabcd"), "tEXt"), std::nullopt);
  EXPECT_EQ(find_in_jpeg("\xFF\xD8\xFF\xE1\xFF\xFFkey:abc", 0xE1, "key:"), std::nullopt);
  EXPECT_EQ(find_in_jpeg(std::string_view("\xFF\xD8\xFF\xE1\0\1key:abc", 13), 0xE1, ""),
            std::nullopt);
  EXPECT_EQ(find_in_webp(riff("XMP \xFF\xFF\xFF\xFF<x/>"), "XMP "), std::nullopt);
  EXPECT_EQ(find_in_webp(riff(webp_chunk("XMP ", "abc")).substr(0, 22), "XMP "), std::nullopt);
}

}  // namespace
}  // namespace plantain::image
