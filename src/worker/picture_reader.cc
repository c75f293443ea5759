#include "worker/picture_reader.h"

#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <new>
#include <optional>
#include <string>
#include <utility>

#include "base/error_names.h"
#include "base/exchange_limits.h"
#include "base/limits.h"
#include "base/text.h"
#include "image/codec.h"
#include "image/resize.h"
#include "worker/sandbox.h"

namespace plantain::worker {
namespace {

using std::chrono::steady_clock;

constexpr int kBetweenQuestions_ms = 50;
constexpr std::size_t kHead_bytes = 9;  // a letter, width and height
constexpr char kPicture = 'P';
constexpr char kError = 'E';
constexpr std::size_t kAnswerMax_bytes =
    kHead_bytes + std::size_t{3} * limits::kReferenceSideMax_px * limits::kReferenceSideMax_px;

// -- the child -----------------------------------------------------------------------------------

bool write_all(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t wrote = ::write(STDOUT_FILENO, bytes.data(), bytes.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(wrote));
  }
  return true;
}

std::string read_input() {
  std::string bytes;
  char piece[64 * limits::kKiB];
  while (true) {
    const ssize_t got = ::read(STDIN_FILENO, piece, sizeof piece);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return bytes;
    bytes.append(piece, static_cast<std::size_t>(got));
  }
}

Result<image::Pixels> decode_small(std::string_view file) {
  try {
    Result<image::Pixels> pixels = image::decode(file);
    if (!pixels.ok()) return pixels;
    return image::fit_within(*pixels, limits::kReferenceSideMax_px);
  } catch (const std::bad_alloc&) {
    return Error{ErrorCode::kFileUnreachable, "the picture needs too much memory to be decoded"};
  }
}

// Ends at once: nothing that the program has registered for its end is run.
[[noreturn]] void answer(char kind, std::string_view head, std::string_view rest) {
  ::_exit(write_all(concat(kind, head)) && write_all(rest) ? 0 : 1);
}

// -- the parent ----------------------------------------------------------------------------------

class Descriptor {
 public:
  explicit Descriptor(int raw) : raw_(raw) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { close(); }
  int get() const { return raw_; }
  void close() {
    if (raw_ >= 0) ::close(std::exchange(raw_, -1));
  }

 private:
  int raw_;
};

Error no_child() {
  return Error{ErrorCode::kUnavailable, "no process to decode a picture could be started"};
}

// A child that has not been waited for; it does not outlive this.
class Child {
 public:
  static Result<pid_t> start(const Path& program, int socket) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawnattr_init(&attributes);
    ::posix_spawn_file_actions_adddup2(&actions, socket, STDIN_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions, socket, STDOUT_FILENO);
    sigset_t none;
    ::sigemptyset(&none);
    ::posix_spawnattr_setsigmask(&attributes, &none);
    ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    std::string name = program.string();
    std::string word(kReadPictureWord);
    char* const arguments[] = {name.data(), word.data(), nullptr};
    char* const environment[] = {nullptr};
    pid_t pid = 0;
    const int failed =
        ::posix_spawn(&pid, name.c_str(), &actions, &attributes, arguments, environment);
    ::posix_spawn_file_actions_destroy(&actions);
    ::posix_spawnattr_destroy(&attributes);
    if (failed != 0) return no_child();
    return pid;
  }
  explicit Child(pid_t pid) : pid_(pid) {}
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    if (pid_ > 0) ::kill(pid_, SIGKILL);
    end();
  }
  // Its status, once.
  int end() {
    int status = 0;
    if (pid_ > 0) {
      while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
      }
    }
    pid_ = 0;
    return status;
  }

 private:
  pid_t pid_;
};

// One exchange over the socket, which both sides watch: the file goes out, the answer comes in.
class Exchange {
 public:
  Exchange(int socket, std::string_view file, const std::atomic<bool>& stop)
      : socket_(socket),
        file_(file),
        stop_(stop),
        until_(steady_clock::now() + limits::kDecodeTime) {}

