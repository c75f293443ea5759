// Files by signed address: the contract's section 5.
#pragma once

#include "api/context.h"

namespace plantain::api {

std::vector<Route> file_routes(Context& context);

// One range of "Range: bytes=…" over `size` bytes. Nothing: no range asked for, or a form that is
// answered whole (RFC 9110 allows that for several ranges).
struct ByteRange {
  uint64_t offset = 0;
  uint64_t count = 0;
  bool satisfiable = true;
};
std::optional<ByteRange> range_of(std::string_view field, uint64_t size);

}  // namespace plantain::api
