#include "model/weights/stored_type.h"

#include <iterator>
#include <limits>

#include "base/check.h"
#include "base/text.h"

namespace plantain::model {
namespace {

// In the order of StoredType.
constexpr StoredTypeFacts kFacts[] = {
    {"F64", 1, 8},      {"F32", 1, 4},      {"F16", 1, 2},      {"BF16", 1, 2},
    {"F8_E4M3", 1, 1},  {"F8_E5M2", 1, 1},  {"F8_E8M0", 1, 1},  {"I64", 1, 8},
    {"I32", 1, 4},      {"I16", 1, 2},      {"I8", 1, 1},       {"U64", 1, 8},
    {"U32", 1, 4},      {"U16", 1, 2},      {"U8", 1, 1},       {"BOOL", 1, 1},
    {"Q4_0", 32, 18},   {"Q4_1", 32, 20},   {"Q5_0", 32, 22},   {"Q5_1", 32, 24},
    {"Q8_0", 32, 34},   {"Q2_K", 256, 84},  {"Q3_K", 256, 110}, {"Q4_K", 256, 144},
    {"Q5_K", 256, 176}, {"Q6_K", 256, 210}, {"IQ4_NL", 32, 18}, {"IQ4_XS", 256, 136},
    {"MXFP4", 32, 17},
};
static_assert(std::size(kFacts) == static_cast<size_t>(StoredType::kMXFP4) + 1);

}  // namespace

const StoredTypeFacts& facts_of(StoredType type) {
  const auto index = static_cast<size_t>(type);
  CHECK(index < std::size(kFacts));
  return kFacts[index];
}

std::optional<StoredType> stored_type_from_name(std::string_view name) {
  for (size_t i = 0; i < std::size(kFacts); ++i) {
    if (kFacts[i].name == name) return static_cast<StoredType>(i);
  }
  return std::nullopt;
}

std::optional<uint64_t> elements_of(std::span<const int64_t> shape) {
  // A zero anywhere makes the product zero, whatever the other extents are; so it is looked for
  // first, lest [2^62, 2^62, 0] be taken for too large.
  bool empty = false;
  for (const int64_t extent : shape) {
    if (extent < 0) return std::nullopt;
    empty |= extent == 0;
  }
  if (empty) return 0;
  int64_t product = 1;
  for (const int64_t extent : shape) {
    if (__builtin_mul_overflow(product, extent, &product)) return std::nullopt;
  }
  return static_cast<uint64_t>(product);
}

std::optional<uint64_t> bytes_of(StoredType type, std::span<const int64_t> shape) {
  const StoredTypeFacts& facts = facts_of(type);
  const std::optional<uint64_t> elements = elements_of(shape);
  if (!elements) return std::nullopt;
  if (*elements % facts.block_elements != 0) return std::nullopt;
  uint64_t bytes = 0;
  if (__builtin_mul_overflow(*elements / facts.block_elements, uint64_t{facts.block_bytes},
                             &bytes)) {
    return std::nullopt;
  }
  return bytes;
}

bool rows_are_whole(StoredType type, std::span<const int64_t> shape) {
  return (shape.empty() ? 1 : shape.back()) % facts_of(type).block_elements == 0;
}

std::string to_text(std::span<const int64_t> shape) {
  std::string text = "[";
  for (size_t i = 0; i < shape.size(); ++i) text += concat(i == 0 ? "" : ", ", shape[i]);
  return text + "]";
}

}  // namespace plantain::model
