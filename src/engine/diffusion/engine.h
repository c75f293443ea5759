// Pictures by open-weight diffusion models, in this process, on this machine's processor.
#pragma once

#include <memory>
#include <string>

#include "base/files.h"
#include "engine/engine.h"
#include "model/library/library.h"
#include "model/parameters.h"

namespace plantain::engine::diffusion {

// `folder`: a diffusers folder of a family that src/model knows. `name` is what the engine answers
// to. Weights are mapped, not read: this returns within a second, and a first picture waits for the
// disk. The weights' digest is computed meanwhile; weights() waits for it.
// `precision`: in which form matrices are kept; metadata tells it as "dtype".
// kNotFound, kCorrupt: the folder; kInvalidInput: a family that is not known.
Result<std::unique_ptr<Engine>> make_diffusion_engine(std::string name, const Path& folder,
                                                      model::Precision precision);

// The same with an installed model, whose digest its manifest gives.
Result<std::unique_ptr<Engine>> make_diffusion_engine(std::string name,
                                                      const model::InstalledModel& installed,
                                                      model::Precision precision);

}  // namespace plantain::engine::diffusion
