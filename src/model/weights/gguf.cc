#include "model/weights/gguf.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "base/model_limits.h"
#include "base/text.h"

namespace plantain::model {
namespace {

enum ValueType : uint32_t {
  kU8 = 0,
  kI8,
  kU16,
  kI16,
  kU32,
  kI32,
  kF32,
  kBool,
  kString,
  kArray,
  kU64,
  kI64,
  kF64
};

// Bytes of one value; 0: not of a fixed size.
uint64_t width_of(uint32_t type) {
  constexpr uint64_t kWidths[] = {1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};
  return type < std::size(kWidths) ? kWidths[type] : 0;
}

std::optional<StoredType> stored_type_of(uint32_t id) {
  switch (id) {
    case 0:
      return StoredType::kF32;
    case 1:
      return StoredType::kF16;
    case 2:
      return StoredType::kQ4_0;
    case 3:
      return StoredType::kQ4_1;
    case 6:
      return StoredType::kQ5_0;
    case 7:
      return StoredType::kQ5_1;
    case 8:
      return StoredType::kQ8_0;
    case 10:
      return StoredType::kQ2_K;
    case 11:
      return StoredType::kQ3_K;
    case 12:
      return StoredType::kQ4_K;
    case 13:
      return StoredType::kQ5_K;
    case 14:
      return StoredType::kQ6_K;
    case 20:
      return StoredType::kIQ4_NL;
    case 23:
      return StoredType::kIQ4_XS;
    case 24:
      return StoredType::kI8;
    case 25:
      return StoredType::kI16;
    case 26:
      return StoredType::kI32;
    case 27:
      return StoredType::kI64;
    case 28:
      return StoredType::kF64;
    case 30:
      return StoredType::kBF16;
    case 39:
      return StoredType::kMXFP4;
    default:
      return std::nullopt;
  }
}

// Reads from the front of a file; once it has failed it stays failed and gives zeros.
class Reader {
 public:
  explicit Reader(Bytes file) : file_(file) {}

  bool ok() const { return ok_; }
  uint64_t at() const { return at_; }

  Bytes take(uint64_t count) {
    if (count > file_.size() - at_) ok_ = false;
    if (!ok_) return {};
    const Bytes taken = file_.subspan(at_, count);
    at_ += count;
    return taken;
  }

  uint64_t number(uint64_t width) {
    uint64_t value = 0;
    const Bytes bytes = take(width);
    for (size_t i = bytes.size(); i > 0; --i)
      value = value << 8 | std::to_integer<uint64_t>(bytes[i - 1]);
    return value;
  }
  uint32_t u32() { return static_cast<uint32_t>(number(4)); }
  uint64_t u64() { return number(8); }

  std::string_view text() {
    const Bytes bytes = take(u64());
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }

 private:
  Bytes file_;
  uint64_t at_ = 0;
  bool ok_ = true;
};

std::string number_text(uint32_t type, uint64_t bits) {
  switch (type) {
    case kI8:
      return concat(static_cast<int>(static_cast<int8_t>(bits)));
    case kI16:
      return concat(static_cast<int16_t>(bits));
    case kI32:
      return concat(static_cast<int32_t>(bits));
    case kI64:
      return concat(static_cast<int64_t>(bits));
    case kF32:
      return concat(std::bit_cast<float>(static_cast<uint32_t>(bits)));
    case kF64:
      return concat(std::bit_cast<double>(bits));
    case kBool:
      return bits ? "true" : "false";
    default:
      return concat(bits);
  }
}

constexpr std::string_view kOriginalShape = "comfy.gguf.orig_shape.";

class Parser {
 public:
  Parser(Bytes file, const std::string& label) : file_(file), label_(label), reader_(file) {}

  Result<GgufFile> parse() {
    Result<void> done = read_head();
    for (uint64_t i = 0; done.ok() && i < keys_; ++i) done = read_key();
    if (done.ok()) done = read_alignment();
    for (uint64_t i = 0; done.ok() && i < tensors_; ++i) done = read_tensor();
    if (done.ok()) done = place_tensors();
    if (done.ok()) done = restore_shapes();
    if (!done.ok()) return done.error();
    return std::move(result_);
  }

