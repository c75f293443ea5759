// From a prompt to a picture, whatever the family: text states, noise, steps of the denoiser,
// decoding.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/files.h"
#include "base/json.h"
#include "model/parameters.h"
#include "model/trace.h"
#include "tensor/arena.h"
#include "tensor/runtime.h"

namespace plantain::model {

// Channels red, green, blue from -1 to 1 (not clamped when a decoder made it), pixel by pixel.
struct FloatPicture {
  int width = 0;
  int height = 0;
  std::vector<float> values;  // 3 · width · height

  static FloatPicture of(int width, int height) {
    return {
        width, height,
        std::vector<float>(3 * static_cast<std::size_t>(width) * static_cast<std::size_t>(height))};
  }
  tensor::Map map() { return {values.data(), height, width, 3}; }
  tensor::ConstMap map() const { return {values.data(), height, width, 3}; }
};

// One picture, fully decided.
struct PictureOrder {
  std::string prompt;
  std::string negative;  // counts with guidance alone
  int width = 0;         // multiples of Pipeline::side_multiple()
  int height = 0;
  int steps = 0;
  float guidance = 0;  // as the family counts it; see Defaults
  uint64_t seed = 0;
  std::vector<FloatPicture> references;  // as Pipeline::draw() wants them
};

// Who watches a run, from the thread that runs it.
class Watcher {
 public:
  virtual ~Watcher() = default;
  // `step` of `steps` of `stage` ("text", "references", "denoise", "decode") is at work. Asked at
  // each step's beginning and between all blocks of a model. False: stop.
  virtual bool keep_going(std::string_view stage, int step, int steps) = 0;
  // The latents as they would be at the end if the last step's direction held: the input of a
  // preview. After each step but the last.
  virtual void estimate(tensor::ConstMap latents) { static_cast<void>(latents); }
};

class Pipeline {
 public:
  struct Defaults {
    int steps = 0;
    float guidance = 0;
    bool guided = false;  // whether guidance has any effect
  };

  virtual ~Pipeline() = default;

  virtual std::string_view family() const = 0;  // "flux.2-klein", "z-image"
  virtual Defaults defaults() const = 0;
  virtual int side_multiple() const = 0;
  // How many pictures it can be shown for editing; 0: none.
  virtual int references_max() const = 0;

  // Same order: same picture, to the bit on the same kind of processor, whatever the threads.
  // References: sides are multiples of side_multiple(). kCancelled; kInvalidInput.
  virtual Result<FloatPicture> draw(const PictureOrder& order, Watcher& watcher, Trace* trace) = 0;

  // Working memory that a picture of this size takes beside the weights, at most.
  virtual std::size_t working_bytes(int width, int height, int references) const = 0;
};

// Token ids of a text, with special tokens where the text spells them.
using Tokenize = std::function<Result<std::vector<int32_t>>(std::string_view)>;

// A LoRA's file and how strongly it is applied to the denoiser.
struct LoraFile {
  std::shared_ptr<const Weights> file;
  float strength = 1;
};

struct PipelineOptions {
  Precision precision = Precision::kStored;
  std::vector<LoraFile> loras;
  int tile_px = 512;  // decoding in tiles above this side; 0: never
  // For models that are not the published ones: which text layers feed FLUX.2, and whether it was
  // distilled to need no guidance. Z-Image's files do not tell: it is taken for distilled (Turbo).
  std::optional<std::vector<int>> text_taps;
  std::optional<bool> distilled;
};

// Opens a diffusers folder of a family that is known. `runtime` must outlive the pipeline.
// kCorrupt, kNotFound: the folder; kInvalidInput: a family that is not known, a LoRA that does not
// fit.
Result<std::unique_ptr<Pipeline>> open_pipeline(const Path& folder, tensor::Runtime& runtime,
                                                Tokenize tokenize, PipelineOptions options);

}  // namespace plantain::model