  Result<std::string> run() {
    while (!ended_) {
      if (stop_) return Error{ErrorCode::kCancelled, "stopped while a picture was decoded"};
      if (steady_clock::now() >= until_)
        return Error{ErrorCode::kFileUnreachable, "the picture takes too long to decode"};
      pollfd watched{socket_, static_cast<short>(POLLIN | (sent_all_ ? 0 : POLLOUT)), 0};
      const int ready = ::poll(&watched, 1, kBetweenQuestions_ms);
      if (ready < 0 && errno != EINTR) return no_child();
      if (ready <= 0) continue;
      if (!sent_all_ && (watched.revents & POLLOUT) != 0) send();
      if ((watched.revents & (POLLIN | POLLHUP | POLLERR)) != 0) receive();
    }
    return std::move(answer_);
  }

 private:
  void send() {
    const ssize_t sent = ::send(socket_, file_.data(), file_.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno != EAGAIN && errno != EINTR)
      sent_all_ = true;  // it reads no more; its answer says why
    if (sent > 0) file_.remove_prefix(static_cast<std::size_t>(sent));
    if (file_.empty()) sent_all_ = true;
    if (sent_all_) ::shutdown(socket_, SHUT_WR);
  }
  void receive() {
    char piece[64 * limits::kKiB];
    const ssize_t got = ::recv(socket_, piece, sizeof piece, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got > 0) answer_.append(piece, static_cast<std::size_t>(got));
    ended_ = got <= 0 || answer_.size() > kAnswerMax_bytes;
  }

  const int socket_;
  std::string_view file_;
  const std::atomic<bool>& stop_;
  const steady_clock::time_point until_;
  std::string answer_;
  bool sent_all_ = false;
  bool ended_ = false;
};

int number_at(std::string_view bytes, std::size_t at) {
  int32_t number = 0;
  std::memcpy(&number, bytes.data() + at, sizeof number);
  return number;
}

// The child is not believed either: what it says must fit together.
std::optional<image::Pixels> pixels_of(std::string_view answer) {
  if (answer.size() < kHead_bytes || answer[0] != kPicture) return std::nullopt;
  const int width = number_at(answer, 1);
  const int height = number_at(answer, 5);
  if (width < 1 || height < 1 || width > limits::kReferenceSideMax_px ||
      height > limits::kReferenceSideMax_px)
    return std::nullopt;
  const std::string_view rgb = answer.substr(kHead_bytes);
  if (rgb.size() !=
      std::size_t{3} * static_cast<std::size_t>(width) * static_cast<std::size_t>(height))
    return std::nullopt;
  return image::Pixels{width, height, {rgb.begin(), rgb.end()}};
}

}  // namespace

void read_picture_child() {
  if (Result<void> entered = enter_sandbox(); !entered.ok()) {
    answer(kError, "", entered.error().message);
  }
  const std::string file = read_input();
  const Result<image::Pixels> pixels = decode_small(file);
  if (!pixels.ok()) answer(kError, "", pixels.error().message);
  const int32_t sides[2] = {pixels->width, pixels->height};
  const std::string_view head(reinterpret_cast<const char*>(sides), sizeof sides);
  answer(kPicture, head, {reinterpret_cast<const char*>(pixels->rgb.data()), pixels->rgb.size()});
}

Result<image::Pixels> read_picture(const Path& program, std::string_view file,
                                   const std::atomic<bool>& stop) {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return no_child();
  Descriptor ours(ends[0]);
  Descriptor theirs(ends[1]);
  const Result<pid_t> pid = Child::start(program, theirs.get());
  if (!pid.ok()) return pid.error();
  Child child(*pid);
  theirs.close();
  const Result<std::string> answer = Exchange(ours.get(), file, stop).run();
  if (!answer.ok()) return answer.error();
  const int status = child.end();
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
    if (auto pixels = pixels_of(*answer)) return std::move(*pixels);
    if (answer->starts_with(kError))
      return Error{ErrorCode::kFileUnreachable, answer->substr(1, 300)};
  }
  return Error{ErrorCode::kFileUnreachable,
               "the picture could not be decoded within the limits of memory and time"};
}

}  // namespace plantain::worker