 private:
  Error corrupt(const std::string& what) const {
    return Error{ErrorCode::kCorrupt, concat(label_, ": ", what)};
  }
  Error cut(std::string_view where) const {
    return corrupt(concat("is cut short or wrong in ", where, ", near byte ", reader_.at(), " of ",
                          file_.size()));
  }

  Result<void> read_head() {
    reader_.take(4);  // "GGUF", which brought us here
    const uint32_t version = reader_.u32();
    if (reader_.ok() && version != 2 && version != 3) {
      return invalid(
          concat(label_, ": is GGUF of version ", version, "; versions 2 and 3 are read"));
    }
    tensors_ = reader_.u64();
    keys_ = reader_.u64();
    if (!reader_.ok()) return cut("its head");
    if (tensors_ > limits::kWeightTensorsMax || keys_ > limits::kWeightKeysMax) {
      return corrupt(concat("says it has ", tensors_, " tensors and ", keys_, " keys; at most ",
                            limits::kWeightTensorsMax, " and ", limits::kWeightKeysMax,
                            " are read"));
    }
    return {};
  }

  Result<void> read_key() {
    const std::string key(reader_.text());
    const uint32_t type = reader_.u32();
    if (!reader_.ok()) return cut("its keys");
    if (key.size() > limits::kWeightNameMax_bytes) return corrupt("has a key with too long a name");
    if (type == kArray) return read_array(key);
    if (type == kString) {
      result_.metadata[key] = std::string(reader_.text());
    } else if (const uint64_t width = width_of(type)) {
      result_.metadata[key] = number_text(type, reader_.number(width));
    } else {
      return corrupt(concat("the key \"", shown(key), "\" is of the unknown type ", type));
    }
    return reader_.ok() ? Result<void>() : cut(concat("the key \"", shown(key), "\""));
  }

  Result<void> read_array(const std::string& key) {
    const uint32_t type = reader_.u32();
    const uint64_t count = reader_.u64();
    const uint64_t width = width_of(type);
    if (reader_.ok() && width == 0 && type != kString) {
      return corrupt(concat("the key \"", shown(key), "\" is a list of the unknown type ", type));
    }
    if (key.starts_with(kOriginalShape) && width > 0 && count <= limits::kWeightRankMax) {
      Shape& shape = original_shapes_[key.substr(kOriginalShape.size())];
      // Extents are positive: read as unsigned, a negative one becomes too large to fit.
      for (uint64_t i = 0; i < count; ++i)
        shape.push_back(static_cast<int64_t>(reader_.number(width)));
    } else if (type == kString) {
      // Each takes at least 8 bytes, so a false count ends with the file.
      for (uint64_t i = 0; reader_.ok() && i < count; ++i) reader_.text();
    } else {
      uint64_t bytes = 0;
      reader_.take(__builtin_mul_overflow(count, width, &bytes) ? ~uint64_t{0} : bytes);
    }
    return reader_.ok() ? Result<void>() : cut(concat("the list \"", shown(key), "\""));
  }

  Result<void> read_alignment() {
    const auto said = result_.metadata.find("general.alignment");
    if (said == result_.metadata.end()) return {};
    const std::optional<int64_t> value = parse_int(said->second);
    if (!value || *value < 1 || *value > 1 << 20 ||
        !std::has_single_bit(static_cast<uint64_t>(*value))) {
      return corrupt(concat("has general.alignment ", shown(said->second),
                            "; a power of two up to 1048576 is expected"));
    }
    alignment_ = static_cast<uint64_t>(*value);
    return {};
  }

