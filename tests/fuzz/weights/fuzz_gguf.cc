#include "model/weights/gguf.h"
#include "touch_weights.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace plantain::model;
  const Bytes file = std::as_bytes(std::span(data, size));
  plantain::Result<GgufFile> parsed = parse_gguf(file, "fuzz");
  if (parsed.ok()) touch_weights(std::move(parsed->tensors), file);
  return 0;
}
