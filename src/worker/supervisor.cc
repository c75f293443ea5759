#include "worker/supervisor.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/check.h"
#include "base/crypto.h"
#include "base/text.h"

namespace plantain::worker {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr int kTokenDescriptor = 3;
constexpr std::size_t kTokenCharacters = 43;  // 256 bits
constexpr milliseconds kRestartMost{5'000};
constexpr milliseconds kLivedLong{10'000};
constexpr milliseconds kLastPatience{10'000};  // for giving back what runs

// Between fork and exec only calls that are safe there.
[[noreturn]] void become_worker(int token_pipe, pid_t parent, char* const* words) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(127);  // it died before the line above
  ::setpgid(0, 0);                          // Ctrl-C is for the server, which then asks us to end
  if (token_pipe == kTokenDescriptor)
    ::fcntl(token_pipe, F_SETFD, 0);  // dup2() would leave it as it is
  ::dup2(token_pipe, kTokenDescriptor);
  ::close_range(kTokenDescriptor + 1, ~0U, 0);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::execv(words[0], words);
  ::_exit(127);
}

std::string end_of(int status) {
  if (WIFSIGNALED(status)) return concat("signal ", WTERMSIG(status));
  return concat("exit code ", WEXITSTATUS(status));
}

}  // namespace

Supervisor::Supervisor(SupervisorOptions options, Log& log)
    : options_(std::move(options)),
      log_(log),
      children_(static_cast<std::size_t>(options_.workers), 0),
      keepers_(options_.workers) {
  for (int index = 0; index < options_.workers; ++index)
    threads_.emplace_back([this, index] { keep(index); });
}

Supervisor::~Supervisor() { stop(milliseconds(0)); }

// The life of one worker, again and again.
void Supervisor::keep(int index) {
  pid_t& child = children_[static_cast<std::size_t>(index)];
  milliseconds pause{0};
  std::unique_lock lock(mutex_);
  while (!changed_.wait_for(lock, pause, [this] { return stopping_; })) {
    const std::string token = random_base62(kTokenCharacters);
    const std::string worker_id = concat("worker-", index + 1);
    options_.on_start(token, worker_id);
    const auto began = steady_clock::now();
    child = start(token, worker_id);
    const pid_t pid = child;
    lock.unlock();
    int status = 0;
    if (pid > 0) {
      while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
      }
    }
    options_.on_death(token);
    lock.lock();
    child = 0;
    if (stopping_) break;
    const bool lived_long = steady_clock::now() - began > kLivedLong;
    pause = lived_long ? milliseconds(0) : std::clamp(pause * 2, milliseconds(100), kRestartMost);
    log_.error("a worker died and is started again",
               JsonObject{{"worker_id", worker_id}, {"end", end_of(status)}});
  }
  --keepers_;
  changed_.notify_all();
}

// 0: it could not be started, which is logged.
pid_t Supervisor::start(const std::string& token, const std::string& worker_id) {
  std::vector<std::string> words = options_.command;
  words.insert(words.end(), {"--id", worker_id, "--token-fd", concat(kTokenDescriptor)});
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) {
    log_.error("a worker cannot be started", JsonObject{{"reason", std::strerror(errno)}});
    return 0;
  }
  const ssize_t written = ::write(ends[1], token.data(), token.size());
  CHECK(written == static_cast<ssize_t>(token.size()));  // far less than a pipe holds
  ::close(ends[1]);
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid == 0) become_worker(ends[0], parent, pointers.data());
  ::close(ends[0]);
  if (pid < 0)
    log_.error("a worker cannot be started", JsonObject{{"reason", std::strerror(errno)}});
  return std::max(pid, 0);
}

void Supervisor::signal_all(int signal) {
  const std::lock_guard lock(mutex_);
  for (const pid_t child : children_) {
    if (child > 0) ::kill(child, signal);
  }
}

bool Supervisor::wait_for_all(milliseconds longest) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, longest, [this] { return keepers_ == 0; });
}

void Supervisor::stop(milliseconds patience) {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (threads_.empty()) return;
  signal_all(SIGTERM);  // take no more
  if (!wait_for_all(patience)) {
    signal_all(SIGTERM);  // give back
    if (!wait_for_all(kLastPatience)) signal_all(SIGKILL);
  }
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

}  // namespace plantain::worker
