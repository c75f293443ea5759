#include "store/sqlite/database.h"

#include <signal.h>
#include <sqlite3.h>
#include <sys/resource.h>

#include <fstream>

#include "store/file_store_contract.h"
#include "store/key_store_contract.h"
#include "store/ledger_store_contract.h"
#include "store/paid_steps_contract.h"
#include "store/request_store_contract.h"
#include "store/webhook_store_contract.h"

namespace plantain::store {
namespace {

class SqliteStores final : public OpenStores {
 public:
  explicit SqliteStores(std::unique_ptr<sqlite::Database> database)
      : database_(std::move(database)) {}
  RequestStore& requests() override { return database_->requests(); }
  KeyStore& keys() override { return database_->keys(); }
  LedgerStore& ledger() override { return database_->ledger(); }
  FileStore& files() override { return database_->files(); }
  WebhookStore& webhooks() override { return database_->webhooks(); }

 private:
  const std::unique_ptr<sqlite::Database> database_;
};

Backend sqlite_backend() {
  return {"Sqlite",
          [](const Path& folder, const Clock& clock, IdSource& ids,
             Log& log) -> Result<std::unique_ptr<OpenStores>> {
            auto opened = sqlite::open_database(folder, clock, ids, log);
            if (!opened.ok()) return opened.error();
            return std::unique_ptr<OpenStores>(std::make_unique<SqliteStores>(std::move(*opened)));
          }};
}

INSTANTIATE_TEST_SUITE_P(Sqlite, RequestStoreContract, testing::Values(sqlite_backend()),
                         backend_name);
INSTANTIATE_TEST_SUITE_P(Sqlite, PaidStepsContract, testing::Values(sqlite_backend()),
                         backend_name);
INSTANTIATE_TEST_SUITE_P(Sqlite, KeyStoreContract, testing::Values(sqlite_backend()), backend_name);
INSTANTIATE_TEST_SUITE_P(Sqlite, LedgerStoreContract, testing::Values(sqlite_backend()),
                         backend_name);
INSTANTIATE_TEST_SUITE_P(Sqlite, FileStoreContract, testing::Values(sqlite_backend()),
                         backend_name);
INSTANTIATE_TEST_SUITE_P(Sqlite, WebhookStoreContract, testing::Values(sqlite_backend()),
                         backend_name);

class SqliteFile : public testing::Test {
 protected:
  Result<std::unique_ptr<sqlite::Database>> open() {
    return sqlite::open_database(folder_.path(), clock_, ids_, log_);
  }
  NewRequest new_request(const std::string& prompt) {
    return NewRequest{ids_.next<RequestId>(),
                      account_,
                      ids_.next<KeyId>(),
                      "acme/painter",
                      "sketch",
                      Priority::kNormal,
                      "{\"prompt\":\"" + prompt + "\"}",
                      {},
                      clock_.wall()};
  }
  static Result<Enqueued> enqueue(RequestStore& store, const NewRequest& fresh) {
    return await<Enqueued>(
        [&](Then<Enqueued> then) { store.enqueue(fresh, std::nullopt, std::move(then)); });
  }
  // What a statement of another program says about the closed database.
  int64_t number(const std::string& sql) {
    sqlite3* raw = nullptr;
    sqlite3_stmt* statement = nullptr;
    EXPECT_EQ(sqlite3_open(file_.c_str(), &raw), SQLITE_OK);
    EXPECT_EQ(sqlite3_prepare_v2(raw, sql.c_str(), -1, &statement, nullptr), SQLITE_OK)
        << sqlite3_errmsg(raw);
    const int64_t found =
        sqlite3_step(statement) == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : -1;
    sqlite3_finalize(statement);
    sqlite3_close(raw);
    return found;
  }
  bool folder_contains(std::string_view text) {
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
      if (read_file(entry.path())->find(text) != std::string::npos) return true;
    }
    return false;
  }
  void write(std::string_view bytes) { std::ofstream(file_, std::ios::binary) << bytes; }

