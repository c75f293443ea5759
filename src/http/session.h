// One connection: reads calls one after the other and writes their answers in order.
// Internal to http/. Threads: everything happens on the network thread, but for the Respond that a
// handler is given, which may be called from anywhere.
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "api/route.h"
#include "http/channel.h"
#include "http/loop.h"
#include "http/parser.h"

namespace plantain::http {

class Session : public std::enable_shared_from_this<Session> {
 public:
  using Socket = Channel::Socket;

  // `loop` must outlive it. `internal`: a connection of the worker protocol. `trusted`: it comes
  // from this machine, by TLS, or from a proxy that the owner named.
  Session(Loop& loop, Socket socket, bool internal, bool trusted);

  void begin();  // reads the first call
  void close();  // at once; answers that come later go nowhere
  // Ends an event stream with a comment, and the connection after the answer that is under way.
  void drain();

 private:
  enum class Phase {
    kHead,     // a call's head is awaited or on its way
    kBody,     // its body is read
    kHandler,  // its handler has it
    kAnswer,   // its answer is written
    kEvents,   // its answer is an event stream
    kLinger,   // all was said; the client has a moment to read it
    kClosed,
  };
  using Then = void (Session::*)();

  // -- reading (session.cc)
  void next_call();
  void want_input();
  void on_readable();
  void advance();
  void read_head();
  void begin_call();
  std::optional<api::Reply> route_call(std::string_view host);
  std::optional<api::Reply> judge_address(std::string_view host);
  std::optional<api::Reply> judge_body() const;
  std::size_t body_max_bytes() const;
  void begin_body();
  void begin_window();
  void read_body();
  bool take_body(std::string_view bytes);
  void release_body();
  void handle();

  // -- time (session.cc)
  void expire_after(std::chrono::milliseconds time);
  void never_expire();
  void arm_timer();
  void on_expired();

  // -- writing (session_write.cc)
  void answer(std::uint64_t turn, api::Reply reply);
  void refuse(api::Reply reply);
  void send_answer(api::Reply reply);
  void send_reply(api::Reply reply);
  std::string head_text(std::optional<std::uint64_t> length, bool chunked) const;
  void send_text();
  void send_artifact();
  void read_block();
  void on_block(std::uint64_t turn, Result<std::string> block);
  void send_events();
  void pull_event();
  void send_event(std::string_view bytes, bool last);
  void send(Then then);
  void send_more();
  void done();
  void linger();
  void log_call(std::string_view what) const;

  Loop& loop_;
  Channel channel_;
  const bool internal_;
  const bool trusted_;
  Phase phase_ = Phase::kHead;
  bool waiting_ = false;  // for the socket to be readable
  std::string input_;     // read and not yet understood
  Parser parser_;

  boost::asio::steady_timer timer_;
  // When on_expired() is due. It moves with every call; the timer is moved only when it would be
  // late, and looks again when it is early.
  std::chrono::steady_clock::time_point deadline_;
  std::chrono::steady_clock::time_point armed_until_;

  // Of the call that is being handled.
  std::shared_ptr<api::Call> call_;
  const api::Route* route_ = nullptr;
  std::uint64_t turn_ = 0;  // rises with each call, so that an answer finds only its own
  bool head_begun_ = false;
  bool keep_alive_ = true;
  bool http_1_0_ = false;
  bool head_only_ = false;
  std::optional<api::Reply> body_refusal_;
  std::size_t body_bytes_ = 0;    // read so far
  std::size_t window_bytes_ = 0;  // read within the window that speed is judged by
  std::size_t accounted_ = 0;     // counted in bodies_in_flight
  SteadyTime began_;

  // Of the answer that is being written.
  api::Reply reply_;
  std::string out_;
  std::size_t out_sent_ = 0;
  bool sending_ = false;
  Then then_ = nullptr;
  std::shared_ptr<api::EventSource> events_;
  bool events_end_ = false;
  std::uint64_t artifact_left_ = 0;
  std::uint64_t written_ = 0;  // bytes of the body
};

}  // namespace plantain::http
