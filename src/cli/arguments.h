// The words of the command line as values. Each verb reads the members that its flags fill.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/json.h"
#include "cli/cli.h"
#include "cli/config.h"

namespace plantain::cli {

struct ConnectOptions {
  std::string server;  // empty: $PLANTAIN_SERVER or the configured port on loopback
  std::string key;     // empty: the key file, $PLANTAIN_KEY or the configured key file
  std::string key_file;
};

struct Arguments {
  std::string verb;  // "keys create"
  std::optional<Path> config_file;
  std::vector<FlagValue> settings;
  ConnectOptions connect;

  std::string model;
  JsonObject input;    // the inputs of a model that were given
  std::string output;  // -o
  bool force = false;
  bool wait = false;
  bool json = false;

  std::string id;  // of a model or a request
  std::vector<std::string> ids;
  std::string search, category, kind, status, cursor;
  int64_t limit = 0;  // 0: the server's
  bool running = false;

  bool rotate = false;

  std::string name;
  std::string account;              // of which the keys, the usage, the entries are
  std::vector<std::string> limits;  // "running=2"
  std::string priority;
  std::optional<bool> prepaid, disabled;
  std::string retention, quota;
  std::string amount, note, reference;
  std::string from, to, by, action;
  bool csv = false;
  std::string role = "user";
  std::string expires;
  bool local = false;

  BenchArguments bench;

  std::string revision = "main";  // of a repository on the hub
  std::vector<std::string> files;
  std::string accepted_licence;
  std::string hub;  // empty: from the environment, else the usual one

  std::string token_fd;
  std::string worker_id;
  std::vector<std::string> engines;
  bool verbose = false;
};

// The words ask for no verb: a help text that was asked for, or what is wrong with them.
struct NoVerb {
  int exit_code = 0;
  std::string text;
};

// `words` without the program's name.
std::variant<Arguments, NoVerb> parse_command_line(const std::vector<std::string>& words);

}  // namespace plantain::cli
