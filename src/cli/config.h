// The configuration: one TOML file, the environment and the flags, in rising order of precedence,
// over the defaults of the settings table (settings.h).
// Threads: plain values and pure functions, but for reading the file.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/files.h"
#include "base/log.h"
#include "cli/world.h"

namespace plantain::cli {

struct ModelConfig {
  std::vector<std::string> engines;           // in order; empty: the catalogue's
  std::optional<int64_t> price_microdollars;  // nothing: the catalogue's
};

// An engine that asks somebody else for its pictures.
struct EngineConfig {
  std::string kind;       // "gemini"; empty: as its name
  std::string base_url;   // without a slash at its end; empty: the provider's
  std::string model;      // the provider's name of the model; empty: the kind's default
  std::string successor;  // instead of `model` once that is gone; empty: the kind's default
  std::string project;    // of Google Cloud: the calls go to Vertex
  std::string location;   // of Vertex; empty: global
  std::string key_env;    // variable that holds the key; empty: the kind's usual one
  Path key_file;          // file that holds the key, instead of a variable
  int timeout_s = 300;
  int tries = 4;
  int backoff_ms = 1000;
  int repeat_in_doubt = 0;
  int slots = 4;
  std::vector<std::string> cost_usd;  // "1K=0.067", or "0.067" for any resolution
};

struct Config {
  struct Server {
    std::string host = "127.0.0.1";
    int port = 8080;                // 0: any free one
    Path tls_certificate, tls_key;  // both or none
    std::vector<std::string> trusted_proxies;
    std::string public_url;  // without a slash at its end; empty: the address itself
    Path data_dir;
    std::chrono::seconds drain_timeout{30};
    LogLevel log_level = LogLevel::kInfo;
    bool public_catalog = false;
    Path key_file;
    std::string internal_listen;  // "ADDRESS:PORT" for workers elsewhere; empty: none
  } server;
  // Of accounts that have none of their own.
  struct AccountLimits {
    int64_t submits_per_minute = 600;
    int64_t reads_per_minute = 6'000;
    int64_t queued = 100'000;
  } limits;
  struct Files {
    int64_t quota_bytes = int64_t{10} * 1000 * 1000 * 1000;  // of each account
  } files;
  struct Fetch {
    bool http = false;                  // also without TLS
    std::vector<std::string> networks;  // CIDR, besides public addresses
  } fetch;
  int worker_count = 1;
  std::optional<std::chrono::seconds> retention{604'800};  // nothing: for ever
  Path catalog_folder;                                     // empty: only the built-in models
  std::map<std::string, ModelConfig> models;               // by model id
  std::map<std::string, EngineConfig> engines;             // by name
  Path file;  // that it was read from, absolute; empty: none
};

// One thing that is wrong, and where: "plantain.toml:3:8", "$PLANTAIN_SERVER_PORT",
// "--server.port".
struct ConfigFault {
  std::string where;
  std::string message;
};

// A setting as a flag gave it; for settings of models and engines the text begins with "<name>=".
struct FlagValue {
  std::string setting;  // "server.port"
  std::string text;
};

struct LoadedConfig {
  Config config;                    // to be used only when faults is empty
  std::vector<ConfigFault> faults;  // all of them
  std::optional<Path> file;         // the one that was read
  std::map<std::string, std::string>
      origins;  // setting -> where its value came from; missing: default
};

// Reads `named` or else the first of $PLANTAIN_CONFIG, ./plantain.toml, the user's and the system's
// file; only a file that was named must exist. Relative paths in a file begin at its folder.
LoadedConfig load_config(const World& world, const std::optional<Path>& named,
                         const std::vector<FlagValue>& flags);

// As a TOML file in which every setting says where it came from.
std::string show_config(const LoadedConfig& loaded);

// One line per fault, each ending in a line break.
std::string describe_faults(const std::vector<ConfigFault>& faults);

// Flags that tell a worker the engines of `config`, as `--engines.kind gemini=gemini`.
std::vector<std::string> engine_flags(const Config& config);

bool is_loopback_host(std::string_view host);

}  // namespace plantain::cli
