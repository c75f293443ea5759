// For tests: a server on a port of its own with the routes that a test gives it, and clients that
// speak bytes.
#pragma once

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "http/server.h"

namespace plantain::http {

// Something that another thread does and a test waits for. The test may end as soon as it has come,
// also when the other thread is still in set().
template <class T>
class Awaited {
 public:
  void set(T value) {
    const std::shared_ptr<State> state = state_;
    const std::lock_guard lock(state->mutex);
    state->value = std::move(value);
    state->changed.notify_all();
  }
  // The value, which stays; fails the test when it does not come.
  T get() {
    std::unique_lock lock(state_->mutex);
    const bool came = state_->changed.wait_for(lock, std::chrono::seconds(60),
                                               [this] { return state_->value.has_value(); });
    EXPECT_TRUE(came) << "what the test waits for does not happen";
    return came ? *state_->value : T();
  }
  bool is_set() {
    const std::lock_guard lock(state_->mutex);
    return state_->value.has_value();
  }

 private:
  struct State {
    std::mutex mutex;
    std::condition_variable changed;
    std::optional<T> value;
  };
  const std::shared_ptr<State> state_ = std::make_shared<State>();  // the test's and set()'s
};

class FakeService final : public api::Service {
 public:
  std::span<const api::Route> routes() const override { return routes_; }
  std::optional<api::Reply> admit(api::Call& call, const api::Route& route) override {
    return admit_ ? admit_(call, route) : std::nullopt;
  }
  void finish(const api::Call& call, api::Reply& reply) override {
    reply.with("X-Finished", call.id);
  }

  std::vector<api::Route> routes_;
  std::function<std::optional<api::Reply>(api::Call&, const api::Route&)> admit_;
};

struct Answer {
  int status = 0;  // 0: there was none
  std::string head;
  std::map<std::string, std::string> fields;  // names in lower case
  std::string body;                           // decoded

  std::string field(const std::string& name) const {
    const auto at = fields.find(name);
    return at == fields.end() ? "" : at->second;
  }
};

// A connection that speaks bytes. Every wait fails the test when it takes too long.
class Client {
 public:
  explicit Client(int port, int receive_buffer_bytes = 0);
  explicit Client(const Path& socket);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  bool connected() const { return connected_; }
  bool send(std::string_view bytes);  // false: the other side has closed
  void end_sending();
  void close();
  void reset();  // closes so that the other side sees an error

  // Reads one answer as its head frames it; `to_head`: an answer to HEAD has no body.
  Answer read_answer(bool to_head = false);
  Answer call(std::string_view bytes) {
    send(bytes);
    return read_answer();
  }
  // Reads until `mark` has come and returns all up to its end; what came is shorter at the end of
  // the connection.
  std::string read_until(std::string_view mark);
  std::string read_exactly(std::size_t size);
  std::string read_to_end();  // until the other side closes

 private:
  bool receive();  // false: at the end
  void prepare();

  int socket_ = -1;
  bool connected_ = false;
  std::string input_;
};

// Starts a server with `options_` and `service_`, ends it with the test.
class ServerTest : public testing::Test {
 protected:
  ServerTest();
  ~ServerTest() override;
  void TearDown() override { stop(); }  // before what a derived test has is gone

  // Answers "METHOD path body" as text, at once.
  static api::Handler echo();
  api::Route& add(api::Method method, std::string pattern, api::Handler handler);
  void start();
  void stop();
  // Waits until a line of the log contains `text`.
  void wait_for_log(std::string_view text);

  Client connect() const { return Client(server_->port()); }
  std::string host() const { return "Host: localhost:" + std::to_string(server_->port()) + "\r\n"; }
  std::string get(std::string_view target, std::string_view fields = "") const;
  std::string post(std::string_view target, std::string_view body,
                   std::string_view fields = "Content-Type: application/json\r\n") const;

  ManualClock clock_;
  IdSource ids_{clock_};
  Options options_;
  FakeService service_;
  std::unique_ptr<Server> server_;

 private:
  std::mutex log_mutex_;
  std::condition_variable log_grew_;
  std::string log_text_;
  Log log_;
  std::thread network_;
};

}  // namespace plantain::http
