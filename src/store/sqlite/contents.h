// The bytes of clients' files as rows: content, and what names it. Internal to the folder.
// Threads: the writer's alone, except read_inputs().
#pragma once

#include <vector>

#include "store/file_store.h"
#include "store/sqlite/writer.h"

namespace plantain::store::sqlite {

// The row of `content`, whose blob is staged, among the account's; equal bytes have one row, and
// the newer blob dies. kTooLarge: the account's own quota, or without one `quota_bytes`;
// kUnavailable: the blob is not staged any more.
Result<int64_t> adopt(Transaction& transaction, const AccountId& account,
                      const FileContent& content, int64_t quota_bytes);

// The columns that read_content() reads, of content.
#define PLANTAIN_CONTENT_COLUMNS "blob_id, content_type, bytes, sha256, width, height"
FileContent read_content(const Rows& rows, int first_column);

// The inputs of a request that was just written. As RequestStore::enqueue().
Result<void> begin_inputs(Transaction& transaction, const NewRequest& fresh);
// Those whose bytes are here, by n.
std::vector<InputFile> read_inputs(Connection& db, int64_t request_row);

// The last part of an input's address.
std::string input_name(const RequestId& request, int n, const FileContent& content);

}  // namespace plantain::store::sqlite
