// PNG by libpng. libpng reports errors by longjmp, so every function that calls setjmp holds
// plain values only, and whatever owns memory lives in its caller.
#include <png.h>

#include <cstring>
#include <new>
#include <utility>
#include <vector>

#include "image/container.h"
#include "image/formats.h"
#include "image/run_deflate.h"

namespace plantain::image {

namespace {

// The first error, in libpng's words.
struct Complaint {
  char text[128] = "";
};

[[noreturn]] void on_error(png_structp png, png_const_charp text) {
  auto* complaint = static_cast<Complaint*>(png_get_error_ptr(png));
  strncpy(complaint->text, text, sizeof complaint->text - 1);
  png_longjmp(png, 1);
}

void on_warning(png_structp, png_const_charp) {}  // what can be read is read

struct Writer {
  Complaint complaint;
  png_structp png =
      png_create_write_struct(PNG_LIBPNG_VER_STRING, &complaint, on_error, on_warning);
  png_infop info = png != nullptr ? png_create_info_struct(png) : nullptr;
  std::string out;

  Writer() = default;
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;
  ~Writer() { png_destroy_write_struct(&png, &info); }
};

struct Reader {
  Complaint complaint;
  png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &complaint, on_error, on_warning);
  png_infop info = png != nullptr ? png_create_info_struct(png) : nullptr;
  std::string_view rest;  // of the file

  Reader() = default;
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;
  ~Reader() { png_destroy_read_struct(&png, &info, nullptr); }
};

void write_bytes(png_structp png, png_bytep bytes, size_t count) {
  bool room = true;
  try {
    static_cast<Writer*>(png_get_io_ptr(png))->out.append(reinterpret_cast<char*>(bytes), count);
  } catch (const std::bad_alloc&) {  // must not pass through frames of C
    room = false;
  }
  if (!room) png_error(png, "out of memory");
}

void flush_bytes(png_structp) {}

void read_bytes(png_structp png, png_bytep out, size_t count) {
  std::string_view& rest = static_cast<Reader*>(png_get_io_ptr(png))->rest;
  if (count > rest.size()) png_error(png, "it ends too early");
  memcpy(out, rest.data(), count);
  rest.remove_prefix(count);
}

// Paeth's filter of one row of red, green and blue: what differs from whichever of the pixels to
// the left, above and above left is nearest to left + above - above left. `row` and `above` have
// three zeros before their first byte; all three have seven bytes to spare behind their last.
void filter_row(const uint8_t* row, const uint8_t* above, size_t count, uint8_t* out) {
  typedef uint8_t Bytes __attribute__((vector_size(8)));
  typedef int16_t Numbers __attribute__((vector_size(16)));
  const auto load = [](const uint8_t* at) {
    Bytes bytes;
    memcpy(&bytes, at, sizeof bytes);
    return __builtin_convertvector(bytes, Numbers);
  };
  for (size_t i = 0; i < count; i += 8) {
    const Numbers left = load(row + i - 3), up = load(above + i), corner = load(above + i - 3);
    const Numbers to_left = up - corner, to_up = left - corner, to_corner = to_left + to_up;
    const Numbers a = to_left < 0 ? -to_left : to_left, b = to_up < 0 ? -to_up : to_up,
                  c = to_corner < 0 ? -to_corner : to_corner;
    const Numbers nearest = ((b < a) | (c < a)) ? (b <= c ? up : corner) : left;
    const Bytes done = __builtin_convertvector(load(row + i) - nearest, Bytes);
    memcpy(out + i, &done, sizeof done);
  }
}

constexpr size_t kDataChunk = 1 << 20;

// The rows, filtered and compressed, as IDAT chunks. Both buffers are the caller's since libpng
// may jump out of here.
struct Rows {
  RunDeflate deflate;
  std::string packed;
  std::vector<uint8_t> above, row, filtered;
};

void write_data(png_structp png, Rows& rows, size_t at_least) {
  if (rows.packed.size() < at_least) return;
  png_write_chunk(png, reinterpret_cast<png_const_bytep>("IDAT"),
                  reinterpret_cast<png_const_bytep>(rows.packed.data()), rows.packed.size());
  rows.packed.clear();
}

void write_rows(png_structp png, const Pixels& pixels, Rows& rows) {
  const size_t count = size_t{3} * pixels.width;
  for (int y = 0; y < pixels.height; ++y) {
    std::swap(rows.above, rows.row);
    memcpy(rows.row.data() + 3, &pixels.rgb[count * y], count);
    filter_row(rows.row.data() + 3, rows.above.data() + 3, count, rows.filtered.data() + 1);
    rows.deflate.add(rows.filtered.data(), count + 1, rows.packed);
    write_data(png, rows, kDataChunk);
  }
  rows.deflate.finish(rows.packed);
  write_data(png, rows, 1);
}

// libpng writes what is around the rows; it would filter and compress them six times slower.
bool write_picture(Writer& writer, const Pixels& pixels, const std::string& xmp_chunk, Rows& rows) {
  png_structp png = writer.png;
  if (setjmp(png_jmpbuf(png))) return false;
  png_set_write_fn(png, &writer, write_bytes, flush_bytes);
  png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
  png_set_IHDR(png, writer.info, pixels.width, pixels.height, 8, PNG_COLOR_TYPE_RGB,
               PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_set_sRGB(png, writer.info, PNG_sRGB_INTENT_PERCEPTUAL);
  png_write_info(png, writer.info);
  png_write_chunk(png, reinterpret_cast<png_const_bytep>("iTXt"),
                  reinterpret_cast<png_const_bytep>(xmp_chunk.data()), xmp_chunk.size());
  write_rows(png, pixels, rows);
  png_write_chunk(png, reinterpret_cast<png_const_bytep>("IEND"), nullptr, 0);
  return true;
}

// Colour management, texts and palettes' suggestions are not ours to use, and some of them are
// compressed: libpng is told to throw them away unread. Exif is read in upright.cc.
void ignore_what_we_do_not_use(png_structp png) {
  static constexpr char kNames[] =
      "cHRM\0eXIf\0gAMA\0hIST\0iCCP\0iTXt\0oFFs\0pCAL\0pHYs\0sBIT\0"
      "sCAL\0sPLT\0sRGB\0tEXt\0tIME\0zTXt";
  constexpr int kCount = sizeof kNames / 5;
  static_assert(sizeof kNames % 5 == 0);
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, nullptr, 0);
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER,
                              reinterpret_cast<png_const_bytep>(kNames), kCount);
}

