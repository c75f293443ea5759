// FLUX.2-klein: text to picture, and editing with up to ten references.
#pragma once

#include <memory>

#include "model/pipeline.h"

namespace plantain::model::flux2 {

Result<std::unique_ptr<Pipeline>> open(const Path& folder, const Json& index,
                                       tensor::Runtime& runtime, Tokenize tokenize,
                                       const PipelineOptions& options);

}  // namespace plantain::model::flux2
