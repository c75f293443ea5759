// What RunComfy's Model API and fal's queue have in common, and what not: a request is submitted,
// asked after, and its result read. Pure functions; the engine sends.
// Threads: any.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "engine/upstream/pay.h"
#include "engine/upstream_settings.h"
#include "net/http_client.h"

namespace plantain::engine::queue {

enum class Stage { kQueued, kRunning, kEnded };

// What a provider says of a request, or the error of asking.
struct Status {
  Stage stage = Stage::kQueued;
  std::optional<Error> error;  // it ended without a result
};

struct Output {
  std::vector<std::string> addresses;  // of files, pictures before films, each once
  std::optional<double> cost_usd;
};

class Dialect {
 public:
  virtual ~Dialect() = default;
  virtual std::string_view base() const = 0;  // the provider's own address
  virtual std::pair<std::string, std::string> key_header(const std::string& key) const = 0;
  // Paths below the base, for the provider's id of the model and of the request.
  virtual std::string submit_path(std::string_view model) const = 0;
  virtual std::string status_path(std::string_view model, std::string_view id) const = 0;
  virtual std::string result_path(std::string_view model, std::string_view id) const = 0;
  virtual std::pair<std::string, std::string> cancel_call(std::string_view model,
                                                          std::string_view id) const = 0;
  virtual std::string check_path() const = 0;  // answers 200 to a good key, costs nothing

  // The id of an accepted submit.
  virtual upstream::Judged<std::string> judge_submit(const net::HttpAnswer& answer,
                                                     std::string_view secret) const = 0;
  // An answer that says nothing of the request is an error: kUpstreamUnavailable.
  virtual Result<Status> read_status(const net::HttpAnswer& answer,
                                     std::string_view secret) const = 0;
  virtual Result<Output> read_result(const net::HttpAnswer& answer,
                                     std::string_view secret) const = 0;
};

const Dialect& runcomfy();
const Dialect& fal();

// The input as the provider wants it.
JsonObject translate(const JsonObject& input, const upstream::ModelMapping& mapping);

}  // namespace plantain::engine::queue
