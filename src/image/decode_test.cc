// Files as other programs write them: every kind that the three libraries read comes out right.
#include <csetjmp>
#include <cstdio>
#include <cstdlib>
// After <cstdio>, which it needs and does not include.
#include <jpeglib.h>
#include <webp/encode.h>
#include <webp/mux.h>

#include "image/test_pictures.h"

namespace plantain::image {
namespace {

using Levels = std::vector<uint8_t>;

Levels levels_of(const Result<Pixels>& decoded) {
  EXPECT_TRUE(decoded.ok()) << decoded.error().message;
  return decoded.ok() ? decoded->rgb : Levels{};
}

std::string bytes(std::initializer_list<int> values) {
  std::string out;
  for (const int value : values) out += static_cast<char>(value);
  return out;
}

// ---- PNG ----

TEST(DecodePng, GreyOfEveryDepth) {
  EXPECT_EQ(levels_of(decode(png_file({3, 1, 1, 0}, bytes({0, 0b10100000})))),
            (Levels{255, 255, 255, 0, 0, 0, 255, 255, 255}));
  EXPECT_EQ(levels_of(decode(png_file({2, 1, 2, 0}, bytes({0, 0b01100000})))),
            (Levels{85, 85, 85, 170, 170, 170}));
  EXPECT_EQ(levels_of(decode(png_file({2, 1, 4, 0}, bytes({0, 0x1F})))),
            (Levels{17, 17, 17, 255, 255, 255}));
  EXPECT_EQ(levels_of(decode(png_file({1, 2, 8, 0}, bytes({0, 7, 0, 200})))),
            (Levels{7, 7, 7, 200, 200, 200}));
  EXPECT_EQ(levels_of(decode(png_file({1, 1, 16, 0}, bytes({0, 0x80, 0x90})))),
            (Levels{128, 128, 128}));
}

TEST(DecodePng, WhatIsTransparentLiesOverWhite) {
  EXPECT_EQ(levels_of(decode(
                png_file({3, 1, 8, 6}, bytes({0, 9, 8, 7, 255, 9, 8, 7, 0, 0, 100, 255, 51})))),
            (Levels{9, 8, 7, 255, 255, 255, 204, 224, 255}));
  EXPECT_EQ(levels_of(decode(png_file({1, 1, 8, 4}, bytes({0, 0, 128})))), (Levels{127, 127, 127}));
  EXPECT_EQ(levels_of(decode(png_file({1, 1, 16, 6}, bytes({0, 0, 0, 0, 0, 0, 0, 0x80, 0x80})))),
            (Levels{127, 127, 127}));
  const std::string key = png_chunk("tRNS", bytes({0, 9, 0, 8, 0, 7}));
  EXPECT_EQ(levels_of(decode(png_file({2, 1}, bytes({0, 9, 8, 7, 9, 8, 6}), key))),
            (Levels{255, 255, 255, 9, 8, 6}));
}

TEST(DecodePng, APaletteWithAndWithoutTransparency) {
  const std::string palette = png_chunk("PLTE", bytes({10, 20, 30, 200, 100, 0}));
  const std::string half = png_chunk("tRNS", bytes({255, 0}));

  EXPECT_EQ(levels_of(decode(png_file({2, 1, 8, 3}, bytes({0, 1, 0}), palette))),
            (Levels{200, 100, 0, 10, 20, 30}));
  EXPECT_EQ(levels_of(decode(png_file({2, 1, 1, 3}, bytes({0, 0b10000000}), palette + half))),
            (Levels{255, 255, 255, 10, 20, 30}));
}

// The rows of a picture in Adam7's seven passes.
std::string interlaced_rows(const Pixels& pixels) {
  constexpr int kFirst[7][2] = {{0, 0}, {4, 0}, {0, 4}, {2, 0}, {0, 2}, {1, 0}, {0, 1}};
  constexpr int kStep[7][2] = {{8, 8}, {8, 8}, {4, 8}, {4, 4}, {2, 4}, {2, 2}, {1, 2}};
  std::string rows;
  for (int pass = 0; pass < 7; ++pass) {
    if (kFirst[pass][0] >= pixels.width) continue;
    for (int y = kFirst[pass][1]; y < pixels.height; y += kStep[pass][1]) {
      rows += '\0';
      for (int x = kFirst[pass][0]; x < pixels.width; x += kStep[pass][0]) {
        const size_t at = size_t{3} * (y * pixels.width + x);
        rows.append(reinterpret_cast<const char*>(&pixels.rgb[at]), 3);
      }
    }
  }
  return rows;
}

TEST(DecodePng, InterlacedPicturesOfAnyShape) {
  for (const auto& [width, height] :
       {std::pair(1, 1), std::pair(13, 9), std::pair(3, 30), std::pair(40, 2)}) {
    const Pixels picture = noise(width, height);
    PngHeader header{static_cast<uint32_t>(width), static_cast<uint32_t>(height)};
    header.interlaced = true;

    EXPECT_EQ(levels_of(decode(png_file(header, interlaced_rows(picture)))), picture.rgb)
        << width << " x " << height;
  }
}

TEST(DecodePng, GammaProfilesAndTextsChangeNothing) {
  const std::string rows = bytes({0, 1, 2, 3});
  const std::string plain = png_file({}, rows);
  const std::string extra = concat(
      png_chunk("gAMA", bytes({0, 1, 0x86, 0xA0})), png_chunk("cHRM", std::string(32, '\1')),
      png_chunk("iCCP", concat(std::string_view("x\0\0", 3), zlib_stored("no profile at all"))),
      png_chunk("tIME", bytes({7, 0xEA, 1, 1, 0, 0, 0})), png_chunk("tEXt", "no separator"),
      png_chunk("zzZz", "unknown and ancillary"));

  EXPECT_EQ(levels_of(decode(png_file({}, rows, extra))), levels_of(decode(plain)));
}

// ---- JPEG ----

struct JpegForm {
  int components = 3;
  J_COLOR_SPACE from = JCS_RGB;
  bool progressive = false;
  bool half_colours = false;
  bool adobe = false;
};

// What `samples` are in a JPEG file of the library's own making.
std::string jpeg_file(const Levels& samples, int width, int height, const JpegForm& form) {
  jpeg_compress_struct jpeg;
  jpeg_error_mgr errors;
  jpeg.err = jpeg_std_error(&errors);
  jpeg_create_compress(&jpeg);
  unsigned char* out = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&jpeg, &out, &size);
  jpeg.image_width = static_cast<JDIMENSION>(width);
  jpeg.image_height = static_cast<JDIMENSION>(height);
  jpeg.input_components = form.components;
  jpeg.in_color_space = form.from;
  jpeg_set_defaults(&jpeg);
  jpeg_set_quality(&jpeg, 95, TRUE);
  if (form.progressive) jpeg_simple_progression(&jpeg);
  if (!form.half_colours) jpeg.comp_info[0].h_samp_factor = jpeg.comp_info[0].v_samp_factor = 1;
  if (form.components == 4) jpeg.write_Adobe_marker = form.adobe ? TRUE : FALSE;
  jpeg_start_compress(&jpeg, TRUE);
  for (int y = 0; y < height; ++y) {
    JSAMPROW row = const_cast<JSAMPROW>(&samples[static_cast<size_t>(form.components) * width * y]);
    jpeg_write_scanlines(&jpeg, &row, 1);
  }
  jpeg_finish_compress(&jpeg);
  std::string file(reinterpret_cast<char*>(out), size);
  jpeg_destroy_compress(&jpeg);
  std::free(out);
  return file;
}

TEST(DecodeJpeg, ProgressiveAndSubsampledPictures) {
  const Pixels picture = test_picture(120, 81);
  for (const bool progressive : {false, true}) {
    for (const bool half : {false, true}) {
      JpegForm form;
      form.progressive = progressive;
      form.half_colours = half;

      const Result<Pixels> seen = decode(jpeg_file(picture.rgb, 120, 81, form));

      ASSERT_TRUE(seen.ok()) << seen.error().message;
      EXPECT_GE(psnr(picture, *seen), half ? 30 : 40) << progressive << half;
    }
  }
}

TEST(DecodeJpeg, GreyIsGreyInAllThreeChannels) {
  Levels grey;
  for (int i = 0; i < 16 * 16; ++i) grey.push_back(static_cast<uint8_t>(8 * (i / 16) + 60));

  const Levels seen = levels_of(decode(jpeg_file(grey, 16, 16, {1, JCS_GRAYSCALE})));

  ASSERT_EQ(seen.size(), 3 * grey.size());
  for (size_t i = 0; i < seen.size(); ++i) {
    EXPECT_NEAR(seen[i], grey[i / 3], 4);
    EXPECT_EQ(seen[i], seen[i - i % 3]);
  }
}

TEST(DecodeJpeg, FourInksBecomeColoursWhetherInvertedOrNot) {
  // Full cyan, a third of black: red 0, green and blue 170.
  const int inks[4] = {255, 0, 0, 85};
  for (const bool adobe : {false, true}) {
    Levels samples;
    for (int i = 0; i < 16 * 16 * 4; ++i) {
      samples.push_back(static_cast<uint8_t>(adobe ? 255 - inks[i % 4] : inks[i % 4]));
    }
    JpegForm form{4, JCS_CMYK};
    form.adobe = adobe;

    const Levels seen = levels_of(decode(jpeg_file(samples, 16, 16, form)));

    ASSERT_EQ(seen.size(), size_t{16} * 16 * 3);
    EXPECT_NEAR(seen[0], 0, 3);
    EXPECT_NEAR(seen[1], 170, 3);
    EXPECT_NEAR(seen[2], 170, 3);
  }
}

// ---- WebP ----

std::string taken(uint8_t* out, size_t size) {
  EXPECT_NE(size, 0u);
  std::string file(reinterpret_cast<char*>(out), size);
  WebPFree(out);
  return file;
}

std::string lossless_webp(const Levels& rgba, int width, int height) {
  uint8_t* out = nullptr;
  const size_t size = WebPEncodeLosslessRGBA(rgba.data(), width, height, 4 * width, &out);
  return taken(out, size);
}

TEST(DecodeWebp, LosslessPicturesAreExact) {
  const Pixels picture = noise(37, 23);
  uint8_t* out = nullptr;
  const size_t size = WebPEncodeLosslessRGB(picture.rgb.data(), 37, 23, 3 * 37, &out);

  EXPECT_EQ(levels_of(decode(taken(out, size))), picture.rgb);
}

TEST(DecodeWebp, WhatIsTransparentLiesOverWhite) {
  EXPECT_EQ(levels_of(decode(lossless_webp({9, 8, 7, 255, 9, 8, 7, 0, 0, 100, 255, 51}, 3, 1))),
            (Levels{9, 8, 7, 255, 255, 255, 204, 224, 255}));

  Levels half;
  for (int i = 0; i < 16 * 16; ++i) half.insert(half.end(), {0, 0, 0, 128});
  uint8_t* out = nullptr;
  const size_t size = WebPEncodeRGBA(half.data(), 16, 16, 64, 90, &out);
  for (const uint8_t level : levels_of(decode(taken(out, size)))) ASSERT_NEAR(level, 127, 3);
}

TEST(DecodeWebp, AFileOf28BytesIsABlackPixel) {
  // Lossless: no transform, no cache, five codes of one symbol, which is 0.
  const std::string file("RIFF\x14\0\0\0WEBPVP8L\x08\0\0\0\x2F\0\0\0\0\x88\x88\x08", 28);

  const Result<Pixels> seen = decode(file);

  ASSERT_TRUE(seen.ok()) << seen.error().message;
  EXPECT_EQ(seen->rgb, (Levels{0, 0, 0}));
}

TEST(DecodeWebp, OfAnAnimationTheFirstFrameIsSeenWhereItLies) {
  const std::string red = lossless_webp({200, 0, 0, 255, 200, 0, 0, 255}, 2, 1);
  const std::string blue = lossless_webp({0, 0, 200, 255}, 1, 1);
  WebPMux* mux = WebPMuxNew();
  WebPMuxSetCanvasSize(mux, 5, 4);
  const WebPMuxAnimParams params{0xFF00FF00u, 0};
  WebPMuxSetAnimationParams(mux, &params);
  for (const std::string* one : {&red, &blue}) {
    WebPMuxFrameInfo frame{};
    frame.bitstream = {reinterpret_cast<const uint8_t*>(one->data()), one->size()};
    frame.id = WEBP_CHUNK_ANMF;
    frame.duration = 40;
    frame.x_offset = frame.y_offset = 2;
    ASSERT_EQ(WebPMuxPushFrame(mux, &frame, 1), WEBP_MUX_OK);
  }
  WebPData assembled{};
  ASSERT_EQ(WebPMuxAssemble(mux, &assembled), WEBP_MUX_OK);
  WebPMuxDelete(mux);
  const std::string file(reinterpret_cast<const char*>(assembled.bytes), assembled.size);
  WebPDataClear(&assembled);

  const Result<Pixels> seen = decode(file);

  ASSERT_TRUE(seen.ok()) << seen.error().message;
  EXPECT_EQ(seen->width, 5);
  EXPECT_EQ(seen->height, 4);
  Levels wanted(size_t{3} * 5 * 4, 255);
  for (const size_t pixel : {2 * 5 + 2, 2 * 5 + 3}) {
    wanted[3 * pixel] = 200;
    wanted[3 * pixel + 1] = wanted[3 * pixel + 2] = 0;
  }
  EXPECT_EQ(seen->rgb, wanted);
}

}  // namespace
}  // namespace plantain::image
