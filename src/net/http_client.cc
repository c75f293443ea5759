#include "net/http_client.h"

#include <curl/curl.h>
#include <sys/socket.h>

#include "base/limits.h"
#include "base/text.h"

namespace plantain::net {
namespace {

// The library wants one call before any other and before a second thread uses it.
void start_library_once() {
  static const bool started = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
  CHECK(started);
}

struct HeaderList {
  HeaderList() = default;
  HeaderList(const HeaderList&) = delete;
  HeaderList& operator=(const HeaderList&) = delete;
  ~HeaderList() { curl_slist_free_all(first); }
  void add(const std::string& line) {
    curl_slist* longer = curl_slist_append(first, line.c_str());
    CHECK(longer != nullptr);
    first = longer;
  }
  curl_slist* first = nullptr;
};

constexpr std::chrono::milliseconds kTick{100};

// One exchange on its way; what the library's callbacks see of it.
struct Exchange {
  const HttpRequest& request;
  HttpAnswer answer;
  bool too_large = false;
  bool stopped = false;  // by on_data
  bool silent = false;
  std::size_t header_bytes = 0;
  std::chrono::steady_clock::time_point next_tick = std::chrono::steady_clock::now();
  curl_off_t bytes = 0;  // both ways, when last looked at
  std::chrono::steady_clock::time_point moved = std::chrono::steady_clock::now();
};

bool wants_abort(const HttpRequest& request) {
  return request.abort != nullptr && request.abort->load(std::memory_order_relaxed);
}

std::size_t take_body(char* bytes, std::size_t, std::size_t count, void* opaque) {
  Exchange& exchange = *static_cast<Exchange*>(opaque);
  const std::string_view piece(bytes, count);
  if (exchange.request.on_data) {
    if (exchange.request.on_data(piece)) return count;
    exchange.stopped = true;
    return CURL_WRITEFUNC_ERROR;
  }
  // Counted here and not only by the announced length: a chunked answer announces none.
  if (count > exchange.request.answer_max_bytes - exchange.answer.body.size()) {
    exchange.too_large = true;
    return CURL_WRITEFUNC_ERROR;
  }
  exchange.answer.body.append(piece);
  return count;
}

std::size_t take_header(char* bytes, std::size_t, std::size_t count, void* opaque) {
  Exchange& exchange = *static_cast<Exchange*>(opaque);
  exchange.header_bytes += count;
  if (exchange.header_bytes > limits::kHeaderMax_bytes) {
    exchange.too_large = true;
    return 0;
  }
  const std::string_view line = trim_ascii({bytes, count});
  const auto colon = line.find(':');
  if (line.starts_with("HTTP/")) {
    exchange.answer.headers.clear();  // an interim answer came before this one
  } else if (colon != std::string_view::npos) {
    exchange.answer.headers.emplace_back(to_lower_ascii(line.substr(0, colon)),
                                         std::string(trim_ascii(line.substr(colon + 1))));
  }
  return count;
}

// The library's own "low speed" limit averages over several seconds, so silence is measured here.
int note_bytes(void* opaque, curl_off_t, curl_off_t received, curl_off_t, curl_off_t sent) {
  Exchange& exchange = *static_cast<Exchange*>(opaque);
  if (received + sent != exchange.bytes) {
    exchange.bytes = received + sent;
    exchange.moved = std::chrono::steady_clock::now();
  }
  return 0;
}

// True: give up.
bool look_for_end(Exchange& exchange) {
  const HttpRequest& request = exchange.request;
  const auto now = std::chrono::steady_clock::now();
  if (request.on_tick && now >= exchange.next_tick) {
    exchange.next_tick = now + kTick;
    request.on_tick();
  }
  exchange.silent = request.silence.count() > 0 && now - exchange.moved >= request.silence;
  return exchange.silent || wants_abort(request);
}

// Runs the exchange and looks for its end between the library's steps, so that a wish to stop is
// heard while the other side says nothing.
CURLcode perform(CURLM* loop, CURL* handle, Exchange& exchange) {
  constexpr int kLook_ms = 50;
  CHECK(curl_multi_add_handle(loop, handle) == CURLM_OK);
  int running = 1;
  bool given_up = false;
  while (true) {
    if (curl_multi_perform(loop, &running) != CURLM_OK || running == 0) break;
    given_up = look_for_end(exchange);
    if (given_up || curl_multi_poll(loop, nullptr, 0, kLook_ms, nullptr) != CURLM_OK) break;
  }
  CURLcode code = given_up ? CURLE_ABORTED_BY_CALLBACK : CURLE_RECV_ERROR;
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(loop, &left)) {
    if (message->msg == CURLMSG_DONE) code = message->data.result;
  }
  curl_multi_remove_handle(loop, handle);
  return code;
}

bool breaks_a_line(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos;
}

Result<void> add_headers(const HttpRequest& request, HeaderList& list) {
  bool has_type = false;
  for (const auto& [name, value] : request.headers) {
    if (name.empty() || breaks_a_line(name) || breaks_a_line(value)) {
      return invalid("a header field holds a line break or has no name");
    }
    // "Name;" is how the library is asked to send a field without a value.
    list.add(value.empty() ? concat(name, ";") : concat(name, ": ", value));
    has_type = has_type || to_lower_ascii(name) == "content-type";
  }
  // The library would say "form data" by itself, and wait a second for a "100 Continue".
  if (!has_type) list.add("Content-Type:");
  list.add("Expect:");
  return {};
}

template <class Value>
void set(CURL* handle, CURLoption option, Value value) {
  const CURLcode code = curl_easy_setopt(handle, option, value);
  CHECK(code == CURLE_OK);  // the options below exist in the version we require
}

void set_method(CURL* handle, const HttpRequest& request) {
  const bool sends_body = !request.body.empty() || request.method == "POST" ||
                          request.method == "PUT" || request.method == "PATCH";
  if (sends_body) {
    set(handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    set(handle, CURLOPT_POSTFIELDS, request.body.c_str());
  } else if (request.method == "HEAD") {
    set(handle, CURLOPT_NOBODY, 1L);
  }
  set(handle, CURLOPT_CUSTOMREQUEST, request.method.c_str());
}

// Called for each address before it is connected to, also for the second and third of a name.
curl_socket_t open_allowed(void* opaque, curlsocktype, curl_sockaddr* address) {
  if (!static_cast<const AddressGuard*>(opaque)->allows(address->addr)) return CURL_SOCKET_BAD;
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

void set_guard(CURL* handle, const AddressGuard& guard) {
  set(handle, CURLOPT_OPENSOCKETFUNCTION, open_allowed);
  set(handle, CURLOPT_OPENSOCKETDATA, const_cast<void*>(static_cast<const void*>(&guard)));
  set(handle, CURLOPT_FRESH_CONNECT, 1L);
  set(handle, CURLOPT_FORBID_REUSE, 1L);
  set(handle, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
}

void set_rules(CURL* handle, const HttpRequest& request, const Path& unix_socket) {
  set(handle, CURLOPT_NOSIGNAL, 1L);
  set(handle, CURLOPT_PROXY, "");  // also against a proxy named by the environment
  set(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  set(handle, CURLOPT_FOLLOWLOCATION, 0L);
  set(handle, CURLOPT_USERAGENT, "plantain");
  set(handle, CURLOPT_CONNECTTIMEOUT_MS,
      static_cast<long>(std::chrono::milliseconds(limits::kConnectMax).count()));
  set(handle, CURLOPT_TIMEOUT_MS, static_cast<long>(request.timeout.count()));
  set(handle, CURLOPT_FRESH_CONNECT, request.at_most_once ? 1L : 0L);
  set(handle, CURLOPT_FORBID_REUSE, request.at_most_once ? 1L : 0L);
  if (!unix_socket.empty()) set(handle, CURLOPT_UNIX_SOCKET_PATH, unix_socket.c_str());
}

void set_callbacks(CURL* handle, Exchange& exchange) {
  set(handle, CURLOPT_WRITEFUNCTION, take_body);
  set(handle, CURLOPT_WRITEDATA, static_cast<void*>(&exchange));
  set(handle, CURLOPT_HEADERFUNCTION, take_header);
  set(handle, CURLOPT_HEADERDATA, static_cast<void*>(&exchange));
  set(handle, CURLOPT_XFERINFOFUNCTION, note_bytes);
  set(handle, CURLOPT_XFERINFODATA, static_cast<void*>(&exchange));
  set(handle, CURLOPT_NOPROGRESS, 0L);
}

// The library's own sentences name hosts and addresses; ours do not.
Error no_answer(CURLcode code) {
  switch (code) {
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_URL_MALFORMAT:
    case CURLE_LOGIN_DENIED:
      return invalid("the address is not one that begins with http:// or https://");
    case CURLE_COULDNT_CONNECT:
      return {ErrorCode::kUnavailable, "the connection was refused"};
    case CURLE_COULDNT_RESOLVE_HOST:
      return {ErrorCode::kUnavailable, "the name of the host is not known"};
    case CURLE_OPERATION_TIMEDOUT:
      return {ErrorCode::kUnavailable, "timed out"};
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CONNECT_ERROR:
      return {ErrorCode::kUnavailable, "no secure connection: the certificate was not accepted"};
    default:
      return {ErrorCode::kUnavailable, "the connection was cut before the answer was whole"};
  }
}

}  // namespace

struct HttpClient::State {
  State(Path socket, const AddressGuard* rule) : unix_socket(std::move(socket)), guard(rule) {
    start_library_once();
    handle = curl_easy_init();
    loop = curl_multi_init();
    CHECK(handle != nullptr && loop != nullptr);
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() {
    curl_easy_cleanup(handle);
    curl_multi_cleanup(loop);
  }

  const Path unix_socket;
  const AddressGuard* const guard;  // null: none
  CURL* handle = nullptr;
  CURLM* loop = nullptr;  // keeps its connections from call to call
  bool may_have_arrived = false;
};

HttpClient::HttpClient(Path unix_socket)
    : state_(std::make_unique<State>(std::move(unix_socket), nullptr)) {}
HttpClient::HttpClient(const AddressGuard& guard)
    : state_(std::make_unique<State>(Path(), &guard)) {}
HttpClient::~HttpClient() = default;
HttpClient::HttpClient(HttpClient&&) noexcept = default;
HttpClient& HttpClient::operator=(HttpClient&&) noexcept = default;

Result<HttpAnswer> HttpClient::send(const HttpRequest& request) {
  const Error cancelled{ErrorCode::kCancelled, "the call was given up"};
  state_->may_have_arrived = false;
  if (wants_abort(request)) return cancelled;
  HeaderList headers;
  if (Result<void> added = add_headers(request, headers); !added.ok()) return added.error();

  CURL* const handle = state_->handle;
  curl_easy_reset(handle);
  Exchange exchange{.request = request, .answer = {}};
  if (curl_easy_setopt(handle, CURLOPT_URL, request.url.c_str()) != CURLE_OK) {
    return no_answer(CURLE_URL_MALFORMAT);
  }
  set(handle, CURLOPT_HTTPHEADER, headers.first);
  set_method(handle, request);
  set_rules(handle, request, state_->unix_socket);
  if (state_->guard != nullptr) set_guard(handle, *state_->guard);
  set_callbacks(handle, exchange);

  const CURLcode code = perform(state_->loop, handle, exchange);
  long status = 0;
  long sent = 0;
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
  curl_easy_getinfo(handle, CURLINFO_REQUEST_SIZE, &sent);
  state_->may_have_arrived = sent > 0;
  exchange.answer.status = static_cast<int>(status);
  if (code == CURLE_OK || exchange.stopped) return std::move(exchange.answer);
  if (exchange.silent) return no_answer(CURLE_OPERATION_TIMEDOUT);
  if (code == CURLE_ABORTED_BY_CALLBACK) return cancelled;
  if (exchange.too_large) {
    return Error{
        ErrorCode::kTooLarge,
        exchange.header_bytes > limits::kHeaderMax_bytes
            ? concat("the answer's headers are larger than ", limits::kHeaderMax_bytes, " bytes")
            : concat("the answer is larger than ", request.answer_max_bytes, " bytes")};
  }
  return no_answer(code);
}

bool HttpClient::may_have_arrived() const { return state_->may_have_arrived; }

std::string HttpAnswer::header(std::string_view lower_case_name) const {
  for (const auto& [name, value] : headers) {
    if (name == lower_case_name) return value;
  }
  return {};
}

}  // namespace plantain::net
