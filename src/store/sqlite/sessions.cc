#include "base/limits.h"
#include "store/sqlite/keys.h"

namespace plantain::store::sqlite {
namespace {

bool has_key(Connection& db, const KeyId& key) {
  return db.query("SELECT 1 FROM api_key WHERE id = ?1", key).next();
}

Result<void> insert_session(Transaction& transaction, const NewSession& fresh) {
  Connection& db = transaction.db;
  if (!has_key(db, fresh.key)) return Error{ErrorCode::kNotFound, "there is no such key"};
  db.run("DELETE FROM session WHERE expires <= ?1", transaction.now);
  db.run("INSERT INTO session (hash, key, created, expires) VALUES (?1, ?2, ?3, ?4)",
         Blob{fresh.hash}, fresh.key, fresh.created, fresh.expires);
  db.run(R"(DELETE FROM session WHERE row IN
              (SELECT row FROM session WHERE key = ?1 ORDER BY row DESC LIMIT -1 OFFSET ?2))",
         fresh.key, limits::kSessionsPerKeyMax);
  return {};
}

Result<KeyHolder> take_token(Transaction& transaction, const std::string& hash) {
  Connection& db = transaction.db;
  std::optional<KeyHolder> holder;
  {
    Rows rows = db.query("SELECT " PLANTAIN_KEY_COLUMNS ", " PLANTAIN_ACCOUNT_COLUMNS
                         "FROM sign_in_token JOIN api_key ON api_key.id = sign_in_token.key "
                         "JOIN account ON account.id = api_key.account "
                         "WHERE sign_in_token.hash = ?1 AND sign_in_token.expires > ?2",
                         Blob{hash}, transaction.now);
    if (rows.next()) holder = KeyHolder{read_key(rows), read_account(rows, kKeyColumns)};
  }
  if (!holder)
    return Error{ErrorCode::kInvalidKey, "this token is not known here, used, or too old"};
  db.run("DELETE FROM sign_in_token WHERE hash = ?1", Blob{hash});
  return *std::move(holder);
}

}  // namespace

void SqliteKeys::add_session(NewSession session, Then<void> then) {
  writer_->submit<void>(
      [session = std::move(session)](Transaction& transaction) {
        return insert_session(transaction, session);
      },
      std::move(then));
}

Result<Session> SqliteKeys::find_session(std::string_view hash) {
  return readers_.read<Session>([&](Connection& db) -> Result<Session> {
    Rows rows = db.query("SELECT " PLANTAIN_KEY_COLUMNS ", " PLANTAIN_ACCOUNT_COLUMNS
                         ", session.created, session.expires "
                         "FROM session JOIN api_key ON api_key.id = session.key "
                         "JOIN account ON account.id = api_key.account "
                         "WHERE session.hash = ?1 AND session.expires > ?2",
                         Blob{hash}, clock_.wall());
    if (!rows.next()) return Error{ErrorCode::kInvalidKey, "this session is over"};
    constexpr int kRest = kKeyColumns + kAccountColumns;
    return Session{read_key(rows), read_account(rows, kKeyColumns), rows.time(kRest),
                   rows.time(kRest + 1)};
  });
}

void SqliteKeys::end_session(std::string hash, Then<void> then) {
  writer_->submit<void>(
      [hash = std::move(hash)](Transaction& transaction) -> Result<void> {
        transaction.db.run("DELETE FROM session WHERE hash = ?1", Blob{hash});
        return {};
      },
      std::move(then));
}

void SqliteKeys::add_sign_in_token(std::string hash, KeyId key, WallTime expires, Then<void> then) {
  writer_->submit<void>(
      [hash = std::move(hash), key = std::move(key),
       expires](Transaction& transaction) -> Result<void> {
        if (!has_key(transaction.db, key))
          return Error{ErrorCode::kNotFound, "there is no such key"};
        transaction.db.run("DELETE FROM sign_in_token WHERE expires <= ?1", transaction.now);
        transaction.db.run("INSERT INTO sign_in_token (hash, key, expires) VALUES (?1, ?2, ?3)",
                           Blob{hash}, key, expires);
        return {};
      },
      std::move(then));
}

void SqliteKeys::use_sign_in_token(std::string hash, Then<KeyHolder> then) {
  writer_->submit<KeyHolder>(
      [hash = std::move(hash)](Transaction& transaction) { return take_token(transaction, hash); },
      std::move(then));
}

}  // namespace plantain::store::sqlite
