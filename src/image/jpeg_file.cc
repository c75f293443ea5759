// JPEG by libjpeg-turbo. It reports errors by longjmp, so every function that calls setjmp holds
// plain values only, and whatever owns memory lives in its caller.
#include <csetjmp>
#include <cstdio>
#include <cstdlib>
#include <cstring>
// After <cstdio>, which it needs and does not include.
#include <jpeglib.h>
// After <jpeglib.h>.
#include <jerror.h>

#include "image/container.h"
#include "image/formats.h"
#include "image/srgb_profile.h"

namespace plantain::image {

namespace {

constexpr int kQuality = 92;
constexpr int kScansMax = 100;  // a progressive file of a few kilobytes can ask for hours

struct Complaint {
  jpeg_error_mgr manager;  // first: libjpeg hands out pointers to it
  jmp_buf jump;
  char text[JMSG_LENGTH_MAX] = "";
};

[[noreturn]] void on_error(j_common_ptr jpeg) {
  auto* complaint = reinterpret_cast<Complaint*>(jpeg->err);
  jpeg->err->format_message(jpeg, complaint->text);
  longjmp(complaint->jump, 1);
}

// Warnings that stand for pixels made up by the library end the decoding; the others are oddities
// of writers whose pictures are whole.
void on_message(j_common_ptr jpeg, int level) {
  if (level >= 0) return;
  switch (jpeg->err->msg_code) {
    case JWRN_ARITH_BAD_CODE:
    case JWRN_HIT_MARKER:
    case JWRN_HUFF_BAD_CODE:
    case JWRN_JPEG_EOF:
    case JWRN_MUST_RESYNC:
      on_error(jpeg);
    default:
      return;
  }
}

void set_up(Complaint& complaint) {
  jpeg_std_error(&complaint.manager);
  complaint.manager.error_exit = on_error;
  complaint.manager.emit_message = on_message;
}

[[noreturn]] void complain(void* manager, const char* text) {
  auto* complaint = static_cast<Complaint*>(manager);
  strncpy(complaint->text, text, sizeof complaint->text - 1);
  longjmp(complaint->jump, 1);
}

void on_progress(j_common_ptr jpeg) {
  if (reinterpret_cast<j_decompress_ptr>(jpeg)->input_scan_number > kScansMax) {
    complain(jpeg->err, "it has more than 100 scans");
  }
}

struct Writer {
  Complaint complaint;
  jpeg_compress_struct jpeg{};
  unsigned char* bytes = nullptr;  // malloc'ed by libjpeg
  unsigned long size = 0;

  Writer() {
    set_up(complaint);
    jpeg.err = &complaint.manager;
  }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;
  ~Writer() {
    jpeg_destroy_compress(&jpeg);
    free(bytes);
  }
};

struct Reader {
  Complaint complaint;
  jpeg_progress_mgr progress{};
  jpeg_decompress_struct jpeg{};

