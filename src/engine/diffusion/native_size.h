// Which size a model draws for a picture of another size.
// Threads: pure functions.
#pragma once

namespace plantain::engine::diffusion {

struct Size {
  int width = 0;
  int height = 0;
  bool operator==(const Size&) const = default;
};

// What is drawn: `scaled` is a size of the wanted shape that the model can manage, `drawn` the next
// multiples above it. The picture is `drawn`, cut around its middle to `scaled`, then enlarged to
// the wanted size where that is larger.
struct NativeSize {
  Size drawn;
  Size scaled;
};

// `area_max_px`: what the model can draw at most, with sides that are multiples of `multiple`.
NativeSize native_size(Size wanted, int multiple, long area_max_px);

}  // namespace plantain::engine::diffusion