  Result<void> read_tensor() {
    StoredTensor tensor;
    tensor.name = std::string(reader_.text());
    const uint32_t rank = reader_.u32();
    if (!reader_.ok()) return cut("its list of tensors");
    const std::string where = concat("the tensor \"", shown(tensor.name), "\"");
    if (tensor.name.size() > limits::kWeightNameMax_bytes || rank > limits::kWeightRankMax) {
      return corrupt(concat(where, " has too long a name or ", rank, " dimensions; at most ",
                            limits::kWeightNameMax_bytes, " bytes and ", limits::kWeightRankMax,
                            " are read"));
    }
    for (uint32_t i = 0; i < rank; ++i) tensor.shape.push_back(static_cast<int64_t>(reader_.u64()));
    std::reverse(tensor.shape.begin(), tensor.shape.end());  // the file has the innermost first
    const uint32_t id = reader_.u32();
    const uint64_t offset = reader_.u64();
    if (!reader_.ok()) return cut(where);
    const std::optional<StoredType> type = stored_type_of(id);
    if (!type)
      return invalid(
          concat(label_, ": ", where, " is stored in format ", id, ", which is not read"));
    tensor.type = *type;
    const std::optional<uint64_t> bytes = bytes_of(*type, tensor.shape);
    if (!bytes || !rows_are_whole(*type, tensor.shape)) {
      return corrupt(concat(where, " is ", name_of(*type), " ", to_text(tensor.shape),
                            ", which is no number of whole blocks"));
    }
    places_.push_back({offset, *bytes});
    result_.tensors.push_back(std::move(tensor));
    return {};
  }

  Result<void> place_tensors() {
    const uint64_t begin = (reader_.at() + alignment_ - 1) / alignment_ * alignment_;
    const Bytes data = begin < file_.size() ? file_.subspan(begin) : Bytes();
    for (size_t i = 0; i < places_.size(); ++i) {
      const auto [offset, bytes] = places_[i];
      const std::string where = concat("the tensor \"", shown(result_.tensors[i].name), "\"");
      if (offset % alignment_ != 0) {
        return corrupt(concat(where, " begins at byte ", offset, " of the data; a multiple of ",
                              alignment_, " is expected"));
      }
      if (offset > data.size() || bytes > data.size() - offset) {
        return corrupt(concat(where, " needs ", bytes, " bytes from byte ", offset,
                              " of the data, of which the file has ", data.size(),
                              "; it is cut short or its header is wrong"));
      }
      result_.tensors[i].bytes = data.subspan(offset, bytes);
    }
    return check_apart();
  }

  Result<void> check_apart() const {
    std::vector<const StoredTensor*> order;
    for (const StoredTensor& tensor : result_.tensors) {
      if (!tensor.bytes.empty()) order.push_back(&tensor);
    }
    std::sort(order.begin(), order.end(), [](const StoredTensor* a, const StoredTensor* b) {
      return a->bytes.data() < b->bytes.data();
    });
    for (size_t i = 1; i < order.size(); ++i) {
      if (order[i - 1]->bytes.data() + order[i - 1]->bytes.size() > order[i]->bytes.data()) {
        return corrupt(concat("the tensors \"", shown(order[i - 1]->name), "\" and \"",
                              shown(order[i]->name), "\" overlap"));
      }
    }
    return {};
  }

  // Some converters store a tensor whose rows are no whole blocks under another shape.
  Result<void> restore_shapes() {
    for (StoredTensor& tensor : result_.tensors) {
      const auto original = original_shapes_.find(tensor.name);
      if (original == original_shapes_.end()) continue;
      if (elements_of(original->second) != elements_of(tensor.shape)) {
        return corrupt(concat("the tensor \"", shown(tensor.name), "\" is ", to_text(tensor.shape),
                              " and was ", to_text(original->second),
                              ", which is another number of elements"));
      }
      tensor.shape = original->second;
    }
    return {};
  }

  struct Place {
    uint64_t offset;
    uint64_t bytes;
  };

  const Bytes file_;
  const std::string& label_;
  Reader reader_;
  uint64_t tensors_ = 0;
  uint64_t keys_ = 0;
  uint64_t alignment_ = 32;
  std::vector<Place> places_;  // of each tensor
  std::map<std::string, Shape> original_shapes_;
  GgufFile result_;
};

}  // namespace

Result<GgufFile> parse_gguf(Bytes file, const std::string& label) {
  return Parser(file, label).parse();
}

}  // namespace plantain::model
