// A data URI is read within its limit, or refused.
#include "media/data_uri.h"
#include "base/check.h"
#include "target.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  constexpr std::size_t kMost = 64;
  const auto bytes = plantain::media::data_uri_bytes(text_of(data, size), kMost);
  if (bytes.ok()) CHECK(!bytes->empty() && bytes->size() <= kMost);
  return 0;
}

std::vector<std::string> examples() {
  return {"data:image/png;base64,aGVsbG8=", "data:,a%20b",
          "data:text/plain;charset=utf-8;base64,aGk%3D", "data:"};
}
