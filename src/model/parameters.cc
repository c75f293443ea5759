#include "model/parameters.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <set>
#include <span>

#include "base/text.h"
#include "model/weights/decode.h"
#include "tensor/int8.h"

namespace plantain::model {
namespace {

using tensor::Dtype;
using tensor::Weight;

// Round to nearest, ties to even; NaN stays NaN.
uint16_t to_bf16(float x) {
  const uint32_t bits = __builtin_bit_cast(uint32_t, x);
  if ((bits & 0x7fffffffu) > 0x7f800000u) return static_cast<uint16_t>((bits >> 16) | 0x40u);
  return static_cast<uint16_t>((bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16);
}

std::optional<Dtype> dtype_of(StoredType type) {
  switch (type) {
    case StoredType::kF32:
      return Dtype::kF32;
    case StoredType::kF16:
      return Dtype::kF16;
    case StoredType::kBF16:
      return Dtype::kBF16;
    default:
      return std::nullopt;
  }
}

std::vector<float> all_f32(const StoredTensor& stored) {
  std::vector<float> values(static_cast<std::size_t>(*elements_of(stored.shape)));
  read_f32(stored, values);
  return values;
}

// [rows, channels, area] to [rows, area, channels], numbers of `size` bytes.
void channels_last(const std::byte* from, std::byte* to, int64_t rows, int64_t channels,
                   int64_t area, std::size_t size) {
  for (int64_t r = 0; r < rows; ++r)
    for (int64_t a = 0; a < area; ++a)
      for (int64_t c = 0; c < channels; ++c) {
        std::memcpy(to, from + static_cast<std::size_t>((r * channels + c) * area + a) * size,
                    size);
        to += size;
      }
}

}  // namespace

ParameterSource ParameterSource::made_up(uint64_t seed, bool bf16) {
  ParameterSource source;
  source.seed_ = seed;
  source.bf16_ = bf16;
  return source;
}

Parameters::Parameters(ParameterSource source, Precision precision,
                       const std::vector<AppliedLora>* loras)
    : weights_(std::move(source.weights_)),
      precision_(precision),
      loras_(loras),
      made_up_bf16_(source.bf16_),
      state_(source.seed_) {}

Parameters::~Parameters() = default;

bool Parameters::has(std::string_view name) const {
  return weights_ == nullptr || weights_->find(name) != nullptr;
}

std::string Parameters::first_of(std::initializer_list<std::string_view> names) const {
  for (const std::string_view name : names)
    if (has(concat(name, ".weight"))) return std::string(name);
  return std::string(*names.begin());
}

Result<void> Parameters::status() const {
  if (error_) return *error_;
  return {};
}

// Matrices are cut out of one long row of numbers between -1 and 1, each from places of its own.
const StoredTensor* Parameters::make_up(std::string_view name, const Shape& shape) {
  constexpr std::size_t kChance = std::size_t{1} << 18;
  const auto next = [this] {  // Marsaglia's xorshift
    state_ += state_ == 0 ? 0x9E3779B97F4A7C15u : 0;
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    return state_ ^= state_ << 17;
  };
  if (chance_.empty()) {
    chance_.resize(kChance);
    for (float& number : chance_)
      number = static_cast<float>(static_cast<int64_t>(next() >> 40)) * 0x1p-23f - 1.0f;
  }
  const std::size_t count = static_cast<std::size_t>(*elements_of(shape));
  const double fan_in = static_cast<double>(count) / static_cast<double>(shape[0]);
  // Numbers between -1 and 1 have the variance 1 / 3.
  const float factor = static_cast<float>(std::sqrt(3.0 / fan_in));
  made_up_numbers_.resize(count);
  constexpr std::size_t kPiece = 4093;  // a prime, so that no two rows begin alike
  for (std::size_t done = 0; done < count; done += kPiece) {
    const float* from = chance_.data() + next() % (kChance - kPiece);
    std::transform(from, from + std::min(kPiece, count - done),
                   made_up_numbers_.begin() + static_cast<std::ptrdiff_t>(done),
                   [factor](float x) { return factor * x; });
  }
  const auto bytes = std::as_bytes(std::span(made_up_numbers_));
  made_up_ = {std::string(name), StoredType::kF32, shape, {bytes.data(), bytes.size()}, {}, 0};
  return &made_up_;
}

const StoredTensor* Parameters::get(std::string_view name, const Shape& shape) {
  if (weights_ == nullptr) return make_up(name, shape);
  Result<const StoredTensor*> stored = weights_->get(name, shape);
  if (stored.ok()) return *stored;
  if (!error_) error_ = stored.error();
  return nullptr;
}

std::byte* Parameters::own(std::size_t bytes) {
  owned_.push_back(std::make_unique_for_overwrite<std::byte[]>(bytes));
  owned_bytes_ += bytes;
  return owned_.back().get();
}

Weight Parameters::from_f32(const float* values, int64_t rows, int64_t columns, Dtype dtype) {
  const std::size_t count = static_cast<std::size_t>(rows * columns);
  if (dtype == Dtype::kF32) {
    std::byte* at = own(count * 4);
    std::memcpy(at, values, count * 4);
    return {Dtype::kF32, at, rows, columns, columns, nullptr};
  }
  std::byte* at = own(count * 2);
  std::transform(values, values + count, reinterpret_cast<uint16_t*>(at), to_bf16);
  return {Dtype::kBF16, at, rows, columns, columns, nullptr};
}

Weight Parameters::matrix_of(const StoredTensor& stored, int64_t rows, int64_t columns,
                             Precision precision) {
  const std::optional<Dtype> dtype = dtype_of(stored.type);
  const bool shorten = dtype == Dtype::kF32 && (precision == Precision::kBf16 || made_up_bf16_);
  if (!dtype || shorten) return from_f32(all_f32(stored).data(), rows, columns, Dtype::kBF16);
  if (weights_ == nullptr) return from_f32(made_up_numbers_.data(), rows, columns, Dtype::kF32);
  const std::byte* data = stored.bytes.data();
  // Files promise no alignment; nearly all have it.
  if (reinterpret_cast<std::uintptr_t>(data) % size_of(*dtype) != 0) {
    std::byte* copy = own(stored.bytes.size());
    std::memcpy(copy, data, stored.bytes.size());
    data = copy;
  }
  return {*dtype, data, rows, columns, columns, nullptr};
}

// Shapes have been held to the model's when the LoRA was read.
void Parameters::add_loras(std::string_view name, int64_t rows, int64_t columns, Weight& weight) {
  if (loras_ == nullptr) return;
  std::vector<float> sum;
  for (const AppliedLora& applied : *loras_) {
    for (const LoraLayer& layer : applied.lora.layers) {
      if (layer.module != name) continue;
      if (sum.empty()) sum = all_f32(*weights_->find(concat(name, ".weight")));
      const std::vector<float> down = all_f32(layer.a), up = all_f32(layer.b);
      const int64_t rank = layer.a.shape[0];
      const float factor = applied.strength * layer.scale;
      for (int64_t r = 0; r < rows; ++r) {
        for (int64_t k = 0; k < rank; ++k) {
          const float b = factor * up[static_cast<std::size_t>(r * rank + k)];
          for (int64_t c = 0; c < columns; ++c)
            sum[static_cast<std::size_t>(r * columns + c)] +=
                b * down[static_cast<std::size_t>(k * columns + c)];
        }
      }
    }
  }
  if (sum.empty()) return;
  const Dtype dtype = weight.dtype == Dtype::kF32 ? Dtype::kF32 : Dtype::kBF16;
  weight = from_f32(sum.data(), rows, columns, dtype);
}

// What was converted on the way to 8 bits is not kept.
Weight Parameters::shortened(const Weight& weight, std::size_t owned_before) {
  const std::size_t bytes = tensor::int8_bytes(weight.rows, weight.columns);
  auto room = std::make_unique_for_overwrite<std::byte[]>(bytes);
  const Weight shorter = to_int8(weight, precision_ == Precision::kInt8Fine, room.get());
  owned_.resize(owned_before);
  owned_.push_back(std::move(room));
  return shorter;
}

Weight Parameters::linear(std::string_view name, int64_t rows, int64_t columns,
                          Precision precision) {
  const std::size_t owned_before = owned_.size();
  const uint64_t bytes_before = owned_bytes_;
  const StoredTensor* stored = get(concat(name, ".weight"), {rows, columns});
  if (stored == nullptr) return {};
  Weight weight = matrix_of(*stored, rows, columns, precision);
  add_loras(name, rows, columns, weight);
  if (precision != Precision::kInt8 && precision != Precision::kInt8Fine) return weight;
  weight = shortened(weight, owned_before);
  owned_bytes_ = bytes_before + tensor::int8_bytes(rows, columns);
  return weight;
}

Weight Parameters::linear_with_bias(std::string_view name, int64_t rows, int64_t columns) {
  Weight weight = linear_as_stored(name, rows, columns);
  weight.bias = vector(concat(name, ".bias"), rows);
  return weight;
}

Weight Parameters::convolution(std::string_view name, int64_t rows, int64_t channels, int kernel,
                               bool bias) {
  const StoredTensor* stored = get(concat(name, ".weight"), {rows, channels, kernel, kernel});
  if (stored == nullptr) return {};
  const int64_t area = int64_t{kernel} * kernel;
  Weight weight = matrix_of(*stored, rows, channels * area, precision_);
  if (area > 1) {
    const std::size_t size = size_of(weight.dtype);
    std::byte* turned = own(static_cast<std::size_t>(rows * channels * area) * size);
    channels_last(weight.data, turned, rows, channels, area, size);
    weight.data = turned;
  }
  if (bias) weight.bias = vector(concat(name, ".bias"), rows);
  return weight;
}

const float* Parameters::made_up_vector(std::string_view name, int64_t count) {
  float* at = reinterpret_cast<float*>(own(static_cast<std::size_t>(count) * sizeof(float)));
  std::fill_n(at, count, name.ends_with(".bias") ? 0.0f : 1.0f);
  return at;
}

const float* Parameters::vector(std::string_view name, int64_t count) {
  if (weights_ == nullptr) return made_up_vector(name, count);
  Result<const StoredTensor*> stored = weights_->get(name);
  if (!stored.ok()) {
    if (!error_) error_ = stored.error();
    return nullptr;
  }
  const bool flat = std::count_if((*stored)->shape.begin(), (*stored)->shape.end(),
                                  [](int64_t extent) { return extent != 1; }) <= 1;
  if (!flat || elements_of((*stored)->shape) != static_cast<uint64_t>(count)) {
    if (!error_)
      error_ =
          Error{ErrorCode::kCorrupt, concat(weights_->label(), ": ", shown(name), " is ",
                                            to_text((*stored)->shape), "; expected [", count, "]")};
    return nullptr;
  }
  const std::vector<float> values = all_f32(**stored);
  std::byte* at = own(values.size() * sizeof(float));
  std::memcpy(at, values.data(), values.size() * sizeof(float));
  return reinterpret_cast<const float*>(at);
}

}  // namespace plantain::model
