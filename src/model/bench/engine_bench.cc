#include "model/bench/engine_bench.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <fstream>
#include <optional>
#include <vector>

#include "base/text.h"
#include "model/autoencoder/autoencoder.h"
#include "model/flux2/transformer.h"
#include "model/qwen3/encoder.h"
#include "model/z_image/transformer.h"
#include "tensor/peak.h"

namespace plantain::model::bench {
namespace {

using tensor::Arena;
using tensor::Matrix;
using tensor::Runtime;
using Clock = std::chrono::steady_clock;

constexpr uint64_t kSeed = 1;
constexpr int kErrorBlocks = 3;
constexpr float kSigma = 0.7f;
constexpr int kSideMax_px = 2048;
// Of the embedding no more is touched than a row a token, so that its size does not count.
constexpr int64_t kVocabulary = 1024;

const KeepGoing kGoOn = [] { return true; };

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

// A family's published shapes.
struct Shape {
  qwen3::Config text;
  int text_layers;  // that are used
  int text_tokens;
  std::optional<flux2::Config> klein;
  std::optional<z_image::Config> z_image;
  autoencoder::Config vae;
};

qwen3::Config qwen(int64_t hidden, int64_t intermediate) {
  return {.hidden = hidden,
          .intermediate = intermediate,
          .layers = 36,
          .heads = 32,
          .key_heads = 8,
          .head_size = 128,
          .vocabulary = kVocabulary,
          .rope_theta = 1e6,
          .epsilon = 1e-6f};
}

autoencoder::Config vae_of(int latent_channels, bool post_quant) {
  autoencoder::Config config;
  config.latent_channels = latent_channels;
  config.encoder_channels = config.decoder_channels = {128, 256, 512, 512};
  config.layers_per_block = 2;
  config.groups = 32;
  config.post_quant = post_quant;
  return config;
}

flux2::Config klein(int heads, int doubles, int singles, int64_t text_width) {
  return {.channels = 128,
          .text_width = text_width,
          .heads = heads,
          .head_size = 128,
          .double_blocks = doubles,
          .single_blocks = singles,
          .mlp = int64_t{3} * heads * 128,
          .time_channels = 256,
          .axes = {32, 32, 32, 32},
          .rope_theta = 2000,
          .epsilon = 1e-6f};
}

Result<Shape> shape_of(const std::string& name) {
  if (name == "klein-4b")
    return Shape{qwen(2560, 9728), 27, 512, klein(24, 5, 20, 7680), {}, vae_of(32, true)};
  if (name == "klein-9b")
    return Shape{qwen(4096, 12288), 27, 512, klein(32, 8, 24, 12288), {}, vae_of(32, true)};
  if (name == "z-image") {
    const z_image::Config config{.width = 3840,
                                 .layers = 30,
                                 .refiner_layers = 2,
                                 .heads = 30,
                                 .epsilon = 1e-5f,
                                 .latent_channels = 16,
                                 .patch = 2,
                                 .caption_width = 2560,
                                 .rope_theta = 256,
                                 .axes = {32, 48, 48},
                                 .time_scale = 1000};
    return Shape{qwen(2560, 9728), 35, 64, {}, config, vae_of(16, false)};
  }
  return invalid(concat("there is no shape \"", name, "\": klein-4b, klein-9b, z-image"));
}

void limit_blocks(Shape& shape, int blocks) {
  const auto limit = [blocks](int& count) { count = std::min(count, blocks); };
  limit(shape.text_layers);
  if (shape.klein) limit(shape.klein->double_blocks), limit(shape.klein->single_blocks);
  if (shape.z_image) limit(shape.z_image->layers), limit(shape.z_image->refiner_layers);
}

double denoiser_parameters(const Shape& shape) {
  if (shape.klein) {
    const double d = static_cast<double>(shape.klein->width()),
                 mlp = static_cast<double>(shape.klein->mlp);
    return shape.klein->double_blocks * 2 * (4 * d * d + 3 * d * mlp) +
           shape.klein->single_blocks * (4 * d * d + 3 * d * mlp) + 19 * d * d;
  }
  const double d = static_cast<double>(shape.z_image->width);
  return (shape.z_image->layers + 2 * shape.z_image->refiner_layers) * (12 * d * d + 1024 * d);
}

double text_parameters(const Shape& shape) {
  const double h = static_cast<double>(shape.text.hidden),
               m = static_cast<double>(shape.text.intermediate);
  return shape.text_layers * (2 * h * 4096 + 2 * h * 1024 + 3 * h * m) +
         static_cast<double>(shape.text.vocabulary) * h;
}

std::optional<double> available_bytes() {
  std::ifstream in("/proc/meminfo");
  for (std::string word; in >> word;) {
    double kilobytes = 0;
    if (word == "MemAvailable:" && in >> kilobytes) return 1024 * kilobytes;
  }
  return std::nullopt;
}

double memory_peak() {
  std::ifstream in("/proc/self/status");
  for (std::string word; in >> word;) {
    double kilobytes = 0;
    if (word == "VmHWM:" && in >> kilobytes) return 1024 * kilobytes;
  }
  return 0;
}

double resident_bytes() {
  std::ifstream in("/proc/self/status");
  for (std::string word; in >> word;) {
    double kilobytes = 0;
    if (word == "VmRSS:" && in >> kilobytes) return 1024 * kilobytes;
  }
  return 0;
}

// The same numbers between -1 and 1 each time.
std::vector<float> numbers(int64_t count) {
  std::vector<float> values(static_cast<std::size_t>(count));
  uint32_t state = 1;
  for (float& value : values) {
    state = state * 1664525u + 1013904223u;
    value = static_cast<float>(state >> 8) * 0x1p-23f - 1.0f;
  }
  return values;
}

struct Bench {
  Order order;
  Shape shape;
  Runtime& runtime;
  const Report& report;
  const std::function<void(const Stage&)>& tell;

