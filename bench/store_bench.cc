// How fast the SQLite store keeps and hands out requests, next to SQLite alone doing the same.
//
//   store_bench [FOLDER] [QUEUED]
//
// FOLDER (default: the temporary folder) decides which disk is measured; QUEUED (default 1000000)
// is the length of the long queue. One JSON line per case on standard output.
#include <sqlite3.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <future>
#include <thread>

#include "base/crypto.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/text.h"
#include "store/sqlite/database.h"
#include "store/sqlite/schema.h"

namespace plantain {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr int kOutstanding = 64;
constexpr int kEnqueued = 60'000;
constexpr int kRounds = 5;
constexpr int kClaims = 2'000;

double seconds_since(SteadyClock::time_point begin) {
  return std::chrono::duration<double>(SteadyClock::now() - begin).count();
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

std::string machine() {
  utsname name{};
  ::uname(&name);
  return concat(name.machine, ", ", static_cast<int>(std::thread::hardware_concurrency()),
                " cores, SQLite ", sqlite3_libversion());
}

void report(std::string_view name, std::string_view unit, double value, std::string_view peer,
            double peer_value) {
  const JsonObject line{{"name", name},
                        {"unit", unit},
                        {"value", value},
                        {"peer", peer},
                        {"peer_value", peer_value},
                        {"ratio", value / peer_value},
                        {"machine", machine()}};
  std::printf("%s\n", write_json(line).c_str());
  std::fflush(stdout);
}

// A folder that goes with this.
class Folder {
 public:
  explicit Folder(const Path& parent)
      : path_(parent / concat("store-bench-", to_hex(random_bytes(6)))) {
    std::filesystem::create_directories(path_);
  }
  ~Folder() {
    std::error_code code;
    std::filesystem::remove_all(path_, code);
  }
  const Path& path() const { return path_; }

 private:
  const Path path_;
};

class Bench {
 public:
  explicit Bench(Path parent) : parent_(std::move(parent)) {}

  NewRequest new_request() {
    return NewRequest{ids_.next<RequestId>(),
                      account_,
                      key_,
                      "google/nano-banana-2/text-to-image",
                      "sketch",
                      Priority::kNormal,
                      input_,
                      {},
                      clock_.wall(),
                      std::nullopt,
                      std::nullopt,
                      limits::kRetentionDefault,
                      0};
  }

  // Requests per second, with `outstanding` waiting for their commit at any time.
  double enqueue(store::RequestStore& requests, int count, int outstanding) {
    std::mutex mutex;
    std::condition_variable changed;
    int waiting = 0;
    const auto begin = SteadyClock::now();
    for (int i = 0; i < count; ++i) {
      {
        std::unique_lock lock(mutex);
        changed.wait(lock, [&] { return waiting < outstanding; });
        ++waiting;
      }
      requests.enqueue(new_request(), std::nullopt, [&](const Result<store::Enqueued>& result) {
        CHECK(result.ok());
        const std::lock_guard lock(mutex);
        --waiting;
        changed.notify_one();
      });
    }
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return waiting == 0; });
    return count / seconds_since(begin);
  }

  // The same by threads that each wait for their own.
  double enqueue_by_threads(store::RequestStore& requests, int count, int threads) {
    std::vector<std::thread> running;
    const auto begin = SteadyClock::now();
    for (int i = 0; i < threads; ++i) {
      running.emplace_back([&] {
        for (int n = 0; n < count / threads; ++n) {
          std::promise<void> done;
          requests.enqueue(new_request(), std::nullopt, [&](const Result<store::Enqueued>& result) {
            CHECK(result.ok());
            done.set_value();
          });
          done.get_future().wait();
        }
      });
    }
    for (std::thread& thread : running) thread.join();
    return count / seconds_since(begin);
  }

  // Microseconds of one durable claim and its release, one at a time.
  double claim_us(store::RequestStore& requests) {
    const auto begin = SteadyClock::now();
    for (int i = 0; i < kClaims; ++i) {
      store::ClaimWish wish{"bench",          false,    "bench",
                            ids_.next_uuid(), "sketch", {"google/nano-banana-2/text-to-image"}};
      std::promise<LeaseId> claimed;
      requests.claim(wish, [&](Result<std::optional<store::Claim>> result) {
        CHECK(result.ok() && result->has_value());
        claimed.set_value((*result)->lease);
      });
      store::Finish release;
      release.outcome = store::Finish::Outcome::kReleased;
      std::promise<void> released;
      requests.finish(claimed.get_future().get(), "bench", release,
                      [&](const Result<RequestState>& result) {
                        CHECK(result.ok());
                        released.set_value();
                      });
      released.get_future().wait();
    }
    return seconds_since(begin) / kClaims * 1e6;
  }

  // The rows of `count` submits by SQLite alone: one thread, its statements prepared, groups of
  // `group`, on the schema of the store.
  double raw(int count, int group);

  std::unique_ptr<store::sqlite::Database> open(const Path& folder) {
    auto opened = store::sqlite::open_database(folder, clock_, ids_, log_);
    CHECK(opened.ok());
    return std::move(*opened);
  }

  void compare_enqueue();
  void compare_claim(int queued);

 private:
  const Path parent_;
  SystemClock clock_;
  IdSource ids_{clock_};
  Log log_{clock_, LogLevel::kError, descriptor_sink(2)};
  const AccountId account_ = ids_.next<AccountId>();
  const KeyId key_ = ids_.next<KeyId>();
  const std::string input_ =
      concat(R"({"prompt":")", std::string(800, 'x'), R"(","aspect_ratio":"1:1"})");
};

