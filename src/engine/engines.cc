#include "engine/engines.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "base/text.h"
#include "engine/diffusion/engine.h"
#include "engine/gemini/engine.h"
#include "engine/null/engine.h"
#include "engine/openai/engine.h"
#include "engine/queue/engine.h"
#include "engine/sketch/engine.h"
#include "model/library/library.h"

namespace plantain::engine {
namespace {

constexpr std::string_view kNull = "null";
constexpr std::string_view kDiffusion = "diffusion:";
constexpr int64_t kNullMax_ms = 24 * 3600 * 1000;

// The time of "null" or "null:MS"; nothing for anything else.
std::optional<std::chrono::milliseconds> null_time(std::string_view name) {
  if (name == kNull) return std::chrono::milliseconds(0);
  if (!name.starts_with(kNull) || name.size() <= kNull.size() || name[kNull.size()] != ':')
    return std::nullopt;
  const std::optional<int64_t> time = parse_int(name.substr(kNull.size() + 1));
  if (!time || *time < 0 || *time > kNullMax_ms) return std::nullopt;
  return std::chrono::milliseconds(*time);
}

// Of "diffusion:MODEL" and "diffusion:MODEL?dtype=DTYPE".
struct ModelName {
  std::string model;       // a folder, or an installed model's name
  std::string_view dtype;  // as it is written; "" when it is not
};
std::optional<ModelName> model_name(std::string_view name) {
  constexpr std::string_view kDtype = "?dtype=";
  if (!name.starts_with(kDiffusion)) return std::nullopt;
  name.remove_prefix(kDiffusion.size());
  const std::size_t end = name.rfind(kDtype);
  const std::string_view model = name.substr(0, end);
  if (model.empty()) return std::nullopt;
  if (end == std::string_view::npos) return ModelName{std::string(model), ""};
  return ModelName{std::string(model), name.substr(end + kDtype.size())};
}

bool is_folder(std::string_view model) { return model.front() == '/' || model.front() == '.'; }

std::string how_to_install(const std::string& model) {
  return model.starts_with("local/")
             ? concat("plantain models add FOLDER --name ", model)
             : concat("plantain pull ", model, " (and then start the server again)");
}

Result<model::InstalledModel> installed(const std::string& name, const Path& models) {
  Result<model::InstalledModel> found = model::ModelLibrary(models).find(name);
  if (!found.ok() && found.error().code == ErrorCode::kNotFound) {
    return Error{ErrorCode::kNotFound,
                 concat("the weights of ", name,
                        " are not installed; get them with: ", how_to_install(name))};
  }
  if (!found.ok()) return found;
  const bool runs =
      std::any_of(found->files.begin(), found->files.end(),
                  [](const model::InstalledFile& file) { return file.path == "model_index.json"; });
  if (!runs) {
    return invalid(concat(name,
                          " is not installed as a diffusers folder, the one form that is drawn "
                          "with; get it with: ",
                          how_to_install(name)));
  }
  if (const Result<void> whole = model::check_sizes(*found); !whole.ok()) {
    return Error{whole.error().code,
                 concat(whole.error().message, "; see: plantain models verify ", name)};
  }
  return found;
}

Result<std::unique_ptr<Engine>> make_model(std::string_view name, const ModelName& named,
                                           const Path& models) {
  constexpr std::pair<std::string_view, model::Precision> kDtypes[] = {
      {"", model::Precision::kStored},
      {"f32", model::Precision::kStored},
      {"bf16", model::Precision::kBf16},
      {"int8", model::Precision::kInt8}};
  const auto* const dtype = std::find_if(std::begin(kDtypes), std::end(kDtypes),
                                         [&](const auto& d) { return d.first == named.dtype; });
  if (dtype == std::end(kDtypes))
    return invalid(concat("engine \"", name, "\": there is no dtype \"", named.dtype,
                          "\"; there are f32, bf16 and int8"));
  if (is_folder(named.model))
    return diffusion::make_diffusion_engine(std::string(name), Path(named.model), dtype->second);
  const Result<model::InstalledModel> found = installed(named.model, models);
  if (!found.ok()) return found.error();
  return diffusion::make_diffusion_engine(std::string(name), *found, dtype->second);
}

struct Kind {
  std::string_view name;
  std::unique_ptr<Engine> (*make)(upstream::Settings settings);
};
constexpr Kind kKinds[] = {{"gemini", gemini::make_gemini_engine},
                           {"openai", openai::make_openai_engine},
                           {"runcomfy", queue::make_runcomfy_engine},
                           {"fal", queue::make_fal_engine}};

Error unknown(std::string_view name, const upstream::AllSettings& upstreams) {
  std::string configured;
  for (const auto& [each, settings] : upstreams) configured += concat(", \"", each, "\"");
  return invalid(
      concat("there is no engine \"", name,
             "\"; there are \"sketch\", \"diffusion:OWNER/NAME\" with an installed model",
             configured, " and, to try the service with, \"null:MILLISECONDS\""));
}

}  // namespace

const std::vector<std::string_view>& upstream_kinds() {
  static const std::vector<std::string_view> kNames = [] {
    std::vector<std::string_view> names;
    for (const Kind& kind : kKinds) names.push_back(kind.name);
    return names;
  }();
  return kNames;
}

bool is_engine_name(std::string_view name, const upstream::AllSettings& upstreams) {
  return name == "sketch" || null_time(name).has_value() || model_name(name).has_value() ||
         upstreams.contains(name);
}

Result<void> find_weights(std::string_view engine, const Path& models) {
  const std::optional<ModelName> named = model_name(engine);
  if (!named || is_folder(named->model)) return {};
  const Result<model::InstalledModel> found = installed(named->model, models);
  return found.ok() ? Result<void>() : found.error();
}

Result<std::unique_ptr<Engine>> make_engine(std::string_view name,
                                            const upstream::AllSettings& upstreams,
                                            const Path& models) {
  if (name == "sketch") return sketch::make_sketch_engine();
  if (const auto time = null_time(name)) return null::make_null_engine(std::string(name), *time);
  if (const auto named = model_name(name)) return make_model(name, *named, models);
  const auto found = upstreams.find(name);
  if (found == upstreams.end()) return unknown(name, upstreams);
  for (const Kind& kind : kKinds) {
    if (kind.name == found->second.kind) return kind.make(found->second);
  }
  return invalid(
      concat("engine \"", name, "\" is of the unknown kind \"", found->second.kind, "\""));
}

}  // namespace plantain::engine