  Reader() {
    set_up(complaint);
    jpeg.err = &complaint.manager;
    progress.progress_monitor = on_progress;
  }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;
  ~Reader() { jpeg_destroy_decompress(&jpeg); }
};

const JOCTET* octets(const std::string& bytes) {
  return reinterpret_cast<const JOCTET*>(bytes.data());
}

bool write_picture(Writer& writer, const Pixels& pixels, const std::string& xmp_segment,
                   const std::string& profile) {
  if (setjmp(writer.complaint.jump)) return false;
  jpeg_compress_struct& jpeg = writer.jpeg;
  jpeg_create_compress(&jpeg);
  jpeg_mem_dest(&jpeg, &writer.bytes, &writer.size);
  jpeg.image_width = pixels.width;
  jpeg.image_height = pixels.height;
  jpeg.input_components = 3;
  jpeg.in_color_space = JCS_RGB;
  jpeg_set_defaults(&jpeg);
  jpeg_set_quality(&jpeg, kQuality, TRUE);
  jpeg.comp_info[0].h_samp_factor = 1;  // the others are 1 by default: 4:4:4
  jpeg.comp_info[0].v_samp_factor = 1;
  jpeg_start_compress(&jpeg, TRUE);
  jpeg_write_marker(&jpeg, JPEG_APP0 + 1, octets(xmp_segment), xmp_segment.size());
  jpeg_write_icc_profile(&jpeg, octets(profile), profile.size());
  for (int y = 0; y < pixels.height; ++y) {
    // libjpeg takes rows to read as pointers to non-const.
    JSAMPROW row = const_cast<JSAMPROW>(&pixels.rgb[size_t{3} * pixels.width * y]);
    jpeg_write_scanlines(&jpeg, &row, 1);
  }
  jpeg_finish_compress(&jpeg);
  return true;
}

// Reads up to the first scan and asks for red, green and blue, or for the four inks.
bool read_header(Reader& reader, std::string_view file, const FileKind& kind) {
  if (setjmp(reader.complaint.jump)) return false;
  jpeg_decompress_struct& jpeg = reader.jpeg;
  jpeg_create_decompress(&jpeg);
  jpeg.progress = &reader.progress;
  jpeg_mem_src(&jpeg, reinterpret_cast<const unsigned char*>(file.data()), file.size());
  jpeg_read_header(&jpeg, TRUE);
  if (jpeg.image_width != static_cast<JDIMENSION>(kind.width) ||
      jpeg.image_height != static_cast<JDIMENSION>(kind.height)) {
    complain(jpeg.err, "its sides contradict each other");
  }
  const bool inks = jpeg.jpeg_color_space == JCS_CMYK || jpeg.jpeg_color_space == JCS_YCCK;
  jpeg.out_color_space = inks ? JCS_CMYK : JCS_RGB;
  return true;
}

// The plain conversion, without the profile of a press. Adobe writes inks inverted, and everybody
// who writes Adobe's marker follows it.
void inks_to_rgb(const uint8_t* cmyk, int width, bool inverted, uint8_t* rgb) {
  const int flip = inverted ? 0 : 255;
  for (int x = 0; x < width; ++x, cmyk += 4, rgb += 3) {
    for (int channel = 0; channel < 3; ++channel) {
      rgb[channel] = static_cast<uint8_t>(((cmyk[channel] ^ flip) * (cmyk[3] ^ flip) + 127) / 255);
    }
  }
}

// `cmyk` holds one row, used when the file has four inks.
bool read_rows(Reader& reader, std::vector<uint8_t>& cmyk, Pixels& out) {
  if (setjmp(reader.complaint.jump)) return false;
  jpeg_decompress_struct& jpeg = reader.jpeg;
  jpeg_start_decompress(&jpeg);
  const bool inks = jpeg.out_color_space == JCS_CMYK;
  for (int y = 0; y < out.height; ++y) {
    uint8_t* to = &out.rgb[size_t{3} * out.width * y];
    JSAMPROW row = inks ? cmyk.data() : to;
    jpeg_read_scanlines(&jpeg, &row, 1);
    if (inks) inks_to_rgb(row, out.width, jpeg.saw_Adobe_marker != 0, to);
  }
  jpeg_finish_decompress(&jpeg);
  return true;
}

}  // namespace

Result<std::string> encode_jpeg(const Pixels& pixels, std::string_view xmp) {
  Writer writer;
  const std::string xmp_segment = concat(kJpegXmp, xmp);
  if (!write_picture(writer, pixels, xmp_segment, srgb_profile())) {
    return Error{ErrorCode::kInternal, concat("libjpeg: ", writer.complaint.text)};
  }
  return std::string(reinterpret_cast<char*>(writer.bytes), writer.size);
}

Result<Pixels> decode_jpeg(std::string_view file, const FileKind& kind) {
  Reader reader;
  if (!read_header(reader, file, kind)) return broken("JPEG", reader.complaint.text);
  Pixels out = blank(kind.width, kind.height);
  std::vector<uint8_t> cmyk(size_t{4} * kind.width);
  if (!read_rows(reader, cmyk, out)) return broken("JPEG", reader.complaint.text);
  return out;
}

}  // namespace plantain::image
