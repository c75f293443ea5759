// How far from noise to picture each step goes: sigma falls from 1 (noise) to 0 (picture).
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <vector>

namespace plantain::model::flow {

// The grid 1 … 1/steps moved by sigma' = e^mu / (e^mu + 1/sigma - 1), then 0: steps + 1 values.
std::vector<float> sigmas_moved_by(double mu, int steps);

// FLUX.2's rule for mu, fitted by its makers: `tokens` of the picture, references not counted.
double flux2_mu(int64_t tokens, int steps);

// The grid moved by sigma' = shift · sigma / (1 + (shift - 1) · sigma), then 0.
std::vector<float> sigmas_shifted(double shift, int steps);

}  // namespace plantain::model::flow
