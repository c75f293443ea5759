#include "main/serve.h"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <mutex>
#include <thread>
#include <utility>

#include "api/api.h"
#include "api/health.h"
#include "api/sessions.h"
#include "base/limits.h"
#include "base/text.h"
#include "cli/cli.h"
#include "engine/engines.h"
#include "http/server.h"
#include "main/deliverer.h"
#include "main/fetcher.h"
#include "main/housekeeper.h"
#include "main/installation.h"
#include "main/tell_manager.h"
#include "main/upstreams.h"
#include "safety/prompt_rules.h"
#include "worker/supervisor.h"

namespace plantain {
namespace {

constexpr std::size_t kSocketPathMax_bytes = 100;  // of sockaddr_un's 108

sigset_t ending_signals() {
  sigset_t set;
  ::sigemptyset(&set);
  ::sigaddset(&set, SIGINT);
  ::sigaddset(&set, SIGTERM);
  return set;
}

// Waits for the first signal to end; from then on the next one does what it does by default.
int wait_for_end() {
  const sigset_t set = ending_signals();
  int signal = 0;
  ::sigwait(&set, &signal);
  ::pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
  return signal;
}

// A folder's path may be longer than an address of a socket can be.
Path socket_path(const Path& data_dir) {
  Path path = std::filesystem::absolute(data_dir) / "run" / "worker.sock";
  if (path.string().size() <= kSocketPathMax_bytes) return path;
  return std::filesystem::temp_directory_path() / concat("plantain-", ::getpid()) / "worker.sock";
}

class App {
 public:
  App(const cli::Config& config, Log& log, const Clock& clock, IdSource& ids)
      : config_(config), log_(log), clock_(clock), ids_(ids) {}

  ~App() {
    if (deliverer_) deliverer_->stop();
    if (fetcher_) fetcher_->stop();
    housekeeper_.reset();
    supervisor_.reset();
    if (server_) server_->stop();
    if (network_.joinable()) network_.join();
    installation_.database.reset();  // its last callbacks still find the API
  }

  Result<void> start() {
    if (auto opened = open(); !opened.ok()) return opened;
    server_ = std::make_unique<http::Server>(
        http::Options{.host = config_.server.host,
                      .port = config_.server.port,
                      .public_url = config_.server.public_url,
                      .tls_certificate = config_.server.tls_certificate,
                      .tls_key = config_.server.tls_key,
                      .trusted_proxies = config_.server.trusted_proxies,
                      .internal_socket = socket_path(config_.server.data_dir),
                      .internal_listen = config_.server.internal_listen},
        clock_, ids_, log_);
    const Result<std::string> signing_key =
        api::signing_key(installation_.database->keys(), installation_.master_key);
    if (!signing_key.ok()) return signing_key.error();
    if (auto made = make_api(*signing_key); !made.ok()) return made;
    // The rules build their tables at the first prompt: here, not on the network thread.
    static_cast<void>(safety::judge_prompt(""));
    if (auto listening = server_->listen(*api_); !listening.ok()) return listening;
    network_ = std::thread([this] { server_->run(); });
    start_outgoing();
    start_workers();
    housekeeper_ = std::make_unique<Housekeeper>(
        installation_.database->requests(), *installation_.artifacts,
        [this](const auto& engine, const auto& model) {
          return api_->context().workers.is_away(engine, model);
        },
        [this] { api::note_models(api_->context()); }, log_);
    announce();
    return {};
  }

  // Running requests get their time; what is left goes back to the queue.
  void drain() {
    tell_manager("STOPPING=1");
    log_.info("shutting down: running requests may end");
    api_->drain();
    if (supervisor_) supervisor_->stop(config_.server.drain_timeout);
    api_->end_waits();
    server_->drain();
    if (!server_->wait_until_quiet(limits::kLastAnswers))
      log_.warn("some clients have not taken their answers");
    log_.info("stopped");
  }

 private:
  Result<void> open() {
    Result<Installation> opened = open_installation(config_, clock_, ids_, log_);
    if (!opened.ok()) return opened.error();
    installation_ = std::move(*opened);
    Result<catalog::Catalog> catalog = load_catalog(config_);
    if (!catalog.ok()) return catalog.error();
    catalog_ = std::move(*catalog);
    const auto made =
        api::make_first_key(installation_.database->keys(), ids_, clock_, config_.server.key_file);
    if (!made.ok()) return made.error();
    first_key_ = *made;
    return {};
  }

