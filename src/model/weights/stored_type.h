// The number formats in which weight files keep their tensors, and how many bytes they take.
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace plantain::model {

// Little-endian, as all these files are.
enum class StoredType {
  kF64,
  kF32,
  kF16,
  kBF16,
  kF8E4M3,  // the "fn" kind: no infinities, largest 448
  kF8E5M2,
  kF8E8M0,  // a power of two
  kI64,
  kI32,
  kI16,
  kI8,
  kU64,
  kU32,
  kU16,
  kU8,
  kBool,  // one byte
  // GGUF's blocks of numbers with common scales (blocks.h).
  kQ4_0,
  kQ4_1,
  kQ5_0,
  kQ5_1,
  kQ8_0,
  kQ2_K,
  kQ3_K,
  kQ4_K,
  kQ5_K,
  kQ6_K,
  kIQ4_NL,
  kIQ4_XS,
  kMXFP4,
};

struct StoredTypeFacts {
  std::string_view name;    // as safetensors or GGUF spell it: "BF16", "Q4_K"
  uint32_t block_elements;  // elements that are stored together; 1 for plain numbers
  uint32_t block_bytes;
};
const StoredTypeFacts& facts_of(StoredType type);
inline std::string_view name_of(StoredType type) { return facts_of(type).name; }

// The type of that name, exactly as spelled.
std::optional<StoredType> stored_type_from_name(std::string_view name);

// Extents, outermost first. Empty: one number.
using Shape = std::vector<int64_t>;

// The product of the extents; nothing when an extent is negative or the product leaves int64.
std::optional<uint64_t> elements_of(std::span<const int64_t> shape);

// Bytes of a tensor stored row by row; nothing when its elements cannot be counted or are no whole
// blocks.
std::optional<uint64_t> bytes_of(StoredType type, std::span<const int64_t> shape);

// Whether each row is whole blocks by itself, so that rows can be taken apart.
bool rows_are_whole(StoredType type, std::span<const int64_t> shape);

// "[3072, 128]"
std::string to_text(std::span<const int64_t> shape);

}  // namespace plantain::model
