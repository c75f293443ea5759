// CHECK(condition) stops the program when something that only our own code can cause is wrong.
#pragma once

namespace plantain::internal {
[[noreturn]] void check_failed(const char* condition, const char* file, int line);
}  // namespace plantain::internal

#define CHECK(condition)              \
  ((condition) ? static_cast<void>(0) \
               : ::plantain::internal::check_failed(#condition, __FILE__, __LINE__))
