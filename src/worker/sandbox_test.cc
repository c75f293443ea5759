#include "worker/sandbox.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/exchange_limits.h"
#include "base/limits.h"

namespace plantain::worker {
namespace {

// Runs `attempt` in a child that has entered the sandbox; what it returned, or 255.
int in_sandbox(bool (*attempt)()) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(enter_sandbox().ok() ? (attempt() ? 1 : 0) : 2);
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
}

TEST(Sandbox, MemoryAndTheOpenDescriptorsStillWork) {
  EXPECT_EQ(in_sandbox([] {
              void* const block =
                  ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
              return block != MAP_FAILED && ::munmap(block, 4096) == 0;
            }),
            1);
}

TEST(Sandbox, NoFileIsOpened) {
  EXPECT_EQ(in_sandbox([] { return ::open("/etc/passwd", O_RDONLY) >= 0 || errno != EPERM; }), 0);
}

TEST(Sandbox, NoSocketIsMade) {
  EXPECT_EQ(in_sandbox([] { return ::socket(AF_INET, SOCK_STREAM, 0) >= 0 || errno != EPERM; }), 0);
}

TEST(Sandbox, NoProgramAndNoProcessIsStarted) {
  EXPECT_EQ(in_sandbox([] {
              char name[] = "/bin/true";
              char* const arguments[] = {name, nullptr};
              ::execve(name, arguments, nullptr);
              return errno != EPERM;
            }),
            0);
  EXPECT_EQ(in_sandbox([] { return ::fork() >= 0 || errno != EPERM; }), 0);
}

TEST(Sandbox, NothingElseIsLeftOpen) {
  ASSERT_GE(::open("/dev/null", O_RDONLY), 3);
  EXPECT_EQ(in_sandbox([] {
              char byte = 0;
              return ::read(3, &byte, 1) >= 0 || errno != EBADF;
            }),
            0);
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
TEST(Sandbox, MemoryHasAnEnd) {
  EXPECT_EQ(in_sandbox([] {
              return ::mmap(nullptr, limits::kDecodeMemory_bytes, PROT_READ,
                            MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED;
            }),
            0);
}
#endif

}  // namespace
}  // namespace plantain::worker
