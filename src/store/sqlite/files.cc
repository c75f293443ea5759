#include "store/sqlite/files.h"

#include "base/limits.h"
#include "store/sqlite/contents.h"

namespace plantain::store::sqlite {
namespace {

#define UPLOAD_COLUMNS                                                  \
  "SELECT id, upload.account, name, created, " PLANTAIN_CONTENT_COLUMNS \
  " FROM upload JOIN content ON content.row = upload.content "

Upload read_upload(const Rows& rows) {
  Upload upload{rows.id<FileId>(0), rows.id<AccountId>(1), rows.text(2), read_content(rows, 4),
                rows.time(3)};
  const std::size_t dot = upload.name.rfind('.');
  if (dot != std::string::npos) upload.content.extension = upload.name.substr(dot);
  return upload;
}

Error no_file() { return Error{ErrorCode::kNotFound, "there is no such file"}; }

// The request that waits for this input in the queue; nothing: nobody does.
std::optional<Subject> waiting_for(Connection& db, const RequestId& request, int n) {
  std::optional<Subject> subject = Life::find(db, request);
  if (!subject || subject->state != RequestState::kQueued) return std::nullopt;
  Rows rows =
      db.query("SELECT 1 FROM input_file WHERE request = ?1 AND n = ?2 AND address IS NOT NULL",
               subject->row, n);
  if (!rows.next()) return std::nullopt;
  return subject;
}

std::optional<int64_t> own_quota(Connection& db, const AccountId& account) {
  Rows rows = db.query("SELECT quota FROM account WHERE id = ?1", account);
  if (!rows.next()) return std::nullopt;
  return rows.maybe_integer(0);
}

}  // namespace

void SqliteFiles::stage(std::string blob_id, Then<void> then) {
  writer_->submit<void>(
      [blob_id = std::move(blob_id)](Transaction& transaction) -> Result<void> {
        transaction.db.run("INSERT OR IGNORE INTO blob (id, state, lost) VALUES (?1, 0, ?2)",
                           blob_id, transaction.now);
        if (transaction.db.changed() == 1) return {};
        return Error{ErrorCode::kConflict, "this blob id is taken"};
      },
      std::move(then));
}

void SqliteFiles::add(Upload fresh, int64_t quota_bytes, Then<Upload> then) {
  writer_->submit<Upload>(
      [fresh = std::move(fresh), quota_bytes](Transaction& transaction) -> Result<Upload> {
        const Result<int64_t> content =
            adopt(transaction, fresh.account, fresh.content, quota_bytes);
        if (!content.ok()) return content.error();
        transaction.db.run(
            "INSERT INTO upload (id, account, name, content, created) VALUES (?1, ?2, ?3, ?4, ?5)",
            fresh.id, fresh.account, fresh.name, *content, fresh.created);
        Rows rows = transaction.db.query(UPLOAD_COLUMNS "WHERE id = ?1", fresh.id);
        if (!rows.next()) return no_file();
        return read_upload(rows);
      },
      std::move(then));
}

Result<Upload> SqliteFiles::get(const AccountId& account, const FileId& id) {
  return readers_.read<Upload>([&](Connection& db) -> Result<Upload> {
    Rows rows = db.query(UPLOAD_COLUMNS "WHERE id = ?1 AND upload.account = ?2", id, account);
    if (!rows.next()) return no_file();
    return read_upload(rows);
  });
}

Result<std::vector<Upload>> SqliteFiles::list(const AccountId& account,
                                              const std::optional<FileId>& before, int limit) {
  if (limit < 1 || limit > limits::kListMax) return invalid("limit lies between 1 and 200");
  const std::string beyond_all(16, '\xFF');
  return readers_.read<std::vector<Upload>>([&](Connection& db) {
    std::vector<Upload> uploads;
    Rows rows =
        db.query(UPLOAD_COLUMNS "WHERE upload.account = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3",
                 account, Blob{before ? uuid_to_bytes(before->text()) : beyond_all}, limit);
    while (rows.next()) uploads.push_back(read_upload(rows));
    return uploads;
  });
}

void SqliteFiles::remove(AccountId account, FileId id, Then<void> then) {
  writer_->submit<void>(
      [account = std::move(account), id = std::move(id)](Transaction& transaction) -> Result<void> {
        transaction.db.run("DELETE FROM upload WHERE id = ?1 AND account = ?2", id, account);
        if (transaction.db.changed() != 1) return no_file();
        return {};
      },
      std::move(then));
}

Result<int64_t> SqliteFiles::bytes_of(const AccountId& account) {
  return readers_.read<int64_t>([&](Connection& db) -> Result<int64_t> {
    Rows rows = db.query("SELECT bytes FROM storage WHERE account = ?1", account);
    return rows.next() ? rows.integer(0) : int64_t{0};
  });
}

Result<NamedFile> SqliteFiles::find(const std::string& name) {
  return readers_.read<NamedFile>([&](Connection& db) -> Result<NamedFile> {
    Rows rows =
        db.query("SELECT NULL, " PLANTAIN_CONTENT_COLUMNS
                 " FROM upload JOIN content ON content.row = upload.content WHERE name = ?1 "
                 "UNION ALL SELECT expires, " PLANTAIN_CONTENT_COLUMNS
                 " FROM input_file JOIN content ON content.row = input_file.content "
                 "JOIN request ON request.row = input_file.request WHERE name = ?1",
                 name);
    if (!rows.next()) return no_file();
    return NamedFile{name, read_content(rows, 1), rows.maybe_time(0)};
  });
}

Result<std::vector<InputFile>> SqliteFiles::inputs(const RequestId& request) {
  return readers_.read<std::vector<InputFile>>([&](Connection& db) {
    const std::optional<Subject> subject = Life::find(db, request);
    return subject ? read_inputs(db, subject->row) : std::vector<InputFile>();
  });
}

Result<std::vector<PendingInput>> SqliteFiles::pending(int limit) {
  return readers_.read<std::vector<PendingInput>>([&](Connection& db) {
    std::vector<PendingInput> pending;
    Rows rows = db.query(R"(
        SELECT id, account, n, medium, address FROM input_file INDEXED BY input_file_pending
        JOIN request ON request.row = input_file.request WHERE address IS NOT NULL
        ORDER BY input_file.request, n LIMIT ?1)",
                         limit);
    while (rows.next()) {
      pending.push_back(PendingInput{rows.id<RequestId>(0), rows.id<AccountId>(1), rows.small(2),
                                     rows.text(3), rows.text(4)});
    }
    return pending;
  });
}