  Result<void> make_api(const std::string& signing_key) {
    const Result<net::AddressGuard> guard = net::AddressGuard::with(config_.fetch.networks);
    if (!guard.ok()) return invalid(concat("fetch.networks: ", guard.error().message));
    const Result<std::string> webhook_seed = api::server_secret(
        installation_.database->keys(), installation_.master_key, "webhook-ed25519-1");
    if (!webhook_seed.ok()) return webhook_seed.error();
    api::Settings settings{PLANTAIN_VERSION, config_.server.public_catalog, config_.retention, {}};
    settings.limits.submits_per_minute = config_.limits.submits_per_minute;
    settings.limits.reads_per_minute = config_.limits.reads_per_minute;
    settings.limits.queued = config_.limits.queued;
    settings.quota_bytes = config_.files.quota_bytes;
    settings.fetch_http = config_.fetch.http;
    for (const catalog::Model& model : catalog_.all()) set_engines(model, settings);
    api_ = std::make_unique<api::Api>(std::unique_ptr<api::Context>(
        new api::Context{.settings = std::move(settings),
                         .requests = installation_.database->requests(),
                         .keys = installation_.database->keys(),
                         .ledger = installation_.database->ledger(),
                         .files = installation_.database->files(),
                         .webhooks = installation_.database->webhooks(),
                         .artifacts = *installation_.artifacts,
                         .catalog = catalog_,
                         .clock = clock_,
                         .ids = ids_,
                         .log = log_,
                         .scheduler = *server_,
                         .signer = api::FileSigner(signing_key),
                         .webhook_seed = *webhook_seed,
                         .master_key = installation_.master_key,
                         .changed = [this] { wake_outgoing(); },
                         .workers = api::Workers(clock_),
                         .metrics = api::Metrics(PLANTAIN_VERSION),
                         .limiter = api::Limiter(clock_)}));
    guard_ = *guard;
    return {};
  }

  void start_outgoing() {
    auto fetcher = std::make_unique<Fetcher>(
        installation_.database->files(), *installation_.artifacts,
        Fetcher::Rules{guard_, config_.fetch.http, config_.files.quota_bytes}, log_);
    auto deliverer = std::make_unique<Deliverer>(api_->context(), server_->public_base(), guard_);
    const std::lock_guard lock(outgoing_mutex_);
    fetcher_ = std::move(fetcher);
    deliverer_ = std::move(deliverer);
  }

  // From the store's thread, as soon as the API is made.
  void wake_outgoing() {
    const std::lock_guard lock(outgoing_mutex_);
    if (fetcher_) fetcher_->wake();
    if (deliverer_) deliverer_->wake();
  }

  // What the owner lists; else what the catalogue lists, without the providers that nobody
  // configured and the models whose weights are not installed.
  void set_engines(const catalog::Model& model, api::Settings& settings) const {
    std::vector<std::string>& engines = settings.engines[model.id];
    const auto configured = config_.models.find(model.id);
    if (configured != config_.models.end() && !configured->second.engines.empty()) {
      engines = configured->second.engines;
      return;
    }
    const engine::upstream::AllSettings upstreams = upstreams_of(config_);
    for (const std::string& engine : model.engines) {
      const auto& kinds = engine::upstream_kinds();
      const bool is_provider = std::find(kinds.begin(), kinds.end(), engine) != kinds.end();
      const Result<void> weights = engine::find_weights(engine, models_folder(config_));
      if (!weights.ok()) {
        note_weights(engine, weights.error());
      } else if (!is_provider || upstreams.contains(engine)) {
        engines.push_back(engine);
      }
    }
  }

  // Weights that nobody installed are nothing to warn of; damaged ones are.
  void note_weights(const std::string& engine, const Error& error) const {
    if (error.code != ErrorCode::kNotFound)
      log_.warn("installed weights cannot be used",
                JsonObject{{"engine", engine}, {"reason", error.message}});
  }

  // The engines of the configured models that this program has; others are for workers elsewhere.
  std::vector<std::string> own_engines() const {
    const engine::upstream::AllSettings upstreams = upstreams_of(config_);
    std::vector<std::string> names;
    for (const catalog::Model& model : catalog_.all()) {
      for (const std::string& engine : api_->context().engines_of(model)) {
        if (!engine::is_engine_name(engine, upstreams) ||
            !engine::find_weights(engine, models_folder(config_)).ok()) {
          log_.warn("an engine of a model is left to workers elsewhere",
                    JsonObject{{"model", model.id}, {"engine", engine}});
        } else if (std::find(names.begin(), names.end(), engine) == names.end()) {
          names.push_back(engine);
        }
      }
    }
    return names;
  }

