#include "http/session.h"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>

#include "api/problem.h"
#include "base/text.h"
#include "http/message.h"
#include "http/target.h"

namespace plantain::http {
namespace {

namespace asio = boost::asio;
using SteadyClock = std::chrono::steady_clock;

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

api::Reply too_large(std::size_t most) {
  return api::problem(
      Error{ErrorCode::kTooLarge, concat("the body of this call may have ", most, " bytes")});
}

// For a path that has no such method: what it has.
api::Reply allowed(api::Method method, std::string allow) {
  api::Reply reply;
  if (method == api::Method::kOptions) {
    reply.status = 204;
  } else {
    reply = api::problem(Error{ErrorCode::kMethodNotAllowed,
                               concat("this address takes only ", std::string_view(allow))});
  }
  reply.with("Allow", std::move(allow));
  return reply;
}

}  // namespace

Session::Session(Loop& loop, Socket socket, bool internal, bool trusted)
    : loop_(loop),
      channel_(std::move(socket), internal ? nullptr : loop.tls.get()),
      internal_(internal),
      trusted_(trusted),
      parser_(limits::kHeaderMax_bytes, limits::kTargetMax_bytes),
      timer_(loop.io),
      deadline_(SteadyClock::time_point::max()),
      armed_until_(SteadyClock::time_point::max()) {}

void Session::begin() {
  if (!internal_) ++loop_.public_sessions;
  loop_.sessions.insert(shared_from_this());
  next_call();
}

void Session::close() {
  if (phase_ == Phase::kClosed) return;
  if (call_ && phase_ != Phase::kLinger) log_call("a call ended before its answer was out");
  phase_ = Phase::kClosed;
  release_body();
  timer_.cancel();
  events_.reset();
  channel_.close();
  if (!internal_) --loop_.public_sessions;
  loop_.sessions.erase(shared_from_this());
  loop_.note_quiet();
}

void Session::drain() {
  if (phase_ == Phase::kHead && input_.empty()) close();
  if (phase_ == Phase::kEvents) pull_event();
}

void Session::next_call() {
  parser_.next();
  call_.reset();
  route_ = nullptr;
  phase_ = Phase::kHead;
  if (input_.empty()) {
    std::string().swap(input_);  // a connection that waits has no buffer
    if (loop_.draining && turn_ > 0) return close();
  }
  ++turn_;
  head_begun_ = turn_ == 1;
  expire_after(head_begun_ ? loop_.options.header_timeout : loop_.options.idle_timeout);
  read_head();
}

void Session::want_input() {
  if (waiting_) return;
  waiting_ = true;
  channel_.wait_to_read([self = shared_from_this()] {
    self->waiting_ = false;
    self->on_readable();
  });
}

void Session::on_readable() {
  // What came while an answer, or the word to send the body, is written is looked at after it.
  const bool writing = phase_ == Phase::kAnswer || (phase_ == Phase::kBody && sending_);
  if (writing || phase_ == Phase::kClosed) return;
  boost::system::error_code fault;
  const std::size_t got = channel_.read_some(asio::buffer(loop_.piece), fault);
  if (fault == asio::error::would_block) return want_input();
  if (fault) return close();  // the client has left, or has closed its side, which is the same here
  if (phase_ == Phase::kLinger) return want_input();
  input_.append(loop_.piece.data(), got);
  advance();
}

void Session::advance() {
  if (phase_ == Phase::kHead) return read_head();
  if (phase_ == Phase::kBody) return read_body();
  // Reading on shows when the client leaves. What it sends ahead is kept, within a bound.
  if (input_.size() < limits::kSocketPiece_bytes) want_input();
}

void Session::read_head() {
  if (!head_begun_ && !input_.empty()) {
    head_begun_ = true;
    expire_after(loop_.options.header_timeout);
  }
  const Parser::Step step = parser_.read_head(input_);
  if (step == Parser::Step::kMore) return want_input();
  begin_call();
  if (step == Parser::Step::kRefused) return refuse(parser_.refusal());

  const std::string host(parser_.head().host());
  call_->headers = std::move(parser_.head().fields);
  call_->traceparent = traceparent_of(call_->headers);
  std::optional<api::Reply> refused = route_call(host);
  if (!refused) refused = judge_body();
  if (refused) return refuse(std::move(*refused));
  parser_.body_done() ? handle() : begin_body();
}

// As much of a call as its answer needs, also when the rest is never looked at.
void Session::begin_call() {
  const Head& head = parser_.head();
  began_ = loop_.clock.steady();
  keep_alive_ = head.keep_alive;
  http_1_0_ = head.http_1_0;
  head_only_ = head.method == api::Method::kHead;
  call_ = std::make_shared<api::Call>();
  call_->id = loop_.ids.next_uuid();
  call_->began = began_;
  call_->public_base = loop_.public_base;
  call_->method = head.method;
  const std::size_t mark = std::min(head.target.find('?'), head.target.size());
  call_->path = head.target.substr(0, mark);
  if (mark < head.target.size()) call_->raw_query = head.target.substr(mark + 1);
}

// Finds the route and asks whether this caller may make this call at all, before a byte of the
// body is read.
std::optional<api::Reply> Session::route_call(std::string_view host) {
  if (auto refused = judge_address(host)) return refused;
  const Router& router = internal_ ? *loop_.internal_router : *loop_.public_router;
  if (call_->path == "*") return allowed(call_->method, router.all_methods());
  const auto segments = decode_path(call_->path);
  if (!segments.ok()) return api::problem(segments.error());
  auto query = decode_query(call_->raw_query);
  if (!query.ok()) return api::problem(query.error());

  Router::Match match = router.find(call_->method, *segments);
  if (!match.route && match.allow.empty()) {
    return api::problem(Error{ErrorCode::kNotFound, "there is nothing at this address"});
  }
  if (!match.route) return allowed(call_->method, std::move(match.allow));
  route_ = match.route;
  call_->query = *std::move(query);
  call_->params = std::move(match.params);
  return loop_.service->admit(*call_, *route_);
}

std::optional<api::Reply> Session::judge_address(std::string_view host) {
  if (!trusted_) {
    return api::problem(Error{ErrorCode::kMisdirected,
                              "this server is reached by https, through its owner's proxy"});
  }
  if (internal_ || !loop_.options.public_url.empty()) return std::nullopt;
  if (is_loopback_authority(host, loop_.port)) return std::nullopt;
  return api::problem(Error{ErrorCode::kMisdirected,
                            "without a public_url this server answers only to loopback names"});
}

std::size_t Session::body_max_bytes() const {
  return route_->body == api::BodyKind::kNone ? limits::kIgnoredBodyMax_bytes
                                              : route_->body_max_bytes;
}

std::optional<api::Reply> Session::judge_body() const {
  if (parser_.body_done()) return std::nullopt;
  if (parser_.head().content_length.value_or(0) > body_max_bytes()) {
    return too_large(body_max_bytes());
  }
  if (route_->body == api::BodyKind::kNone) return std::nullopt;
  const auto refuse = [](std::string_view why) {
    return api::problem(Error{ErrorCode::kUnsupportedMediaType, std::string(why)});
  };
  if (call_->headers.get("Content-Encoding").value_or("identity") != "identity") {
    return refuse("the body must not have a Content-Encoding");
  }
  const auto type = call_->headers.get("Content-Type");
  if (route_->body == api::BodyKind::kJson && type && !is_json_type(*type)) {
    return refuse("the body of this call must be application/json");
  }
  return std::nullopt;
}

void Session::begin_body() {
  phase_ = Phase::kBody;
  // Who has begun to send the body does not wait for the word to do so.
  if (!parser_.head().expects_continue || !input_.empty()) return begin_window();
  out_ = kContinue;
  send(&Session::begin_window);
}

void Session::begin_window() {
  body_bytes_ = 0;
  window_bytes_ = 0;
  expire_after(loop_.options.body_slow_window);
  read_body();
}

void Session::read_body() {
  const auto take = [this](std::string_view bytes) { return take_body(bytes); };
  switch (parser_.read_body(input_, take)) {
    case Parser::Step::kMore:
      return want_input();
    case Parser::Step::kDone:
      return handle();
    case Parser::Step::kStopped:
      return refuse(*std::exchange(body_refusal_, std::nullopt));
    case Parser::Step::kRefused:
      return refuse(parser_.refusal());
  }
}

bool Session::take_body(std::string_view bytes) {
  body_bytes_ += bytes.size();
  window_bytes_ += bytes.size();
  if (body_bytes_ > body_max_bytes()) {
    body_refusal_ = too_large(body_max_bytes());
    return false;
  }
  if (route_->body == api::BodyKind::kNone) return true;
  if (loop_.bodies_in_flight + bytes.size() > loop_.options.bodies_in_flight_max_bytes) {
    body_refusal_ = api::problem(
        Error{ErrorCode::kUnavailable, "too many large bodies are being read at this moment"});
    return false;
  }
  accounted_ += bytes.size();
  loop_.bodies_in_flight += bytes.size();
  call_->body += bytes;
  return true;
}

void Session::release_body() { loop_.bodies_in_flight -= std::exchange(accounted_, 0); }

void Session::handle() {
  phase_ = Phase::kHandler;
  never_expire();
  const auto respond = [inbox = loop_.inbox, weak = weak_from_this(),
                        turn = turn_](api::Reply reply) {
    inbox->dispatch([weak, turn, shared = std::make_shared<api::Reply>(std::move(reply))] {
      if (const auto self = weak.lock()) self->answer(turn, std::move(*shared));
    });
  };
  if (route_->slow) {
    asio::post(loop_.slow,
               [route = route_, call = call_, respond] { route->handler(call, respond); });
  } else {
    route_->handler(call_, respond);
  }
  if (phase_ == Phase::kHandler) advance();
}

void Session::expire_after(std::chrono::milliseconds time) {
  deadline_ = SteadyClock::now() + time;
  if (deadline_ < armed_until_) arm_timer();
}

void Session::never_expire() { deadline_ = SteadyClock::time_point::max(); }

void Session::arm_timer() {
  armed_until_ = deadline_;
  timer_.expires_at(deadline_);
  timer_.async_wait([self = shared_from_this()](boost::system::error_code fault) {
    if (fault || self->phase_ == Phase::kClosed) return;
    self->armed_until_ = SteadyClock::time_point::max();
    if (self->deadline_ == SteadyClock::time_point::max()) return;
    SteadyClock::now() < self->deadline_ ? self->arm_timer() : self->on_expired();
  });
}

void Session::on_expired() {
  const bool head_came = phase_ == Phase::kHead && !input_.empty();
  const bool body_waits = phase_ == Phase::kBody && !sending_;
  if (body_waits && window_bytes_ >= loop_.options.body_slow_min_bytes) {
    window_bytes_ = 0;
    return expire_after(loop_.options.body_slow_window);
  }
  if (phase_ == Phase::kEvents && !sending_) return send_event(":\n\n", false);
  if (!head_came && !body_waits) return close();
  if (head_came) begin_call();
  refuse(malformed(408, "the call comes too slowly"));
}

}  // namespace plantain::http
