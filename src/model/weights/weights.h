// Weights: named tensors as they lie in files. Nothing is read, converted or copied before a
// tensor's bytes are touched.
//
//   Result<Weights> weights = open_weights("FLUX.2-klein-4B/transformer");
//   Result<const StoredTensor*> x = weights->get("x_embedder.weight", Shape{3072, 128});
//   if (!x.ok()) return x.error();
//   std::vector<float> values(3072 * 128);
//   read_f32(**x, values);                                      // decode.h
//
// A file is untrusted: every count, offset, type, shape and length in it has been checked before a
// Weights exists, so that the bytes of a tensor are always exactly those its shape asks for.
// Threads: immutable; any.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "model/weights/mapped_file.h"
#include "model/weights/stored_type.h"

namespace plantain::model {

struct StoredTensor {
  std::string name;
  StoredType type = StoredType::kF32;
  Shape shape;  // outermost first
  // bytes_of(type, shape) of them, row by row; at any address, so not necessarily aligned.
  Bytes bytes;
  // What a stored number is multiplied by: nothing, one for all, or one for each row (shape[0]).
  std::vector<float> scales;
  // The columns are rotated in groups of this many (decode.h, rotate()); 0: they are not.
  uint32_t rotation = 0;
};

class Weights {
 public:
  // What a file holds. `label` names it in messages; `keepers` own what the tensors' bytes point
  // into and live as long as any Weights made from them. kCorrupt: two tensors of one name.
  static Result<Weights> make(std::string label, std::vector<StoredTensor> tensors,
                              std::map<std::string, std::string> metadata,
                              std::vector<std::shared_ptr<const void>> keepers);

  // Null: no such tensor. Pointers stay valid as long as this object, moved or not.
  const StoredTensor* find(std::string_view name) const;

  // The same where it is needed: kCorrupt, with the tensor's name and what was expected, when it
  // is missing or of another shape.
  Result<const StoredTensor*> get(std::string_view name) const;
  Result<const StoredTensor*> get(std::string_view name, const Shape& expected) const;

  const std::vector<StoredTensor>& all() const { return tensors_; }  // sorted by name
  const std::map<std::string, std::string>& metadata() const { return metadata_; }
  const std::string& label() const { return label_; }
  const std::vector<std::shared_ptr<const void>>& keepers() const { return keepers_; }

  // Sums over all tensors: what a plan needs to know before anything is loaded.
  uint64_t elements() const;
  uint64_t bytes() const;

 private:
  Weights() = default;
  std::string label_;
  std::vector<StoredTensor> tensors_;
  std::map<std::string, std::string> metadata_;
  std::vector<std::shared_ptr<const void>> keepers_;
};

// A tensor's name for a message: control characters and broken UTF-8 replaced, cut at 120 bytes.
std::string shown(std::string_view name);

// Opens a weight file or a folder of one. A file: safetensors, GGUF, or the
// *.safetensors.index.json of a sharded one; told apart by what is in it, not by its name. A
// folder: its index, or else `diffusion_pytorch_model.safetensors`, `model.safetensors`, or its
// only *.safetensors file. kNotFound; kCorrupt: a file that is not what it says; kInvalidInput: a
// kind of file that is not read, pickled checkpoints above all, with what to use instead.
Result<Weights> open_weights(const Path& file_or_folder);

}  // namespace plantain::model
