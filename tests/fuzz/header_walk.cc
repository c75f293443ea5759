// Whatever a file holds, its headers are walked inside its bytes.
#include "base/check.h"
#include "media/file_kind.h"
#include "target.h"

using namespace std::string_literals;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  const auto kind = plantain::media::identify(text_of(data, size));
  if (kind) CHECK(kind->width > 0 && kind->height > 0 && !kind->content_type.empty());
  return 0;
}

std::vector<std::string> examples() {
  return {
      "\x89PNG\r\n\x1a\n\0\0\0\x0DIHDR\0\0\0\x10\0\0\0\x10\x08\x02\0\0\0crc!"s,
      "\xFF\xD8\xFF\xE0\0\x06JFIF\xFF\xC0\0\x0B\x08\0\x10\0\x10\x01\x01\x11\0"s,
      "GIF89a\x0A\0\x14\0\xF0\0\0"s,
      "RIFF\0\0\0\0WEBPVP8X\x0A\0\0\0\0\0\0\0\x0F\0\0\x1F\0\0"s,
      "\0\0\0\x10"
      "ftypisom\0\0\0\0"
      "\0\0\0\x6C"
      "moov"
      "\0\0\0\x64"
      "trak"
      "\0\0\0\x5C"
      "tkhd"s +
          std::string(76, '\0') + "\0\x40\0\0\0\x40\0\0"s,
      "\x1A\x45\xDF\xA3\x87\x42\x82\x84webm\x18\x53\x80\x67\xFF\x16\x54\xAE\x6B\x8A\xAE\x88\xE0\x86\xB0\x81\x10\xBA\x81\x10"s,
  };
}
