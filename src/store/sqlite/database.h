// RequestStore, KeyStore, LedgerStore, FileStore and WebhookStore on one SQLite file (WAL,
// synchronous FULL, one writer, group commit).
#pragma once

#include <memory>

#include "base/files.h"
#include "base/ids.h"
#include "base/log.h"
#include "store/file_store.h"
#include "store/key_store.h"
#include "store/ledger_store.h"
#include "store/request_store.h"
#include "store/webhook_store.h"

namespace plantain::store::sqlite {

class Database {
 public:
  virtual ~Database() = default;  // waits for what was handed in to commit
  virtual RequestStore& requests() = 0;
  virtual KeyStore& keys() = 0;
  virtual LedgerStore& ledger() = 0;
  virtual FileStore& files() = 0;
  virtual WebhookStore& webhooks() = 0;
};

// Opens or makes the database in `folder` (plantain.db), brings its schema up to date, gives every
// external lease one full limits::kLease again and returns leases of own workers to the queue.
// kConflict: another process has it open. kCorrupt: it is damaged; nothing was changed.
// `clock`, `ids` and `log` must outlive it.
Result<std::unique_ptr<Database>> open_database(const Path& folder, const Clock& clock,
                                                IdSource& ids, Log& log);

}  // namespace plantain::store::sqlite
