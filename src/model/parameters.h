// The numbers of one model component in the form that operations read: matrices where they lie in
// the file when they can be, everything small as float32.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/lora/lora.h"
#include "model/weights/weights.h"
#include "tensor/matrix.h"
#include "tensor/runtime.h"

namespace plantain::model {

// In which form matrices are kept.
enum class Precision {
  kStored,    // f32, f16 and bf16 as in the file; anything else as bf16
  kBf16,      // rounded to bf16 where the file has more
  kInt8,      // 8 bits with scales (tensor/int8.h); activations are rounded so, too
  kInt8Fine,  // the same, activations to 127 levels on all processors: for guided models, whose
              // guidance makes errors larger, too
};

// What a pipeline keeps its text encoder in, which runs once for a prompt, and which 8 bits would
// harm more than they save; and its denoiser.
constexpr Precision precision_of_text(Precision wanted) {
  return wanted == Precision::kInt8 ? Precision::kStored : wanted;
}
constexpr Precision precision_of_denoiser(Precision wanted, bool guided) {
  return wanted == Precision::kInt8 && guided ? Precision::kInt8Fine : wanted;
}

// Where a component's numbers come from: its weights, or chance.
class ParameterSource {
 public:
  ParameterSource(std::shared_ptr<const Weights> weights)  // NOLINT: implicit
      : weights_(std::move(weights)) {}
  // Any parameter that is asked for is there, for measuring: matrices of deviation about
  // 1 / sqrt(columns), the same for the same `seed` and order of asking; biases 0; other vectors 1.
  // `bf16`: as if a file had them in bf16; else in f32.
  static ParameterSource made_up(uint64_t seed, bool bf16);

 private:
  friend class Parameters;
  ParameterSource() = default;
  std::shared_ptr<const Weights> weights_;  // null: made up
  uint64_t seed_ = 0;
  bool bf16_ = false;
};

// A LoRA and how strongly it is applied.
struct AppliedLora {
  Lora lora;
  float strength = 1;
};

// Reads parameters by name and owns what had to be converted. Keeps the first error, so that a
// model reads all it needs in a row and asks once.
// Threads: one at a time while reading; then what it gave out may be read by any.
class Parameters {
 public:
  // `loras` are added to the matrices they name; must outlive the reading.
  Parameters(ParameterSource source, Precision precision,
             const std::vector<AppliedLora>* loras = nullptr);
  ~Parameters();

  // [rows, columns] of `name`.weight. After an error: an empty one.
  tensor::Weight linear(std::string_view name, int64_t rows, int64_t columns) {
    return linear(name, rows, columns, precision_);
  }
  // … in the file's own precision: for what is small and what everything goes through.
  tensor::Weight linear_as_stored(std::string_view name, int64_t rows, int64_t columns) {
    return linear(name, rows, columns, Precision::kStored);
  }
  // … with `name`.bias, [rows]: those are small, and stay as stored, too.
  tensor::Weight linear_with_bias(std::string_view name, int64_t rows, int64_t columns);
  // [rows, channels, kernel, kernel] with bias, turned to channels last: see tensor::convolve().
  tensor::Weight convolution(std::string_view name, int64_t rows, int64_t channels, int kernel,
                             bool bias = true);
  // `count` numbers of the tensor `name`, of any shape with one extent other than 1.
  const float* vector(std::string_view name, int64_t count);
  // What files spell differently: the first of the names that is there.
  std::string first_of(std::initializer_list<std::string_view> names) const;
  bool has(std::string_view name) const;

  // kCorrupt: the first parameter that was missing or of another shape, and what was expected.
  Result<void> status() const;

  // Bytes that were copied out of the file.
  uint64_t owned_bytes() const { return owned_bytes_; }

 private:
  std::optional<Error> error_;
  const StoredTensor* get(std::string_view name, const Shape& shape);
  const StoredTensor* make_up(std::string_view name, const Shape& shape);
  const float* made_up_vector(std::string_view name, int64_t count);
  std::byte* own(std::size_t bytes);
  tensor::Weight linear(std::string_view name, int64_t rows, int64_t columns, Precision precision);
  tensor::Weight matrix_of(const StoredTensor& stored, int64_t rows, int64_t columns,
                           Precision precision);
  tensor::Weight from_f32(const float* values, int64_t rows, int64_t columns, tensor::Dtype dtype);
  tensor::Weight shortened(const tensor::Weight& weight, std::size_t owned_before);
  void add_loras(std::string_view name, int64_t rows, int64_t columns, tensor::Weight& weight);

  const std::shared_ptr<const Weights> weights_;
  const Precision precision_;
  const std::vector<AppliedLora>* const loras_;
  std::deque<std::unique_ptr<std::byte[]>> owned_;
  uint64_t owned_bytes_ = 0;
  // Of a made-up source: the tensor asked for last, and what its numbers are cut from.
  const bool made_up_bf16_;
  StoredTensor made_up_;
  std::vector<float> made_up_numbers_;
  std::vector<float> chance_;
  uint64_t state_ = 0;
};

}  // namespace plantain::model
