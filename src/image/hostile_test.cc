// Files that were made to hurt: each gives an error or a picture within limits, never a crash, and
// never more memory than a picture of the largest permitted size needs.
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csetjmp>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
// After <cstdio>, which it needs and does not include.
#include <jpeglib.h>
#include <zlib.h>

#include "base/limits.h"
#include "image/test_pictures.h"

namespace plantain::image {
namespace {

constexpr int64_t kMiB = limits::kMiB;

// What decode() may answer: a picture within limits, or the one error of this folder. True: a
// picture.
bool behaves(std::string_view file) {
  const Result<Pixels> seen = decode(file);
  if (!seen.ok()) {
    EXPECT_EQ(seen.error().code, ErrorCode::kFileUnreachable) << seen.error().message;
    EXPECT_FALSE(seen.error().message.empty());
    return false;
  }
  EXPECT_GE(seen->width, 1);
  EXPECT_GE(seen->height, 1);
  EXPECT_LE(int64_t{seen->width} * seen->height, limits::kImageMax_px);
  EXPECT_EQ(seen->rgb.size(), size_t{3} * seen->width * seen->height);
  return true;
}

std::string refusal(std::string_view file) {
  const Result<Pixels> seen = decode(file);
  EXPECT_FALSE(seen.ok());
  return seen.ok() ? "" : seen.error().message;
}

// ---- Cut short ----

TEST(Hostile, AFileCutAtAnyByteIsNoPicture) {
  for (const Format format : kAllFormats) {
    const std::string file = encoded(test_picture(24, 18), format);
    ASSERT_TRUE(behaves(file));
    for (size_t size = 0; size < file.size(); ++size) {
      // A copy of just that size, so that a read beyond it is seen by the address sanitizer.
      const std::vector<char> cut(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(size));
      ASSERT_FALSE(behaves({cut.data(), cut.size()})) << content_type(format) << " cut at " << size;
    }
  }
}

TEST(Hostile, BytesBehindTheEndDoNoHarm) {
  for (const Format format : kAllFormats) {
    const std::string file = encoded(test_picture(24, 18), format);
    const Result<Pixels> seen = decode(file + std::string(1000, '\xFF'));
    ASSERT_TRUE(seen.ok()) << seen.error().message;
    EXPECT_EQ(seen->rgb, decode(file)->rgb);
  }
}

// ---- Damaged ----

// The same PNG with check sums that fit, as far as its chunks can be walked.
std::string with_check_sums(std::string png) {
  for (size_t at = 8; at + 12 <= png.size();) {
    const size_t length = number(png, at, 4, true);
    if (length > png.size() - at - 12) break;
    const uint32_t sum = png_check_sum(std::string_view(png).substr(at + 4, 4 + length));
    png.replace(at + 8 + length, 4, digits(sum, 4, true));
    at += 12 + length;
  }
  return png;
}

std::string mutated(std::string file, std::mt19937& random) {
  const int changes = 1 + static_cast<int>(random() % 8);
  for (int i = 0; i < changes && !file.empty(); ++i) {
    const size_t at = random() % file.size();
    switch (random() % 5) {
      case 0:
        file[at] = static_cast<char>(random());
        break;
      case 1:
        file[at] = static_cast<char>(file[at] ^ 1 << random() % 8);
        break;
      case 2:
        file[at] = random() % 2 == 0 ? '\0' : '\xFF';
        break;
      case 3:
        file.erase(at, random() % 16);
        break;
      default:
        file.insert(at, file.substr(random() % file.size(), random() % 16));
        break;
    }
  }
  return file;
}

// Most of the bytes of encode()'s files are the packet and the profile, where a change is idle.
std::vector<std::string> seeds_of(Format format) {
  const Pixels small = test_picture(11, 7);
  std::vector<std::string> seeds{encoded(small, format)};
  if (format == Format::kPng) {
    seeds.push_back(png_file({11, 7}, std::string(size_t{7} * 34, '\1')));
    seeds.push_back(png_file({16, 4, 4, 3, true}, std::string(200, '\0'),
                             png_chunk("PLTE", std::string(48, '\7')) + png_chunk("tRNS", "abc")));
    seeds.push_back(with_exif(seeds[0], format, exif_block(6, true)));
  }
  if (format == Format::kJpeg) {
    std::string bare = "\xFF\xD8";
    for (const Part& part : jpeg_parts(seeds[0])) {
      if (part.name == "d9") continue;
      if (part.name.starts_with('e')) continue;
      bare += concat('\xFF', *from_hex(part.name));
      if (part.name != "da") bare += digits(static_cast<uint32_t>(part.bytes.size() + 2), 2, true);
      bare += part.bytes;
    }
    seeds.push_back(bare + "\xFF\xD9");
    EXPECT_TRUE(behaves(seeds.back()));
  }
  if (format == Format::kWebp) {
    for (const Part& part : webp_parts(seeds[0])) {
      if (part.name != "VP8 ") continue;
      const auto length = static_cast<uint32_t>(part.bytes.size());
      seeds.push_back(concat("RIFF", digits(length + 12, 4, false), "WEBPVP8 ",
                             digits(length, 4, false), part.bytes));
      EXPECT_TRUE(behaves(seeds.back()));
    }
    seeds.emplace_back("RIFF\x14\0\0\0WEBPVP8L\x08\0\0\0\x2F\x1E\0\x04\0\x88\x88\x08", 28);
    EXPECT_TRUE(behaves(seeds.back()));
  }
  return seeds;
}

TEST(Hostile, ThousandsOfDamagedFilesGiveErrorsOrPictures) {
  constexpr int kPerSeed = 2500;
  std::mt19937 random(20261125);
  for (const Format format : kAllFormats) {
    int pictures = 0, refused = 0;
    for (const std::string& seed : seeds_of(format)) {
      for (int i = 0; i < kPerSeed; ++i) {
        std::string file = mutated(seed, random);
        if (format == Format::kPng && i % 4 != 0) file = with_check_sums(file);
        const std::vector<char> exact(file.begin(), file.end());
        const std::string_view view(exact.data(), exact.size());
        (behaves(view) ? pictures : refused) += 1;
        read_xmp(view);
      }
    }
    // Else the mutations miss what they are aimed at.
    EXPECT_GT(pictures, 100) << content_type(format);
    EXPECT_GT(refused, 1000) << content_type(format);
  }
}

TEST(Hostile, NoiseBehindAMagicNumberIsNoPicture) {
  std::mt19937 random(5);
  const std::string heads[] = {"\x89PNG\r\n\x1A\n",
                               png_start({40, 30}),
                               "\xFF\xD8\xFF",
                               "\xFF\xD8\xFF\xC0",
                               "RIFF\xFF\xFF\xFF\x7FWEBPVP8 ",
                               "RIFF\xFF\xFF\xFF\x7FWEBPVP8L",
                               "RIFF\xFF\xFF\xFF\x7FWEBPVP8X"};
  for (const std::string& head : heads) {
    for (int i = 0; i < 500; ++i) {
      std::string file = head;
      for (unsigned n = random() % 300; n > 0; --n) file += static_cast<char>(random());
      EXPECT_FALSE(behaves(file));
    }
  }
}

// ---- Of another kind than it says ----

TEST(Hostile, OtherKindsOfFilesAreNamedAsNoPicture) {
  const std::string_view others[] = {"",       "GIF89a\1\0\1\0\0\0\0;", "BM6\0\0\0",
                                     "<svg/>", "<!doctype html>",       "{}"};
  for (const std::string_view other : others) {
    EXPECT_EQ(refusal(other),
              "this is not a picture: neither PNG nor JPEG nor WebP, or cut within its header");
  }
}

TEST(Hostile, AHeadOfOneKindOnABodyOfAnotherIsBroken) {
  const std::string png = encoded(noise(9, 9), Format::kPng);
  const std::string jpeg = encoded(noise(9, 9), Format::kJpeg);
  const std::string webp = encoded(noise(9, 9), Format::kWebp);

  EXPECT_FALSE(behaves(png.substr(0, 33) + jpeg.substr(2)));
  EXPECT_FALSE(behaves(png.substr(0, 33) + webp));
  EXPECT_FALSE(behaves("\xFF\xD8\xFF" + png));
  EXPECT_FALSE(behaves(webp.substr(0, 30) + png));
}

TEST(Hostile, AWebpWhoseCanvasIsNotItsPictureIsBroken) {
  std::string file = encoded(noise(9, 9), Format::kWebp);
  ASSERT_EQ(file.substr(12, 4), "VP8X");
  file[24] = 99;

  EXPECT_FALSE(behaves(file));
}

// ---- Larger than it looks ----

// How far the address space of a fresh process grows while it does `work`, in bytes; -1 when that
// answers false, or the process dies of it.
int64_t growth_while(const std::function<bool()>& work) {
  const auto of_status = [](std::string_view name) {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);) {
      if (!line.starts_with(name)) continue;
      const size_t begin = line.find_first_of("0123456789");
      return 1024 * parse_int(line.substr(begin, line.find(' ', begin) - begin)).value();
    }
    return int64_t{-1};
  };
  int ends[2];
  CHECK(::pipe2(ends, O_CLOEXEC) == 0);
  const pid_t child = ::fork();
  CHECK(child >= 0);
  if (child == 0) {
    const int64_t before = of_status("VmSize:");
    const int64_t growth = work() ? of_status("VmPeak:") - before : -1;
    ::_exit(::write(ends[1], &growth, sizeof growth) == sizeof growth ? 0 : 1);
  }
  ::close(ends[1]);
  int64_t growth = -1;
  if (::read(ends[0], &growth, sizeof growth) != sizeof growth) growth = -1;
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  return status == 0 ? growth : -1;
}

