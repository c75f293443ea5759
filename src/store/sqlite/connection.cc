#include "store/sqlite/connection.h"

#include <wctype.h>

#include "base/check.h"
#include "base/limits.h"
#include "base/text.h"

namespace plantain::store::sqlite {
namespace {

Error error_of(int code, const char* message) {
  switch (code & 0xFF) {
    case SQLITE_CONSTRAINT:
      return Error{ErrorCode::kConflict, concat("this is taken already: ", message)};
    case SQLITE_FULL:
      return Error{ErrorCode::kStorageFull, "the disk of the database is full"};
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return Error{ErrorCode::kCorrupt, concat("the database is damaged: ", message)};
    case SQLITE_TOOBIG:
      return Error{ErrorCode::kTooLarge, "this is larger than the database can keep"};
    default:
      return Error{ErrorCode::kUnavailable, concat("the database cannot be used now: ", message)};
  }
}

// fold(text): each code point in lower case, for comparing without regard to case. The language
// independent mapping that the C library brings; SQLite's own lower() knows only ASCII.
void fold(sqlite3_context* context, int /*count*/, sqlite3_value** values) {
  const auto* bytes = reinterpret_cast<const char*>(sqlite3_value_text(values[0]));
  if (bytes == nullptr) return sqlite3_result_null(context);
  static const locale_t unicode = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  const std::string_view text(bytes, static_cast<std::size_t>(sqlite3_value_bytes(values[0])));
  std::string folded;
  if (unicode == nullptr || !is_utf8(text)) {
    folded = to_lower_ascii(text);
  } else {
    for (const char32_t point : to_code_points(text)) {
      folded += to_utf8(static_cast<char32_t>(towlower_l(static_cast<wint_t>(point), unicode)));
    }
  }
  sqlite3_result_text64(context, folded.data(), folded.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
}

}  // namespace

std::string uuid_to_bytes(std::string_view text) {
  std::string digits;
  for (const char c : text) {
    if (c != '-') digits += c;
  }
  return from_hex(digits).value_or("");
}

std::string uuid_from_bytes(std::string_view bytes) {
  const std::string hex = to_hex(bytes);
  if (hex.size() != 32) return {};
  return concat(hex.substr(0, 8), '-', hex.substr(8, 4), '-', hex.substr(12, 4), '-',
                hex.substr(16, 4), '-', hex.substr(20));
}

Rows::~Rows() {
  if (statement_ == nullptr) return;
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

bool Rows::next() {
  if (statement_ == nullptr) return false;
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) connection_.fail(sqlite3_extended_errcode(connection_.raw_));
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
  statement_ = nullptr;
  return false;
}

std::string Rows::text(int column) const {
  const void* bytes = sqlite3_column_blob(statement_, column);
  if (bytes == nullptr) return {};
  return {static_cast<const char*>(bytes),
          static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

std::optional<int64_t> Rows::maybe_integer(int column) const {
  if (is_null(column)) return std::nullopt;
  return integer(column);
}

std::optional<WallTime> Rows::maybe_time(int column) const {
  if (is_null(column)) return std::nullopt;
  return time(column);
}

std::optional<Micros> Rows::maybe_micros(int column) const {
  if (is_null(column)) return std::nullopt;
  return Micros(integer(column));
}

Result<std::unique_ptr<Connection>> Connection::open(const Path& file, Access access) {
  sqlite3* raw = nullptr;
  const int flags = access == Access::kWrite ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY;
  const int code = sqlite3_open_v2(file.c_str(), &raw, flags | SQLITE_OPEN_NOMUTEX, nullptr);
  std::unique_ptr<Connection> connection(new Connection(raw));
  if (code != SQLITE_OK) return error_of(code, raw == nullptr ? "no memory" : sqlite3_errmsg(raw));
  sqlite3_extended_result_codes(raw, 1);
  sqlite3_busy_timeout(raw, static_cast<int>(limits::kStoreBusy.count()));
  sqlite3_wal_autocheckpoint(raw, 0);  // the writer decides when
  sqlite3_wal_hook(raw, note_wal_pages, connection.get());
  sqlite3_create_function_v2(raw, "fold", 1, SQLITE_UTF8 | SQLITE_DETERMINISTIC, nullptr, fold,
                             nullptr, nullptr, nullptr);
  connection->checkpoint_on_close(false);
  connection->script(
      concat("PRAGMA mmap_size = 0; PRAGMA temp_store = MEMORY; PRAGMA cell_size_check = ON;"
             "PRAGMA trusted_schema = OFF; PRAGMA cache_size = -",
             limits::kPageCache_KiB, ";"));
  if (access == Access::kRead) connection->script("PRAGMA query_only = ON;");
  if (connection->failure()) return *connection->failure();
  return connection;
}

Connection::~Connection() {
  statements_.clear();
  sqlite3_close(raw_);
}

void Connection::script(const std::string& text) {
  if (failure_) return;
  const int code = sqlite3_exec(raw_, text.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) fail(code);
}

bool Connection::checkpoint(int mode) {
  if (sqlite3_wal_checkpoint_v2(raw_, nullptr, mode, nullptr, nullptr) != SQLITE_OK) return false;
  if (mode == SQLITE_CHECKPOINT_TRUNCATE) wal_pages_ = 0;
  return true;
}

void Connection::checkpoint_on_close(bool wanted) {
  sqlite3_db_config(raw_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, wanted ? 0 : 1, nullptr);
}

sqlite3_stmt* Connection::prepare(Sql sql) {
  if (failure_) return nullptr;
  Statement& kept = statements_[sql.text()];
  if (!kept) {
    sqlite3_stmt* fresh = nullptr;
    const int code =
        sqlite3_prepare_v3(raw_, sql.text(), -1, SQLITE_PREPARE_PERSISTENT, &fresh, nullptr);
    if (code != SQLITE_OK) {
      fail(code);
      return nullptr;
    }
    kept.reset(fresh);
  }
  CHECK(sqlite3_stmt_busy(kept.get()) == 0);  // one use at a time
  return kept.get();
}

void Connection::fail(int code) {
  if (!failure_) failure_ = error_of(code, sqlite3_errmsg(raw_));
}

int Connection::note_wal_pages(void* self, sqlite3*, const char*, int pages) {
  static_cast<Connection*>(self)->wal_pages_ = pages;
  return SQLITE_OK;
}

}  // namespace plantain::store::sqlite
