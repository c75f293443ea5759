#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>

#include "api/problem.h"
#include "base/text.h"
#include "http/message.h"
#include "http/session.h"

namespace plantain::http {
namespace {

namespace asio = boost::asio;

}  // namespace

void Session::answer(std::uint64_t turn, api::Reply reply) {
  if (phase_ == Phase::kHandler && turn == turn_) send_answer(std::move(reply));
}

// An answer to a call that no handler has seen. What is left of its body would be taken for the
// next call, so the connection ends when there is any.
void Session::refuse(api::Reply reply) {
  reply.close = reply.close || !parser_.body_done();
  send_answer(std::move(reply));
}

void Session::send_answer(api::Reply reply) {
  release_body();
  loop_.service->finish(*call_, reply);
  if (reply.close || loop_.draining) keep_alive_ = false;
  send_reply(std::move(reply));
}

void Session::send_reply(api::Reply reply) {
  phase_ = Phase::kAnswer;
  written_ = 0;
  reply_ = std::move(reply);
  if (std::holds_alternative<std::string>(reply_.body)) return send_text();
  if (std::holds_alternative<api::ArtifactBody>(reply_.body)) return send_artifact();
  send_events();
}

std::string Session::head_text(std::optional<std::uint64_t> length, bool chunked) const {
  Framing framing;
  framing.call_id = call_->id;
  const std::string date = http_date(loop_.clock.wall());
  framing.date = date;
  framing.http_1_0 = http_1_0_;
  framing.close = !keep_alive_;
  framing.chunked = chunked;
  framing.length = length;
  return response_head(reply_, framing);
}

void Session::send_text() {
  const std::string& body = std::get<std::string>(reply_.body);
  const bool bodiless = reply_.status == 204 || reply_.status == 304;
  out_ = head_text(bodiless ? std::nullopt : std::optional<std::uint64_t>(body.size()), false);
  if (!bodiless && !head_only_) {
    out_ += body;
    written_ = body.size();
  }
  send(&Session::done);
}

void Session::send_artifact() {
  artifact_left_ = std::get<api::ArtifactBody>(reply_.body).count;
  out_ = head_text(artifact_left_, false);
  if (head_only_) return send(&Session::done);
  read_block();
}

// A block of the file after the other, each read when the one before has left. Disks may be slow,
// so it is done beside the network thread.
void Session::read_block() {
  if (artifact_left_ == 0) return send(&Session::done);
  never_expire();
  auto& body = std::get<api::ArtifactBody>(reply_.body);
  const std::uint64_t count = std::min<std::uint64_t>(artifact_left_, limits::kFilePiece_bytes);
  asio::post(loop_.slow, [inbox = loop_.inbox, weak = weak_from_this(), turn = turn_,
                          artifact = body.artifact, offset = body.offset, count] {
    auto block = std::make_shared<Result<std::string>>(artifact->read(offset, count));
    if (block->ok() && (*block)->size() != count) {
      *block = Error{ErrorCode::kCorrupt, "a file is shorter than its row says"};
    }
    inbox->post([weak, turn, block] {
      if (const auto self = weak.lock()) self->on_block(turn, std::move(*block));
    });
  });
}

void Session::on_block(std::uint64_t turn, Result<std::string> block) {
  if (phase_ != Phase::kAnswer || turn != turn_) return;
  if (!block.ok()) {
    loop_.log.error("a file could not be read", JsonObject{{"call_id", call_->id}});
    if (written_ == 0) return send_reply(api::problem(block.error()));
    return close();  // its length was promised: all that is left to say is an early end
  }
  std::get<api::ArtifactBody>(reply_.body).offset += block->size();
  artifact_left_ -= block->size();
  written_ += block->size();
  out_ += *block;
  send(&Session::read_block);
}

void Session::send_events() {
  events_ = std::get<std::shared_ptr<api::EventSource>>(reply_.body);
  events_end_ = false;
  reply_.with("X-Accel-Buffering", "no");  // or a proxy may keep them for itself
  if (http_1_0_) keep_alive_ = false;
  out_ = head_text(std::nullopt, !http_1_0_);
  if (head_only_) return send(&Session::done);
  phase_ = Phase::kEvents;
  events_->on_wake([inbox = loop_.inbox, weak = weak_from_this(), turn = turn_] {
    inbox->post([weak, turn] {
      const auto self = weak.lock();
      if (self && turn == self->turn_) self->pull_event();
    });
  });
  send(&Session::pull_event);
}

// Asks for the next piece once the one before has left: what a slow reader costs is one piece.
void Session::pull_event() {
  if (phase_ != Phase::kEvents || sending_) return;
  if (events_end_) return done();
  if (loop_.draining) return send_event(": the server is shutting down\n\n", true);
  const api::EventSource::Piece piece = events_->take();
  if (piece.bytes.empty() && !piece.last) {
    expire_after(loop_.options.event_comment);
    return advance();
  }
  send_event(piece.bytes, piece.last);
}

void Session::send_event(std::string_view bytes, bool last) {
  events_end_ = last;
  written_ += bytes.size();
  if (http_1_0_) {
    out_ = bytes;
  } else {
    out_ = bytes.empty() ? std::string() : chunk_of(bytes);
    if (last) out_ += kLastChunk;
  }
  send(&Session::pull_event);
}

// Writes out_ and goes on with `then`. A client that takes nothing for the idle time is dropped.
void Session::send(Then then) {
  CHECK(!sending_);
  then_ = then;
  sending_ = true;
  out_sent_ = 0;
  send_more();
}

void Session::send_more() {
  expire_after(loop_.options.idle_timeout);
  const auto rest = asio::buffer(out_.data() + out_sent_, out_.size() - out_sent_);
  channel_.write_some(
      rest, [self = shared_from_this()](boost::system::error_code fault, std::size_t sent) {
        if (self->phase_ == Phase::kClosed) return;
        if (fault) return self->close();
        self->out_sent_ += sent;
        if (self->out_sent_ < self->out_.size()) return self->send_more();
        self->sending_ = false;
        std::string().swap(self->out_);
        (self.get()->*self->then_)();
      });
}

void Session::done() {
  log_call("call");
  events_.reset();
  reply_ = api::Reply();
  keep_alive_ ? next_call() : linger();
}

// To close now would make the kernel throw away, on the client's side, an answer that was given
// before all was read. So what still comes is read until the client has seen the end.
void Session::linger() {
  phase_ = Phase::kLinger;
  channel_.shutdown_send();
  std::string().swap(input_);
  parser_.next();
  call_.reset();
  expire_after(limits::kLinger);
  want_input();
}

void Session::log_call(std::string_view what) const {
  const Micros took = loop_.clock.steady() - began_;
  const LogLevel level = reply_.status == 500 ? LogLevel::kError : LogLevel::kDebug;
  loop_.log.write(level, what,
                  JsonObject{{"call_id", call_->id},
                             {"method", api::name_of(call_->method)},
                             {"route", route_ ? std::string_view(route_->pattern) : "-"},
                             {"status", reply_.status},
                             {"bytes", written_},
                             {"ms", static_cast<double>(took.count()) / 1000.0}});
}

}  // namespace plantain::http
