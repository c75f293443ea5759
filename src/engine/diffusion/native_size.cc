#include "engine/diffusion/native_size.h"

#include <algorithm>
#include <cmath>

namespace plantain::engine::diffusion {
namespace {

int up_to(int side, int multiple) { return (side + multiple - 1) / multiple * multiple; }

}  // namespace

NativeSize native_size(Size wanted, int multiple, long area_max_px) {
  const double area = static_cast<double>(wanted.width) * wanted.height;
  Size scaled = wanted;
  if (area > static_cast<double>(area_max_px)) {
    const double factor = std::sqrt(static_cast<double>(area_max_px) / area);
    // Down to multiples, so that rounding up does not pass the area again.
    const auto side = [&](int whole) {
      return std::max(multiple, static_cast<int>(whole * factor) / multiple * multiple);
    };
    scaled = {side(wanted.width), side(wanted.height)};
  }
  return {{up_to(scaled.width, multiple), up_to(scaled.height, multiple)}, scaled};
}

}  // namespace plantain::engine::diffusion