void SqliteFiles::arrive(RequestId request, int n, FileContent content, int64_t quota_bytes,
                         Then<bool> then) {
  writer_->submit<bool>(
      [this, request = std::move(request), n, content = std::move(content),
       quota_bytes](Transaction& transaction) {
        return do_arrive(transaction, request, n, content, quota_bytes);
      },
      std::move(then));
}

Result<bool> SqliteFiles::do_arrive(Transaction& transaction, const RequestId& request, int n,
                                    const FileContent& content, int64_t quota_bytes) {
  Connection& db = transaction.db;
  const std::optional<Subject> subject = waiting_for(db, request, n);
  if (!subject) {
    db.run("UPDATE blob SET state = 2, lost = NULL WHERE id = ?1 AND state = 0", content.blob_id);
    return false;
  }
  const int64_t quota = own_quota(db, subject->account).value_or(quota_bytes);
  const Result<int64_t> row = adopt(transaction, subject->account, content, quota);
  if (!row.ok()) return row.error();
  db.run(
      "UPDATE input_file SET address = NULL, content = ?3, name = ?4 WHERE request = ?1 AND n = ?2",
      subject->row, n, *row, input_name(request, n, content));
  db.run("UPDATE request SET waiting = waiting - 1 WHERE row = ?1", subject->row);
  life_.announce(transaction, request, RequestState::kQueued);
  return true;
}

void SqliteFiles::give_up(RequestId request, int n, Error why, Then<bool> then) {
  writer_->submit<bool>(
      [this, request = std::move(request), n,
       why = std::move(why)](Transaction& transaction) -> Result<bool> {
        std::optional<Subject> subject = waiting_for(transaction.db, request, n);
        if (!subject) return false;
        life_.move(transaction, *subject, RequestEvent::kFail, Ending{why});
        return true;
      },
      std::move(then));
}

}  // namespace plantain::store::sqlite
