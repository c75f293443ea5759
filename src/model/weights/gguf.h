// The GGUF container, versions 2 and 3: a table of keys, a table of tensors, aligned data.
// Threads: pure functions.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "model/weights/weights.h"

namespace plantain::model {

struct GgufFile {
  std::vector<StoredTensor> tensors;            // their bytes lie in what was parsed
  std::map<std::string, std::string> metadata;  // keys with one value, numbers as decimal text
};

// `label` names the file in messages. kCorrupt, naming the tensor or key and what was expected,
// when anything in it contradicts itself, the file's size or the limits; kInvalidInput: a version
// or a number format that is not read.
Result<GgufFile> parse_gguf(Bytes file, const std::string& label);

}  // namespace plantain::model
