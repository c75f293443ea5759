#include "store/sqlite/writer.h"

#include "base/limits.h"
#include "store/store_fixture.h"

namespace plantain::store::sqlite {
namespace {

class WriterTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(create_file_exclusively(file_, "", 0600).ok());
    auto connection = Connection::open(file_, Connection::Access::kWrite);
    ASSERT_TRUE(connection.ok());
    (*connection)->script("PRAGMA journal_mode = WAL; CREATE TABLE t (x INTEGER UNIQUE)");
    writer_ = std::make_unique<Writer>(std::move(*connection), clock_, log_, [](Connection&) {});
  }
  // Inserts `x`; an error in place of success when `fails`.
  void insert(int x, Then<void> then, bool fails = false) {
    writer_->submit<void>(
        [x, fails](Transaction& transaction) -> Result<void> {
          transaction.db.run("INSERT INTO t (x) VALUES (?1)", x);
          if (fails) return invalid("no");
          return {};
        },
        std::move(then));
  }
  int64_t count() {
    return *await<int64_t>([&](Then<int64_t> then) {
      writer_->submit<int64_t>(
          [](Transaction& transaction) -> Result<int64_t> {
            Rows rows = transaction.db.query("SELECT count(*) FROM t");
            return rows.next() ? rows.integer(0) : -1;
          },
          std::move(then));
    });
  }

  TemporaryFolder folder_;
  const Path file_ = folder_.path() / "t.db";
  ManualClock clock_;
  Log log_{clock_, LogLevel::kError, [](std::string_view) {}};
  std::unique_ptr<Writer> writer_;
};

TEST_F(WriterTest, WhatWaitsIsCommittedInGroups) {
  Roadblock block;
  insert(0, block.then<void>());
  block.wait_until_entered();
  const int64_t before = writer_->commits();
  std::vector<int> order;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      for (int x = 1; x <= 100; ++x)
        insert(i * 100 + x, [&order, x](const Result<void>&) { order.push_back(x); });
    });
  }
  for (std::thread& thread : threads) thread.join();

  block.let_go();

  EXPECT_EQ(count(), 401);
  EXPECT_EQ(order.size(), 400u);
  EXPECT_EQ(writer_->commits() - before, 2)
      << "400 operations are two groups of at most kGroupCommitMax";
}

TEST_F(WriterTest, AnErrorOrAFailedStatementUndoesItsOperationAlone) {
  std::vector<bool> answers;
  const auto note = [&](const Result<void>& result) { answers.push_back(result.ok()); };
  insert(1, note);
  insert(2, note, true);
  insert(1, note);
  insert(3, note);
  EXPECT_EQ(count(), 2);
  EXPECT_EQ(answers, (std::vector{true, false, false, true}));
}

TEST_F(WriterTest, MemoryFollowsTheCommitOrIsUndoneNeverBoth) {
  for (const bool fails : {false, true}) {
    std::vector<std::string> heard;
    const Result<void> done = await<void>([&](Then<void> then) {
      writer_->submit<void>(
          [&](Transaction& transaction) -> Result<void> {
            transaction.committed.emplace_back([&] { heard.emplace_back("committed"); });
            transaction.undone.emplace_back([&] { heard.emplace_back("undone"); });
            transaction.announced.emplace_back([&] { heard.emplace_back("announced"); });
            if (fails) return invalid("no");
            return {};
          },
          std::move(then));
    });
    EXPECT_EQ(done.ok(), !fails);
    EXPECT_EQ(heard, fails ? std::vector<std::string>{"undone"}
                           : (std::vector<std::string>{"committed", "announced"}));
  }
}

TEST_F(WriterTest, ClosingEmptiesTheWal) {
  insert(1, nullptr);
  writer_.reset();
  std::error_code code;
  const auto size = std::filesystem::file_size(file_.string() + "-wal", code);
  EXPECT_TRUE(code || size == 0);
}

}  // namespace
}  // namespace plantain::store::sqlite
