#include "engine/engines.h"

#include <optional>

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

// The folder of "diffusion:FOLDER".
std::optional<Path> model_folder(std::string_view name) {
  if (!name.starts_with(kDiffusion) || name.size() == kDiffusion.size()) return std::nullopt;
  return Path(name.substr(kDiffusion.size()));
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
  return name == "sketch" || null_time(name).has_value() || model_folder(name).has_value() ||
         upstreams.contains(name);
}

Result<std::unique_ptr<Engine>> make_engine(std::string_view name,
                                            const upstream::AllSettings& upstreams) {
  if (name == "sketch") return sketch::make_sketch_engine();
  if (const auto time = null_time(name)) return null::make_null_engine(std::string(name), *time);
  if (const auto folder = model_folder(name))
    return diffusion::make_diffusion_engine(std::string(name), *folder);
  const auto found = upstreams.find(name);
  if (found == upstreams.end()) return unknown(name, upstreams);
  for (const Kind& kind : kKinds) {
    if (kind.name == found->second.kind) return kind.make(found->second);
  }
  return invalid(
      concat("engine \"", name, "\" is of the unknown kind \"", found->second.kind, "\""));
}

}  // namespace plantain::engine
