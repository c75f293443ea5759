#include <algorithm>
#include <atomic>
#include <iterator>
#include <thread>

#include "base/exchange_limits.h"
#include "base/limits.h"
#include "base/text.h"
#include "catalog/plan.h"
#include "cli/progress.h"
#include "engine/engines.h"
#include "engine/sketch/scene.h"
#include "main/installation.h"
#include "main/upstreams.h"
#include "main/work.h"
#include "media/data_uri.h"
#include "request/request.h"
#include "safety/prompt_rules.h"
#include "tensor/runtime.h"
#include "worker/picture_reader.h"
#include "worker/run_request.h"

namespace plantain {
namespace {

// Shows progress, saves pictures as they are made, stops on Ctrl-C.
class Saver final : public worker::RunWatcher {
 public:
  Saver(const cli::GenerateArguments& arguments, const cli::World& world, std::vector<Path> names)
      : arguments_(arguments),
        world_(world),
        names_(std::move(names)),
        printer_(world),
        interrupted_(world.catch_interrupts()) {}

  bool keep_going(std::string_view stage, int step, int steps) override {
    printer_.take_progress(JsonObject{{"stage", stage},
                                      {"step", step},
                                      {"steps", steps},
                                      {"percent", 100 * step / std::max(steps, 1)}});
    return !*interrupted_;
  }
  void preview(const image::Pixels&) override {}

  Result<void> take(worker::MadeFile file) override {
    if (file.thumbnail) return {};
    const Path& name = names_[static_cast<std::size_t>(file.n)];
    if (auto saved = cli::save_output(name, file.bytes, arguments_.force); !saved.ok())
      return saved;
    saved_.push_back(JsonObject{{"file", name.string()},
                                {"width", file.width},
                                {"height", file.height},
                                {"content_type", file.content_type},
                                {"bytes", file.bytes.size()}});
    if (arguments_.json) return {};
    printer_.finish();
    world_.out(concat(name.string(), "  ", file.width, "×", file.height, "\n"));
    return {};
  }

  void note(const std::string& sentence) {
    printer_.finish();
    world_.err(concat("plantain: ", sentence, "\n"));
  }
  void finish() { printer_.finish(); }
  bool has_saved() const { return !saved_.empty(); }
  bool interrupted() const { return *interrupted_; }
  const JsonArray& saved() const { return saved_; }