// Reads up to the first pixels and asks for rows of red, green, blue and alpha, 8 bits each.
// `passes`: more than one when the file is interlaced.
bool read_header(Reader& reader, const FileKind& kind, int* passes) {
  png_structp png = reader.png;
  if (setjmp(png_jmpbuf(png))) return false;
  png_set_read_fn(png, &reader, read_bytes);
  png_set_user_limits(png, kind.width, kind.height);
  png_set_chunk_cache_max(png, 100);
  png_set_chunk_malloc_max(png, 1 << 20);
  ignore_what_we_do_not_use(png);
  png_read_info(png, reader.info);
  if (png_get_image_width(png, reader.info) != static_cast<png_uint_32>(kind.width) ||
      png_get_image_height(png, reader.info) != static_cast<png_uint_32>(kind.height)) {
    png_error(png, "its sides contradict each other");
  }
  png_set_expand(png);
  png_set_scale_16(png);
  png_set_gray_to_rgb(png);
  png_set_add_alpha(png, 0xFF, PNG_FILLER_AFTER);
  *passes = png_set_interlace_handling(png);
  png_read_update_info(png, reader.info);
  return true;
}

void put_over_white(const uint8_t* rgba, int width, uint8_t* rgb) {
  for (int x = 0; x < width; ++x, rgba += 4, rgb += 3) {
    for (int channel = 0; channel < 3; ++channel) {
      rgb[channel] = over_white(rgba[channel], rgba[3]);
    }
  }
}

// `rgba` holds one row, or the whole picture when there are several passes.
bool read_rows(Reader& reader, int passes, std::vector<uint8_t>& rgba, Pixels& out) {
  png_structp png = reader.png;
  if (setjmp(png_jmpbuf(png))) return false;
  const size_t stride = passes == 1 ? 0 : size_t{4} * out.width;
  for (int pass = 1; pass <= passes; ++pass) {
    for (int y = 0; y < out.height; ++y) {
      uint8_t* row = &rgba[stride * y];
      png_read_row(png, row, nullptr);
      if (pass == passes) put_over_white(row, out.width, &out.rgb[size_t{3} * out.width * y]);
    }
  }
  png_read_end(png, nullptr);
  return true;
}

}  // namespace

Result<std::string> encode_png(const Pixels& pixels, std::string_view xmp) {
  Writer writer;
  CHECK(writer.info != nullptr);
  const std::string xmp_chunk = concat(kPngXmp, xmp);
  constexpr uint8_t kPaeth = 4;
  const size_t room = size_t{3} * pixels.width + 3 + 8;
  Rows rows{
      {}, {}, std::vector<uint8_t>(room), std::vector<uint8_t>(room), std::vector<uint8_t>(room)};
  rows.filtered[0] = kPaeth;
  writer.out.reserve(pixels.rgb.size() / 4 * 3);  // what is not used costs nothing
  rows.packed.reserve(2 * kDataChunk);
  if (!write_picture(writer, pixels, xmp_chunk, rows)) {
    return Error{ErrorCode::kInternal, concat("libpng: ", writer.complaint.text)};
  }
  return std::move(writer.out);
}

Result<Pixels> decode_png(std::string_view file, const FileKind& kind) {
  Reader reader;
  CHECK(reader.info != nullptr);
  reader.rest = file;
  int passes = 0;
  if (!read_header(reader, kind, &passes)) return broken("PNG", reader.complaint.text);
  Pixels out = blank(kind.width, kind.height);
  std::vector<uint8_t> rgba(size_t{4} * kind.width * (passes == 1 ? 1 : kind.height));
  if (!read_rows(reader, passes, rgba, out)) return broken("PNG", reader.complaint.text);
  return out;
}

}  // namespace plantain::image