void expect_refused_within(const std::string& file, int64_t most_bytes, std::string_view because) {
  const int64_t growth = growth_while([&] {
    const Result<Pixels> seen = decode(file);
    return !seen.ok() && seen.error().message.starts_with(because);
  });
  EXPECT_GE(growth, 0) << "it was not refused, or not because: " << because;
  EXPECT_LE(growth, most_bytes) << because;
}

std::string jpeg_head(int width, int height, int components, char frame) {
  std::string out("\xFF\xD8\xFF", 3);
  out += frame;
  out += digits(static_cast<uint32_t>(8 + 3 * components), 2, true) + '\x08';
  out += digits(static_cast<uint32_t>(height), 2, true) +
         digits(static_cast<uint32_t>(width), 2, true);
  out += static_cast<char>(components);
  for (int i = 1; i <= components; ++i) out += concat(static_cast<char>(i), '\x11', '\0');
  return out;
}

std::string webp_canvas(int width, int height, int flags) {
  return concat("RIFF", digits(1000, 4, false), "WEBPVP8X", digits(10, 4, false),
                static_cast<char>(flags), std::string(3, '\0'),
                digits(static_cast<uint32_t>(width - 1), 3, false),
                digits(static_cast<uint32_t>(height - 1), 3, false), std::string(978, '\0'));
}

