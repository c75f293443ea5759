// Z-Image and Z-Image-Turbo: text to picture.
#pragma once

#include <memory>

#include "model/pipeline.h"

namespace plantain::model::z_image {

Result<std::unique_ptr<Pipeline>> open(const Path& folder, const Json& index,
                                       tensor::Runtime& runtime, Tokenize tokenize,
                                       const PipelineOptions& options);

}  // namespace plantain::model::z_image
