// Which engines this program has, by the names that the configuration uses.
// Threads: pure functions.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/files.h"
#include "base/result.h"
#include "engine/engine.h"
#include "engine/upstream_settings.h"

namespace plantain::engine {

// "sketch": the built-in illustrator. "diffusion:OWNER/NAME": a model that is installed below
// `models` (model/library); "diffusion:FOLDER", where FOLDER begins with '/' or '.': one of a
// diffusers folder; with "?dtype=bf16" or "?dtype=int8" behind it, its matrices are kept so. "null"
// and "null:MS": plain pictures, MS milliseconds each, to try the service with. And those that the
// owner configured, by their names. kInvalidInput: there is no such engine; the message lists those
// there are. kNotFound, kCorrupt: as find_weights().
Result<std::unique_ptr<Engine>> make_engine(std::string_view name,
                                            const upstream::AllSettings& upstreams = {},
                                            const Path& models = {});

// Whether the model that "diffusion:OWNER/NAME" draws with is installed below `models`, told
// without reading its weights. Every other engine needs none. kNotFound, kCorrupt, kInvalidInput: a
// sentence that says what to do; it names no path.
Result<void> find_weights(std::string_view engine, const Path& models);

// True when make_engine() would know the name.
bool is_engine_name(std::string_view name, const upstream::AllSettings& upstreams = {});

// The kinds that an upstream engine can be of: "gemini" …
const std::vector<std::string_view>& upstream_kinds();

}  // namespace plantain::engine
