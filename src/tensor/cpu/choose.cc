#include "tensor/cpu/choose.h"

#include "base/check.h"

namespace plantain::tensor::cpu {

std::vector<const Kernels*> available() {
  std::vector<const Kernels*> found;
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
    found.push_back(&avx512_kernels());
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
    found.push_back(&avx2_kernels());
#endif
  found.push_back(&portable_kernels());
  return found;
}

const Kernels& choose(std::string_view name) {
  const std::vector<const Kernels*> kernels = available();
  if (name.empty()) return *kernels.front();
  for (const Kernels* one : kernels)
    if (one->name == name) return *one;
  CHECK(!"this processor has no such kernels");
  return portable_kernels();
}

}  // namespace plantain::tensor::cpu
