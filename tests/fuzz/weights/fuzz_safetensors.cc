#include "model/weights/quantised.h"
#include "model/weights/safetensors.h"
#include "touch_weights.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace plantain::model;
  const Bytes file = std::as_bytes(std::span(data, size));
  plantain::Result<SafetensorsFile> parsed = parse_safetensors(file, "fuzz");
  if (!parsed.ok()) return 0;
  plantain::Result<std::vector<StoredTensor>> tensors =
      with_scales(std::move(parsed->tensors), "fuzz");
  if (tensors.ok()) touch_weights(std::move(*tensors), file);
  return 0;
}
