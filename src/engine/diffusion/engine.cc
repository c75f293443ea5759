#include "engine/diffusion/engine.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <functional>
#include <future>
#include <map>
#include <utility>
#include <vector>

#include "base/crypto.h"
#include "base/text.h"
#include "engine/diffusion/native_size.h"
#include "engine/order_size.h"
#include "image/resize.h"
#include "model/flux2/reference.h"
#include "model/pipeline.h"
#include "model/tokenizer/tokenizer.h"
#include "tensor/runtime.h"

namespace plantain::engine::diffusion {
namespace {

constexpr long kAreaMax_px = 4L * 1024 * 1024;  // what the families were trained for
constexpr std::size_t kPiece_bytes = 1 << 20;

bool is_weight_file(const Path& path) {
  return path.extension() == ".safetensors" || path.extension() == ".gguf";
}

// By path below the model's folder: the SHA-256 of each weight file, in hexadecimal.
using Hashes = std::map<std::string, std::string>;

// One digest over all weight files: of each, in the order of their paths, path and SHA-256.
std::string weights_name(std::string_view model, const Hashes& hashes) {
  Sha256 all;
  for (const auto& [path, hash] : hashes) all.add(concat(path, "\n", hash, "\n"));
  return concat(model, "@sha256:", to_hex(all.finish()));
}

std::string name_by_reading(const Path& folder) {
  Hashes hashes;
  std::vector<char> piece(kPiece_bytes);
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file() || !is_weight_file(entry.path())) continue;
    Sha256 one;
    std::ifstream in(entry.path(), std::ios::binary);
    while (in.read(piece.data(), static_cast<std::streamsize>(piece.size())) || in.gcount() > 0)
      one.add({piece.data(), static_cast<std::size_t>(in.gcount())});
    hashes[entry.path().lexically_relative(folder).generic_string()] = to_hex(one.finish());
  }
  return weights_name(folder.filename().string(), hashes);
}

std::string name_by_manifest(const model::InstalledModel& installed) {
  Hashes hashes;
  for (const model::InstalledFile& file : installed.files)
    if (is_weight_file(file.path)) hashes[file.path] = file.sha256;
  return weights_name(installed.name, hashes);
}

// Bytes that the system could still give; nothing where it does not tell.
std::optional<uint64_t> available_bytes() {
  std::ifstream in("/proc/meminfo");
  for (std::string line; std::getline(in, line);) {
    constexpr std::string_view kWord = "MemAvailable:";
    if (!line.starts_with(kWord)) continue;
    const std::string_view rest = trim_ascii(std::string_view(line).substr(kWord.size()));
    const std::optional<int64_t> kilobytes = parse_int(rest.substr(0, rest.find(' ')));
    if (kilobytes) return static_cast<uint64_t>(*kilobytes) * 1024;
  }
  return std::nullopt;
}

// The middle `size` of a picture with values from -1 to 1, in bytes.
image::Pixels to_pixels(const model::FloatPicture& picture, Size size) {
  image::Pixels pixels{size.width, size.height, {}};
  pixels.rgb.reserve(std::size_t{3} * static_cast<std::size_t>(size.width) *
                     static_cast<std::size_t>(size.height));
  const int left = (picture.width - size.width) / 2, top = (picture.height - size.height) / 2;
  for (int y = 0; y < size.height; ++y) {
    const float* row = picture.map().rows().row(int64_t{top + y} * picture.width + left);
    for (int i = 0; i < 3 * size.width; ++i)
      pixels.rgb.push_back(
          static_cast<uint8_t>(std::lrint(255.0f * std::clamp(row[i] / 2 + 0.5f, 0.0f, 1.0f))));
  }
  return pixels;
}

// The generator counts the low 32 bits alone, as the reference's does. Negative seeds, which it has
// no use for, are mixed, so that -1 is not the largest seed again.
uint64_t generator_seed(int64_t seed) {
  if (seed >= 0) return static_cast<uint64_t>(seed);
  return (static_cast<uint64_t>(-(seed + 1)) + 1) * 0x9E3779B97F4A7C15u >> 32;
}

class ObserverWatcher final : public model::Watcher {
 public:
  explicit ObserverWatcher(Observer& observer) : observer_(observer) {}
  bool keep_going(std::string_view stage, int step, int steps) override {
    return observer_.keep_going(stage, step, steps);
  }

 private:
  Observer& observer_;
};

class DiffusionEngine final : public Engine {
 public:
  DiffusionEngine(std::string name, std::shared_future<std::string> weights,
                  std::unique_ptr<tensor::Runtime> runtime,
                  std::unique_ptr<model::Pipeline> pipeline, model::Precision precision)
      : name_(std::move(name)),
        runtime_(std::move(runtime)),
        pipeline_(std::move(pipeline)),
        precision_(precision),
        weights_(std::move(weights)) {}

  std::string_view name() const override { return name_; }
  std::string_view weights() const override { return weights_.get(); }
  std::string_view digital_source_type() const override { return "trainedAlgorithmicMedia"; }
  bool reproducible() const override { return true; }

