// Pixels in memory, and pictures as files. Nothing here has ever heard of a model.
// Threads: values and pure functions; callable from anywhere.
#pragma once

#include <cstdint>
#include <vector>

namespace plantain::image {

// 8-bit sRGB, rows from the top, three interleaved bytes a pixel, no padding:
// rgb.size() == 3 * width * height.
struct Pixels {
  int width = 0;
  int height = 0;
  std::vector<uint8_t> rgb;
};

}  // namespace plantain::image
