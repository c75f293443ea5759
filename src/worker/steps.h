// What a lease's request has paid for: the memory of its engine's paid calls, kept by the server.
// Threads: the run's own.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "engine/paid_call.h"

namespace plantain::worker {

class Steps {
 public:
  // Puts `body` as step `n` and waits until that is on disk, however long the server is away; the
  // step as it is kept. kConflict: the lease is lost.
  using Put = std::function<Result<Json>(int n, const JsonObject& body)>;

  // `known`: the steps of a lease, as the server lists them.
  Steps(std::string request_id, std::string engine, const JsonArray& known, Put put);
  ~Steps();

  engine::PaidCall& call(int n);
  // What done() was given for this step by an earlier attempt.
  std::optional<JsonObject> kept(int n) const;
  // The step's files are uploaded: `outputs` is `{"record": …, "files": [{"blob_id" …}]}`.
  Result<void> done(int n, JsonObject outputs);

 private:
  class Call;
  const std::string request_id_;
  const std::string engine_;
  const Put put_;
  std::map<int, std::unique_ptr<Call>> calls_;
  std::map<int, JsonObject> kept_;
};

}  // namespace plantain::worker
