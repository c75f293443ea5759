// What the contract suites of this folder share: a temporary folder, hand-held clocks, and a way to
// wait for an asynchronous call.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <future>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/crypto.h"
#include "base/files.h"
#include "base/ids.h"
#include "base/log.h"
#include "base/text.h"
#include "store/file_store.h"
#include "store/key_store.h"
#include "store/ledger_store.h"
#include "store/request_store.h"
#include "store/webhook_store.h"

namespace plantain::store {

class TemporaryFolder {
 public:
  TemporaryFolder()
      : path_(std::filesystem::temp_directory_path() / ("plantain-" + to_hex(random_bytes(8)))) {
    std::filesystem::create_directories(path_);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code code;
    std::filesystem::remove_all(path_, code);
  }
  const Path& path() const { return path_; }

 private:
  const Path path_;
};

// The stores of one backend, opened together.
class OpenStores {
 public:
  virtual ~OpenStores() = default;
  virtual RequestStore& requests() = 0;
  virtual KeyStore& keys() = 0;
  virtual LedgerStore& ledger() = 0;
  virtual FileStore& files() = 0;
  virtual WebhookStore& webhooks() = 0;
};

// A backend under test. Opening the same folder again after closing finds what was kept.
struct Backend {
  std::string name;
  std::function<Result<std::unique_ptr<OpenStores>>(const Path& folder, const Clock&, IdSource&,
                                                    Log&)>
      open;
};

inline std::string backend_name(const testing::TestParamInfo<Backend>& info) {
  return info.param.name;
}

// The answer of an asynchronous call that is waited for later.
template <class T>
class Answer {
 public:
  // To be handed in, once. It shares the promise: the store's thread may still be setting it when
  // the one who waited has gone on.
  Then<T> then() {
    return [promise = promise_](Result<T> result) { promise->set_value(std::move(result)); };
  }
  Result<T> get() { return future_.get(); }

 private:
  std::shared_ptr<std::promise<Result<T>>> promise_ = std::make_shared<std::promise<Result<T>>>();
  std::future<Result<T>> future_ = promise_->get_future();
};

// await<Enqueued>([&](auto then) { store.enqueue(…, then); }) is the answer of that call.
template <class T>
Result<T> await(const std::function<void(Then<T>)>& call) {
  Answer<T> answer;
  call(answer.then());
  return answer.get();
}

// Keeps a store's thread busy in a callback until let_go(), so that what is handed in meanwhile
// waits together.
class Roadblock {
 public:
  template <class T>
  Then<T> then() {
    return [state = state_](const Result<T>&) {
      state->entered.set_value();
      state->go_on.wait();
    };
  }
  void wait_until_entered() { entered_.wait(); }
  void let_go() { let_go_.set_value(); }

 private:
  struct State {
    std::promise<void> entered;
    std::shared_future<void> go_on;
  };
  std::promise<void> let_go_;
  std::shared_ptr<State> state_ = std::make_shared<State>(State{{}, let_go_.get_future().share()});
  std::future<void> entered_ = state_->entered.get_future();
};

// Opens a backend in a folder of its own, and can close and open it again.
class StoreTest : public testing::TestWithParam<Backend> {
 protected:
  void SetUp() override { open(); }
  void open() {
    Result<std::unique_ptr<OpenStores>> opened =
        GetParam().open(folder_.path(), clock_, ids_, log_);
    ASSERT_TRUE(opened.ok()) << opened.error().message;
    stores_ = std::move(*opened);
  }
  void close() { stores_.reset(); }
  void reopen() {
    close();
    open();
  }
  RequestStore& requests() { return stores_->requests(); }
  KeyStore& keys() { return stores_->keys(); }
  LedgerStore& ledger() { return stores_->ledger(); }
  AuditEntry entry(const std::string& action = "test") {
    return AuditEntry{clock_.wall(), std::nullopt, std::nullopt, action, "subject"};
  }
  FileStore& files() { return stores_->files(); }
  WebhookStore& webhooks() { return stores_->webhooks(); }

  TemporaryFolder folder_;
  ManualClock clock_;
  IdSource ids_{clock_};
  Log log_{clock_, LogLevel::kError, [](std::string_view) {}};
  std::unique_ptr<OpenStores> stores_;
};

}  // namespace plantain::store
