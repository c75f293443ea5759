#include "model/pipeline.h"

#include "base/text.h"
#include "model/flux2/pipeline.h"
#include "model/weights/model_folder.h"
#include "model/z_image/pipeline.h"

namespace plantain::model {

Result<std::unique_ptr<Pipeline>> open_pipeline(const Path& folder, tensor::Runtime& runtime,
                                                Tokenize tokenize, PipelineOptions options) {
  Result<ModelFolder> model = open_model_folder(folder);
  if (!model.ok()) return model.error();
  if (model->class_name == "Flux2KleinPipeline")
    return flux2::open(folder, model->index, runtime, std::move(tokenize), options);
  if (model->class_name == "ZImagePipeline")
    return z_image::open(folder, model->index, runtime, std::move(tokenize), options);
  return invalid(concat("models of the kind ", model->class_name,
                        " are not known; Flux2KleinPipeline and ZImagePipeline are"));
}

}  // namespace plantain::model
