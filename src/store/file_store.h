// Files that clients bring: what they upload, and what the inputs of their requests name. Equal
// bytes are kept once within an account, never across accounts. Threads and errors as RequestStore.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "request/request.h"
#include "store/then.h"

namespace plantain::store {

struct Upload {
  FileId id;
  AccountId account;
  std::string name;  // the last part of its address: its id and an ending
  FileContent content;
  WallTime created;
};

// An input of a request that has to be fetched.
struct PendingInput {
  RequestId request;
  AccountId account;
  int n = 0;
  std::string medium;  // what it must be: "image", "video"
  std::string address;
};

// A file of an input whose bytes are here, and may be served.
struct InputFile {
  int n = 0;
  std::string name;  // the last part of its address
  FileContent content;
};

// What is served under a name: an upload or an input.
struct NamedFile {
  std::string name;
  FileContent content;
  std::optional<WallTime> expires;
};

class FileStore {
 public:
  virtual ~FileStore() = default;

  // Records, before the bytes are visible, that a blob is on its way. What no call below takes up
  // within limits::kStagedBlobKept dies.
  virtual void stage(std::string blob_id, Then<void> then) = 0;

  // Keeps an upload whose blob is staged. If the account has equal bytes already, its blob is not
  // needed and dies; the answer names the one that is kept. kTooLarge: the account would have more
  // than its own quota or, without one, `quota_bytes`.
  virtual void add(Upload fresh, int64_t quota_bytes, Then<Upload> then) = 0;
  virtual Result<Upload> get(const AccountId& account, const FileId& id) = 0;
  // Newest first; `before` is the cursor: ids smaller than this. limit: 1 … limits::kListMax.
  virtual Result<std::vector<Upload>> list(const AccountId& account,
                                           const std::optional<FileId>& before, int limit) = 0;
  // Its address is gone at once; its bytes live until the last unfinished request that names it has
  // ended.
  virtual void remove(AccountId account, FileId id, Then<void> then) = 0;
  virtual Result<int64_t> bytes_of(const AccountId& account) = 0;
  // kNotFound: nothing is served under this name, any more or at all.
  virtual Result<NamedFile> find(const std::string& name) = 0;

  // -- inputs of requests (request/request.h: NewInput)
  // ---------------------------------------------------------------

  // The files of a request's input that are here, by n.
  virtual Result<std::vector<InputFile>> inputs(const RequestId& request) = 0;
  // Inputs of queued requests that are to be fetched, oldest request first.
  virtual Result<std::vector<PendingInput>> pending(int limit) = 0;
  // The bytes of an input are here; when it was the last one missing, the request can be claimed.
  // False: nobody waits for it any more, and its blob dies. kTooLarge as add(); a
  // quota of the account's own goes before `quota_bytes`.
  virtual void arrive(RequestId request, int n, FileContent content, int64_t quota_bytes,
                      Then<bool> then) = 0;
  // An input cannot be had: the request fails with `why`. False: nobody waits for it any more.
  virtual void give_up(RequestId request, int n, Error why, Then<bool> then) = 0;
};

}  // namespace plantain::store
