// The memory of one paid call to a provider, kept outside the engine so that it outlives the
// process. Whoever runs an engine gives it; the engine tells it what happens, before and after.
//
// A call is *in doubt* from intend() until its answer is known: should the process die in between,
// nobody can tell whether the provider did the work and charged for it.
//
// Threads: the thread that called Engine::draw().
#pragma once

#include <string>

#include "base/result.h"

namespace plantain::engine {

class PaidCall {
 public:
  virtual ~PaidCall() = default;

  // The same for every attempt at this very call, another for any other: for providers that take an
  // idempotency key.
  virtual std::string key() const = 0;
  // The id under which the provider accepted the call, in this attempt or an earlier one; empty: it
  // did not. What was accepted is picked up, never called for again.
  virtual std::string accepted_as() const = 0;
  // How many calls were sent whose answer nobody knows, in this attempt and earlier ones.
  virtual int in_doubt() const = 0;

  // Each returns once its word is on disk. An error: it is not, and nothing more may be sent.
  virtual Result<void> intend() = 0;  // a call is about to be sent
  virtual Result<void>
  answered() = 0;  // the call was answered, or surely never left: nothing was made
  virtual Result<void> accepted(const std::string& upstream_id) = 0;
};

// For runs that nobody remembers: a command without a server, tests.
class ForgetfulPaidCall final : public PaidCall {
 public:
  explicit ForgetfulPaidCall(std::string key) : key_(std::move(key)) {}
  std::string key() const override { return key_; }
  std::string accepted_as() const override { return accepted_as_; }
  int in_doubt() const override { return doubts_ + (open_ ? 1 : 0); }
  Result<void> intend() override {
    doubts_ += open_ ? 1 : 0;
    open_ = true;
    return {};
  }
  Result<void> answered() override {
    open_ = false;
    accepted_as_.clear();
    return {};
  }
  Result<void> accepted(const std::string& upstream_id) override {
    open_ = false;
    accepted_as_ = upstream_id;
    return {};
  }

 private:
  const std::string key_;
  std::string accepted_as_;
  bool open_ = false;
  int doubts_ = 0;
};

}  // namespace plantain::engine
