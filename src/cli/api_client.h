// Calls of a Plantain server as the verbs make them: JSON in, JSON out, failures as sentences
// that a person can act on.
// Threads: one.
#pragma once

#include <atomic>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "cli/arguments.h"
#include "cli/world.h"
#include "net/http_client.h"

namespace plantain::cli {

struct Connection {
  std::string base;  // "http://127.0.0.1:8080", no slash at its end
  std::string key;   // empty: none was found
};

// Where the server is and with which key. The configured key file is that of the server of this
// machine: it is read for a server on loopback alone, and sent to no other.
Result<Connection> resolve_connection(const World& world, const Arguments& arguments);

struct ApiCall {
  std::string method = "GET";
  std::string path;                                        // "/v1/models"
  std::vector<std::pair<std::string, std::string>> query;  // those with an empty value are left out
  std::vector<std::pair<std::string, std::string>> headers;
  Json body;          // null: none
  std::string bytes;  // instead of it: a file; empty: none
  int wait_s = 0;     // Prefer: wait
};

class ApiClient {
 public:
  // `abort` may be null; once set, calls end with kCancelled.
  ApiClient(Connection connection, const std::atomic<bool>* abort);

  // The body of a 2xx answer; null when it has none. Any other answer is an Error with the code
  // of its type and a text of one or more lines, without a line break at the end.
  Result<Json> call(const ApiCall& call);

  // The body of a 2xx answer as it is. Any other answer as above.
  Result<std::string> text(const ApiCall& call);

  // A stream of pieces of the body. An answer that is not 2xx as above; 204 gives kNotFound.
  Result<void> stream(const ApiCall& call, const std::function<bool(std::string_view)>& on_piece,
                      const std::function<void()>& on_tick);

  // The bytes behind an address that the server gave; the key is not sent there.
  Result<std::string> download(const std::string& url);

  const std::string& base() const { return connection_.base; }

 private:
  net::HttpRequest prepare(const ApiCall& call) const;
  Error no_server(const Error& why) const;
  Error refusal(const net::HttpAnswer& answer) const;

  const Connection connection_;
  const std::atomic<bool>* const abort_;
  net::HttpClient http_;
};

// The sentence of a problem or of a failed request, and each fault with its pointer.
std::string describe_problem(const Json& problem);

// "/v1/models/<id>" and "/v1/requests/<id><rest>", escaped.
std::string model_path(std::string_view model_id);
std::string request_path(std::string_view request_id, std::string_view rest = "");

}  // namespace plantain::cli
