// Holds the models to recorded results of the reference implementation:
//
//   plantain-golden FOLDER [--bf16|--int8] [--path=KERNELS] [--verbose]
//
// FOLDER is a family (`model/` beside folders of cases), a folder of parts, or a folder of such
// folders; tests/golden/README.md describes them. Prints what differs by how much, and ends with
// "N passed, N failed"; the exit status is 1 when anything failed.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/files.h"
#include "base/json.h"
#include "base/text.h"
#include "image/codec.h"
#include "model/flow/noise.h"
#include "model/flow/schedule.h"
#include "model/flux2/reference.h"
#include "model/pipeline.h"
#include "model/tokenizer/tokenizer.h"
#include "model/weights/decode.h"
#include "model/weights/model_folder.h"
#include "tensor/runtime.h"

namespace plantain {
namespace {

using model::FloatPicture;
using model::StoredTensor;
using model::Weights;

struct Flags {
  model::Precision precision = model::Precision::kStored;
  std::string path;  // of the kernels; "": the fastest
  bool verbose = false;
};

struct Count {
  int passed = 0;
  int failed = 0;
};

std::vector<float> values_of(const StoredTensor& stored) {
  std::vector<float> values(*model::elements_of(stored.shape));
  read_f32(stored, values);
  return values;
}

double relative(const std::vector<float>& ours, const std::vector<float>& theirs) {
  double off = 0, size = 0;
  for (std::size_t i = 0; i < theirs.size(); ++i) {
    off += std::pow(static_cast<double>(ours[i]) - theirs[i], 2);
    size += std::pow(static_cast<double>(theirs[i]), 2);
  }
  return size == 0 ? std::sqrt(off) : std::sqrt(off / size);
}

// Printed with --verbose, and not judged.
constexpr double kShown = std::numeric_limits<double>::infinity();

// What is asked of a tensor of that name. Sums in float32 in another order than the reference's
// differ in the seventh digit and grow through the blocks; short numbers have three digits.
double tolerance_of(std::string_view name, const Flags& flags) {
  if (name.starts_with("tokens.")) return 0;
  if (name == "sigmas" || name == "timesteps" || name == "noise") return 1e-6;
  if (name.ends_with(".pixels")) return 1e-4;  // references: no model has touched them
  const bool end = name == "latents" || name == "pixels" || name.starts_with("steps.");
  if (flags.precision == model::Precision::kBf16) return 2e-2;
  if (flags.precision == model::Precision::kInt8)
    return end ? (name == "pixels" ? 1e-1 : 5e-2) : kShown;
  return end ? 1e-3 : 1e-4;
}

// Compares what a run makes with what was recorded, by name.
class Comparison final : public model::Trace {
 public:
  Comparison(const Weights& recorded, std::string label, const Flags& flags, Count& count)
      : recorded_(recorded), label_(std::move(label)), flags_(flags), count_(count) {}

  void rows(std::string_view name, tensor::ConstMatrix values, int) override {
    const StoredTensor* stored = recorded_.find(name);
    if (stored == nullptr) return;
    std::vector<float> ours;
    for (int64_t r = 0; r < values.rows; ++r)
      ours.insert(ours.end(), values.row(r), values.row(r) + values.columns);
    const int64_t columns = stored->shape.empty() ? 1 : stored->shape.back();
    if (columns != values.columns && stored->shape.size() > 1) return wrong_shape(name, *stored);
    compare(name, ours, values_of(*stored));
  }

