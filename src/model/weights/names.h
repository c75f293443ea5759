// Tensor names of one layout as those of another, with what has to be done to the rows.
// Threads: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace plantain::model {

// What an original tensor becomes: as many tensors of equal rows as there are names, in order; or
// one whose halves change places; or one without its trailing extents of 1 (a 1×1 convolution that
// is a matrix here).
struct Renamed {
  std::vector<std::string> names;
  bool halves_swapped = false;
  bool squeezed = false;
};

// One table's row, for a path: a tensor's name before its last piece ("weight", "bias"). `#` stands
// for a number, the same on both sides.
struct NameRule {
  std::string from;
  std::vector<std::string> to;
  bool halves_swapped = false;
  bool squeezed = false;
};
using NameRules = std::vector<NameRule>;

// The number that stands for # when `path` is `pattern`; empty text when the pattern has no #.
std::optional<std::string_view> match(std::string_view path, std::string_view pattern);
std::string with_number(std::string_view pattern, std::string_view number);

// `name` by the first rule whose pattern is its path; itself when none fits.
Renamed rename(std::string_view name, const NameRules& rules);

const NameRules& flux2_names();    // Black Forest Labs → diffusers
const NameRules& z_image_names();  // ComfyUI → diffusers
const NameRules& qwen3_names();    // llama.cpp → transformers
// Original autoencoders → diffusers; `levels` of their decoder, which the original counts upwards.
NameRules autoencoder_names(int levels);
const NameRules& old_autoencoder_names();  // early diffusers → diffusers

}  // namespace plantain::model