  Precision precision() const {
    return order.dtype == "int8"   ? Precision::kInt8
           : order.dtype == "bf16" ? Precision::kBf16
                                   : Precision::kStored;
  }
  ParameterSource source() const { return ParameterSource::made_up(kSeed, order.dtype != "f32"); }

  // Runs `work` some times and tells the fastest.
  Result<void> measure(Stage stage, double weight_bytes, bool int8,
                       const std::function<Result<void>(Arena&)>& work) const {
    Arena arena;
    stage.seconds = 1e30;
    for (int i = 0; i < order.repeats; ++i) {
      runtime.reset_tallies();
      const Clock::time_point begin = Clock::now();
      const Result<void> done = work(arena);
      if (!done.ok()) return done;
      const double seconds = seconds_since(begin);
      if (seconds >= stage.seconds) continue;
      const Runtime::Tally& products = runtime.tally(Runtime::Kind::kProduct);
      const Runtime::Tally& convolutions = runtime.tally(Runtime::Kind::kConvolution);
      const Runtime::Tally& attention = runtime.tally(Runtime::Kind::kAttention);
      stage.seconds = seconds;
      stage.product_seconds = products.seconds + convolutions.seconds;
      stage.product_operations = products.operations + convolutions.operations;
      stage.attention_seconds = attention.seconds;
      stage.operations = stage.product_operations + attention.operations;
      stage.bytes = products.bytes + convolutions.bytes + attention.bytes;
    }
    stage.peak = int8 ? report.peak_int8 : report.peak_f32;
    stage.weight_bytes = weight_bytes;
    stage.working_bytes = static_cast<double>(arena.peak_bytes());
    tell(stage);
    return {};
  }

