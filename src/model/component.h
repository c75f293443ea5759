// One component of a diffusers folder: its configuration and its weights.
#pragma once

#include <memory>
#include <string_view>

#include "base/files.h"
#include "base/json.h"
#include "base/result.h"
#include "model/autoencoder/autoencoder.h"
#include "model/parameters.h"
#include "model/pipeline.h"
#include "model/weights/model_folder.h"
#include "model/weights/weights.h"

namespace plantain::model {

struct Component {
  Json config;
  std::shared_ptr<const Weights> weights;
};

// kNotFound, kCorrupt: as open_weights() and read_json_file() say.
inline Result<Component> open_component(const Path& folder, std::string_view name) {
  Result<Json> config = read_json_file(folder / name / "config.json");
  if (!config.ok()) return config.error();
  Result<Weights> weights = open_weights(folder / name);
  if (!weights.ok()) return weights.error();
  return Component{*std::move(config), std::make_shared<const Weights>(*std::move(weights))};
}

// An autoencoder, with the weights that it was loaded from.
struct OpenedAutoencoder {
  autoencoder::Autoencoder autoencoder;
  std::shared_ptr<const Weights> weights;
};

// The folder's "vae", in the precision that its file has. Errors: as open_component() and
// Autoencoder::load() say.
inline Result<OpenedAutoencoder> open_autoencoder(const Path& folder,
                                                  autoencoder::Autoencoder::Parts parts) {
  Result<Component> vae = open_component(folder, "vae");
  if (!vae.ok()) return vae.error();
  Result<autoencoder::Config> config = autoencoder::parse_config(vae->config, "vae/config.json");
  if (!config.ok()) return config.error();
  Result<autoencoder::Autoencoder> loaded =
      autoencoder::Autoencoder::load(*config, vae->weights, Precision::kStored, parts);
  if (!loaded.ok()) return loaded.error();
  return OpenedAutoencoder{*std::move(loaded), std::move(vae->weights)};
}

// The files' changes for the denoiser whose weights these are. kInvalidInput, kCorrupt: as
// read_lora() says.
inline Result<std::vector<AppliedLora>> read_loras(const std::vector<LoraFile>& files,
                                                   const Weights& denoiser, LoraNames names) {
  std::vector<AppliedLora> loras;
  for (const LoraFile& each : files) {
    Result<Lora> lora = read_lora(*each.file, denoiser, names);
    if (!lora.ok()) return lora.error();
    loras.push_back({*std::move(lora), each.strength});
  }
  return loras;
}

}  // namespace plantain::model
