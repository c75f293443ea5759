// Outbound HTTP: the one client, by libcurl.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/files.h"
#include "base/result.h"
#include "net/address_guard.h"

namespace plantain::net {

struct HttpRequest {
  std::string method = "GET";
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::chrono::milliseconds timeout{30'000};  // of the whole exchange; 0: none (streams)
  std::chrono::seconds silence{0};            // give up after this long without a byte; 0: never
  // Sent at most once, on a connection of its own. A kept connection may turn out to be closed, and
  // then the library sends a second time what the other side may have read.
  bool at_most_once = false;
  std::size_t answer_max_bytes = std::size_t{128} << 20;  // of a body that is kept
  // Given each piece of the answer's body as it comes, instead of keeping it; false: stop here,
  // which is a success. The answer's status and headers are known only at the end.
  std::function<bool(std::string_view piece)> on_data;
  // Called at least every 200 ms while the exchange lasts, on the calling thread.
  std::function<void()> on_tick;
  const std::atomic<bool>* abort = nullptr;  // set from any thread: give up soon, with kCancelled
};

struct HttpAnswer {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
  std::string body;
  std::string header(std::string_view lower_case_name) const;  // empty: none
};

// A client for addresses the owner configured (our own server, upstreams), or, with a guard, for
// those that a client chose: no proxy from the environment, no cookies, no redirects, http and
// https only.
// Threads: one call at a time per client; connections are kept for the next call. They are the
// client's own: clients of different rules never share one.
class HttpClient {
 public:
  // With `unix_socket`, every call goes through that socket whatever host the url names.
  explicit HttpClient(Path unix_socket = {});
  // For addresses that a client chose: each connection is made anew for one call, only to what
  // `guard` allows, judged on the address that is connected to; names and passwords in an address
  // are refused. `guard` must outlive it.
  explicit HttpClient(const AddressGuard& guard);
  ~HttpClient();
  HttpClient(HttpClient&&) noexcept;
  HttpClient& operator=(HttpClient&&) noexcept;

  // An answer of any status is a success. kUnavailable: no whole answer (refused, cut, timed out;
  // the message says which, without the url); kTooLarge: a body above answer_max_bytes, or headers
  // above limits::kHeaderMax_bytes; kCancelled, within 200 ms of the wish; kInvalidInput: an
  // address or a header that cannot be sent.
  Result<HttpAnswer> send(const HttpRequest& request);

  // After a send() without an answer: whether the other side may have got the request, in whole or
  // in part. False only where surely nothing was sent.
  bool may_have_arrived() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace plantain::net
