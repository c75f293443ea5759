// For tests: Google on loopback, doing what a test says.
#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/crypto.h"
#include "base/text.h"
#include "engine/gemini/engine.h"
#include "image/codec.h"
#include "net/loopback_server.h"

namespace plantain::engine::gemini {

using net::LoopbackServer;

inline std::string picture(std::string_view seed) {
  const std::string hash = sha256(seed);
  image::Pixels pixels{48, 32, {}};
  for (int i = 0; i < 48 * 32 * 3; ++i)
    pixels.rgb.push_back(static_cast<uint8_t>(hash[static_cast<std::size_t>(i) % 3]));
  return *image::encode(pixels, image::Format::kJpeg, {});
}

inline std::string drawn(std::string_view body) {
  return concat(
      R"({"candidates":[{"content":{"parts":[{"inlineData":{"mimeType":"image/png","data":")",
      to_base64(picture(body)), R"("}}]},"finishReason":"STOP"}]})");
}

// Google, doing what a test says. The n-th call gets the n-th reply, later ones the last.
class Google {
 public:
  using Reply = std::function<void(LoopbackServer::Connection&, const std::string& body)>;

  explicit Google(std::vector<Reply> replies)
      : replies_(std::move(replies)), server_([this](auto& connection) { serve(connection); }) {}

  upstream::Settings settings() const {
    upstream::Settings settings;
    settings.name = settings.kind = "gemini";
    settings.base_url = server_.url();
    settings.key = [] { return Result<std::string>("the-key"); };
    settings.backoff = std::chrono::milliseconds(1);
    return settings;
  }
  std::unique_ptr<Engine> engine() const { return make_gemini_engine(settings()); }
  int calls() const {
    const std::lock_guard lock(mutex_);
    return calls_;
  }
  LoopbackServer::Request last() const {
    const std::lock_guard lock(mutex_);
    return last_;
  }

 private:
  void serve(LoopbackServer::Connection& connection) {
    while (const auto request = connection.read()) {
      const Reply* reply = nullptr;
      {
        const std::lock_guard lock(mutex_);
        last_ = *request;
        reply = &replies_[std::min(static_cast<std::size_t>(calls_++), replies_.size() - 1)];
      }
      (*reply)(connection, request->body);
    }
  }

  const std::vector<Reply> replies_;
  mutable std::mutex mutex_;
  int calls_ = 0;
  LoopbackServer::Request last_;
  LoopbackServer server_;
};

inline const Google::Reply kDraws = [](auto& connection, const std::string& body) {
  connection.answer(200, drawn(body));
};

}  // namespace plantain::engine::gemini
