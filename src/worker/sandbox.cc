#include "worker/sandbox.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <vector>

#include "base/exchange_limits.h"
#include "base/limits.h"
#include "base/text.h"

namespace plantain::worker {
namespace {

#if defined(__x86_64__)
constexpr uint32_t kMachine = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr uint32_t kMachine = AUDIT_ARCH_AARCH64;
#else
#error "the filter of system calls knows x86-64 and ARM64"
#endif

// Sanitizers map terabytes that they never touch, and take down their signal stack at the end.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kLimitsMemory = false;
constexpr int kAllowedToSanitizers[] = {SYS_sigaltstack};
#else
constexpr bool kLimitsMemory = true;
constexpr std::array<int, 0> kAllowedToSanitizers;
#endif

// Nothing here opens, connects, starts or signals.
constexpr int kAllowed[] = {
    SYS_read,        SYS_write,     SYS_close,        SYS_fstat,          SYS_lseek,
    SYS_mmap,        SYS_mprotect,  SYS_munmap,       SYS_mremap,         SYS_madvise,
    SYS_brk,         SYS_futex,     SYS_rt_sigreturn, SYS_rt_sigprocmask, SYS_clock_gettime,
    SYS_sched_yield, SYS_getrandom, SYS_exit,         SYS_exit_group,
};

Result<void> limit(__rlimit_resource what, rlim_t most) {
  const rlimit limits{most, most};
  if (::setrlimit(what, &limits) == 0) return {};
  return Error{ErrorCode::kInternal, "a limit of the decoder could not be set"};
}

Result<void> filter_calls() {
  std::vector<sock_filter> program = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, arch)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, kMachine, 1, 0),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
  };
  const auto allow = [&program](int call) {
    program.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<uint32_t>(call), 0, 1));
    program.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
  };
  for (const int call : kAllowed) allow(call);
  for (const int call : kAllowedToSanitizers) allow(call);
  program.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM));
  const sock_fprog filter{static_cast<unsigned short>(program.size()), program.data()};
  if (::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0) return {};
  return Error{ErrorCode::kInternal, "the kernel does not filter the decoder's system calls"};
}

}  // namespace

Result<void> enter_sandbox() {
  if (::syscall(SYS_close_range, 3u, ~0u, 0u) != 0)
    return Error{ErrorCode::kInternal, "the decoder's descriptors could not be closed"};
  // With the worker that wants the picture goes its decoder.
  if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || ::prctl(PR_SET_DUMPABLE, 0) != 0 ||
      ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
    return Error{ErrorCode::kInternal, "the decoder's privileges could not be given up"};
  }
  if (kLimitsMemory) {
    if (Result<void> set = limit(RLIMIT_AS, limits::kDecodeMemory_bytes); !set.ok()) return set;
  }
  if (Result<void> set = limit(RLIMIT_CPU, limits::kDecodeCpu.count()); !set.ok()) return set;
  if (Result<void> set = limit(RLIMIT_CORE, 0); !set.ok()) return set;
  return filter_calls();
}

}  // namespace plantain::worker
