#include "main/work.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/text.h"
#include "engine/engines.h"
#include "main/installation.h"
#include "main/upstreams.h"
#include "worker/worker.h"

namespace plantain {
namespace {

constexpr std::size_t kTokenMax_bytes = 256;

// A signal handler can reach nothing else.
worker::Stop stop;
static_assert(std::atomic<bool>::is_always_lock_free);

void stop_on_signals() {
  struct sigaction action {};
  action.sa_handler = [](int) {
    if (stop.no_more.exchange(true)) stop.give_back = true;
  };
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
}

Result<std::string> read_token(int descriptor) {
  std::string token(kTokenMax_bytes, '\0');
  std::size_t size = 0;
  while (size < token.size()) {
    const ssize_t got = ::read(descriptor, token.data() + size, token.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0)
      return Error{ErrorCode::kUnavailable,
                   concat("the token cannot be read: ", std::strerror(errno))};
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  ::close(descriptor);
  token.resize(size);
  if (token.empty()) return Error{ErrorCode::kInvalidKey, "the token's descriptor is empty"};
  return token;
}

// When memory runs out, the kernel shall end a worker, not the server that starts it again.
void offer_to_the_oom_killer() {
  const int file = ::open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  if (file < 0) return;  // some containers do not let us; the order is then the kernel's
  static_cast<void>(!::write(file, "500", 3));
  ::close(file);
}

int complain(const Error& error) {
  std::string line = concat("plantain: ", error.message, "\n");
  static_cast<void>(!::write(STDERR_FILENO, line.data(), line.size()));
  return cli::kExitFailed;
}

}  // namespace

int work(const cli::WorkerArguments& arguments) {
  stop_on_signals();
  const SystemClock clock;
  Log log(clock, arguments.config.server.log_level, descriptor_sink(STDERR_FILENO));
  worker::Options options;
  options.link = worker::Link{arguments.server_url, arguments.socket, arguments.key};
  if (arguments.token_fd) {
    Result<std::string> token = read_token(*arguments.token_fd);
    if (!token.ok()) return complain(token.error());
    options.link.token = std::move(*token);
    offer_to_the_oom_killer();
  }
  options.worker_id =
      arguments.worker_id.empty() ? concat("worker-", ::getpid()) : arguments.worker_id;
  options.engines = arguments.engines;
  if (options.engines.empty()) options.engines = {"sketch"};
  options.library = models_folder(arguments.config);
  const Result<catalog::Catalog> catalog = load_catalog(arguments.config);
  if (!catalog.ok()) return complain(catalog.error());
  options.upstreams = upstreams_of(arguments.config, &*catalog);
  for (const catalog::Model& model : catalog->all()) options.models.push_back(model.id);
  const Result<void> ended = worker::work(options, stop, log);
  return ended.ok() ? cli::kExitOk : complain(ended.error());
}

}  // namespace plantain
