// The configured upstream engines, with the way to their keys.
#pragma once

#include "catalog/catalog.h"
#include "cli/config.h"
#include "engine/upstream_settings.h"

namespace plantain {

// Keys are looked up when an engine calls: in the environment or in a file. With `catalog`, what
// its models are called by their providers is told to the engines, which need it to draw.
engine::upstream::AllSettings upstreams_of(const cli::Config& config,
                                           const catalog::Catalog* catalog = nullptr);

}  // namespace plantain
