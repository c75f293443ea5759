#include "http/parser.h"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <limits>

#include "api/problem.h"
#include "base/text.h"
#include "http/message.h"

namespace plantain::http {
namespace {

namespace beast = boost::beast::http;
using ErrorCodeOut = boost::beast::error_code;
using View = boost::beast::string_view;

// Beyond the target, a request line holds a method and a version.
constexpr std::size_t kLineRest_bytes = 64;

std::string text_of(View view) { return {view.data(), view.size()}; }

api::Method method_of(std::string_view name) {
  for (const api::Method method :
       {api::Method::kGet, api::Method::kHead, api::Method::kPost, api::Method::kPut,
        api::Method::kPatch, api::Method::kDelete, api::Method::kOptions}) {
    if (api::name_of(method) == name) return method;
  }
  return api::Method::kOther;
}

std::vector<std::string_view> values_of(const api::Fields& fields, std::string_view name) {
  std::vector<std::string_view> values;
  for (const auto& [key, value] : fields.all()) {
    if (key.size() == name.size() && to_lower_ascii(key) == name) values.push_back(value);
  }
  return values;
}

bool is_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

bool is_host(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    return letter || std::string_view("-._~%!$&'()*+,;=:[]").find(c) != std::string_view::npos;
  });
}

// What may not be in a head that Beast has taken.
std::optional<api::Reply> judge_framing(const Head& head) {
  const auto lengths = values_of(head.fields, "content-length");
  if (lengths.size() > 1) return malformed(400, "Content-Length stands here more than once");
  if (lengths.size() == 1 && !is_digits(lengths[0])) {
    return malformed(400, "Content-Length is not one number");
  }
  const auto codings = values_of(head.fields, "transfer-encoding");
  if (codings.empty()) return std::nullopt;
  if (head.http_1_0) return malformed(400, "HTTP/1.0 has no Transfer-Encoding");
  if (!lengths.empty())
    return malformed(400, "Content-Length and Transfer-Encoding exclude each other");
  if (codings.size() > 1) return malformed(400, "Transfer-Encoding stands here more than once");
  const std::string coding = to_lower_ascii(trim_ascii(codings[0]));
  if (coding == "chunked") return std::nullopt;
  const std::vector<std::string> list = split(coding, ',');
  if (trim_ascii(list.back()) == "chunked" && list.size() > 1) {
    return malformed(501, "of the transfer codings only 'chunked' is understood");
  }
  return malformed(400, "Transfer-Encoding must be 'chunked'");
}

std::optional<api::Reply> judge_expectation(const Head& head) {
  const auto expected = values_of(head.fields, "expect");
  if (expected.empty() || head.http_1_0) return std::nullopt;
  if (expected.size() == 1 && to_lower_ascii(expected[0]) == "100-continue") return std::nullopt;
  return malformed(417, "of the expectations only '100-continue' is understood");
}

std::optional<api::Reply> judge_host(const Head& head) {
  const auto hosts = values_of(head.fields, "host");
  if (hosts.empty()) return malformed(400, "there is no Host");
  if (hosts.size() > 1) return malformed(400, "Host stands here more than once");
  if (!is_host(hosts[0])) return malformed(400, "Host is not the name of a host");
  return std::nullopt;
}

std::optional<api::Reply> judge_target(const Head& head) {
  const auto refuse = [](std::string message) {
    api::Reply reply = api::problem(Error{ErrorCode::kInvalidIdentifier, std::move(message)});
    reply.close = true;
    return reply;
  };
  if (head.target == "*" && head.method == api::Method::kOptions) return std::nullopt;
  if (!head.target.starts_with('/')) return refuse("the target of a call begins with '/'");
  for (const char c : head.target) {
    if (c <= ' ' || c > '~')
      return refuse("the target of a call is ASCII; encode the rest with '%'");
    if (c == '#') return refuse("the target of a call has no '#'");
  }
  return std::nullopt;
}