void run(sqlite3* db, const std::string& sql) {
  char* message = nullptr;
  if (sqlite3_exec(db, sql.c_str(), nullptr, nullptr, &message) != SQLITE_OK) {
    std::fprintf(stderr, "%s\n", message);
    std::exit(1);
  }
}

sqlite3_stmt* prepare(sqlite3* db, const char* sql) {
  sqlite3_stmt* statement = nullptr;
  CHECK(sqlite3_prepare_v2(db, sql, -1, &statement, nullptr) == SQLITE_OK);
  return statement;
}

void step(sqlite3_stmt* statement) {
  CHECK(sqlite3_step(statement) == SQLITE_DONE);
  sqlite3_reset(statement);
}

double Bench::raw(int count, int group) {
  const Folder folder(parent_);
  sqlite3* db = nullptr;
  CHECK(sqlite3_open((folder.path() / "raw.db").c_str(), &db) == SQLITE_OK);
  run(db,
      "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA "
      "foreign_keys = ON;");
  run(db, concat("PRAGMA wal_autocheckpoint = ", limits::kWalCheckpoint_pages,
                 "; PRAGMA cache_size = -", limits::kPageCache_KiB, ";"));
  run(db, std::string(store::sqlite::kSchema));
  sqlite3_stmt* begin_group = prepare(db, "BEGIN IMMEDIATE");
  sqlite3_stmt* commit = prepare(db, "COMMIT");
  sqlite3_stmt* request = prepare(db, R"(
      INSERT INTO request (id, account, key, model_id, engine, priority, state, created, retention, price, tags)
      VALUES (?1, ?2, ?2, 'google/nano-banana-2/text-to-image', 'sketch', 1, 0, ?3, ?3, 0, '[]'))");
  sqlite3_stmt* input = prepare(db, "INSERT INTO input (request, text) VALUES (?1, ?2)");
  sqlite3_stmt* event = prepare(
      db, "INSERT INTO event (request, sequence, state, attempt, at) VALUES (?1, ?2, 0, 0, ?3)");
  const std::string account(16, 'a');

  const auto begin = SteadyClock::now();
  for (int i = 0; i < count; ++i) {
    if (i % group == 0) step(begin_group);
    const std::string id = *from_hex(join(split(ids_.next_uuid(), '-'), ""));
    const int64_t now = clock_.wall().us;
    sqlite3_bind_blob(request, 1, id.data(), 16, SQLITE_STATIC);
    sqlite3_bind_blob(request, 2, account.data(), 16, SQLITE_STATIC);
    sqlite3_bind_int64(request, 3, now);
    step(request);
    const int64_t row = sqlite3_last_insert_rowid(db);
    sqlite3_bind_int64(input, 1, row);
    sqlite3_bind_text(input, 2, input_.data(), static_cast<int>(input_.size()), SQLITE_STATIC);
    step(input);
    sqlite3_bind_int64(event, 1, row);
    sqlite3_bind_int64(event, 2, i + 1);
    sqlite3_bind_int64(event, 3, now);
    step(event);
    if (i % group == group - 1 || i == count - 1) step(commit);
  }
  const double rate = count / seconds_since(begin);
  for (sqlite3_stmt* statement : {begin_group, commit, request, input, event})
    sqlite3_finalize(statement);
  sqlite3_close(db);
  return rate;
}

void Bench::compare_enqueue() {
  std::vector<double> outstanding, threads, raw_rates;
  for (int round = 0; round < kRounds; ++round) {
    raw_rates.push_back(raw(kEnqueued, kOutstanding));
    {
      const Folder folder(parent_);
      outstanding.push_back(enqueue(open(folder.path())->requests(), kEnqueued, kOutstanding));
    }
    const Folder folder(parent_);
    threads.push_back(
        enqueue_by_threads(open(folder.path())->requests(), kEnqueued / 2, kOutstanding));
  }
  const std::string peer =
      concat("SQLite alone, the same rows, one thread, groups of ", kOutstanding);
  report(concat("enqueue, ", kOutstanding, " outstanding"), "requests/s", median(outstanding), peer,
         median(raw_rates));
  report(concat("enqueue, ", kOutstanding, " threads that wait"), "requests/s", median(threads),
         peer, median(raw_rates));
}

void Bench::compare_claim(int queued) {
  const Folder short_folder(parent_);
  const Folder long_folder(parent_);
  auto with_few = open(short_folder.path());
  enqueue(with_few->requests(), 1'000, kOutstanding);
  auto with_many = open(long_folder.path());
  enqueue(with_many->requests(), queued, static_cast<int>(limits::kGroupCommitMax));
  std::vector<double> few, many;
  for (int round = 0; round < kRounds; ++round) {
    few.push_back(claim_us(with_few->requests()));
    many.push_back(claim_us(with_many->requests()));
  }
  report(concat("claim and release, ", queued, " queued"), "us", median(many),
         "the same with 1000 queued", median(few));

  with_many.reset();
  const auto begin = SteadyClock::now();
  with_many = open(long_folder.path());
  report(concat("open, ", queued, " queued"), "s", seconds_since(begin), "limit", 2.0);
}

}  // namespace
}  // namespace plantain

int main(int argc, char** argv) {
  const plantain::Path parent =
      argc > 1 ? plantain::Path(argv[1]) : std::filesystem::temp_directory_path();
  const auto queued = plantain::parse_int(argc > 2 ? argv[2] : "1000000");
  if (!queued || *queued < 1'000) {
    std::fprintf(stderr, "usage: store_bench [FOLDER] [QUEUED, at least 1000]\n");
    return 2;
  }
  plantain::Bench bench(parent);
  bench.compare_enqueue();
  bench.compare_claim(static_cast<int>(*queued));
}
