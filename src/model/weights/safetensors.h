// The safetensors container: 8 bytes of header length, a JSON header {name: {dtype, shape,
// data_offsets}}, then the data, without holes.
// Threads: pure functions.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "model/weights/weights.h"

namespace plantain::model {

struct SafetensorsFile {
  std::vector<StoredTensor> tensors;  // their bytes lie in what was parsed
  std::map<std::string, std::string> metadata;
};

// `label` names the file in messages. kCorrupt, naming the tensor and what was expected, when
// anything in it contradicts itself, the file's size or the limits.
Result<SafetensorsFile> parse_safetensors(Bytes file, const std::string& label);

}  // namespace plantain::model
