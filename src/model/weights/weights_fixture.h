// For tests: weight files made by hand, right and wrong ones.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>
#include <fstream>
#include <string>
#include <string_view>

#include "base/crypto.h"
#include "base/files.h"
#include "base/text.h"
#include "model/weights/weights.h"

namespace plantain::model {

inline std::string little_endian(uint64_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text += static_cast<char>(value >> 8 * i & 255);
  return text;
}

// A file of this header and this data, whatever they say.
inline std::string safetensors(std::string_view header, std::string_view data) {
  return concat(little_endian(header.size(), 8), header, data);
}

inline std::string f32_bytes(std::initializer_list<float> values) {
  std::string bytes(values.size() * sizeof(float), '\0');
  std::memcpy(bytes.data(), std::data(values), bytes.size());
  return bytes;
}

// A folder of its own that is gone after the test.
class WeightFiles : public testing::Test {
 protected:
  WeightFiles()
      : folder_(std::filesystem::temp_directory_path() /
                concat("weights-", to_hex(random_bytes(8)))) {
    std::filesystem::create_directories(folder_);
  }
  ~WeightFiles() override { std::filesystem::remove_all(folder_); }

  Path write(const Path& name, std::string_view bytes) {
    std::filesystem::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name, std::ios::binary) << bytes;
    return folder_ / name;
  }

  const Path folder_;
};

}  // namespace plantain::model
