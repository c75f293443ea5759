#include "cli/api_client.h"

#include "base/error_names.h"
#include "base/limits.h"
#include "base/text.h"

namespace plantain::cli {
namespace {

constexpr std::chrono::seconds kCallMax{60};
constexpr std::size_t kErrorBodyMax_bytes = 256 * limits::kKiB;
constexpr std::size_t kPictureMax_bytes = 512 * limits::kMiB;

// Two comment lines may be missed before a stream counts as dead.
constexpr std::chrono::seconds kStreamSilence = 3 * limits::kEventComment;

std::string_view host_of(std::string_view url) {
  const auto scheme = url.find("://");
  if (scheme != std::string_view::npos) url.remove_prefix(scheme + 3);
  url = url.substr(0, url.find('/'));
  const auto user = url.rfind('@');
  if (user != std::string_view::npos) url.remove_prefix(user + 1);
  if (url.starts_with('[')) return url.substr(0, url.find(']') + 1);
  return url.substr(0, url.find(':'));
}

Result<std::string> key_from_file(const Path& path) {
  Result<std::string> bytes = read_file(path);
  if (!bytes.ok()) return bytes.error();
  const std::string key(trim_ascii(*bytes));
  if (key.empty()) return invalid(concat(path.string(), ": there is no key in it"));
  return key;
}

Result<std::string> configured_base(const LoadedConfig& loaded) {
  const Config::Server& server = loaded.config.server;
  if (server.port == 0)
    return invalid("server.port is 0, any free one: name the server with --server");
  if (!is_loopback_host(server.host)) return concat("http://127.0.0.1:", server.port);
  return concat("http://", server.host == "::1" ? "[::1]" : server.host, ":", server.port);
}

// The configuration, read when something is asked of it.
class LazyConfig {
 public:
  LazyConfig(const World& world, const Arguments& arguments)
      : world_(world), arguments_(arguments) {}
  Result<const LoadedConfig*> get() {
    if (!loaded_) loaded_ = load_config(world_, arguments_.config_file, arguments_.settings);
    if (loaded_->faults.empty()) return &*loaded_;
    std::string lines = describe_faults(loaded_->faults);
    lines.pop_back();
    return invalid(std::move(lines));
  }