  TemporaryFolder folder_;
  const Path file_ = folder_.path() / "plantain.db";
  ManualClock clock_;
  IdSource ids_{clock_};
  Log log_{clock_, LogLevel::kError, [](std::string_view) {}};
  const AccountId account_ = ids_.next<AccountId>();
};

TEST_F(SqliteFile, ASecondServerOnTheFolderIsRefusedUntilTheFirstIsGone) {
  auto first = open();
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(open().error().code, ErrorCode::kConflict);
  first->reset();
  EXPECT_TRUE(open().ok());
}

TEST_F(SqliteFile, OnlyItsOwnerCanReadIt) {
  ASSERT_TRUE(open().ok());
  const auto mode = std::filesystem::status(file_).permissions();
  EXPECT_EQ(mode, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

TEST_F(SqliteFile, AFileThatIsNoDatabaseIsCorruptAndStaysAsItIs) {
  const std::string bytes = "This is a letter, not a database. " + random_bytes(20'000);
  write(bytes);
  EXPECT_EQ(open().error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(*read_file(file_), bytes);
}

TEST_F(SqliteFile, ADatabaseOfAnotherProgramStaysAsItIs) {
  number("CREATE TABLE theirs (x)");
  const std::string bytes = *read_file(file_);
  EXPECT_EQ(open().error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(*read_file(file_), bytes);
}

TEST_F(SqliteFile, ADatabaseOfANewerVersionStaysAsItIs) {
  ASSERT_TRUE(open().ok());
  number("PRAGMA user_version = 1000");
  const std::string bytes = *read_file(file_);
  EXPECT_EQ(open().error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(*read_file(file_), bytes);
}

TEST_F(SqliteFile, ATruncatedOrOverwrittenDatabaseIsCorruptAndStaysAsItIs) {
  {
    auto database = open();
    ASSERT_TRUE(database.ok());
    for (int i = 0; i < 200; ++i)
      ASSERT_TRUE(enqueue((*database)->requests(), new_request("a fox")).ok());
  }
  const std::string whole = *read_file(file_);
  std::string overwritten = whole;
  overwritten.replace(whole.size() / 2, 8192, std::string(8192, '\x5A'));
  for (const std::string& bytes : {whole.substr(0, whole.size() / 2), overwritten}) {
    write(bytes);
    EXPECT_EQ(open().error().code, ErrorCode::kCorrupt);
    EXPECT_EQ(*read_file(file_), bytes);
  }
  write(whole);
  EXPECT_TRUE(open().ok());
}

TEST_F(SqliteFile, TheFileIsASoundWalDatabaseThatIsMarkedAsOurs) {
  {
    auto database = open();
    ASSERT_TRUE(enqueue((*database)->requests(), new_request("a fox")).ok());
  }
  EXPECT_EQ(number("PRAGMA application_id"), 0x504C544E);
  EXPECT_EQ(number("SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'"), 0);
  EXPECT_EQ(number("SELECT count(*) FROM pragma_foreign_key_check"), 0);
  EXPECT_EQ(number("SELECT journal_mode = 'wal' FROM pragma_journal_mode"), 1);
}

TEST_F(SqliteFile, DeletedTextIsNowhereInTheFolder) {
  const std::string prompt = "a very particular fox " + to_hex(random_bytes(8));
  {
    auto database = open();
    const NewRequest fresh = new_request(prompt);
    ASSERT_TRUE(enqueue((*database)->requests(), fresh).ok());
    ASSERT_TRUE(enqueue((*database)->requests(), new_request("another")).ok());
    ASSERT_TRUE(folder_contains(prompt));
    ASSERT_TRUE(await<void>([&](Then<void> then) {
                  (*database)->requests().remove(account_, fresh.id, std::move(then));
                }).ok());
  }
  EXPECT_FALSE(folder_contains(prompt));
  EXPECT_TRUE(folder_contains("another"));
}

TEST_F(SqliteFile, UsageIsCountedAtTheEndAndOutlivesTheRequest) {
  {
    auto database = open();
    NewRequest fresh = new_request("a fox");
    fresh.tags = {"print"};
    ASSERT_TRUE(enqueue((*database)->requests(), fresh).ok());
    EXPECT_TRUE(await<Cancelled>([&](Then<Cancelled> then) {
                  (*database)->requests().cancel(account_, fresh.id, false, std::move(then));
                }).ok());
    ASSERT_TRUE(await<void>([&](Then<void> then) {
                  (*database)->requests().remove(account_, fresh.id, std::move(then));
                }).ok());
  }
  EXPECT_EQ(number("SELECT count(*) FROM request"), 0);
  EXPECT_EQ(
      number(
          "SELECT count(*) FROM usage WHERE model_id = 'acme/painter' AND tags = '[\"print\"]' AND "
          "pictures = 0 AND cost = 0 AND day = " +
          std::to_string(clock_.wall().us / 86'400'000'000)),
      1);
}

TEST_F(SqliteFile, UsageOfASuccessCountsItsPicturesAndItsSettledCost) {
  {
    auto database = open();
    RequestStore& store = (*database)->requests();
    NewRequest fresh = new_request("a fox");
    fresh.price = 30;
    ASSERT_TRUE(enqueue(store, fresh).ok());
    const ClaimWish wish{"a", false, "a", "c", fresh.engine, {fresh.model_id}};
    const LeaseId lease = (*await<std::optional<Claim>>([&](Then<std::optional<Claim>> then) {
                            store.claim(wish, std::move(then));
                          }))->lease;
    Finish how;
    how.cost = 70;
    for (const bool thumbnail : {false, true}) {
      const std::string blob = ArtifactStore::new_blob_id();
      ASSERT_TRUE(
          await<void>([&](Then<void> then) { store.stage_blob(lease, "a", blob, then); }).ok());
      how.outputs.push_back(OutputFile{0, blob, blob, "image/png", 1, "", 1, 1, thumbnail});
    }
    ASSERT_TRUE(await<RequestState>([&](Then<RequestState> then) {
                  store.finish(lease, "a", how, std::move(then));
                }).ok());
  }
  EXPECT_EQ(number("SELECT count(*) FROM usage WHERE state = 3 AND pictures = 1 AND cost = 30"), 1);
}

// No file of this process may grow beyond `bytes` while this lives: a disk that is full.
class FullDisk {
 public:
  explicit FullDisk(rlim_t bytes) {
    ::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FullDisk() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    ::signal(SIGXFSZ, SIG_DFL);
  }

 private:
  rlimit before_{};
};

TEST_F(SqliteFile, WhatCannotBeCommittedIsNotClaimedToBeDone) {
  auto database = open();
  ASSERT_TRUE(database.ok());
  RequestStore& store = (*database)->requests();
  const NewRequest kept = new_request("kept");
  ASSERT_TRUE(enqueue(store, kept).ok());
  const NewRequest refused = new_request("refused");
  int heard = 0;
  store.set_listener([&](const RequestId&, RequestState) { ++heard; });
  {
    const FullDisk disk(4096);
    const ErrorCode code = enqueue(store, refused).error().code;
    EXPECT_TRUE(code == ErrorCode::kUnavailable || code == ErrorCode::kStorageFull);
    EXPECT_FALSE(store.check_writable().ok());
    EXPECT_EQ(heard, 0);
    EXPECT_EQ(store.get(account_, refused.id).error().code, ErrorCode::kNotFound);
    EXPECT_EQ(store.queue_lengths()->at(0).queued, 1);
  }

  ASSERT_TRUE(enqueue(store, refused).ok());
  EXPECT_TRUE(store.check_writable().ok());
  EXPECT_EQ(store.queue_lengths()->at(0).queued, 2);
  EXPECT_EQ(heard, 1);
  store.set_listener(nullptr);
}

}  // namespace
}  // namespace plantain::store
