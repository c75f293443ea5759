#include "store/sqlite/database.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <future>

#include "base/limits.h"
#include "base/text.h"
#include "store/sqlite/files.h"
#include "store/sqlite/keys.h"
#include "store/sqlite/ledger.h"
#include "store/sqlite/requests.h"
#include "store/sqlite/schema.h"
#include "store/sqlite/webhooks.h"

namespace plantain::store::sqlite {
namespace {

// Keeps other servers away from the folder for as long as it lives. A file of its own: closing any
// descriptor of the database file would drop SQLite's locks on it.
class FolderLock {
 public:
  static Result<FolderLock> take(const Path& folder) {
    const Path path = folder / "plantain.lock";
    const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (descriptor < 0)
      return Error{ErrorCode::kUnavailable, "the data folder cannot be written to"};
    FolderLock lock(descriptor);
    if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
      return Error{ErrorCode::kConflict, "another server is running on this data folder"};
    }
    return lock;
  }
  FolderLock(FolderLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  FolderLock& operator=(FolderLock&&) = delete;
  ~FolderLock() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }

 private:
  explicit FolderLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

class SqliteDatabase final : public Database {
 public:
  SqliteDatabase(FolderLock lock, Path folder, std::unique_ptr<Connection> write,
                 std::vector<std::unique_ptr<Connection>> read, const Clock& clock, IdSource& ids,
                 Log& log)
      : lock_(std::move(lock)),
        clock_(clock),
        log_(log),
        write_(std::move(write)),
        readers_(std::move(read)),
        requests_(std::move(folder), clock, ids, log, readers_),
        keys_(clock, readers_, requests_.tally()),
        ledger_(clock, readers_, requests_.tally()),
        files_(requests_.life(), readers_),
        webhooks_(readers_) {}

  Result<void> start() {
    writer_ = std::make_unique<Writer>(std::move(write_), clock_, log_,
                                       [this](Connection& db) { requests_.before_commit(db); });
    requests_.use_writer(*writer_);
    keys_.use_writer(*writer_);
    ledger_.use_writer(*writer_);
    files_.use_writer(*writer_);
    webhooks_.use_writer(*writer_);
    // Shared: the writer may still be inside set_value() when this has gone on.
    auto recovered = std::make_shared<std::promise<Result<void>>>();
    std::future<Result<void>> answer = recovered->get_future();
    writer_->submit<void>(
        [this](Transaction& transaction) -> Result<void> {
          requests_.recover(transaction);
          return {};
        },
        [recovered](Result<void> result) { recovered->set_value(std::move(result)); });
    return answer.get();
  }

  RequestStore& requests() override { return requests_; }
  KeyStore& keys() override { return keys_; }
  LedgerStore& ledger() override { return ledger_; }
  FileStore& files() override { return files_; }
  WebhookStore& webhooks() override { return webhooks_; }

