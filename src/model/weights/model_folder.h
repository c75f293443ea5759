// A diffusers folder: `model_index.json` names the components (transformer, vae, text_encoder, …),
// each a folder with a configuration and weights.
//
//   Result<ModelFolder> folder = open_model_folder("FLUX.2-klein-4B");
//   Result<Json> config = read_json_file(folder->path / "transformer" / "config.json");
//   Result<Weights> weights = open_weights(folder->path / "transformer");
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/files.h"
#include "base/json.h"
#include "base/result.h"

namespace plantain::model {

struct ModelComponent {
  std::string name;        // the folder's: "text_encoder"
  std::string library;     // "transformers"
  std::string class_name;  // "Qwen3ForCausalLM"
};

struct ModelFolder {
  Path path;
  std::string class_name;                  // "Flux2KleinPipeline"
  std::vector<ModelComponent> components;  // those that are there, in the index's order
  Json index;                              // model_index.json, for the rest ("is_distilled")

  const ModelComponent* find(std::string_view name) const;
};

// kNotFound: no such folder, or no model_index.json in it. kCorrupt: an index that names no
// pipeline, a component's name that is no plain folder name, or a component whose folder is
// missing.
Result<ModelFolder> open_model_folder(const Path& folder);

// A JSON file of at most limits::kModelConfigMax_bytes. kNotFound; kCorrupt: larger, or no JSON.
Result<Json> read_json_file(const Path& path);

// One path element of printable text that is neither hidden nor "." or "..": safe to join to a
// folder.
bool is_plain_file_name(std::string_view name);

}  // namespace plantain::model
