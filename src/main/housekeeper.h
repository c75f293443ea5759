// Does what time asks for while the server runs: ends what is late, removes what nobody needs.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "base/log.h"
#include "store/artifact_store.h"
#include "store/request_store.h"

namespace plantain {

// A thread of its own, because removing files takes as long as the disk likes.
class Housekeeper {
 public:
  // `is_away(engine, model_id)`: nobody will take a request for them soon. `note_models` is called
  // once a minute. All must outlive it.
  Housekeeper(store::RequestStore& requests, store::ArtifactStore& artifacts,
              std::function<bool(const std::string&, const std::string&)> is_away,
              std::function<void()> note_models, Log& log);
  ~Housekeeper();  // waits for the round that is under way

 private:
  void run();
  void round();
  void fall_over();

  store::RequestStore& requests_;
  store::ArtifactStore& artifacts_;
  const std::function<bool(const std::string&, const std::string&)> is_away_;
  const std::function<void()> note_models_;
  Log& log_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace plantain
