// How fast the parts of a model are on this machine, with numbers made up in memory: no weights are
// needed. `plantain bench engine`.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "base/result.h"

namespace plantain::model::bench {

struct Order {
  std::string shape = "klein-4b";  // or klein-9b, z-image
  int size_px = 256;               // side of the picture, a multiple of 16
  std::string dtype = "bf16";      // of the weights: f32, bf16, int8
  int threads = 0;                 // 0: one a processor
  int blocks = 0;                  // of each kind, at most; 0: as many as the model has
  int repeats = 2;                 // of each stage; the fastest counts
};

// A stage is the text encoder, one denoising step or the decoder.
struct Stage {
  std::string name;
  std::string blocks;  // "27 of 27 layers"
  double seconds = 0;
  double operations = 0;          // of products, convolutions and attention
  double product_seconds = 0;     // in products and convolutions
  double product_operations = 0;  // of those
  double peak = 0;                // operations a second that the dtype's instructions can do alone
  double attention_seconds = 0;
  double bytes = 0;          // moved at least
  double weight_bytes = 0;   // in memory
  double working_bytes = 0;  // beside the weights, at most
};

struct Report {
  std::string kernels;
  int threads = 0;
  double peak_f32 = 0;  // operations a second, measured in this run, on all threads
  double peak_int8 = 0;
  // Of the denoiser's answer, against the same model in f32: Euclidean, relative.
  double error = 0;
  int error_blocks = 0;    // of each kind, which the error was measured over
  double memory_peak = 0;  // of the process, bytes
};

// Calls `stage` after each stage. kInvalidInput: an order that cannot be; kOutOfMemory: more than
// the machine has to give, with both numbers.
Result<Report> run(const Order& order, const std::function<void(const Stage&)>& stage);

}  // namespace plantain::model::bench
