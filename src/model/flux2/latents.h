// FLUX.2's latents: two by two latents of the autoencoder are one token, normalised by batch
// statistics that come with the autoencoder.
#pragma once

#include <vector>

#include "tensor/matrix.h"

namespace plantain::model::flux2 {

constexpr int kPatch = 2;

// mean and deviation of each of the token's channels: sqrt(running variance + epsilon).
struct LatentStatistics {
  std::vector<float> mean;
  std::vector<float> deviation;
};

// Channel of a token: latent channel · 4 + row in the patch · 2 + column in the patch.
// `tokens` has half the sides and four times the channels of `latents`.
void tokens_of(tensor::ConstMap latents, const LatentStatistics& statistics, tensor::Map tokens);
void latents_of(tensor::ConstMap tokens, const LatentStatistics& statistics, tensor::Map latents);

}  // namespace plantain::model::flux2