  Result<void> text(int all_layers) const {
    const double before = resident_bytes();
    Result<qwen3::Encoder> encoder = qwen3::Encoder::load(
        shape.text, source(), precision_of_text(precision()), shape.text_layers);
    if (!encoder.ok()) return encoder.error();
    const int layers = shape.text_layers;
    const std::vector<int> taps = shape.klein ? std::vector<int>{layers / 3, layers * 2 / 3, layers}
                                              : std::vector<int>{layers};
    std::vector<int32_t> ids(static_cast<std::size_t>(shape.text_tokens));
    for (std::size_t i = 0; i < ids.size(); ++i) ids[i] = static_cast<int32_t>(i * 37 % 1000);
    std::vector<float> states(ids.size() * taps.size() *
                              static_cast<std::size_t>(shape.text.hidden));
    const Matrix to(states.data(), shape.text_tokens,
                    static_cast<int64_t>(taps.size()) * shape.text.hidden);
    return measure({"text encoder", concat(layers, " of ", all_layers, " layers")},
                   resident_bytes() - before, false, [&](Arena& arena) {
                     return encoder->encode(runtime, arena, ids, shape.text_tokens, taps, to, kGoOn,
                                            Named(nullptr, ""));
                   });
  }

  // Loads the denoiser, calls `use` with what makes one answer, and the answer's room.
  Result<void> with_denoiser(
      const Shape& of, ParameterSource from, Precision kept,
      const std::function<Result<void>(const std::function<Result<void>(Arena&)>&,
                                       std::vector<float>&)>& use) const {
    const int side = order.size_px / 16;
    const std::vector<float> picture = numbers(int64_t{side} * side * 128);
    const std::vector<float> text =
        numbers(int64_t{of.text_tokens} * (of.klein ? of.klein->text_width : of.text.hidden));
    std::vector<float> velocity(picture.size());
    if (of.klein) {
      Result<flux2::Transformer> model =
          flux2::Transformer::load(*of.klein, std::move(from), kept, nullptr);
      if (!model.ok()) return model.error();
      const tensor::RotaryTable positions =
          flux2::make_positions(*of.klein, of.text_tokens, {side, side}, {});
      const auto step = [&](Arena& arena) {
        return model->run(runtime, arena, {picture.data(), int64_t{side} * side, 128},
                          {text.data(), of.text_tokens, of.klein->text_width}, kSigma, positions,
                          {velocity.data(), int64_t{side} * side, 128}, kGoOn, Named(nullptr, ""));
      };
      return use(step, velocity);
    }
    Result<z_image::Transformer> model =
        z_image::Transformer::load(*of.z_image, std::move(from), kept, nullptr);
    if (!model.ok()) return model.error();
    velocity.resize(velocity.size() / 2);
    const auto step = [&](Arena& arena) {
      return model->run(runtime, arena, {picture.data(), 2 * side, 2 * side, 16},
                        {text.data(), of.text_tokens, of.text.hidden}, kSigma,
                        {velocity.data(), 2 * side, 2 * side, 16}, kGoOn, Named(nullptr, ""));
    };
    return use(step, velocity);
  }

  Result<void> denoiser(const std::string& blocks) const {
    const double before = resident_bytes();
    return with_denoiser(shape, source(), precision(), [&](const auto& step, std::vector<float>&) {
      return measure({"denoising step", blocks}, resident_bytes() - before, order.dtype == "int8",
                     step);
    });
  }

  Result<void> decoder() const {
    const double before = resident_bytes();
    Result<autoencoder::Autoencoder> vae = autoencoder::Autoencoder::load(
        shape.vae, source(), Precision::kStored, autoencoder::Autoencoder::Parts::kDecoder);
    if (!vae.ok()) return vae.error();
    const int side = order.size_px / 8, channels = shape.vae.latent_channels;
    const std::vector<float> latents = numbers(int64_t{side} * side * channels);
    std::vector<float> pixels(3 * static_cast<std::size_t>(order.size_px) *
                              static_cast<std::size_t>(order.size_px));
    return measure({"VAE decode", "whole"}, resident_bytes() - before, false, [&](Arena& arena) {
      return vae->decode(runtime, arena, {latents.data(), side, side, channels},
                         {pixels.data(), order.size_px, order.size_px, 3}, {512}, kGoOn,
                         Named(nullptr, ""));
    });
  }

