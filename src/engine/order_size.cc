#include "engine/order_size.h"

#include "base/limits.h"
#include "base/text.h"

namespace plantain::engine {

Result<void> check_size(const Order& order) {
  for (const int side : {order.width, order.height}) {
    if (side < kSideMin_px || side > limits::kImageSideMax_px)
      return invalid(concat("width and height must lie between ", kSideMin_px, " and ",
                            limits::kImageSideMax_px));
  }
  if (int64_t{order.width} * order.height > limits::kImageMax_px)
    return invalid(concat(order.width, " by ", order.height, " are more than the ",
                          limits::kImageMax_px, " pixels that a picture may have"));
  return {};
}

}  // namespace plantain::engine