  Result<Drawing> draw(const Order& order, Observer& observer) override {
    const Result<void> good = check_size(order);
    if (!good.ok()) return good.error();
    const NativeSize native =
        native_size({order.width, order.height}, pipeline_->side_multiple(), kAreaMax_px);
    Result<model::PictureOrder> wanted = model_order(order, native);
    if (!wanted.ok()) return wanted.error();
    const Result<void> fits = check_memory(*wanted);
    if (!fits.ok()) return fits.error();
    ObserverWatcher watcher(observer);
    Result<model::FloatPicture> picture = pipeline_->draw(*wanted, watcher, nullptr);
    if (!picture.ok()) return picture.error();
    return finish(order, native, *wanted, *picture);
  }

 private:
  Result<model::PictureOrder> model_order(const Order& order, const NativeSize& native) const {
    if (static_cast<int>(order.references.size()) > pipeline_->references_max())
      return invalid(pipeline_->references_max() == 0
                         ? std::string("this model makes pictures from text; it cannot edit one")
                         : concat("this model takes up to ", pipeline_->references_max(),
                                  " pictures to edit; there are ", order.references.size()));
    model::PictureOrder wanted;
    wanted.prompt = order.prompt;
    wanted.width = native.drawn.width;
    wanted.height = native.drawn.height;
    wanted.steps = pipeline_->defaults().steps;
    wanted.guidance = pipeline_->defaults().guidance;
    wanted.seed = generator_seed(order.seed);
    for (const image::Pixels& pixels : order.references) {
      Result<model::FloatPicture> reference = model::flux2::reference_of(
          pixels.width, pixels.height, pixels.rgb, pipeline_->side_multiple());
      if (!reference.ok()) return reference.error();
      wanted.references.push_back(*std::move(reference));
    }
    return wanted;
  }

  Result<void> check_memory(const model::PictureOrder& wanted) const {
    const uint64_t needed = pipeline_->working_bytes(wanted.width, wanted.height,
                                                     static_cast<int>(wanted.references.size()));
    const std::optional<uint64_t> available = available_bytes();
    if (!available || needed <= *available) return {};
    return Error{ErrorCode::kOutOfMemory,
                 concat("a picture of ", wanted.width, "x", wanted.height, " takes ", needed >> 20,
                        " MiB of working memory; ", *available >> 20, " MiB are available")};
  }

  Drawing finish(const Order& order, const NativeSize& native, const model::PictureOrder& wanted,
                 const model::FloatPicture& picture) const {
    Drawing drawing;
    image::Pixels pixels = to_pixels(picture, native.scaled);
    if (native.scaled != Size{order.width, order.height})
      pixels = image::resize(pixels, order.width, order.height);
    if (native.drawn != Size{order.width, order.height})
      drawing.native = {native.drawn.width, native.drawn.height};
    drawing.picture = std::move(pixels);
    drawing.notes = {
        {"family", pipeline_->family()}, {"steps", wanted.steps}, {"kernels", runtime_->path()}};
    if (precision_ != model::Precision::kStored)
      drawing.notes["dtype"] = precision_ == model::Precision::kInt8 ? "int8" : "bf16";
    if (pipeline_->defaults().guided) drawing.notes["guidance"] = wanted.guidance;
    return drawing;
  }

  const std::string name_;
  const std::unique_ptr<tensor::Runtime> runtime_;
  const std::unique_ptr<model::Pipeline> pipeline_;
  const model::Precision precision_;
  const std::shared_future<std::string> weights_;
};

// `weights_of` is called once the folder has proved to be good.
Result<std::unique_ptr<Engine>> open(
    std::string name, const Path& folder, model::Precision precision,
    const std::function<std::shared_future<std::string>()>& weights_of) {
  Result<model::Tokenizer> opened = model::open_tokenizer(folder / "tokenizer");
  if (!opened.ok()) return opened.error();
  const auto tokenizer = std::make_shared<const model::Tokenizer>(*std::move(opened));
  auto runtime = std::make_unique<tensor::Runtime>();
  Result<std::unique_ptr<model::Pipeline>> pipeline = model::open_pipeline(
      folder, *runtime, [tokenizer](std::string_view text) { return tokenizer->encode(text); },
      {.precision = precision});
  if (!pipeline.ok()) return pipeline.error();
  return std::unique_ptr<Engine>(std::make_unique<DiffusionEngine>(
      std::move(name), weights_of(), std::move(runtime), *std::move(pipeline), precision));
}

}  // namespace

Result<std::unique_ptr<Engine>> make_diffusion_engine(std::string name, const Path& folder,
                                                      model::Precision precision) {
  return open(std::move(name), folder, precision,
              [&] { return std::async(std::launch::async, name_by_reading, folder).share(); });
}

Result<std::unique_ptr<Engine>> make_diffusion_engine(std::string name,
                                                      const model::InstalledModel& installed,
                                                      model::Precision precision) {
  return open(std::move(name), installed.folder, precision, [&] {
    std::promise<std::string> known;
    known.set_value(name_by_manifest(installed));
    return known.get_future().share();
  });
}

}  // namespace plantain::engine::diffusion
