// Does what time asks for while the server runs: ends what is late, removes what nobody needs.
#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

#include "base/log.h"
#include "store/artifact_store.h"
#include "store/request_store.h"

namespace plantain {

// A thread of its own, because removing files takes as long as the disk likes.
class Housekeeper {
 public:
  // All must outlive it.
  Housekeeper(store::RequestStore& requests, store::ArtifactStore& artifacts, Log& log);
  ~Housekeeper();  // waits for the round that is under way

 private:
  void run();
  void round();

  store::RequestStore& requests_;
  store::ArtifactStore& artifacts_;
  Log& log_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace plantain
