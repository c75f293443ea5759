// The API as one object: the routes and who may use them. http/ carries it, main/ makes it.
#pragma once

#include <memory>
#include <string>

#include "api/context.h"

namespace plantain::api {

// The account and admin key of a first start (contract, section 2): made only when there is no
// account yet. The key is written to `key_file` (owner only, never overwritten) before its row
// commits. Answers the key, or nothing when there already was an account.
Result<std::optional<std::string>> make_first_key(store::KeyStore& keys, IdSource& ids,
                                                  const Clock& clock, const Path& key_file);

// A key for the first account, made on the machine itself.
Result<std::string> make_local_key(store::KeyStore& keys, IdSource& ids, const Clock& clock,
                                   const std::string& name, store::Role role);

// A token that signs in once at the console, as the first account's oldest live admin key.
// kNotFound: there is none.
Result<std::string> make_sign_in_token(store::KeyStore& keys, const Clock& clock);

// The server's signing key: made once, sealed with the master key.
Result<std::string> signing_key(store::KeyStore& keys, std::string_view master_key);

// A secret of the server by name, 32 random bytes: made once, sealed with the master key.
Result<std::string> server_secret(store::KeyStore& keys, std::string_view master_key,
                                  const std::string& name);

class Api final : public Service {
 public:
  // What `context` refers to must outlive this.
  explicit Api(std::unique_ptr<Context> context);

  std::span<const Route> routes() const override { return context_->routes; }
  std::optional<Reply> admit(Call& call, const Route& route) override;
  void finish(const Call& call, Reply& reply) override;

  // Own workers: known by a token from before they start until they are dead.
  void add_worker(const std::string& token, const std::string& worker_id);
  void remove_worker(const std::string& token);  // its leases are lost at once

  // Refuses new submits and claims from now on.
  void drain() { context_->draining = true; }
  // Answers everyone who waits for a request's state with the state of now.
  void end_waits() {
    context_->ending = true;
    context_->hub.wake_all();
  }
  Context& context() { return *context_; }

 private:
  std::unique_ptr<Context> context_;
};

}  // namespace plantain::api
