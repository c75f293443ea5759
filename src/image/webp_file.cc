// WebP by libwebp, its container by libwebpmux.
#include <webp/decode.h>
#include <webp/encode.h>
#include <webp/mux.h>

#include <algorithm>
#include <memory>

#include "image/formats.h"
#include "image/srgb_profile.h"

namespace plantain::image {

namespace {

constexpr float kQuality = 90;
constexpr int kMethod = 2;  // as small as method 4 on pictures, in a third of its time

struct CloseMux {
  void operator()(WebPMux* mux) const { WebPMuxDelete(mux); }
};
using Mux = std::unique_ptr<WebPMux, CloseMux>;

// Owns a WebPPicture and what it was encoded to.
struct Writer {
  WebPPicture picture;
  WebPMemoryWriter out;

  Writer() {
    CHECK(WebPPictureInit(&picture));
    WebPMemoryWriterInit(&out);
    picture.writer = WebPMemoryWrite;
    picture.custom_ptr = &out;
  }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;
  ~Writer() {
    WebPPictureFree(&picture);
    WebPMemoryWriterClear(&out);
  }
};

struct Bytes {
  WebPData data{nullptr, 0};

  Bytes() = default;
  Bytes(const Bytes&) = delete;
  Bytes& operator=(const Bytes&) = delete;
  ~Bytes() { WebPDataClear(&data); }
};

WebPData borrowed(std::string_view bytes) {
  return {reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()};
}

Error failed(std::string_view what) {
  return Error{ErrorCode::kInternal, concat("libwebp: ", what)};
}

// The bare picture with profile and provenance around it. A plain chunk order of the library:
// VP8X, ICCP, picture, XMP.
Result<std::string> wrap(const WebPMemoryWriter& picture, std::string_view xmp) {
  constexpr int kBorrow = 0;
  const Mux mux(WebPMuxNew());
  CHECK(mux != nullptr);
  const WebPData bare{picture.mem, picture.size};
  const WebPData profile = borrowed(srgb_profile());
  const WebPData packet = borrowed(xmp);
  Bytes out;
  if (WebPMuxSetImage(mux.get(), &bare, kBorrow) != WEBP_MUX_OK ||
      WebPMuxSetChunk(mux.get(), "ICCP", &profile, kBorrow) != WEBP_MUX_OK ||
      WebPMuxSetChunk(mux.get(), "XMP ", &packet, kBorrow) != WEBP_MUX_OK ||
      WebPMuxAssemble(mux.get(), &out.data) != WEBP_MUX_OK) {
    return failed("the container could not be written");
  }
  return std::string(reinterpret_cast<const char*>(out.data.bytes), out.data.size);
}

// Decodes `bare`, which has no animation, onto `canvas` at (left, top).
Result<void> paint(WebPData bare, int left, int top, Pixels& canvas) {
  WebPBitstreamFeatures features;
  if (WebPGetFeatures(bare.bytes, bare.size, &features) != VP8_STATUS_OK) {
    return broken("WebP", "its header makes no sense");
  }
  if (features.width > canvas.width - left || features.height > canvas.height - top) {
    return broken("WebP", "its sides contradict each other");
  }
  const size_t stride = size_t{3} * canvas.width;
  uint8_t* at = &canvas.rgb[stride * top + size_t{3} * left];
  if (!features.has_alpha) {
    const size_t room = canvas.rgb.size() - (at - canvas.rgb.data());
    const bool whole =
        WebPDecodeRGBInto(bare.bytes, bare.size, at, room, static_cast<int>(stride)) != nullptr;
    return whole ? Result<void>() : broken("WebP", "its pixels are damaged or cut short");
  }
  std::vector<uint8_t> rgba(size_t{4} * features.width * features.height);
  if (WebPDecodeRGBAInto(bare.bytes, bare.size, rgba.data(), rgba.size(), 4 * features.width) ==
      nullptr) {
    return broken("WebP", "its pixels are damaged or cut short");
  }
  const uint8_t* from = rgba.data();
  for (int y = 0; y < features.height; ++y, at += stride) {
    for (int x = 0; x < 3 * features.width; x += 3, from += 4) {
      for (int channel = 0; channel < 3; ++channel) {
        at[x + channel] = over_white(from[channel], from[3]);
      }
    }
  }
  return {};
}

// The first frame of an animation, where it lies on its canvas.
Result<void> paint_first_frame(WebPData file, Pixels& canvas) {
  constexpr int kBorrow = 0;
  const Mux mux(WebPMuxCreate(&file, kBorrow));
  WebPMuxFrameInfo frame{};
  if (mux == nullptr || WebPMuxGetFrame(mux.get(), 1, &frame) != WEBP_MUX_OK) {
    return broken("WebP", "its first frame is missing or cut short");
  }
  Bytes owned;
  owned.data = frame.bitstream;
  if (frame.x_offset < 0 || frame.y_offset < 0 || frame.x_offset >= canvas.width ||
      frame.y_offset >= canvas.height) {
    return broken("WebP", "its first frame lies outside the canvas");
  }
  return paint(frame.bitstream, frame.x_offset, frame.y_offset, canvas);
}

}  // namespace

Result<std::string> encode_webp(const Pixels& pixels, std::string_view xmp) {
  WebPConfig config;
  CHECK(WebPConfigInit(&config));
  config.quality = kQuality;
  config.method = kMethod;
  Writer writer;
  writer.picture.width = pixels.width;
  writer.picture.height = pixels.height;
  if (!WebPPictureImportRGB(&writer.picture, pixels.rgb.data(), 3 * pixels.width) ||
      !WebPEncode(&config, &writer.picture)) {
    return failed(concat("error ", static_cast<int>(writer.picture.error_code)));
  }
  return wrap(writer.out, xmp);
}

Result<Pixels> decode_webp(std::string_view file, const FileKind& kind) {
  const WebPData data = borrowed(file);
  WebPBitstreamFeatures features;
  if (WebPGetFeatures(data.bytes, data.size, &features) != VP8_STATUS_OK) {
    return broken("WebP", "its header makes no sense");
  }
  if (features.width != kind.width || features.height != kind.height) {
    return broken("WebP", "its sides contradict each other");
  }
  Pixels canvas = blank(kind.width, kind.height);
  std::fill(canvas.rgb.begin(), canvas.rgb.end(), uint8_t{255});
  const Result<void> painted =
      features.has_animation ? paint_first_frame(data, canvas) : paint(data, 0, 0, canvas);
  if (!painted.ok()) return painted.error();
  return canvas;
}

}  // namespace plantain::image
