#include "model/weights/weights.h"

#include <algorithm>

#include "base/text.h"

namespace plantain::model {

std::string shown(std::string_view name) {
  constexpr size_t kShown = 120;
  std::string text;
  const bool whole = is_utf8(name);
  for (const char c : name.substr(0, kShown)) {
    const auto byte = static_cast<unsigned char>(c);
    text += byte < 0x20 || byte == 0x7F || (!whole && byte >= 0x80) ? '?' : c;
  }
  // A cut inside a character leaves its first bytes behind: take them away.
  while (!is_utf8(text)) text.pop_back();
  if (name.size() > kShown) text += "…";
  return text;
}

Result<Weights> Weights::make(std::string label, std::vector<StoredTensor> tensors,
                              std::map<std::string, std::string> metadata,
                              std::vector<std::shared_ptr<const void>> keepers) {
  std::sort(tensors.begin(), tensors.end(),
            [](const StoredTensor& a, const StoredTensor& b) { return a.name < b.name; });
  const auto twice = std::adjacent_find(
      tensors.begin(), tensors.end(),
      [](const StoredTensor& a, const StoredTensor& b) { return a.name == b.name; });
  if (twice != tensors.end()) {
    return Error{ErrorCode::kCorrupt,
                 concat(label, ": the tensor \"", shown(twice->name), "\" stands twice")};
  }
  Weights weights;
  weights.label_ = std::move(label);
  weights.tensors_ = std::move(tensors);
  weights.metadata_ = std::move(metadata);
  weights.keepers_ = std::move(keepers);
  return weights;
}

const StoredTensor* Weights::find(std::string_view name) const {
  const auto at = std::lower_bound(
      tensors_.begin(), tensors_.end(), name,
      [](const StoredTensor& a, std::string_view wanted) { return a.name < wanted; });
  return at != tensors_.end() && at->name == name ? &*at : nullptr;
}

Result<const StoredTensor*> Weights::get(std::string_view name) const {
  if (const StoredTensor* tensor = find(name)) return tensor;
  return Error{ErrorCode::kCorrupt,
               concat(label_, ": the tensor \"", shown(name), "\" is missing")};
}

Result<const StoredTensor*> Weights::get(std::string_view name, const Shape& expected) const {
  Result<const StoredTensor*> tensor = get(name);
  if (!tensor.ok()) {
    return Error{ErrorCode::kCorrupt,
                 concat(tensor.error().message, "; expected ", to_text(expected))};
  }
  if ((*tensor)->shape == expected) return tensor;
  return Error{ErrorCode::kCorrupt,
               concat(label_, ": the tensor \"", shown(name), "\" is ", to_text((*tensor)->shape),
                      "; expected ", to_text(expected))};
}

uint64_t Weights::elements() const {
  uint64_t sum = 0;
  for (const StoredTensor& tensor : tensors_) sum += elements_of(tensor.shape).value_or(0);
  return sum;
}

uint64_t Weights::bytes() const {
  uint64_t sum = 0;
  for (const StoredTensor& tensor : tensors_) sum += tensor.bytes.size();
  return sum;
}

}  // namespace plantain::model