 private:
  const World& world_;
  const Arguments& arguments_;
  std::optional<LoadedConfig> loaded_;
};

Result<std::string> find_key(const World& world, const ConnectOptions& options,
                             const std::string& base, LazyConfig& config) {
  if (!options.key.empty()) return options.key;
  if (!options.key_file.empty()) return key_from_file(options.key_file);
  const std::string by_environment = world.environment_or("PLANTAIN_KEY", "");
  if (!by_environment.empty()) return by_environment;
  if (!is_loopback_host(host_of(base))) return std::string();
  const Result<const LoadedConfig*> loaded = config.get();
  if (!loaded.ok()) return loaded.error();
  const Result<std::string> key = key_from_file((*loaded)->config.server.key_file);
  return key.ok() ? *key : std::string();  // reading the catalogue may need none
}

std::string with_query(const ApiCall& call) {
  std::string target = call.path;
  char separator = '?';
  for (const auto& [name, value] : call.query) {
    if (value.empty()) continue;
    target += concat(separator, name, "=", percent_encode(value));
    separator = '&';
  }
  return target;
}

bool is_success(int status) { return status >= 200 && status < 300; }

ErrorCode code_of(const Json& problem) {
  const std::string type = text_or(problem, "type", "");
  const auto anchor = type.find('#');
  if (anchor == std::string::npos) return ErrorCode::kUpstreamRefused;
  return error_code_from_name(std::string_view(type).substr(anchor + 1))
      .value_or(ErrorCode::kUpstreamRefused);
}

std::string advice(ErrorCode code) {
  if (code != ErrorCode::kInvalidKey) return {};
  return "\nName a key with --key-file FILE or $PLANTAIN_KEY. On the server's machine "
         "`plantain keys create --local --role admin` makes one.";
}

}  // namespace

Result<Connection> resolve_connection(const World& world, const Arguments& arguments) {
  LazyConfig config(world, arguments);
  Connection connection;
  connection.base = arguments.connect.server;
  if (connection.base.empty()) connection.base = world.environment_or("PLANTAIN_SERVER", "");
  if (connection.base.empty()) {
    const Result<const LoadedConfig*> loaded = config.get();
    if (!loaded.ok()) return loaded.error();
    Result<std::string> base = configured_base(**loaded);
    if (!base.ok()) return base.error();
    connection.base = *base;
  }
  if (!connection.base.starts_with("http://") && !connection.base.starts_with("https://")) {
    return invalid(concat("the server \"", connection.base,
                          "\" must be an address like http://127.0.0.1:8080"));
  }
  while (connection.base.ends_with('/')) connection.base.pop_back();
  Result<std::string> key = find_key(world, arguments.connect, connection.base, config);
  if (!key.ok()) return key.error();
  connection.key = *key;
  return connection;
}

ApiClient::ApiClient(Connection connection, const std::atomic<bool>* abort)
    : connection_(std::move(connection)), abort_(abort) {}

net::HttpRequest ApiClient::prepare(const ApiCall& call) const {
  net::HttpRequest request;
  request.method = call.method;
  request.url = connection_.base + with_query(call);
  request.headers = call.headers;
  request.abort = abort_;
  request.timeout = kCallMax + std::chrono::seconds(call.wait_s);
  if (!connection_.key.empty())
    request.headers.emplace_back("Authorization", "Bearer " + connection_.key);
  if (call.wait_s > 0) request.headers.emplace_back("Prefer", concat("wait=", call.wait_s));
  if (!call.body.is_null()) {
    request.headers.emplace_back("Content-Type", "application/json");
    request.body = write_json(call.body);
  }
  if (!call.bytes.empty()) {
    request.headers.emplace_back("Content-Type", "application/octet-stream");
    request.body = call.bytes;
  }
  return request;
}

Result<Json> ApiClient::call(const ApiCall& call) {
  const Result<net::HttpAnswer> answer = http_.send(prepare(call));
  if (!answer.ok()) return no_server(answer.error());
  if (!is_success(answer->status)) return refusal(*answer);
  if (answer->body.empty()) return Json(nullptr);
  Result<Json> body = parse_json(answer->body);
  if (!body.ok())
    return Error{ErrorCode::kCorrupt, concat(base(), " does not answer as a Plantain server does")};
  return body;
}

Result<std::string> ApiClient::text(const ApiCall& call) {
  Result<net::HttpAnswer> answer = http_.send(prepare(call));
  if (!answer.ok()) return no_server(answer.error());
  if (!is_success(answer->status)) return refusal(*answer);
  return std::move(answer->body);
}

Result<void> ApiClient::stream(const ApiCall& call,
                               const std::function<bool(std::string_view)>& on_piece,
                               const std::function<void()>& on_tick) {
  net::HttpRequest request = prepare(call);
  request.timeout = std::chrono::milliseconds(0);
  request.silence = kStreamSilence;
  request.on_tick = on_tick;
  std::string head;  // what a refusal says comes by the same way as a stream
  request.on_data = [&](std::string_view piece) {
    head.append(piece.substr(0, kErrorBodyMax_bytes - head.size()));
    return on_piece(piece);
  };
  Result<net::HttpAnswer> answer = http_.send(request);
  if (!answer.ok()) return no_server(answer.error());
  if (answer->status == 204) return Error{ErrorCode::kNotFound, "there are no more events"};
  if (is_success(answer->status)) return {};
  answer->body = std::move(head);
  return refusal(*answer);
}

Result<std::string> ApiClient::download(const std::string& url) {
  net::HttpRequest request;
  request.url = url;
  request.abort = abort_;
  request.timeout = std::chrono::milliseconds(0);
  request.silence = kStreamSilence;
  request.answer_max_bytes = kPictureMax_bytes;
  Result<net::HttpAnswer> answer = http_.send(request);
  if (!answer.ok()) return answer.error();
  if (!is_success(answer->status)) return refusal(*answer);
  return std::move(answer->body);
}

Error ApiClient::no_server(const Error& why) const {
  if (why.code == ErrorCode::kCancelled || why.code == ErrorCode::kTooLarge) return why;
  return {why.code, concat("no answer from ", base(), ": ", why.message,
                           "\nIs it running there? `plantain serve` starts a server; --server or "
                           "$PLANTAIN_SERVER names another.")};
}

Error ApiClient::refusal(const net::HttpAnswer& answer) const {
  const Result<Json> problem = parse_json(answer.body);
  if (!problem.ok() || !problem->is_object() || find(*problem, "status") == nullptr) {
    // A proxy in between, most likely; what it says about itself may pass.
    return {answer.status >= 500 ? ErrorCode::kUpstreamUnavailable : ErrorCode::kUpstreamRefused,
            concat("the answer was HTTP ", answer.status, ", without a reason")};
  }
  const ErrorCode code = code_of(*problem);
  std::string text = describe_problem(*problem) + advice(code);
  const std::string later = answer.header("retry-after");
  if (!later.empty()) text += concat("\nTry again in ", later, " s.");
  return {code, std::move(text)};
}

std::string describe_problem(const Json& problem) {
  std::string text = text_or(problem, "message", text_or(problem, "title", "something went wrong"));
  const Json* const faults = find(problem, "errors");
  if (faults == nullptr || !faults->is_array()) return text;
  for (const Json& fault : faults->as_array()) {
    const std::string pointer = text_or(fault, "pointer", "");
    text += concat("\n  ", pointer.empty() ? "" : pointer + ": ", text_or(fault, "message", ""));
  }
  return text;
}

std::string model_path(std::string_view model_id) {
  std::string path = "/v1/models";
  for (const std::string& segment : split(model_id, '/')) path += "/" + percent_encode(segment);
  return path;
}

std::string request_path(std::string_view request_id, std::string_view rest) {
  return concat("/v1/requests/", percent_encode(request_id), rest);
}

}  // namespace plantain::cli
