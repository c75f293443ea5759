// What a fuzz target is: the function that libFuzzer calls, and examples to begin with.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size);

// Inputs of the kind that the target expects; the driver changes them.
std::vector<std::string> examples();

inline std::string_view text_of(const uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}
