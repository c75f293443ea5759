// Parts of a tensor by its rows.
// Threads: pure functions.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "model/weights/weights.h"

namespace plantain::model {

// Whether `tensor` is `pieces` equal runs of rows, each of whole blocks.
bool divides(const StoredTensor& tensor, size_t pieces);

// Piece `index` of `count`, a view; divides(tensor, count).
StoredTensor row_piece(const StoredTensor& tensor, std::string name, size_t index, size_t count);

// A copy whose second half of rows comes first, and what owns its bytes; divides(tensor, 2).
std::pair<StoredTensor, std::shared_ptr<const void>> halves_swapped(const StoredTensor& tensor,
                                                                    std::string name);

// Without extents of 1 behind the second: [8, 4, 1, 1] is [8, 4].
StoredTensor squeezed(StoredTensor tensor);

}  // namespace plantain::model