TEST(Hostile, TheMeasureOfMemorySeesWhatIsAllocated) {
  const auto take_100_mib = [] {
    void* const taken = std::malloc(size_t{100} * kMiB);
    *static_cast<volatile char*>(taken) = 1;
    std::free(taken);
    return true;
  };

  EXPECT_GE(growth_while(take_100_mib), 100 * kMiB);
  EXPECT_LE(growth_while([] { return true; }), kMiB);
  EXPECT_EQ(growth_while([] { return false; }), -1);
  EXPECT_EQ(growth_while([]() -> bool { ::_exit(3); }), -1);
}

TEST(Hostile, SidesBeyondTheLimitsAreRefusedBeforeAnythingIsAllocated) {
  const std::string large = "this picture is too large: ";
  const std::string idat = png_chunk("IDAT", zlib_stored("abc")) + png_chunk("IEND", "");
  constexpr int64_t kLittle = 8 * kMiB;
  static_assert(limits::kImageSideMax_px == 16383 && limits::kImageMax_px == 64'000'000);

  expect_refused_within(png_start({30'000, 30'000}) + idat, kLittle,
                        large + "30000 x 30000 pixels");
  expect_refused_within(png_start({0x7FFFFFFF, 0x7FFFFFFF}) + idat, kLittle, large);
  expect_refused_within(png_start({16'384, 1}) + idat, kLittle, large + "16384 x 1 pixels");
  expect_refused_within(png_start({8000, 8001}) + idat, kLittle, large + "8000 x 8001 pixels");
  expect_refused_within(jpeg_head(65'500, 65'500, 3, '\xC2') + "\xFF\xD9", kLittle, large);
  expect_refused_within(webp_canvas(1 << 24, 1 << 24, 2), kLittle, large);
}

TEST(Hostile, SidesWithinTheLimitsCostNoMoreThanSuchAPicture) {
  // 3 bytes a pixel for the result, 4 for the rows of an interlaced PNG, 6 for the coefficients of
  // a progressive JPEG; the rest is the libraries' own.
  constexpr int64_t kResult = 3 * limits::kImageMax_px;
  constexpr int64_t kSlack = 64 * kMiB;
  const std::string idat = png_chunk("IDAT", zlib_stored("abc")) + png_chunk("IEND", "");
  PngHeader woven{8000, 8000};
  woven.interlaced = true;

  expect_refused_within(png_start({8000, 8000}) + idat, kResult + kSlack,
                        "this PNG file is broken");
  expect_refused_within(png_start(woven) + idat, kResult + 4 * limits::kImageMax_px + kSlack,
                        "this PNG file is broken");
  for (const char frame : {'\xC0', '\xC2'}) {
    const std::string scan("\xFF\xDA\0\x0C\3\1\0\2\0\3\0\0\0\0", 14);
    expect_refused_within(jpeg_head(8000, 8000, 3, frame) + scan + "\x7F\xFF\xD9",
                          kResult + 6 * limits::kImageMax_px + kSlack, "this JPEG file is broken");
  }
  expect_refused_within(webp_canvas(8000, 8000, 0), kResult + kSlack, "this WebP file is broken");
  expect_refused_within(webp_canvas(8000, 8000, 2), kResult + kSlack, "this WebP file is broken");
}

TEST(Hostile, TextsThatUnpackToMuchAreNotUnpacked) {
  const std::string zeros(size_t{64} * kMiB, '\0');
  std::string packed(compressBound(zeros.size()), '\0');
  uLongf size = packed.size();
  ASSERT_EQ(compress(reinterpret_cast<Bytef*>(packed.data()), &size,
                     reinterpret_cast<const Bytef*>(zeros.data()), zeros.size()),
            Z_OK);
  packed.resize(size);
  const std::string chunks =
      concat(png_chunk("iCCP", concat(std::string_view("x\0\0", 3), packed)),
             png_chunk("zTXt", concat(std::string_view("x\0\0", 3), packed)),
             png_chunk("iTXt", concat(std::string_view("x\0\1\0\0\0", 6), packed)));
  const std::string file = png_file({}, std::string_view("\0abc", 4), chunks);

  EXPECT_EQ(decode(file)->rgb, (std::vector<uint8_t>{'a', 'b', 'c'}));
  const int64_t growth = growth_while([&] { return decode(file).ok(); });
  EXPECT_GE(growth, 0);
  EXPECT_LE(growth, 8 * kMiB);
}

// ---- Slower than it looks ----

// A progressive picture in which every coefficient of every component has a scan of its own.
std::string jpeg_of_scans(int last_coefficient) {
  std::vector<jpeg_scan_info> scans;
  scans.push_back({3, {0, 1, 2, 0}, 0, 0, 0, 0});
  for (int k = 1; k <= last_coefficient; ++k) {
    for (int component = 0; component < 3; ++component)
      scans.push_back({1, {component, 0, 0, 0}, k, k, 0, 0});
  }
  jpeg_compress_struct jpeg;
  jpeg_error_mgr errors;
  jpeg.err = jpeg_std_error(&errors);
  jpeg_create_compress(&jpeg);
  unsigned char* out = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&jpeg, &out, &size);
  jpeg.image_width = jpeg.image_height = 16;
  jpeg.input_components = 3;
  jpeg.in_color_space = JCS_RGB;
  jpeg_set_defaults(&jpeg);
  jpeg.scan_info = scans.data();
  jpeg.num_scans = static_cast<int>(scans.size());
  jpeg_start_compress(&jpeg, TRUE);
  std::vector<uint8_t> grey(size_t{3} * 16, 90);
  for (int y = 0; y < 16; ++y) {
    JSAMPROW row = grey.data();
    jpeg_write_scanlines(&jpeg, &row, 1);
  }
  jpeg_finish_compress(&jpeg);
  std::string file(reinterpret_cast<char*>(out), size);
  jpeg_destroy_compress(&jpeg);
  std::free(out);
  return file;
}

TEST(Hostile, AJpegHasAtMostAHundredScans) {
  EXPECT_TRUE(behaves(jpeg_of_scans(33)));  // 1 + 33 * 3
  EXPECT_EQ(refusal(jpeg_of_scans(34)), "this JPEG file is broken: it has more than 100 scans");
}

}  // namespace
}  // namespace plantain::image
