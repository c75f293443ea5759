// FileStore on SQLite.
#pragma once

#include "store/file_store.h"
#include "store/sqlite/life.h"
#include "store/sqlite/readers.h"
#include "store/sqlite/writer.h"

namespace plantain::store::sqlite {

class SqliteFiles final : public FileStore {
 public:
  // Both must outlive this; use_writer() comes before any other call.
  SqliteFiles(Life& life, Readers& readers) : life_(life), readers_(readers) {}
  void use_writer(Writer& writer) { writer_ = &writer; }

  void stage(std::string blob_id, Then<void> then) override;
  void add(Upload fresh, int64_t quota_bytes, Then<Upload> then) override;
  Result<Upload> get(const AccountId& account, const FileId& id) override;
  Result<std::vector<Upload>> list(const AccountId& account, const std::optional<FileId>& before,
                                   int limit) override;
  void remove(AccountId account, FileId id, Then<void> then) override;
  Result<int64_t> bytes_of(const AccountId& account) override;
  Result<NamedFile> find(const std::string& name) override;
  Result<std::vector<InputFile>> inputs(const RequestId& request) override;
  Result<std::vector<PendingInput>> pending(int limit) override;
  void arrive(RequestId request, int n, FileContent content, int64_t quota_bytes,
              Then<bool> then) override;
  void give_up(RequestId request, int n, Error why, Then<bool> then) override;

 private:
  Result<bool> do_arrive(Transaction& transaction, const RequestId& request, int n,
                         const FileContent& content, int64_t quota_bytes);

  Life& life_;
  Readers& readers_;
  Writer* writer_ = nullptr;
};

}  // namespace plantain::store::sqlite
