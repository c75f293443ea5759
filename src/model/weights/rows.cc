#include "model/weights/rows.h"

#include <algorithm>

#include "base/check.h"

namespace plantain::model {

bool divides(const StoredTensor& tensor, size_t pieces) {
  return !tensor.shape.empty() && tensor.shape[0] % static_cast<int64_t>(pieces) == 0 &&
         rows_are_whole(tensor.type, tensor.shape);
}

StoredTensor row_piece(const StoredTensor& tensor, std::string name, size_t index, size_t count) {
  CHECK(divides(tensor, count) && index < count);
  StoredTensor part = tensor;
  part.name = std::move(name);
  part.shape[0] /= static_cast<int64_t>(count);
  const size_t bytes = tensor.bytes.size() / count;
  part.bytes = tensor.bytes.subspan(index * bytes, bytes);
  if (tensor.scales.size() > 1) {
    const auto rows = static_cast<long>(tensor.scales.size() / count);
    const auto begin = tensor.scales.begin() + static_cast<long>(index) * rows;
    part.scales.assign(begin, begin + rows);
  }
  return part;
}

std::pair<StoredTensor, std::shared_ptr<const void>> halves_swapped(const StoredTensor& tensor,
                                                                    std::string name) {
  const StoredTensor first = row_piece(tensor, std::move(name), 0, 2);
  const StoredTensor second = row_piece(tensor, first.name, 1, 2);
  StoredTensor swapped = first;
  swapped.shape = tensor.shape;
  const auto copy =
      std::make_shared<std::vector<std::byte>>(second.bytes.begin(), second.bytes.end());
  copy->insert(copy->end(), first.bytes.begin(), first.bytes.end());
  swapped.bytes = *copy;
  if (tensor.scales.size() > 1) {
    swapped.scales = second.scales;
    swapped.scales.insert(swapped.scales.end(), first.scales.begin(), first.scales.end());
  }
  return {std::move(swapped), copy};
}

StoredTensor squeezed(StoredTensor tensor) {
  while (tensor.shape.size() > 2 && tensor.shape.back() == 1) tensor.shape.pop_back();
  return tensor;
}

}  // namespace plantain::model
