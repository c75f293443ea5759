// One HTTP exchange as plain values: what the API sees of a call, and what it answers. Nothing
// here knows a socket; http/ turns bytes into a Call and a Reply into bytes.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "store/artifact_store.h"
#include "store/key_store.h"

namespace plantain::api {

enum class Method { kGet, kHead, kPost, kPut, kPatch, kDelete, kOptions, kOther };
std::string_view name_of(Method method);

// Header fields: names compare without case, several fields of one name are kept in order.
class Fields {
 public:
  void add(std::string name, std::string value) {
    all_.emplace_back(std::move(name), std::move(value));
  }
  std::optional<std::string_view> get(std::string_view name) const;  // the first
  const std::vector<std::pair<std::string, std::string>>& all() const { return all_; }

 private:
  std::vector<std::pair<std::string, std::string>> all_;
};

// The cookie a call came with instead of a key.
struct SignedIn {
  std::string cookie;
  WallTime expires;
};

// Who is calling, once the gate has looked.
struct Caller {
  store::Key key;
  store::Account account;
  std::string credential;  // for workers: what a lease is bound to
  bool own_worker = false;
  std::optional<SignedIn> session = {};
};

struct Route;

struct Call {
  std::string id;                // X-Call-Id
  SteadyTime began;              // when its head was read
  const Route* route = nullptr;  // set by the gate
  Method method = Method::kGet;
  std::string path;                                         // as sent, without the query
  std::vector<std::pair<std::string, std::string>> query;   // decoded, in order
  std::string raw_query;                                    // as sent
  std::vector<std::pair<std::string, std::string>> params;  // decoded path parameters of the route
  Fields headers;
  std::string body;
  std::string traceparent;       // empty: none or malformed
  std::optional<Caller> caller;  // set by the gate
  std::string public_base;       // what addresses in answers begin with: "http://127.0.0.1:8080"

  std::optional<std::string_view> query_value(std::string_view name) const;  // the first
  const std::string& param(std::string_view name) const;  // CHECKs that it is there
};

// Bytes that are pushed to a client as they come, in the form of server-sent events. It is pulled:
// http/ asks for the next piece when the socket can take it, so a slow reader costs no memory.
// Threads: take() on the network thread; wake may be called from any thread.
class EventSource {
 public:
  virtual ~EventSource() = default;
  struct Piece {
    std::string bytes;  // empty: nothing now, wait for wake()
    bool last = false;  // close after these bytes
  };
  virtual Piece take() = 0;
  // `wake` is to be called whenever take() may have something new. Replaces the one before.
  virtual void on_wake(std::function<void()> wake) = 0;
};

struct ArtifactBody {
  std::shared_ptr<store::Artifact> artifact;
  uint64_t offset = 0;
  uint64_t count = 0;
};

struct Reply {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers;
  std::variant<std::string, ArtifactBody, std::shared_ptr<EventSource>> body;
  bool close = false;                     // end the connection after this answer
  std::optional<ErrorCode> refusal = {};  // what problem() said

  Reply& with(std::string name, std::string value) {
    headers.emplace_back(std::move(name), std::move(value));
    return *this;
  }
};

Reply json_reply(int status, const Json& value);

// Called exactly once, from any thread.
using Respond = std::function<void(Reply)>;
using Handler = std::function<void(std::shared_ptr<const Call> call, Respond respond)>;

// Runs things later. Threads: any; what it runs, it runs on the network thread but for aside().
class Scheduler {
 public:
  virtual ~Scheduler() = default;
  virtual void after(Micros delay, std::function<void()> what) = 0;
  virtual void soon(std::function<void()> what) = 0;
  // On a thread that may block, beside the network thread.
  virtual void aside(std::function<void()> what) = 0;
};

}  // namespace plantain::api
