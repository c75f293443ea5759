#include "cli/world.h"

#include <signal.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <thread>

extern char** environ;

namespace plantain::cli {
namespace {

void write_to(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t wrote = ::write(descriptor, text.data(), text.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) return;  // the reader has left; there is nobody to tell
    text.remove_prefix(static_cast<std::size_t>(wrote));
  }
}

std::map<std::string, std::string> process_environment() {
  std::map<std::string, std::string> all;
  for (char** at = environ; *at != nullptr; ++at) {
    const char* const equals = std::strchr(*at, '=');
    if (equals != nullptr)
      all.emplace(std::string(static_cast<const char*>(*at), equals), equals + 1);
  }
  return all;
}

int terminal_columns(int descriptor) {
  winsize size{};
  if (::ioctl(descriptor, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
  return size.ws_col;
}

// A signal handler can reach nothing else.
std::atomic<bool> interrupted = false;
static_assert(std::atomic<bool>::is_always_lock_free);

const std::atomic<bool>* catch_interrupts() {
  struct sigaction action {};
  action.sa_handler = [](int) { interrupted = true; };
  action.sa_flags = SA_RESETHAND;  // a second Ctrl-C ends the process as ever
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
  return &interrupted;
}

}  // namespace

World process_world() {
  static const SystemClock clock;
  World world;
  world.out = [](std::string_view text) { write_to(STDOUT_FILENO, text); };
  world.err = [](std::string_view text) { write_to(STDERR_FILENO, text); };
  world.environment = process_environment();
  world.root = ::geteuid() == 0;
  world.err_is_terminal = ::isatty(STDERR_FILENO) == 1;
  world.columns = terminal_columns(STDERR_FILENO);
  world.clock = &clock;
  world.sleep = [](Micros time) { std::this_thread::sleep_for(time); };
  world.catch_interrupts = catch_interrupts;
  return world;
}

}  // namespace plantain::cli
