#include "worker/supervisor.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <cstdio>
#include <filesystem>
#include <set>

#include "base/files.h"
#include "base/text.h"

namespace plantain::worker {
namespace {

// Counts births and deaths of workers, which are small shell scripts here.
class Nursery {
 public:
  explicit Nursery(std::string script, int workers = 1)
      : folder_(std::filesystem::temp_directory_path() /
                concat("supervisor-", ::getpid(), "-", ++count_)) {
    std::filesystem::create_directories(folder_);
    SupervisorOptions options;
    options.workers = workers;
    options.command = {"/bin/sh", "-c", std::move(script), folder_.string()};
    options.on_start = [this](const std::string& token, const std::string&) {
      note(alive_, token, true);
    };
    options.on_death = [this](const std::string& token) { note(alive_, token, false); };
    supervisor_ = std::make_unique<Supervisor>(std::move(options), log_);
  }
  ~Nursery() {
    supervisor_.reset();
    std::filesystem::remove_all(folder_);
  }

  void wait_for_starts(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return tokens_.size() >= count; });
  }
  std::set<std::string> tokens() {
    const std::lock_guard lock(mutex_);
    return tokens_;
  }
  std::size_t alive() {
    const std::lock_guard lock(mutex_);
    return alive_.size();
  }
  Supervisor& supervisor() { return *supervisor_; }
  const Path& folder() const { return folder_; }

 private:
  void note(std::set<std::string>& alive, const std::string& token, bool born) {
    const std::lock_guard lock(mutex_);
    if (born) {
      alive.insert(token);
      tokens_.insert(token);
    } else {
      alive.erase(token);
    }
    changed_.notify_all();
  }

  static inline int count_ = 0;
  const Path folder_;
  ManualClock clock_;
  Log log_{clock_, LogLevel::kError, [](std::string_view) {}};
  std::mutex mutex_;
  std::condition_variable changed_;
  std::set<std::string> tokens_;
  std::set<std::string> alive_;
  std::unique_ptr<Supervisor> supervisor_;
};

TEST(Supervisor, AWorkerThatDiesIsStartedAgainWithANewToken) {
  Nursery nursery("exit 3");
  nursery.wait_for_starts(3);
  EXPECT_GE(nursery.tokens().size(), 3u);
}

TEST(Supervisor, AWorkerReadsItsTokenFromTheDescriptorItIsTold) {
  // $0 is the folder; the words are --id NAME --token-fd 3.
  Nursery nursery("cat <&3 >\"$0/$2.part\"; mv \"$0/$2.part\" \"$0/$2\"; kill -STOP $$", 1);
  nursery.wait_for_starts(1);
  Result<std::string> token = read_file(nursery.folder() / "worker-1");
  while (!token.ok()) {
    std::this_thread::yield();
    token = read_file(nursery.folder() / "worker-1");
  }
  EXPECT_TRUE(nursery.tokens().contains(*token));
}

TEST(Supervisor, StopAsksOnceThenAgainAndLeavesNobody) {
  // The first SIGTERM is passed over, the second ends it.
  Nursery nursery("trap 'trap - TERM' TERM; touch \"$0/ready\"; while :; do :; done", 1);
  nursery.wait_for_starts(1);
  while (!std::filesystem::exists(nursery.folder() / "ready")) std::this_thread::yield();
  nursery.supervisor().stop(std::chrono::milliseconds(50));
  EXPECT_EQ(nursery.alive(), 0u);
  EXPECT_EQ(nursery.tokens().size(), 1u)
      << "a worker that ends while stopping is not started again";
}

TEST(Supervisor, StopReturnsAtOnceWhenEachWorkerEndsAtTheFirstAsking) {
  Nursery nursery("exec cat /dev/zero >/dev/null", 3);
  nursery.wait_for_starts(3);
  nursery.supervisor().stop(std::chrono::hours(1));
  EXPECT_EQ(nursery.alive(), 0u);
}

}  // namespace
}  // namespace plantain::worker