 private:
  // In this order: the writer ends first, the lock goes last. The WAL is emptied by the writer, and
  // readers, which may be closed after it, never write.
  const FolderLock lock_;
  const Clock& clock_;
  Log& log_;
  std::unique_ptr<Connection> write_;  // until start() hands it to the writer
  Readers readers_;
  SqliteRequests requests_;
  SqliteKeys keys_;
  SqliteLedger ledger_;
  SqliteFiles files_;
  SqliteWebhooks webhooks_;
  std::unique_ptr<Writer> writer_;
};

Result<void> make_folder(const Path& folder) {
  std::error_code code;
  if (std::filesystem::create_directories(folder, code)) {
    std::filesystem::permissions(folder, std::filesystem::perms::owner_all, code);
  }
  if (code) return Error{ErrorCode::kUnavailable, "the data folder cannot be made"};
  return {};
}

std::optional<int64_t> one_number(Rows rows) {
  if (!rows.next()) return std::nullopt;
  return rows.integer(0);
}

Error corrupt(std::string_view what) {
  return Error{ErrorCode::kCorrupt, concat("plantain.db is damaged or not ours: ", what)};
}

// Looks without writing. A small database is read through; of a large one the first and the last
// pages of what every start needs, since reading a million requests would take too long.
Result<void> check_sound(Connection& db, std::size_t file_bytes) {
  const std::optional<int64_t> tables = one_number(db.query("SELECT count(*) FROM sqlite_schema"));
  const std::optional<int64_t> application = one_number(db.query("PRAGMA application_id"));
  const std::optional<int64_t> version = one_number(db.query("PRAGMA user_version"));
  if (db.failure()) return *db.failure();
  if (tables > 0 && application != kApplicationId) return corrupt("it belongs to another program");
  if (version > kSchemaVersion) {
    return Error{ErrorCode::kUnavailable,
                 "plantain.db was made by a newer version of this program"};
  }
  if (tables == 0) return {};
  if (file_bytes <= limits::kQuickCheckMax_bytes) {
    Rows rows = db.query("PRAGMA quick_check(1)");
    if (rows.next() && rows.text(0) != "ok") return corrupt(rows.text(0));
  } else {
    db.run("SELECT min(row), max(row) FROM request");
    db.run("SELECT min(id), max(id) FROM request");
    db.run("SELECT min(request), max(request) FROM event");
    db.run("SELECT min(request), max(request) FROM input");
    db.run("SELECT min(row), max(row) FROM lease");
  }
  if (db.failure()) return *db.failure();
  return {};
}

// The part of the schema that brings version `version`.
std::string schema_part(int version) {
  const std::string mark = concat("-- version ", version, "\n");
  const std::size_t begin = kSchema.find(mark);
  CHECK(begin != std::string_view::npos);
  const std::size_t end = kSchema.find(concat("-- version ", version + 1, "\n"), begin);
  return std::string(kSchema.substr(begin, end == std::string_view::npos ? end : end - begin));
}

Result<void> prepare(Connection& db) {
  db.script(
      "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;"
      "PRAGMA foreign_keys = ON;");
  const int64_t version = one_number(db.query("PRAGMA user_version")).value_or(0);
  for (int next = static_cast<int>(version) + 1; next <= kSchemaVersion; ++next) {
    db.script(concat("BEGIN IMMEDIATE;\n", schema_part(next), "PRAGMA application_id = ",
                     kApplicationId, "; PRAGMA user_version = ", next, "; COMMIT;"));
  }
  const std::string mode = [&db] {
    Rows rows = db.query("PRAGMA journal_mode");
    return rows.next() ? rows.text(0) : std::string();
  }();
  if (db.failure()) return *db.failure();
  if (mode != "wal") {
    return Error{ErrorCode::kUnavailable,
                 "this file system cannot hold the database (no shared memory for its WAL)"};
  }
  return {};
}

Result<std::unique_ptr<Connection>> open_to_write(const Path& file) {
  // Made here, so that nobody but its owner can read it from its first byte.
  if (Result<void> made = create_file_exclusively(file, "", 0600);
      !made.ok() && made.error().code != ErrorCode::kConflict) {
    return made.error();
  }
  std::error_code code;
  const auto bytes = std::filesystem::file_size(file, code);
  if (code) return Error{ErrorCode::kUnavailable, "the database file cannot be reached"};
  Result<std::unique_ptr<Connection>> db = Connection::open(file, Connection::Access::kWrite);
  if (!db.ok()) return db.error();
  if (Result<void> sound = check_sound(**db, bytes); !sound.ok()) return sound.error();
  if (Result<void> prepared = prepare(**db); !prepared.ok()) return prepared.error();
  (*db)->checkpoint_on_close(true);
  return db;
}

}  // namespace

Result<std::unique_ptr<Database>> open_database(const Path& folder, const Clock& clock,
                                                IdSource& ids, Log& log) {
  if (Result<void> made = make_folder(folder); !made.ok()) return made.error();
  Result<FolderLock> lock = FolderLock::take(folder);
  if (!lock.ok()) return lock.error();
  const Path file = folder / "plantain.db";
  Result<std::unique_ptr<Connection>> write = open_to_write(file);
  if (!write.ok()) return write.error();
  std::vector<std::unique_ptr<Connection>> readers;
  for (int i = 0; i < limits::kStoreReaders; ++i) {
    Result<std::unique_ptr<Connection>> reader = Connection::open(file, Connection::Access::kRead);
    if (!reader.ok()) return reader.error();
    readers.push_back(std::move(*reader));
  }
  auto database = std::make_unique<SqliteDatabase>(std::move(*lock), folder, std::move(*write),
                                                   std::move(readers), clock, ids, log);
  if (Result<void> started = database->start(); !started.ok()) return started.error();
  return std::unique_ptr<Database>(std::move(database));
}

}  // namespace plantain::store::sqlite
