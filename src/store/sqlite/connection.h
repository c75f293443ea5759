// One SQLite connection with its prepared statements.
//
// Failures stick: after the first one every statement does nothing and finds no rows until
// clear_failure(). So statements are written one after the other, and judged once at the end.
//
// Threads: one at a time.
#pragma once

#include <sqlite3.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/clock.h"
#include "base/files.h"
#include "base/ids.h"
#include "base/result.h"

namespace plantain::store::sqlite {

// A statement's text. Only literals: a prepared statement is found again by its address.
class Sql {
 public:
  template <std::size_t size>
  consteval Sql(const char (&literal)[size]) : text_(literal) {}  // NOLINT: implicit
  const char* text() const { return text_; }

 private:
  const char* text_;
};

// Bytes that are not text.
struct Blob {
  std::string_view bytes;
};

// An identifier as its 16 bytes, and back.
std::string uuid_to_bytes(std::string_view text);
std::string uuid_from_bytes(std::string_view bytes);

// Owns a prepared statement.
struct FinalizeStatement {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Statement = std::unique_ptr<sqlite3_stmt, FinalizeStatement>;

class Connection;

// The rows of one running statement, which is free again when this goes.
class Rows {
 public:
  Rows(Connection& connection, sqlite3_stmt* statement)
      : connection_(connection), statement_(statement) {}
  Rows(const Rows&) = delete;
  Rows& operator=(const Rows&) = delete;
  ~Rows();

  // Steps to the next row. False: there is none, or something failed.
  bool next();

  // Columns count from 0.
  bool is_null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }
  int64_t integer(int column) const { return sqlite3_column_int64(statement_, column); }
  int small(int column) const { return sqlite3_column_int(statement_, column); }
  std::string text(int column) const;
  std::optional<int64_t> maybe_integer(int column) const;
  WallTime time(int column) const { return {integer(column)}; }
  std::optional<WallTime> maybe_time(int column) const;
  std::optional<Micros> maybe_micros(int column) const;
  template <class AnyId>
  AnyId id(int column) const {
    return *AnyId::parse(uuid_from_bytes(text(column)));
  }

 private:
  Connection& connection_;
  sqlite3_stmt* statement_;  // the connection's; null after a failure
};

class Connection {
 public:
  enum class Access { kWrite, kRead };

  // kCorrupt: not a database, or a damaged one. Nothing is written by opening.
  static Result<std::unique_ptr<Connection>> open(const Path& file, Access access);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection();

  // Runs a statement that gives no rows, or whose rows do not matter.
  template <class... Values>
  void run(Sql sql, const Values&... values) {
    Rows rows = query(sql, values...);
    while (rows.next()) {
    }
  }
  template <class... Values>
  Rows query(Sql sql, const Values&... values) {
    sqlite3_stmt* statement = prepare(sql);
    if (statement != nullptr) {
      int position = 0;
      (bind(statement, ++position, values), ...);
    }
    return Rows(*this, statement);
  }
  // Several statements, run once.
  void script(const std::string& text);

  // Copies the WAL into the database; SQLITE_CHECKPOINT_TRUNCATE also empties it. False: readers
  // were in the way.
  bool checkpoint(int mode);

  const std::optional<Error>& failure() const { return failure_; }
  void clear_failure() { failure_.reset(); }
  // Also false after SQLite gave up a transaction by itself (disk full, I/O error).
  bool in_transaction() const { return sqlite3_get_autocommit(raw_) == 0; }
  int64_t last_row() const { return sqlite3_last_insert_rowid(raw_); }
  // Rows that the last statement changed, and all statements so far.
  int changed() const { return sqlite3_changes(raw_); }
  int64_t changed_in_all() const { return sqlite3_total_changes64(raw_); }
  // As of the last commit; 0 after it was emptied.
  int wal_pages() const { return wal_pages_; }
  // Whether closing copies the WAL into the database; until it is known to be sound it must not.
  void checkpoint_on_close(bool wanted);

 private:
  friend class Rows;
  explicit Connection(sqlite3* raw) : raw_(raw) {}
  sqlite3_stmt* prepare(Sql sql);
  void fail(int code);
  static int note_wal_pages(void* self, sqlite3*, const char*, int pages);

  static void bind(sqlite3_stmt* statement, int position, int64_t value) {
    sqlite3_bind_int64(statement, position, value);
  }
  static void bind(sqlite3_stmt* statement, int position, int value) {
    sqlite3_bind_int(statement, position, value);
  }
  static void bind(sqlite3_stmt* statement, int position, bool value) {
    sqlite3_bind_int(statement, position, value);
  }
  template <class Enum>
    requires(std::is_enum_v<Enum>)
  static void bind(sqlite3_stmt* statement, int position, Enum value) {
    sqlite3_bind_int(statement, position, static_cast<int>(value));
  }
  static void bind(sqlite3_stmt* statement, int position, std::string_view text) {
    sqlite3_bind_text64(statement, position, text.data() == nullptr ? "" : text.data(), text.size(),
                        SQLITE_TRANSIENT, SQLITE_UTF8);
  }
  static void bind(sqlite3_stmt* statement, int position, const std::string& text) {
    bind(statement, position, std::string_view(text));
  }
  static void bind(sqlite3_stmt* statement, int position, Blob blob) {
    sqlite3_bind_blob64(statement, position, blob.bytes.data() == nullptr ? "" : blob.bytes.data(),
                        blob.bytes.size(), SQLITE_TRANSIENT);
  }
  template <class Tag>
  static void bind(sqlite3_stmt* statement, int position, const Id<Tag>& id) {
    bind(statement, position, Blob{uuid_to_bytes(id.text())});
  }
  static void bind(sqlite3_stmt* statement, int position, WallTime time) {
    bind(statement, position, time.us);
  }
  static void bind(sqlite3_stmt* statement, int position, Micros micros) {
    bind(statement, position, int64_t{micros.count()});
  }
  template <class T>
  static void bind(sqlite3_stmt* statement, int position, const std::optional<T>& value) {
    if (value) {
      bind(statement, position, *value);
    } else {
      sqlite3_bind_null(statement, position);
    }
  }

  sqlite3* raw_;
  std::unordered_map<const char*, Statement> statements_;
  std::optional<Error> failure_;
  int wal_pages_ = 0;
};

}  // namespace plantain::store::sqlite
