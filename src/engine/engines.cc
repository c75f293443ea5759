#include "engine/engines.h"

#include <optional>

#include "base/text.h"
#include "engine/diffusion/engine.h"
#include "engine/null/engine.h"
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

}  // namespace

bool is_engine_name(std::string_view name) {
  return name == "sketch" || null_time(name).has_value() || model_folder(name).has_value();
}

Result<std::unique_ptr<Engine>> make_engine(std::string_view name) {
  if (name == "sketch") return sketch::make_sketch_engine();
  if (const auto time = null_time(name)) return null::make_null_engine(std::string(name), *time);
  if (const auto folder = model_folder(name))
    return diffusion::make_diffusion_engine(std::string(name), *folder);
  return invalid(concat("there is no engine \"", name,
                        "\"; there are \"sketch\", \"diffusion:MODEL-FOLDER\" and, to try the "
                        "service with, \"null:MILLISECONDS\""));
}

}  // namespace plantain::engine
