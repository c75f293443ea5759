// The command `plantain`: parses its words, runs a verb, says what happened.
// What needs the engine or the server comes from main/ as Hooks; the rest talks HTTP to a server.
// Threads: one call at a time.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "cli/config.h"
#include "cli/output_files.h"
#include "cli/world.h"

namespace plantain::cli {

inline constexpr int kExitOk = 0;
inline constexpr int kExitFailed = 1;
inline constexpr int kExitUsage = 2;          // the words or the configuration are wrong
inline constexpr int kExitInterrupted = 130;  // Ctrl-C, as shells have it

inline constexpr const char* kDefaultModel = "google/nano-banana-2/text-to-image";

struct WorkerArguments {
  Config config;
  std::string server_url;            // "http://host:port"; with a socket, a name for its own sake
  Path socket;                       // empty: by TCP
  std::optional<int> token_fd;       // an inherited descriptor that holds the token
  std::string key;                   // of role worker; empty when there is a token
  std::string worker_id;             // empty: make one
  std::vector<std::string> engines;  // empty: all that this program has
};

struct GenerateArguments {
  Config config;
  std::string model;
  JsonObject input;    // as given, with the prompt; the catalogue judges it
  OutputPlace output;  // names by output_names(), writing by save_output()
  bool force = false;
  bool json = false;  // print the result object instead of sentences
};

// `plantain bench engine`.
struct BenchArguments {
  std::string shape = "klein-4b";
  std::string dtype = "bf16";
  int size_px = 256;
  int threads = 0;  // 0: one a processor
  int blocks = 0;   // 0: all
  int repeats = 2;
  bool json = false;
};

struct PullArguments {
  Config config;
  std::string repository;          // "owner/NAME"
  std::string revision;            // a branch, a tag or a commit
  std::vector<std::string> files;  // empty: all that are needed
  std::string accepted_licence;    // by its name; empty: none
  std::string hub;                 // address, without a slash at its end
  std::string token;               // empty: none
};

struct AddModelArguments {
  Config config;
  Path path;         // a file or a folder
  std::string name;  // empty: made from the path
};

struct VerifyModelsArguments {
  Config config;
  std::vector<std::string> names;  // empty: all
};

// What is wrong with the value of a setting: "catalog.folder", "models.<model id>".
struct SettingFault {
  std::string setting;
  std::string message;
};

// Every member is set.
struct Hooks {
  // These return the exit code.
  std::function<int(const Config& config)> serve;
  std::function<int(const WorkerArguments& arguments)> worker;
  std::function<int(const GenerateArguments& arguments)> generate;
  // How the sketch engine reads a prompt, as JSON.
  std::function<Result<std::string>(const std::string& prompt)> explain;
  // Makes a key in the data folder of this machine and returns it.
  std::function<Result<std::string>(const Config& config, const std::string& name,
                                    const std::string& role)>
      create_local_key;
  // Copies the data folder into a new one; returns the exit code.
  std::function<int(const Config& config, const Path& destination)> backup;
  // What the catalogue has against a configuration that is right by itself: all of it.
  std::function<std::vector<SettingFault>(const Config& config)> check_config;
  // Whether a configured engine could draw now, found out without paying; a sentence.
  std::function<Result<std::string>(const Config& config, const std::string& name)> test_engine;
  // Measures the diffusion engine; returns the exit code.
  std::function<int(const BenchArguments& arguments, const World& world)> bench_engine;
  std::function<int(const PullArguments& arguments, const World& world)> pull;
  std::function<int(const AddModelArguments& arguments, const World& world)> add_model;
  std::function<int(const VerifyModelsArguments& arguments, const World& world)> verify_models;
  std::function<std::string()> version_details;  // lines for `version --verbose`
};

int run(int argc, char** argv, const Hooks& hooks);

// The same in a world of the caller's; `words` without the program's name.
int run(const std::vector<std::string>& words, const Hooks& hooks, const World& world);

}  // namespace plantain::cli
