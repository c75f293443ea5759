#include "model/flow/schedule.h"

#include <cmath>

#include "base/check.h"

namespace plantain::model::flow {
namespace {

// 1 … 1/steps, evenly.
double grid(int i, int steps) {
  return steps == 1 ? 1.0 : 1.0 + (1.0 / steps - 1.0) * i / (steps - 1);
}

}  // namespace

std::vector<float> sigmas_moved_by(double mu, int steps) {
  return sigmas_shifted(std::exp(mu), steps);
}

double flux2_mu(int64_t tokens, int steps) {
  const double count = static_cast<double>(tokens);
  const double at_10 = 8.73809524e-05 * count + 1.89833333;
  const double at_200 = 0.00016927 * count + 0.45666666;
  if (tokens > 4300) return at_200;
  const double slope = (at_200 - at_10) / 190.0;
  return slope * steps + (at_200 - 200.0 * slope);
}

std::vector<float> sigmas_shifted(double shift, int steps) {
  CHECK(steps >= 1);
  std::vector<float> sigmas;
  for (int i = 0; i < steps; ++i) {
    // Both shifts are one formula: shift = e^mu. The grid is float32 in the reference.
    const double sigma = static_cast<float>(grid(i, steps));
    sigmas.push_back(static_cast<float>(shift / (shift + (1.0 / sigma - 1.0))));
  }
  sigmas.push_back(0.0f);
  return sigmas;
}

}  // namespace plantain::model::flow