bool has_fold(std::string_view bytes) {
  return bytes.find("\r\n ") != std::string_view::npos ||
         bytes.find("\r\n\t") != std::string_view::npos;
}

// Beast would say so too, but only of a head that is there as a whole, which may then never be.
bool has_bare_line_feed(std::string_view bytes, std::size_t from) {
  for (std::size_t at = bytes.find('\n', from); at != bytes.npos; at = bytes.find('\n', at + 1)) {
    if (at == 0 || bytes[at - 1] != '\r') return true;
  }
  return false;
}

// Empty lines before a call (RFC 9112, section 2.2).
void skip_empty_lines(std::string& input) {
  std::size_t size = 0;
  while (input.compare(size, 2, "\r\n") == 0) size += 2;
  input.erase(0, size);
}

bool may_begin_a_method(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }

}  // namespace

class Parser::Grammar final : public beast::basic_parser<true> {
 public:
  Grammar(Head& head, std::size_t extras_max) : head_(head), extras_max_(extras_max) {
    header_limit(std::numeric_limits<std::uint32_t>::max());  // Parser has looked at the size
    body_limit(boost::none);                                  // the taker of the body looks at it
  }

  const Take* take = nullptr;

  // Beast asserts that the last chunk's line and the empty line behind it, "0\r\n\r\n", are not
  // shorter than that, but looks at the first three bytes as soon as they are there. What follows
  // between two chunks is never shorter, so nothing waits in vain.
  bool may_read(std::size_t size) const {
    constexpr std::size_t kLastChunk_bytes = 5;
    return size > 0 && (!chunked() || chunk_left_ > 0 || size >= kLastChunk_bytes);
  }

 private:
  void on_request_impl(beast::verb, View method, View target, int version, ErrorCodeOut&) override {
    head_.method = method_of(text_of(method));
    head_.target = text_of(target);
    head_.http_1_0 = version == 10;
  }
  void on_response_impl(int, View, int, ErrorCodeOut&) override {}
  void on_field_impl(beast::field, View name, View value, ErrorCodeOut& error) override {
    if (!head_done_) return head_.fields.add(text_of(name), text_of(value));
    count_extra(name.size() + value.size(), error);  // a trailer, which is passed over
  }
  void on_header_impl(ErrorCodeOut&) override { head_done_ = true; }
  void on_body_init_impl(const boost::optional<std::uint64_t>&, ErrorCodeOut&) override {}
  std::size_t on_body_impl(View bytes, ErrorCodeOut& error) override {
    if (!(*take)({bytes.data(), bytes.size()})) error = beast::error::body_limit;
    return bytes.size();
  }
  void on_chunk_header_impl(std::uint64_t size, View extension, ErrorCodeOut& error) override {
    chunk_left_ = size;
    extras_ = 0;
    count_extra(extension.size(), error);
  }
  std::size_t on_chunk_body_impl(std::uint64_t, View bytes, ErrorCodeOut& error) override {
    chunk_left_ -= bytes.size();
    return on_body_impl(bytes, error);
  }
  void on_finish_impl(ErrorCodeOut&) override {}

  void count_extra(std::size_t bytes, ErrorCodeOut& error) {
    extras_ += bytes;
    if (extras_ > extras_max_) error = beast::error::header_limit;
  }

  Head& head_;
  const std::size_t extras_max_;
  std::size_t extras_ = 0;  // bytes of the chunk's extension and the trailers
  bool head_done_ = false;
  std::uint64_t chunk_left_ = 0;  // bytes of the chunk that is being read
};

Parser::Parser(std::size_t head_max_bytes, std::size_t target_max_bytes)
    : head_max_(head_max_bytes), target_max_(target_max_bytes) {}

Parser::~Parser() = default;

void Parser::next() {
  grammar_.reset();
  head_ = {};
  searched_ = 0;
  refusal_.reset();
}

