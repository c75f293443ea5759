#include "model/flux2/latents.h"

#include "base/check.h"

namespace plantain::model::flux2 {
namespace {

// Calls visit(index into the latents, index into the tokens, channel of the token).
template <class Visit>
void each_pair(tensor::ConstMap latents, tensor::ConstMap tokens, const Visit& visit) {
  CHECK(latents.height == kPatch * tokens.height && latents.width == kPatch * tokens.width);
  CHECK(tokens.channels == kPatch * kPatch * latents.channels);
  for (int y = 0; y < latents.height; ++y)
    for (int x = 0; x < latents.width; ++x)
      for (int c = 0; c < latents.channels; ++c) {
        const int channel = c * kPatch * kPatch + y % kPatch * kPatch + x % kPatch;
        visit((int64_t{y} * latents.width + x) * latents.channels + c,
              (int64_t{y / kPatch} * tokens.width + x / kPatch) * tokens.channels + channel,
              static_cast<std::size_t>(channel));
      }
}

}  // namespace

void tokens_of(tensor::ConstMap latents, const LatentStatistics& s, tensor::Map tokens) {
  each_pair(latents, tokens, [&](int64_t latent, int64_t token, std::size_t channel) {
    tokens.data[token] = (latents.data[latent] - s.mean[channel]) / s.deviation[channel];
  });
}

void latents_of(tensor::ConstMap tokens, const LatentStatistics& s, tensor::Map latents) {
  each_pair(latents, tokens, [&](int64_t latent, int64_t token, std::size_t channel) {
    latents.data[latent] = tokens.data[token] * s.deviation[channel] + s.mean[channel];
  });
}

}  // namespace plantain::model::flux2
