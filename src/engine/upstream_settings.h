// What the owner says of one upstream engine.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace plantain::engine::upstream {

// A model of the catalogue as a provider has it.
struct ModelMapping {
  std::string id;                             // the provider's: "fal-ai/nano-banana-2"
  std::map<std::string, std::string> rename;  // our input's name -> theirs
  std::vector<std::string> as_text;           // ours that are numbers and theirs texts
};

struct Settings {
  std::string name;       // "gemini", or whatever the owner calls it
  std::string kind;       // "gemini", "openai", "runcomfy", "fal"
  std::string base_url;   // no slash at its end; empty: the provider's own
  std::string model;      // the provider's name of the model; empty: the kind's default
  std::string successor;  // used once the provider says that `model` is gone; empty: the kind's
  std::string project;    // of Google Cloud; with it the calls go to Vertex
  std::string location;   // of Vertex; empty: "global"
  // The key, read anew for each call, so that a file may be replaced while the engine runs.
  // kInvalidKey: there is none; the message says where it was looked for.
  std::function<Result<std::string>()> key;
  std::chrono::milliseconds timeout{300'000};  // of one call
  int tries = 4;                               // of a call that surely cost nothing
  std::chrono::milliseconds backoff{1'000};    // after the first failed try; doubles
  int repeat_in_doubt = 0;  // how often a call is repeated although it may have been charged
  int slots = 4;            // calls at the same time, in each worker
  std::map<std::string, ModelMapping> models;  // by our model's id, for kinds that have many
  std::map<std::string, double> cost_usd;  // by resolution, or "" for any: what one picture costs
};

using AllSettings = std::map<std::string, Settings, std::less<>>;  // by name

}  // namespace plantain::engine::upstream
