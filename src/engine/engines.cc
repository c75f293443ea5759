#include "engine/engines.h"

#include <optional>
#include <utility>

#include "base/text.h"
#include "engine/diffusion/engine.h"
#include "engine/gemini/engine.h"
#include "engine/null/engine.h"
#include "engine/openai/engine.h"
#include "engine/queue/engine.h"
#include "engine/sketch/engine.h"

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

// Of "diffusion:FOLDER" and "diffusion:FOLDER?dtype=DTYPE".
struct ModelName {
  Path folder;
  std::string_view dtype;  // as it is written; "" when it is not
};
std::optional<ModelName> model_name(std::string_view name) {
  constexpr std::string_view kDtype = "?dtype=";
  if (!name.starts_with(kDiffusion)) return std::nullopt;
  name.remove_prefix(kDiffusion.size());
  const std::size_t end = name.rfind(kDtype);
  const std::string_view folder = name.substr(0, end);
  if (folder.empty()) return std::nullopt;
  if (end == std::string_view::npos) return ModelName{Path(folder), ""};
  return ModelName{Path(folder), name.substr(end + kDtype.size())};
}

Result<std::unique_ptr<Engine>> make_model(std::string_view name, const ModelName& model) {
  constexpr std::pair<std::string_view, model::Precision> kDtypes[] = {
      {"", model::Precision::kStored},
      {"f32", model::Precision::kStored},
      {"bf16", model::Precision::kBf16},
      {"int8", model::Precision::kInt8}};
  for (const auto& [dtype, precision] : kDtypes) {
    if (dtype == model.dtype)
      return diffusion::make_diffusion_engine(std::string(name), model.folder, precision);
  }
  return invalid(concat("engine \"", name, "\": there is no dtype \"", model.dtype,
                        "\"; there are f32, bf16 and int8"));
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
  return invalid(concat("there is no engine \"", name,
                        "\"; there are \"sketch\", \"diffusion:MODEL-FOLDER\"", configured,
                        " and, to try the service with, \"null:MILLISECONDS\""));
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

Result<std::unique_ptr<Engine>> make_engine(std::string_view name,
                                            const upstream::AllSettings& upstreams) {
  if (name == "sketch") return sketch::make_sketch_engine();
  if (const auto time = null_time(name)) return null::make_null_engine(std::string(name), *time);
  if (const auto named = model_name(name)) return make_model(name, *named);
  const auto found = upstreams.find(name);
  if (found == upstreams.end()) return unknown(name, upstreams);
  for (const Kind& kind : kKinds) {
    if (kind.name == found->second.kind) return kind.make(found->second);
  }
  return invalid(
      concat("engine \"", name, "\" is of the unknown kind \"", found->second.kind, "\""));
}

}  // namespace plantain::engine
