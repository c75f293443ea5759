#include "image/codec.h"

#include <webp/encode.h>

#include "image/srgb_profile.h"
#include "image/test_pictures.h"

namespace plantain::image {
namespace {

using Names = std::vector<std::string>;

TEST(Format, HasItsNameItsTypeAndItsEnding) {
  EXPECT_EQ(format_from_name("jpeg"), Format::kJpeg);
  EXPECT_EQ(format_from_name("jpg"), std::nullopt);
  EXPECT_EQ(format_from_name(""), std::nullopt);
  EXPECT_EQ(content_type(Format::kPng), "image/png");
  EXPECT_EQ(content_type(Format::kWebp), "image/webp");
  EXPECT_EQ(extension(Format::kJpeg), ".jpg");
  for (const Format format : kAllFormats) {
    EXPECT_EQ(content_type(format), concat("image/", content_type(format).substr(6)));
    EXPECT_EQ(format_from_name(content_type(format).substr(6)), format);
  }
}

// ---- Pixels ----

TEST(Encode, PngGivesBackEveryPixel) {
  const std::pair<int, int> sizes[] = {{1, 1}, {1, 7}, {3, 2}, {8, 8}, {257, 129}, {640, 1}};
  for (const auto& [width, height] : sizes) {
    const Pixels picture = noise(width, height);

    const Result<Pixels> back = decode(encoded(picture, Format::kPng));

    ASSERT_TRUE(back.ok()) << width << " x " << height;
    EXPECT_EQ(back->width, width);
    EXPECT_EQ(back->height, height);
    EXPECT_EQ(back->rgb, picture.rgb) << width << " x " << height;
  }
}

TEST(Encode, JpegAndWebpGiveBackThePictureWithinTheirQuality) {
  const Pixels picture = test_picture(512, 384);

  const Pixels jpeg = decode(encoded(picture, Format::kJpeg)).value();
  const Pixels webp = decode(encoded(picture, Format::kWebp)).value();

  // JPEG: rounding to the luminance steps of quality 92 (2 to 19) costs 38.3 dB where every
  // coefficient is in use; the grain of this picture falls below most steps and costs less.
  EXPECT_GE(psnr(picture, jpeg), 40);
  // WebP keeps a quarter of the colours (4:2:0): the edges of the saturated discs pay for it, at
  // any quality: this picture has 35.2 dB at 75 and 36.4 at 95.
  EXPECT_GE(psnr(picture, webp), 35.5);
}

TEST(Encode, FlatColoursKeepTheirLevels) {
  for (const Format format : {Format::kJpeg, Format::kWebp}) {
    for (const int level : {0, 1, 127, 128, 254, 255}) {
      const Pixels flat{40, 24,
                        std::vector<uint8_t>(size_t{3} * 40 * 24, static_cast<uint8_t>(level))};
      const Pixels back = decode(encoded(flat, format)).value();
      for (const uint8_t value : back.rgb) ASSERT_NEAR(value, level, 2) << content_type(format);
    }
  }
}

// ITU-T T.81, table K.1 and K.2, in the order of rows.
constexpr int kLuminance[64] = {16,  11,  10,  16,  24, 40, 51,  61,  12,  12,  14,  19,  26,
                                58,  60,  55,  14,  13, 16, 24,  40,  57,  69,  56,  14,  17,
                                22,  29,  51,  87,  80, 62, 18,  22,  37,  56,  68,  109, 103,
                                77,  24,  35,  55,  64, 81, 104, 113, 92,  49,  64,  78,  87,
                                103, 121, 120, 101, 72, 92, 95,  98,  112, 100, 103, 99};
constexpr int kChrominance[64] = {17, 18, 24, 47, 99, 99, 99, 99, 18, 21, 26, 66, 99, 99, 99, 99,
                                  24, 26, 56, 99, 99, 99, 99, 99, 47, 66, 99, 99, 99, 99, 99, 99,
                                  99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
                                  99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99};

// One table of a DQT segment: its id, then 64 steps in zigzag order.
std::string quantiser(int id, const int (&steps)[64], int quality) {
  std::string out(1, static_cast<char>(id));
  for (int sum = 0; sum <= 14; ++sum) {
    for (int i = std::max(0, sum - 7); i <= std::min(sum, 7); ++i) {
      const int row = sum % 2 == 0 ? sum - i : i;
      const int step = (steps[8 * row + sum - row] * (200 - 2 * quality) + 50) / 100;
      out += static_cast<char>(std::clamp(step, 1, 255));
    }
  }
  return out;
}

TEST(Encode, JpegIsQuality92WithoutSubsampling) {
  const std::vector<Part> parts = jpeg_parts(encoded(test_picture(40, 30), Format::kJpeg));

  std::string tables;
  for (const Part& part : parts) tables += part.name == "db" ? part.bytes : "";
  EXPECT_EQ(tables, quantiser(0, kLuminance, 92) + quantiser(1, kChrominance, 92));
  const std::string frame = only_part(parts, "c0");
  EXPECT_EQ(to_hex(frame),
            "08"
            "001e"
            "0028"
            "03"
            "011100"
            "021101"
            "031101");
}

// A plain encode by the library, without a container.
size_t webp_bytes_at(const Pixels& picture, float quality) {
  uint8_t* bytes = nullptr;
  const size_t size = WebPEncodeRGB(picture.rgb.data(), picture.width, picture.height,
                                    3 * picture.width, quality, &bytes);
  WebPFree(bytes);
  return size;
}

TEST(Encode, WebpIsLossyAndOfTheSizeOfQuality90) {
  const Pixels picture = test_picture(512, 384);

  const std::string coded = only_part(webp_parts(encoded(picture, Format::kWebp)), "VP8 ");

  EXPECT_GT(coded.size(), webp_bytes_at(picture, 85));
  EXPECT_LT(coded.size(), webp_bytes_at(picture, 95));
}

// `tile`, `across` times `down` times.
Pixels tiled(const Pixels& tile, int across, int down) {
  Pixels out{tile.width * across, tile.height * down, {}};
  const size_t stride = size_t{3} * tile.width;
  for (int y = 0; y < out.height; ++y) {
    const auto row = tile.rgb.begin() + static_cast<std::ptrdiff_t>(stride * (y % tile.height));
    for (int i = 0; i < across; ++i) {
      out.rgb.insert(out.rgb.end(), row, row + static_cast<std::ptrdiff_t>(stride));
    }
  }
  return out;
}

TEST(Encode, TheLargestPicturesOfThePixelTableComeBack) {
  const Pixels picture = tiled(test_picture(792, 336), 8, 8);
  for (const Format format : kAllFormats) {
    const std::string file = encoded(picture, format);

    const std::optional<FileKind> kind = identify(file);
    ASSERT_TRUE(kind.has_value());
    EXPECT_EQ(kind->width, 6336);
    EXPECT_EQ(kind->height, 2688);
    const Result<Pixels> back = decode(file);
    ASSERT_TRUE(back.ok()) << back.error().message;
    if (format == Format::kPng) {
      EXPECT_EQ(back->rgb, picture.rgb);
    } else {
      EXPECT_GE(psnr(picture, *back), 35) << content_type(format);
    }
  }
}

// ---- Colours ----

TEST(Encode, PngSaysThatItsColoursAreSrgb) {
  const std::string file = encoded(noise(5, 4), Format::kPng);

  EXPECT_EQ(to_hex(only_part(png_parts(file), "IHDR")),
            "00000005"
            "00000004"
            "08"
            "02"
            "000000");
  EXPECT_EQ(only_part(png_parts(file), "sRGB"), std::string(1, '\0'));  // perceptual
}

TEST(Encode, JpegAndWebpCarryTheSameProfile) {
  const std::string jpeg = encoded(noise(5, 4), Format::kJpeg);
  const std::string webp = encoded(noise(5, 4), Format::kWebp);

  const std::string profile =
      only_part(jpeg_parts(jpeg), "e2", std::string_view("ICC_PROFILE\0\1\1", 14));

  EXPECT_EQ(profile, srgb_profile());
  EXPECT_EQ(only_part(webp_parts(webp), "ICCP"), profile);
}

double fixed(std::string_view bytes, size_t at) {
  return static_cast<int32_t>(number(bytes, at, 4, true)) / 65536.0;
}

class ProfileTest : public testing::Test {
 protected:
  std::string_view tag(std::string_view name) const {
    for (uint32_t i = 0; i < number(bytes_, 128, 4, true); ++i) {
      const size_t row = 132 + size_t{12} * i;
      if (bytes_.substr(row, 4) != name) continue;
      return bytes_.substr(number(bytes_, row + 4, 4, true), number(bytes_, row + 8, 4, true));
    }
    ADD_FAILURE() << "no tag " << name;
    return {};
  }
  const std::string_view bytes_ = srgb_profile();
};

TEST_F(ProfileTest, IsAWholeDisplayProfile) {
  EXPECT_EQ(number(bytes_, 0, 4, true), bytes_.size());
  EXPECT_EQ(bytes_.size() % 4, 0u);
  EXPECT_EQ(bytes_.substr(12, 12), "mntrRGB XYZ ");
  EXPECT_EQ(bytes_.substr(36, 4), "acsp");
  EXPECT_LE(bytes_.size(), 1000u) << "it is in every picture";
  for (const char* name : {"desc", "cprt", "wtpt", "chad"})
    EXPECT_GE(tag(name).size(), 20u) << name;
}

TEST_F(ProfileTest, ItsCurveIsTheOneOfSrgb) {
  for (const char* name : {"rTRC", "gTRC", "bTRC"}) {
    const std::string_view curve = tag(name);
    ASSERT_EQ(curve.substr(0, 4), "para");
    ASSERT_EQ(number(curve, 8, 2, true), 3u);
    const double g = fixed(curve, 12), a = fixed(curve, 16), b = fixed(curve, 20);
    const double c = fixed(curve, 24), d = fixed(curve, 28);
    for (int level = 0; level <= 255; ++level) {
      const double x = level / 255.0;
      const double by_profile = x >= d ? std::pow(a * x + b, g) : c * x;
      const double by_standard = x <= 0.04045 ? x / 12.92 : std::pow((x + 0.055) / 1.055, 2.4);
      EXPECT_NEAR(by_profile, by_standard, 5e-5) << level;
    }
  }
}

TEST_F(ProfileTest, ItsColorantsAreTheOnesOfSrgbUnderD50AndAddUpToWhite) {
  const double expected[3][3] = {
      {0.4361, 0.2225, 0.0139}, {0.3851, 0.7169, 0.0971}, {0.1431, 0.0606, 0.7141}};
  const char* names[3] = {"rXYZ", "gXYZ", "bXYZ"};
  int32_t sums[3] = {};
  for (int i = 0; i < 3; ++i) {
    for (int k = 0; k < 3; ++k) {
      EXPECT_NEAR(fixed(tag(names[i]), 8 + 4 * k), expected[i][k], 2e-4) << names[i] << " " << k;
      sums[k] += static_cast<int32_t>(number(tag(names[i]), 8 + 4 * k, 4, true));
    }
  }
  for (int k = 0; k < 3; ++k) {
    EXPECT_EQ(static_cast<uint32_t>(sums[k]), number(bytes_, 68 + 4 * k, 4, true));
  }
}

// ---- What a file says ----

// The packet as the format's specification places it.
std::string packet_in(std::string_view file, Format format) {
  const std::vector<Part> parts = parts_of(file, format);
  if (format == Format::kPng) {
    return only_part(parts, "iTXt", std::string_view("XML:com.adobe.xmp\0\0\0\0\0", 22));
  }
  if (format == Format::kJpeg) {
    return only_part(parts, "e1", std::string_view("http://ns.adobe.com/xap/1.0/\0", 29));
  }
  EXPECT_EQ(only_part(parts, "VP8X").at(0) & 0x3E, 0x24)
      << "says that ICC and XMP are there, no more";
  return only_part(parts, "XMP ");
}

// The text of the one element of this name, whose prefix stands for `space`.
std::string element(const std::string& packet, const std::string& name, const std::string& space) {
  const std::string prefix = name.substr(0, name.find(':'));
  EXPECT_NE(packet.find(concat("xmlns:", prefix, "=\"", space, "\"")), std::string::npos) << packet;
  const std::string open = concat("<", name, ">"), close = concat("</", name, ">");
  const size_t begin = packet.find(open), end = packet.find(close);
  if (begin == std::string::npos || end == std::string::npos || begin > end) return "not there";
  EXPECT_EQ(packet.find(open, begin + 1), std::string::npos);
  return packet.substr(begin + open.size(), end - begin - open.size());
}

constexpr const char* kIptc = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/";
constexpr const char* kOurs = "urn:plantain:provenance/";

TEST(Xmp, EveryFormatSaysHowItWasMade) {
  for (const Format format : kAllFormats) {
    const std::string file = encoded(noise(9, 6), format);

    const std::string packet = packet_in(file, format);

    EXPECT_EQ(element(packet, "Iptc4xmpExt:DigitalSourceType", kIptc),
              "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia");
    EXPECT_EQ(element(packet, "xmp:CreatorTool", "http://ns.adobe.com/xap/1.0/"), "Plantain");
    EXPECT_EQ(element(packet, "plantain:engine", kOurs), "diffusion");
    EXPECT_EQ(element(packet, "plantain:weights", kOurs),
              "black-forest-labs/FLUX.2-klein-4B@sha256:0a1b");
    EXPECT_EQ(element(packet, "plantain:seed", kOurs), "7");
    EXPECT_EQ(packet, xmp_packet(test_provenance()));
    EXPECT_EQ(read_xmp(file), packet);
  }
}

TEST(Xmp, SaysNothingOfWhatThereIsNot) {
  const std::string packet = xmp_packet({"algorithmicMedia", "sketch", "", -3});

  EXPECT_EQ(element(packet, "plantain:weights", kOurs), "not there");
  EXPECT_EQ(element(packet, "plantain:seed", kOurs), "-3");
  EXPECT_EQ(element(packet, "Iptc4xmpExt:DigitalSourceType", kIptc),
            "http://cv.iptc.org/newscodes/digitalsourcetype/algorithmicMedia");
}

// Every element that is opened is closed, in order, and nothing is left open.
bool is_well_formed(std::string_view xml) {
  std::vector<std::string> open;
  for (size_t at = xml.find('<'); at != std::string_view::npos; at = xml.find('<', at)) {
    const size_t end = xml.find('>', at);
    if (end == std::string_view::npos) return false;
    const std::string_view inside = xml.substr(at + 1, end - at - 1);
    at = end;
    if (inside.starts_with('?')) continue;
    if (!inside.starts_with('/')) {
      open.emplace_back(inside.substr(0, inside.find_first_of(" \n")));
    } else if (open.empty() || open.back() != inside.substr(1)) {
      return false;
    } else {
      open.pop_back();
    }
  }
  return open.empty() && is_utf8(xml);
}

TEST(Xmp, StaysXmlWhateverANameHolds) {
  const std::pair<std::string, std::string> names[] = {
      {"a<b>&\"c\"", "a&lt;b&gt;&amp;&quot;c&quot;"},
      {"蕉\t🍌", "蕉\t🍌"},
      {std::string("\0\x01\x1F", 3), "\uFFFD\uFFFD\uFFFD"},
      {"a\xFF\xC3", "a\uFFFD\uFFFD"},
      {"</rdf:RDF>", "&lt;/rdf:RDF&gt;"},
      {"a\r\nb", "a&#13;\nb"},
  };
  for (const auto& [name, written] : names) {
    const std::string packet = xmp_packet({"algorithmicMedia", name, name, 1});

    EXPECT_EQ(element(packet, "plantain:engine", kOurs), written);
    EXPECT_EQ(element(packet, "plantain:weights", kOurs), written);
    EXPECT_TRUE(is_well_formed(packet)) << packet;
  }
}

TEST(Xmp, IsNothingInAFileWithoutOne) {
  EXPECT_EQ(read_xmp(png_file({}, std::string("\0abc", 4))), std::nullopt);
  EXPECT_EQ(read_xmp("RIFF\x04\0\0\0WEBP"), std::nullopt);
  EXPECT_EQ(read_xmp("\xFF\xD8\xFF\xD9"), std::nullopt);
  EXPECT_EQ(read_xmp("GIF89a"), std::nullopt);
  EXPECT_EQ(read_xmp(""), std::nullopt);
}

TEST(Encode, TheSamePictureIsTheSameBytes) {
  for (const Format format : kAllFormats) {
    const std::string first = encoded(test_picture(130, 70), format);

    EXPECT_EQ(first, encoded(test_picture(130, 70), format));

    Provenance other = test_provenance();
    other.seed = 8;
    std::string second = encode(test_picture(130, 70), format, other).value();
    EXPECT_NE(first, second);
    EXPECT_EQ(first.size(), second.size());
    EXPECT_EQ(decode(first)->rgb, decode(second)->rgb);
  }
}

TEST(Encode, AFileHoldsThesePartsAndNoTimeAndNoId) {
  const Pixels picture = noise(9, 6);

  EXPECT_EQ(names_of(png_parts(encoded(picture, Format::kPng))),
            (Names{"IHDR", "sRGB", "iTXt", "IDAT", "IEND"}));
  // JFIF, XMP, profile; then tables, frame and scan.
  EXPECT_EQ(names_of(jpeg_parts(encoded(picture, Format::kJpeg))),
            (Names{"e0", "e1", "e2", "db", "db", "c0", "c4", "c4", "c4", "c4", "da", "d9"}));
  EXPECT_EQ(names_of(webp_parts(encoded(picture, Format::kWebp))),
            (Names{"VP8X", "ICCP", "VP8 ", "XMP "}));
  const std::string packet = to_lower_ascii(xmp_packet(test_provenance()));
  for (const char* word : {"date", "time", "uuid", "instanceid", "documentid", "request"}) {
    EXPECT_EQ(packet.find(word), std::string::npos) << word;
  }
}

// ---- What does not fit ----

TEST(Encode, ASideThatTheFormatCannotHoldIsAnError) {
  const Pixels wide = noise(16384, 1);
  const Pixels wider = noise(1, 65501);

  EXPECT_TRUE(encode(noise(16383, 1), Format::kWebp, {}).ok());
  EXPECT_EQ(encode(wide, Format::kWebp, {}).error().message,
            "a webp file holds sides up to 16383 pixels; this picture has 16384 x 1");
  EXPECT_TRUE(encode(noise(1, 65500), Format::kJpeg, {}).ok());
  EXPECT_EQ(encode(wider, Format::kJpeg, {}).error().code, ErrorCode::kInvalidInput);
  EXPECT_TRUE(encode(wider, Format::kPng, {}).ok());
}

TEST(Encode, WhatDoesNotFitIntoOneSegmentIsAnErrorInEveryFormat) {
  const size_t room = 65533 - 29 - xmp_packet({"", "x", "", 0}).size() + 1;
  for (const Format format : kAllFormats) {
    const Provenance longest{"", std::string(room, 'x'), "", 0};
    const std::string file = encode(noise(3, 3), format, longest).value();
    EXPECT_EQ(packet_in(file, format), xmp_packet(longest));

    const Provenance too_long{"", std::string(room + 1, 'x'), "", 0};
    EXPECT_EQ(encode(noise(3, 3), format, too_long).error().code, ErrorCode::kInvalidInput);
  }
}

}  // namespace
}  // namespace plantain::image