  void map(std::string_view name, tensor::ConstMap values, int item) override {
    const StoredTensor* stored = recorded_.find(name);
    if (stored == nullptr) return;
    const model::Shape& shape = stored->shape;
    if (shape.size() == 3) return rows(name, values.rows(), item);
    // [batch, channels, (1,) height, width]
    const model::Shape expected =
        shape.size() == 5 ? model::Shape{shape[0], values.channels, 1, values.height, values.width}
                          : model::Shape{shape[0], values.channels, values.height, values.width};
    if (shape != expected || item >= shape[0]) return wrong_shape(name, *stored);
    std::vector<float> ours;
    for (int c = 0; c < values.channels; ++c)
      for (int64_t p = 0; p < values.pixels(); ++p)
        ours.push_back(values.data[p * values.channels + c]);
    const std::vector<float> all = values_of(*stored);
    const auto begin = all.begin() + item * static_cast<int64_t>(ours.size());
    compare(name, ours, std::vector<float>(begin, begin + static_cast<int64_t>(ours.size())));
  }

  // What was recorded and never made. Text layers above the last one that is used are not run.
  void finish(int text_layers_used) {
    for (const StoredTensor& stored : recorded_.all()) {
      if (seen_.contains(stored.name)) continue;
      const std::size_t at = stored.name.rfind("layers.");
      const std::optional<int64_t> layer =
          stored.name.starts_with("text.") && at != std::string::npos
              ? parse_int(stored.name.substr(at + 7))
              : std::nullopt;
      if (layer && *layer >= text_layers_used)
        std::printf("none %s %s: above the layers that are used\n", label_.c_str(),
                    stored.name.c_str());
      else
        report(stored.name, "was not made", false);
    }
  }

  void report(std::string_view name, const std::string& what, bool good) {
    (good ? count_.passed : count_.failed)++;
    if (!good || flags_.verbose)
      std::printf("%s %s %.*s: %s\n", good ? "ok  " : "FAIL", label_.c_str(),
                  static_cast<int>(name.size()), name.data(), what.c_str());
  }

 private:
  void wrong_shape(std::string_view name, const StoredTensor& stored) {
    seen_.insert(std::string(name));
    report(name, concat("has another shape than the recorded ", model::to_text(stored.shape)),
           false);
  }

  // Rows at the end that were not computed, padding and references, are not compared.
  void compare(std::string_view name, const std::vector<float>& ours, std::vector<float> theirs) {
    seen_.insert(std::string(name));
    if (ours.empty() || ours.size() > theirs.size()) return report(name, "has another size", false);
    const std::string part = ours.size() == theirs.size()
                                 ? ""
                                 : concat(" (", ours.size(), " of ", theirs.size(), " numbers)");
    theirs.resize(ours.size());
    const double off = relative(ours, theirs), tolerance = tolerance_of(name, flags_);
    char text[128];
    std::snprintf(text, sizeof text, "%.2e of %.0e%s", off, tolerance, part.c_str());
    report(name, text, off <= tolerance);
  }

