// Bytes of a connection become calls. The grammar is Beast's; what it takes and we must not
// (docs/decisions/0002) is refused on top of it, so that no two readers of the same bytes can
// disagree on where a call ends. It has never heard of a socket.
// Threads: one at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "api/call.h"

namespace plantain::http {

struct Head {
  api::Method method = api::Method::kOther;
  std::string target;  // "/…" in ASCII; "*" only with OPTIONS
  bool http_1_0 = false;
  bool keep_alive = true;
  bool chunked = false;
  std::optional<uint64_t> content_length;
  bool expects_continue = false;
  api::Fields fields;

  std::string_view host() const { return *fields.get("Host"); }
  bool has_body() const { return chunked || content_length.value_or(0) > 0; }
};

class Parser {
 public:
  Parser(std::size_t head_max_bytes, std::size_t target_max_bytes);
  ~Parser();

  enum class Step {
    kMore,  // needs bytes that are not there yet
    kDone,
    kStopped,  // by the taker of the body
    kRefused,  // see refusal(); the connection cannot go on
  };

  // Takes one head from the front of `input`, once it is there as a whole.
  Step read_head(std::string& input);
  Head& head() { return head_; }
  const Head& head() const { return head_; }

  // Takes what there is of the body from the front of `input` and hands it on, decoded. `take`
  // returning false stops.
  using Take = std::function<bool(std::string_view bytes)>;
  Step read_body(std::string& input, const Take& take);
  bool body_done() const;  // true when there is none

  // An answer that says what is wrong, and closes.
  api::Reply refusal() { return std::move(*refusal_); }

  void next();  // forgets this call; the input goes on with another

 private:
  class Grammar;

  Step refuse(int status, std::string message);
  std::optional<Step> judge_size(std::string_view input, std::size_t end);
  Step parse_head(std::string_view bytes);

  const std::size_t head_max_;
  const std::size_t target_max_;
  std::unique_ptr<Grammar> grammar_;
  Head head_;
  std::size_t searched_ = 0;  // bytes of the input in which no head ends
  std::optional<api::Reply> refusal_;
};

}  // namespace plantain::http