Parser::Step Parser::refuse(int status, std::string message) {
  refusal_ = malformed(status, std::move(message));
  return Step::kRefused;
}

Parser::Step Parser::read_head(std::string& input) {
  if (searched_ == 0) skip_empty_lines(input);
  if (input.empty() || input == "\r") return Step::kMore;
  if (!may_begin_a_method(input[0])) return refuse(400, "this is not an HTTP/1.1 call");

  constexpr std::string_view kEnd = "\r\n\r\n";
  const std::size_t found = input.find(kEnd, searched_);
  const bool whole = found != std::string::npos;
  const std::size_t end = whole ? found + kEnd.size() : input.size();
  if (has_bare_line_feed(std::string_view(input).substr(0, end), searched_)) {
    return refuse(400, "a line ends without a carriage return");
  }
  if (const std::optional<Step> refused = judge_size(input, end)) return *refused;
  if (!whole) {
    searched_ = input.size() - std::min(input.size(), kEnd.size() - 1);
    return Step::kMore;
  }
  const Step step = parse_head(std::string_view(input).substr(0, end));
  input.erase(0, end);
  return step;
}

std::optional<Parser::Step> Parser::judge_size(std::string_view input, std::size_t end) {
  const std::size_t line = std::min(input.find("\r\n"), end);
  if (line > target_max_ + kLineRest_bytes) {
    return refuse(414, concat("the target of a call may have ", target_max_, " bytes"));
  }
  if (end > head_max_) {
    return refuse(431, concat("the head of a call may have ", head_max_, " bytes"));
  }
  return std::nullopt;
}

Parser::Step Parser::parse_head(std::string_view bytes) {
  if (has_fold(bytes)) return refuse(400, "a header field goes on in the next line");
  grammar_ = std::make_unique<Grammar>(head_, head_max_);
  ErrorCodeOut error;
  grammar_->put(boost::asio::buffer(bytes.data(), bytes.size()), error);
  if (!error && !grammar_->is_header_done()) {  // the request line alone is a step of its own
    return refuse(400, "this is not an HTTP/1.1 call");
  }
  if (error) return refuse(400, concat("this is not an HTTP/1.1 call: ", error.message()));

  head_.keep_alive = grammar_->keep_alive();
  head_.chunked = grammar_->chunked();
  if (const auto length = grammar_->content_length()) head_.content_length = *length;
  head_.expects_continue = !head_.http_1_0 && head_.has_body() && head_.fields.get("Expect");
  if (head_.target.size() > target_max_) {
    return refuse(414, concat("the target of a call may have ", target_max_, " bytes"));
  }
  for (const auto& judge : {judge_framing, judge_host, judge_target, judge_expectation}) {
    refusal_ = judge(head_);
    if (refusal_) return Step::kRefused;
  }
  return Step::kDone;
}

bool Parser::body_done() const { return !grammar_ || grammar_->is_done(); }

Parser::Step Parser::read_body(std::string& input, const Take& take) {
  grammar_->take = &take;
  std::size_t used = 0;
  ErrorCodeOut error;
  while (!error && !grammar_->is_done() && grammar_->may_read(input.size() - used)) {
    used += grammar_->put(boost::asio::buffer(input.data() + used, input.size() - used), error);
  }
  input.erase(0, used);
  if (error == beast::error::body_limit) return Step::kStopped;
  if (!error && grammar_->is_done()) return Step::kDone;
  // Between chunks nothing but their sizes, extensions and trailers waits.
  if (error == beast::error::header_limit || input.size() > 2 * head_max_) {
    return refuse(431,
                  concat("a chunk's extension, or the trailers, may have ", head_max_, " bytes"));
  }
  if (error && error != beast::error::need_more) {
    return refuse(400, concat("the body is not framed as HTTP/1.1: ", error.message()));
  }
  return Step::kMore;
}

}  // namespace plantain::http
