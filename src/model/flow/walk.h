// The walk from noise to picture. The only such loop there is.
#pragma once

#include <algorithm>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/text.h"
#include "model/pipeline.h"

namespace plantain::model::flow {

// Fills `velocity` (noise - picture) for the latents at `step`, where `sigma` of them is noise.
using Velocity = std::function<Result<void>(tensor::ConstMap latents, int step, float sigma,
                                            tensor::Map velocity)>;

// What the model is told: sigma · 1000, but not of the end.
inline void trace_schedule(std::span<const float> sigmas, const Named& trace) {
  if (!trace.looking()) return;
  trace.rows({sigmas.data(), 1, static_cast<int64_t>(sigmas.size())}, "sigmas");
  std::vector<float> times;
  for (const float sigma : sigmas.first(sigmas.size() - 1)) times.push_back(1000.0f * sigma);
  trace.rows({times.data(), 1, static_cast<int64_t>(times.size())}, "timesteps");
}

// latents += (sigma_next - sigma) · velocity, for each of the sigmas but the last. `latents` begins
// as noise. `trace` sees steps.N.latents.
inline Result<void> walk(tensor::Map latents, std::span<const float> sigmas, tensor::Arena& arena,
                         const Velocity& velocity, Watcher& watcher, const Named& trace) {
  const tensor::Arena::Scope scope(arena);
  const int steps = static_cast<int>(sigmas.size()) - 1;
  const int64_t count = latents.pixels() * latents.channels;
  tensor::Map v = arena.map(latents.height, latents.width, latents.channels);
  for (int step = 0; step < steps; ++step) {
    if (!watcher.keep_going("denoise", step, steps))
      return Error{ErrorCode::kCancelled, "stopped between two steps"};
    const float sigma = sigmas[static_cast<std::size_t>(step)];
    const float stride = sigmas[static_cast<std::size_t>(step) + 1] - sigma;
    const Result<void> done = velocity(latents, step, sigma, v);
    if (!done.ok()) return done;
    for (int64_t i = 0; i < count; ++i) latents.data[i] += stride * v.data[i];
    trace.map(latents, "steps.", step, ".latents");
    if (step + 1 == steps) continue;
    const float rest = sigmas[static_cast<std::size_t>(step) + 1];
    for (int64_t i = 0; i < count; ++i) v.data[i] = latents.data[i] - rest * v.data[i];
    watcher.estimate(v);
  }
  return {};
}

}  // namespace plantain::model::flow
