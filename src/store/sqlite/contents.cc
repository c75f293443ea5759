#include "store/sqlite/contents.h"

#include "base/text.h"

namespace plantain::store::sqlite {
namespace {

// The ending of a kind of file: ".png" of "image/png".
std::string extension_of(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  return dot == std::string_view::npos ? std::string() : std::string(name.substr(dot));
}

struct Kept {
  int64_t content;
  std::string extension;
};

std::optional<Kept> find_upload(Connection& db, const AccountId& account, const FileId& id) {
  Rows rows =
      db.query("SELECT content, name FROM upload WHERE id = ?1 AND account = ?2", id, account);
  if (!rows.next()) return std::nullopt;
  return Kept{rows.integer(0), extension_of(rows.text(1))};
}

std::string name_of_input(const RequestId& request, int n, std::string_view extension) {
  return concat(request.text(), "-in-", n, extension);
}

// The row of the input's bytes and its ending; nothing when they are to be fetched.
Result<std::optional<Kept>> keep_input(Transaction& transaction, const NewRequest& fresh,
                                       const NewInput& input) {
  if (input.upload) {
    std::optional<Kept> kept = find_upload(transaction.db, fresh.account, *input.upload);
    if (!kept)
      return Error{ErrorCode::kFileUnreachable,
                   "an input names a file that is not here, or no longer"};
    return kept;
  }
  if (!input.content) return std::optional<Kept>();
  Result<int64_t> content = adopt(transaction, fresh.account, *input.content, fresh.quota_bytes);
  if (!content.ok()) return content.error();
  return std::optional(Kept{*content, input.content->extension});
}

}  // namespace

FileContent read_content(const Rows& rows, int first_column) {
  return FileContent{
      rows.text(first_column),        rows.text(first_column + 1), {},
      rows.integer(first_column + 2), rows.text(first_column + 3), rows.small(first_column + 4),
      rows.small(first_column + 5)};
}

std::string input_name(const RequestId& request, int n, const FileContent& content) {
  return name_of_input(request, n, content.extension);
}

Result<int64_t> adopt(Transaction& transaction, const AccountId& account,
                      const FileContent& content, int64_t quota_bytes) {
  Connection& db = transaction.db;
  {
    Rows known = db.query("SELECT row FROM content WHERE account = ?1 AND sha256 = ?2", account,
                          content.sha256);
    if (known.next()) {
      db.run("UPDATE blob SET state = 2, lost = NULL WHERE id = ?1 AND state = 0", content.blob_id);
      return known.integer(0);
    }
  }
  {
    Rows own = db.query("SELECT quota FROM account WHERE id = ?1", account);
    if (own.next()) quota_bytes = own.maybe_integer(0).value_or(quota_bytes);
  }
  {
    Rows used = db.query("SELECT bytes FROM storage WHERE account = ?1", account);
    const int64_t bytes = used.next() ? used.integer(0) : 0;
    if (bytes + content.bytes > quota_bytes) {
      return Error{ErrorCode::kTooLarge, concat("the files of an account may have ", quota_bytes,
                                                " bytes together; these have ", bytes,
                                                " already, and this one ", content.bytes)};
    }
  }
  db.run("UPDATE blob SET state = 1, lease = NULL, lost = NULL WHERE id = ?1 AND state = 0",
         content.blob_id);
  if (db.changed() != 1)
    return Error{ErrorCode::kUnavailable, "the file took too long; send it again"};
  db.run(R"(INSERT INTO content (account, sha256, blob_id, content_type, bytes, width, height)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7))",
         account, content.sha256, content.blob_id, content.content_type, content.bytes,
         content.width, content.height);
  return db.last_row();
}

Result<void> begin_inputs(Transaction& transaction, const NewRequest& fresh) {
  if (fresh.inputs.empty()) return {};
  int64_t row = 0;
  {
    Rows rows = transaction.db.query("SELECT row FROM request WHERE id = ?1", fresh.id);
    if (!rows.next()) return {};  // the statement that failed is judged by the writer
    row = rows.integer(0);
  }
  int waiting = 0;
  for (std::size_t i = 0; i < fresh.inputs.size(); ++i) {
    const NewInput& input = fresh.inputs[i];
    const int n = static_cast<int>(i);
    Result<std::optional<Kept>> kept = keep_input(transaction, fresh, input);
    if (!kept.ok()) return kept.error();
    const bool here = kept->has_value();
    if (!here) ++waiting;
    transaction.db.run(
        R"(INSERT INTO input_file (request, n, medium, address, upload, content, name)
           VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7))",
        row, n, input.medium, here ? std::nullopt : std::optional(input.address), input.upload,
        here ? std::optional((*kept)->content) : std::nullopt,
        here ? std::optional(name_of_input(fresh.id, n, (*kept)->extension)) : std::nullopt);
  }
  transaction.db.run("UPDATE request SET waiting = ?2 WHERE row = ?1", row, waiting);
  return {};
}

std::vector<InputFile> read_inputs(Connection& db, int64_t request_row) {
  std::vector<InputFile> inputs;
  Rows rows = db.query("SELECT n, name, " PLANTAIN_CONTENT_COLUMNS
                       " FROM input_file JOIN content ON content.row = input_file.content WHERE "
                       "request = ?1 ORDER BY n",
                       request_row);
  while (rows.next()) {
    inputs.push_back(InputFile{rows.small(0), rows.text(1), read_content(rows, 2)});
    inputs.back().content.extension = extension_of(inputs.back().name);
  }
  return inputs;
}

}  // namespace plantain::store::sqlite