  const Weights& recorded_;
  const std::string label_;
  const Flags& flags_;
  Count& count_;
  std::set<std::string> seen_;
};

class Patient final : public model::Watcher {
 public:
  bool keep_going(std::string_view, int, int) override { return true; }
};

// One case of a family.
struct Case {
  Path folder;
  Json json;
};

Result<std::vector<FloatPicture>> references_of(const Case& one, int multiple) {
  std::vector<FloatPicture> references;
  for (int i = 0; std::filesystem::exists(one.folder / concat("reference-", i, ".png")); ++i) {
    Result<std::string> bytes = read_file(one.folder / concat("reference-", i, ".png"));
    if (!bytes.ok()) return bytes.error();
    Result<image::Pixels> pixels = image::decode(*bytes);
    if (!pixels.ok()) return pixels.error();
    Result<FloatPicture> reference =
        model::flux2::reference_of(pixels->width, pixels->height, pixels->rgb, multiple);
    if (!reference.ok()) return reference.error();
    references.push_back(*std::move(reference));
  }
  return references;
}

double number_or(const Json& json, std::string_view name, double otherwise) {
  const Json* value = find(json, name);
  return value != nullptr && value->is_number() ? value->to_number<double>() : otherwise;
}

Result<model::PipelineOptions> options_of(const Case& one, const Flags& flags) {
  model::PipelineOptions options;
  options.precision = flags.precision;
  if (const Json* taps = find(one.json, "text_taps"); taps != nullptr && taps->is_array()) {
    options.text_taps.emplace();
    for (const Json& tap : taps->get_array())
      options.text_taps->push_back(static_cast<int>(tap.to_number<int64_t>()));
  }
  if (find(one.json, "distilled") != nullptr)
    options.distilled = bool_or(one.json, "distilled", true);
  else if (text_or(one.json, "family", "") == "z-image")
    options.distilled = number_or(one.json, "guidance", 0) <= 1;
  if (const Json* strength = find(one.json, "lora")) {
    Result<Weights> weights = model::open_weights(one.folder / "lora.safetensors");
    if (!weights.ok()) return weights.error();
    options.loras.push_back({std::make_shared<const Weights>(*std::move(weights)),
                             static_cast<float>(strength->to_number<double>())});
  }
  return options;
}

int picture_levels(model::Precision precision) {
  if (precision == model::Precision::kInt8) return 48;
  return precision == model::Precision::kBf16 ? 16 : 1;
}

// The decoder's picture in bytes: each within one of the recorded (an average that lies on an edge
// may be rounded either way).
void compare_picture(const Case& one, const FloatPicture& picture, const Flags& flags,
                     Comparison& comparison) {
  const Result<std::string> bytes = read_file(one.folder / "picture.png");
  if (!bytes.ok()) return;
  const Result<image::Pixels> recorded = image::decode(*bytes);
  if (!recorded.ok() || recorded->rgb.size() != picture.values.size())
    return comparison.report("picture.png", "has another size", false);
  int most = 0;
  for (std::size_t i = 0; i < picture.values.size(); ++i) {
    const float level = std::clamp(picture.values[i] / 2 + 0.5f, 0.0f, 1.0f) * 255.0f;
    most = std::max(most, std::abs(static_cast<int>(std::lrint(level)) - recorded->rgb[i]));
  }
  comparison.report("picture.png", concat("differs by at most ", most, " of 255"),
                    most <= picture_levels(flags.precision));
}

// By the last tap, where the case tells it; else all but the last.
int text_layers_used(const Case& one, const Path& model_folder) {
  if (const Json* taps = find(one.json, "text_taps"); taps != nullptr && !taps->get_array().empty())
    return static_cast<int>(taps->get_array().back().to_number<int64_t>());
  const Result<Json> config = model::read_json_file(model_folder / "text_encoder" / "config.json");
  return config.ok() ? static_cast<int>(int_or(*config, "num_hidden_layers", 1)) - 1 : 0;
}

Result<void> run_case(const Path& model_folder, const Case& one, const std::string& label,
                      tensor::Runtime& runtime, const Flags& flags, Count& count) {
  Result<Weights> recorded = model::open_weights(one.folder / "tensors.safetensors");
  if (!recorded.ok()) return recorded.error();
  Result<model::PipelineOptions> options = options_of(one, flags);
  if (!options.ok()) return options.error();
  Result<model::Tokenizer> tokenizer = model::open_tokenizer(model_folder / "tokenizer");
  if (!tokenizer.ok()) return tokenizer.error();
  const model::Tokenize tokenize = [&](std::string_view text) { return tokenizer->encode(text); };
  Result<std::unique_ptr<model::Pipeline>> pipeline =
      model::open_pipeline(model_folder, runtime, tokenize, *std::move(options));
  if (!pipeline.ok()) return pipeline.error();
  Result<std::vector<FloatPicture>> references = references_of(one, (*pipeline)->side_multiple());
  if (!references.ok()) return references.error();
  model::PictureOrder order;
  order.prompt = text_or(one.json, "prompt", "");
  order.negative = text_or(one.json, "negative", "");
  order.width = static_cast<int>(int_or(one.json, "width", 0));
  order.height = static_cast<int>(int_or(one.json, "height", 0));
  order.steps = static_cast<int>(int_or(one.json, "steps", 0));
  order.guidance = static_cast<float>(number_or(one.json, "guidance", 1.0));
  order.seed = static_cast<uint64_t>(int_or(one.json, "seed", 0));
  order.references = *std::move(references);
  Comparison comparison(*recorded, label, flags, count);
  Patient watcher;
  Result<FloatPicture> picture = (*pipeline)->draw(order, watcher, &comparison);
  if (!picture.ok()) return picture.error();
  compare_picture(one, *picture, flags, comparison);
  comparison.finish(text_layers_used(one, model_folder));
  return {};
}

void run_family(const Path& folder, tensor::Runtime& runtime, const Flags& flags, Count& count) {
  std::vector<Path> cases;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (std::filesystem::exists(entry.path() / "case.json")) cases.push_back(entry.path());
  std::sort(cases.begin(), cases.end());
  for (const Path& path : cases) {
    const std::string label = concat(folder.filename().string(), "/", path.filename().string());
    const Count before = count;
    Result<Json> json = model::read_json_file(path / "case.json");
    const Result<void> done =
        json.ok() ? run_case(folder / "model", {path, *json}, label, runtime, flags, count)
                  : Result<void>(json.error());
    if (!done.ok()) {
      ++count.failed;
      std::printf("FAIL %s: %s\n", label.c_str(), done.error().message.c_str());
    }
    std::printf("%s: %d passed, %d failed\n", label.c_str(), count.passed - before.passed,
                count.failed - before.failed);
  }
}

// parts/noise.safetensors: "f32.seedS.nN" and "f32.seedS.sequence"; bf16 draws are rounded ones.
void run_noise(const Path& file, Count& count, const Flags& flags) {
  Result<Weights> recorded = model::open_weights(file);
  if (!recorded.ok()) return;
  Comparison comparison(*recorded, "noise", flags, count);
  for (const StoredTensor& stored : recorded->all()) {
    const std::vector<std::string> words = split(stored.name, '.');
    const std::optional<int64_t> seed =
        words.size() == 3 ? parse_int(words[1].substr(4)) : std::nullopt;
    if (!seed) {
      comparison.report(stored.name, "is a name that is not understood", false);
      continue;
    }
    const std::vector<float> theirs = values_of(stored);
    std::vector<float> ours(theirs.size());
    model::flow::Generator generator(static_cast<uint64_t>(*seed));
    if (words[2] == "sequence" && ours.size() == 41) {
      const std::span<float> all(ours);
      generator.normal(all.subspan(0, 20));
      generator.normal(all.subspan(20, 16));
      generator.normal(all.subspan(36, 5));
    } else {
      generator.normal(ours);
    }
    double tolerance = 1e-6;
    if (words[0] == "bf16") tolerance = 2e-3;  // half a unit of its last place
    const double off = relative(ours, theirs);
    char text[64];
    std::snprintf(text, sizeof text, "%.2e of %.0e", off, tolerance);
    comparison.report(stored.name, text, off <= tolerance);
  }
}

void run_schedules(const Path& file, Count& count, const Flags& flags) {
  const Result<std::string> text = read_file(file);
  if (!text.ok()) return;
  const Result<Weights> nothing = Weights::make("schedules", {}, {}, {});
  Comparison comparison(*nothing, "schedules", flags, count);
  for (const std::string& line : split(*text, '\n')) {
    const Result<Json> row = parse_json(line);
    if (!row.ok() || text_or(*row, "scheduler", "") != "flux.2") continue;
    const int64_t width = int_or(*row, "width", 0), height = int_or(*row, "height", 0);
    const int steps = static_cast<int>(int_or(*row, "steps", 0));
    const double mu = model::flow::flux2_mu((width / 16) * (height / 16), steps);
    const std::vector<float> ours = model::flow::sigmas_moved_by(mu, steps);
    std::vector<float> theirs;
    for (const Json& sigma : find(*row, "sigmas")->get_array())
      theirs.push_back(static_cast<float>(sigma.to_number<double>()));
    const bool good = std::abs(mu - number_or(*row, "mu", 0)) < 1e-6 &&
                      ours.size() == theirs.size() && relative(ours, theirs) <= 1e-6;
    comparison.report(concat("flux.2 ", width, "x", height, " in ", steps),
                      good ? "within 1e-06" : "differs", good);
  }
}

void run_preprocessing(const Path& folder, Count& count, const Flags& flags) {
  const Result<Json> rows = model::read_json_file(folder / "preprocess.json");
  if (!rows.ok()) return;
  const Result<Weights> nothing = Weights::make("preprocess", {}, {}, {});
  Comparison comparison(*nothing, "preprocess", flags, count);
  for (const Json& row : rows->get_array()) {
    const std::string file = text_or(row, "file", "");
    const Result<std::string> bytes = read_file(folder / file);
    const Result<image::Pixels> pixels =
        bytes.ok() ? image::decode(*bytes) : Result<image::Pixels>(bytes.error());
    const Result<FloatPicture> ours =
        pixels.ok() ? model::flux2::reference_of(pixels->width, pixels->height, pixels->rgb, 16)
                    : Result<FloatPicture>(pixels.error());
    const JsonArray& size = find(row, "cropped")->get_array();
    if (!ours.ok() || ours->width != size[0].to_number<int>() ||
        ours->height != size[1].to_number<int>()) {
      comparison.report(file, "has another size", false);
      continue;
    }
    double most = 0;
    for (const Json& sample : find(row, "samples")->get_array()) {
      const JsonArray& s = sample.get_array();
      const std::size_t at =
          3 * (s[0].to_number<std::size_t>() * static_cast<std::size_t>(ours->width) +
               s[1].to_number<std::size_t>());
      for (std::size_t c = 0; c < 3; ++c)
        most = std::max(most, std::abs(ours->values[at + c] - s[2 + c].to_number<double>()));
    }
    char text[64];
    std::snprintf(text, sizeof text, "differs by at most %.4f of 0.02", most);
    comparison.report(file, text, most <= 0.02);
  }
}

void run(const Path& folder, tensor::Runtime& runtime, const Flags& flags, Count& count) {
  if (std::filesystem::exists(folder / "model" / "model_index.json"))
    return run_family(folder, runtime, flags, count);
  if (std::filesystem::exists(folder / "noise.safetensors")) {
    run_noise(folder / "noise.safetensors", count, flags);
    run_schedules(folder / "schedules.jsonl", count, flags);
    run_preprocessing(folder, count, flags);
    return;
  }
  std::vector<Path> inside;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (entry.is_directory()) inside.push_back(entry.path());
  std::sort(inside.begin(), inside.end());
  for (const Path& path : inside) run(path, runtime, flags, count);
}

}  // namespace
}  // namespace plantain

int main(int argc, char** argv) {
  plantain::Flags flags;
  plantain::Path folder;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "--bf16")
      flags.precision = plantain::model::Precision::kBf16;
    else if (word == "--int8")
      flags.precision = plantain::model::Precision::kInt8;
    else if (word.starts_with("--path="))
      flags.path = word.substr(7);
    else if (word == "--verbose")
      flags.verbose = true;
    else
      folder = word;
  }
  if (!std::filesystem::is_directory(folder)) {
    std::fprintf(stderr,
                 "usage: plantain-golden FOLDER [--bf16|--int8] [--path=KERNELS] [--verbose]\n");
    return 2;
  }
  plantain::tensor::Runtime runtime(0, flags.path);
  std::printf("kernels: %s, %d threads\n", std::string(runtime.path()).c_str(), runtime.threads());
  plantain::Count count;
  plantain::run(folder, runtime, flags, count);
  std::printf("%d passed, %d failed\n", count.passed, count.failed);
  return count.failed == 0 && count.passed > 0 ? 0 : 1;
}