 private:
  const cli::GenerateArguments& arguments_;
  const cli::World& world_;
  const std::vector<Path> names_;
  cli::ProgressPrinter printer_;
  const std::atomic<bool>* const interrupted_;
  JsonArray saved_;
};

// The completed input, or all its faults in one sentence each.
Result<JsonObject> complete(const catalog::Model& model, const JsonObject& input) {
  catalog::Checked checked = catalog::check_input(model, input);
  if (checked.faults.empty()) return std::move(checked.completed);
  std::vector<std::string> sentences;
  for (const catalog::Fault& fault : checked.faults) {
    sentences.push_back(
        concat(fault.pointer.empty() ? "the input" : fault.pointer.substr(1), " ", fault.message));
  }
  return invalid(join(sentences, "\n  "));
}

// The bytes that an input names: a file of this machine, or a data URI.
Result<std::string> bytes_of(const std::string& address) {
  if (media::is_data_uri(address))
    return media::data_uri_bytes(address, limits::kInputPictureMax_bytes);
  if (address.find("://") == std::string::npos) return read_file(address);
  return invalid(concat(address, ": without a server a picture is a file or a data URI"));
}

Result<std::vector<image::Pixels>> read_references(const catalog::Model& model,
                                                   const JsonObject& input) {
  const std::atomic<bool> never = false;
  std::vector<image::Pixels> pictures;
  for (const catalog::FileValue& value : catalog::file_values(model, input)) {
    const Result<std::string> bytes = bytes_of(value.address);
    if (!bytes.ok()) return bytes.error();
    Result<image::Pixels> picture = worker::read_picture("/proc/self/exe", *bytes, never);
    if (!picture.ok()) {
      return Error{picture.error().code,
                   concat(value.pointer.substr(1), ": ", picture.error().message)};
    }
    pictures.push_back(std::move(*picture));
  }
  return pictures;
}

// Draws with the first engine of the list that this program has, with its weights, and with the
// next where one cannot, as the server would. With none of them: why not the first.
Result<JsonObject> draw(const JsonObject& input, const std::vector<image::Pixels>& references,
                        const std::vector<std::string>& engines,
                        const engine::upstream::AllSettings& upstreams, const Path& models,
                        Saver& saver) {
  std::vector<std::string> here;
  std::copy_if(
      engines.begin(), engines.end(), std::back_inserter(here), [&](const std::string& name) {
        return engine::is_engine_name(name, upstreams) && engine::find_weights(name, models).ok();
      });
  if (here.empty()) here.push_back(engines.front());
  for (std::size_t i = 0;; ++i) {
    const Result<std::unique_ptr<engine::Engine>> engine =
        engine::make_engine(here[i], upstreams, models);
    Result<JsonObject> made = engine.ok() ? worker::run_request(input, references, **engine, saver)
                                          : Result<JsonObject>(engine.error());
    const bool try_next =
        !made.ok() && falls_over(made.error().code) && !saver.has_saved() && i + 1 < here.size();
    if (!try_next) return made;
    saver.note(concat(here[i], ": ", made.error().message, "; ", here[i + 1], " draws instead"));
  }
}

int complain(const cli::World& world, const Error& error, int code) {
  world.err(concat("plantain: ", error.message, "\n"));
  return code;
}

}  // namespace

int generate(const cli::GenerateArguments& arguments) {
  const cli::World world = cli::process_world();
  const Result<catalog::Catalog> catalog = load_catalog(arguments.config);
  if (!catalog.ok()) return complain(world, catalog.error(), cli::kExitFailed);
  const catalog::Model* const model = catalog->find(arguments.model);
  if (model == nullptr)
    return complain(world, invalid(concat("there is no model \"", arguments.model, "\"")),
                    cli::kExitUsage);
  Result<JsonObject> input = complete(*model, arguments.input);
  if (!input.ok()) return complain(world, input.error(), cli::kExitUsage);
  if (auto allowed = safety::allow_prompt(text_or(*input, "prompt", ""),
                                          static_cast<int>(int_or(*input, "safety_tolerance", 4)));
      !allowed.ok())
    return complain(world, allowed.error(), cli::kExitFailed);
  catalog::draw_seed(*input);
  const Result<std::vector<image::Pixels>> references = read_references(*model, *input);
  if (!references.ok()) return complain(world, references.error(), cli::kExitFailed);

  const auto configured = arguments.config.models.find(model->id);
  const std::vector<std::string>& engines =
      configured != arguments.config.models.end() && !configured->second.engines.empty()
          ? configured->second.engines
          : model->engines;
  const std::vector<Path> names =
      cli::output_names(arguments.output, catalog::most_pictures(*input), "plantain",
                        cli::extension_of(text_or(*input, "output_format", "png")));
  if (!arguments.force) {
    if (auto free = cli::check_free(names); !free.ok())
      return complain(world, free.error(), cli::kExitFailed);
  }
  Saver saver(arguments, world, names);
  const Result<JsonObject> metadata =
      draw(*input, *references, engines, upstreams_of(arguments.config, &*catalog),
           models_folder(arguments.config), saver);
  saver.finish();
  if (!metadata.ok())
    return complain(world, metadata.error(),
                    saver.interrupted() ? cli::kExitInterrupted : cli::kExitFailed);
  if (arguments.json) {
    JsonObject result{{"status", "succeeded"},
                      {"model_id", model->id},
                      {"files", saver.saved()},
                      {"metadata", *metadata}};
    world.out(write_json(result) + "\n");
  }
  return cli::kExitOk;
}

Result<std::string> test_engine(const cli::Config& config, const std::string& name) {
  const Result<std::unique_ptr<engine::Engine>> engine =
      engine::make_engine(name, upstreams_of(config), models_folder(config));
  if (!engine.ok()) return engine.error();
  return (*engine)->check();
}

Result<std::string> explain(const std::string& prompt) {
  return write_json(engine::sketch::to_json(engine::sketch::understand(prompt)));
}

std::string version_details() {
  std::vector<std::string> kinds = {"sketch", "diffusion"};
  kinds.insert(kinds.end(), engine::upstream_kinds().begin(), engine::upstream_kinds().end());
  const std::vector<std::string_view> paths = tensor::available_paths();
  return concat("engines       ", join(kinds, " "), "\nprocessors    ",
                std::thread::hardware_concurrency(), "\ninstructions  ", paths.front(), ", of ",
                join({paths.begin(), paths.end()}, " "), "\ncompiler      ", __VERSION__, "\n");
}

}  // namespace plantain