  void start_workers() {
    const std::vector<std::string> engines = own_engines();
    if (config_.worker_count == 0 || engines.empty()) return;
    worker::SupervisorOptions options;
    options.workers = config_.worker_count;
    options.command = {
        "/proc/self/exe",     "worker",
        "--server",           "unix:" + socket_path(config_.server.data_dir).string(),
        "--server.log_level", std::string(name_of(config_.server.log_level)),
        "--server.data_dir",  std::filesystem::absolute(config_.server.data_dir).string()};
    if (!config_.catalog_folder.empty()) {
      options.command.insert(options.command.end(),
                             {"--catalog.folder", config_.catalog_folder.string()});
    }
    if (!config_.file.empty())
      options.command.insert(options.command.end(), {"--config", config_.file.string()});
    const std::vector<std::string> told = cli::engine_flags(config_);
    options.command.insert(options.command.end(), told.begin(), told.end());
    for (const std::string& engine : engines)
      options.command.insert(options.command.end(), {"--engine", engine});
    options.on_start = [this](const std::string& token, const std::string& id) {
      api_->add_worker(token, id);
    };
    options.on_death = [this](const std::string& token) { api_->remove_worker(token); };
    supervisor_ = std::make_unique<worker::Supervisor>(std::move(options), log_);
  }

  void announce() {
    tell_manager("READY=1");
    std::string text = concat("listening ", server_->public_base(), "\n");
    const std::string workers = server_->internal_base();
    if (!workers.empty()) text += concat("workers listening ", workers, "\n");
    text += concat("key file ", std::filesystem::absolute(config_.server.key_file).string(), "\n");
    if (::isatty(STDOUT_FILENO) == 1) {
      if (first_key_) text += concat("first key ", *first_key_, "\n");
      const auto token = api::make_sign_in_token(installation_.database->keys(), clock_);
      if (token.ok())
        text += concat("sign in ", api::sign_in_url(server_->public_base(), *token), "\n");
    }
    std::cout << text << std::flush;
    log_.info("serving",
              JsonObject{{"address", server_->public_base()}, {"version", PLANTAIN_VERSION}});
  }

  const cli::Config& config_;
  Log& log_;
  const Clock& clock_;
  IdSource& ids_;
  Installation installation_;
  catalog::Catalog catalog_;
  std::optional<std::string> first_key_;
  std::unique_ptr<http::Server> server_;
  std::unique_ptr<api::Api> api_;
  net::AddressGuard guard_;
  std::mutex outgoing_mutex_;  // guards that the two below are there
  std::unique_ptr<Fetcher> fetcher_;
  std::unique_ptr<Deliverer> deliverer_;
  std::thread network_;
  std::unique_ptr<worker::Supervisor> supervisor_;
  std::unique_ptr<Housekeeper> housekeeper_;
};

}  // namespace

int serve(const cli::Config& config) {
  // Every thread that follows inherits the mask, so that the signals find wait_for_end() alone.
  const sigset_t set = ending_signals();
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
  ::signal(SIGPIPE, SIG_IGN);

  const SystemClock clock;
  IdSource ids(clock);
  Log log(clock, config.server.log_level, descriptor_sink(STDERR_FILENO));
  App app(config, log, clock, ids);
  if (const Result<void> started = app.start(); !started.ok()) {
    std::cerr << "plantain: " << started.error().message << "\n";
    return cli::kExitFailed;
  }
  wait_for_end();
  app.drain();
  return cli::kExitOk;
}

Result<std::string> create_local_key(const cli::Config& config, const std::string& name,
                                     const std::string& role) {
  const std::optional<store::Role> known = store::role_from_name(role);
  if (!known) return invalid("a key's role is user, admin or worker");
  const SystemClock clock;
  IdSource ids(clock);
  Log log(clock, LogLevel::kError, descriptor_sink(STDERR_FILENO));
  const Result<Installation> installation = open_installation(config, clock, ids, log);
  if (!installation.ok()) return installation.error();
  return api::make_local_key(installation->database->keys(), ids, clock, name, *known);
}

}  // namespace plantain