  // The same numbers in f32 and as ordered, over a few blocks, which both have room for.
  Result<double> error(int blocks) const {
    Shape small = shape;
    limit_blocks(small, blocks);
    std::vector<float> exact, ours;
    const auto answer = [&](ParameterSource from, Precision kept, std::vector<float>& into) {
      return with_denoiser(small, std::move(from), kept,
                           [&](const auto& step, std::vector<float>& velocity) {
                             Arena arena;
                             const Result<void> done = step(arena);
                             into = velocity;
                             return done;
                           });
    };
    Result<void> done = answer(ParameterSource::made_up(kSeed, false), Precision::kStored, exact);
    if (done.ok()) done = answer(source(), precision(), ours);
    if (!done.ok()) return done.error();
    double off = 0, size = 0;
    for (std::size_t i = 0; i < exact.size(); ++i) {
      off += std::pow(static_cast<double>(ours[i]) - exact[i], 2);
      size += std::pow(static_cast<double>(exact[i]), 2);
    }
    return std::sqrt(off / size);
  }
};

Result<void> check_memory(const Order& order, const Shape& shape) {
  const double each = order.dtype == "f32" ? 4 : 2;
  const double text = each * text_parameters(shape),
               denoiser = (order.dtype == "int8" ? 1.1 : each) * denoiser_parameters(shape);
  constexpr double kRest = 1.5e9;  // one matrix in f32, activations, the decoder
  const double needed = std::max(text, denoiser) + kRest;
  const std::optional<double> available = available_bytes();
  if (!available || needed <= *available) return {};
  return Error{
      ErrorCode::kOutOfMemory,
      concat("this takes about ", static_cast<int64_t>(needed / 1e6), " MB, and ",
             static_cast<int64_t>(*available / 1e6),
             " MB are available: run fewer blocks (--blocks) or a shorter dtype (--dtype)")};
}

std::string blocks_of(const Shape& some, const Shape& all) {
  if (all.klein)
    return concat(some.klein->double_blocks, " of ", all.klein->double_blocks, " double, ",
                  some.klein->single_blocks, " of ", all.klein->single_blocks, " single blocks");
  return concat(some.z_image->layers, " of ", all.z_image->layers, " layers, ",
                some.z_image->refiner_layers, " of ", all.z_image->refiner_layers,
                " refiners of each kind");
}

Result<void> check(const Order& order) {
  if (order.dtype != "f32" && order.dtype != "bf16" && order.dtype != "int8")
    return invalid(concat("there is no dtype \"", order.dtype, "\": f32, bf16, int8"));
  if (order.size_px < 64 || order.size_px > kSideMax_px || order.size_px % 16 != 0)
    return invalid(concat("the size must be a multiple of 16 from 64 to ", kSideMax_px));
  if (order.threads < 0 || order.threads > 1024) return invalid("threads: from 1 to 1024");
  if (order.blocks < 0) return invalid("blocks: 1 or more");
  if (order.repeats < 1 || order.repeats > 100) return invalid("repeats: from 1 to 100");
  return {};
}

}  // namespace

Result<Report> run(const Order& order, const std::function<void(const Stage&)>& stage) {
  const Result<void> good = check(order);
  if (!good.ok()) return good.error();
  const Result<Shape> all = shape_of(order.shape);
  if (!all.ok()) return all.error();
  Shape some = *all;
  if (order.blocks > 0) limit_blocks(some, order.blocks);
  const Result<void> fits = check_memory(order, some);
  if (!fits.ok()) return fits.error();
  Runtime runtime(order.threads);
  Report report;
  report.kernels = runtime.path();
  report.threads = runtime.threads();
  report.peak_f32 = tensor::measure_peak(runtime, false);
  report.peak_int8 = tensor::measure_peak(runtime, true);
  const Bench bench{order, some, runtime, report, stage};
  Result<void> done = bench.text(all->text_layers);
  if (done.ok()) done = bench.denoiser(blocks_of(some, *all));
  if (done.ok()) done = bench.decoder();
  if (!done.ok()) return done.error();
  report.memory_peak = memory_peak();
  report.error_blocks = kErrorBlocks;
  const Result<double> error = bench.error(kErrorBlocks);
  if (!error.ok()) return error.error();
  report.error = *error;
  return report;
}

}  // namespace plantain::model::bench
