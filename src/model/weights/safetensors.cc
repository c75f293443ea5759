#include "model/weights/safetensors.h"

#include <algorithm>
#include <cstring>

#include "base/json.h"
#include "base/model_limits.h"
#include "base/text.h"

namespace plantain::model {
namespace {

Error corrupt(const std::string& label, const std::string& what) {
  return Error{ErrorCode::kCorrupt, concat(label, ": ", what)};
}

// `where` is "file: the tensor NAME"; `what` goes on with "has …".
Error wrong(const std::string& where, const std::string& what) {
  return Error{ErrorCode::kCorrupt, concat(where, " ", what)};
}

std::optional<uint64_t> as_count(const Json& value) {
  if (value.is_uint64()) return value.get_uint64();
  if (value.is_int64() && value.get_int64() >= 0) return static_cast<uint64_t>(value.get_int64());
  return std::nullopt;
}

struct Header {
  std::string_view text;
  Bytes data;
};

Result<Header> split_header(Bytes file, const std::string& label) {
  if (file.size() < 8) {
    return corrupt(label,
                   concat("a safetensors file has at least 8 bytes; this one has ", file.size()));
  }
  uint64_t length = 0;
  for (int i = 7; i >= 0; --i) length = length << 8 | std::to_integer<uint64_t>(file[i]);
  if (length > limits::kWeightHeaderMax_bytes) {
    return corrupt(label, concat("says its header has ", length, " bytes; at most ",
                                 limits::kWeightHeaderMax_bytes, " are read"));
  }
  if (length > file.size() - 8) {
    return corrupt(label, concat("is cut short: its header has ", length, " bytes, the file only ",
                                 file.size()));
  }
  const Bytes text = file.subspan(8, length);
  return Header{{reinterpret_cast<const char*>(text.data()), text.size()},
                file.subspan(8 + length)};
}

Result<Shape> read_shape(const Json& entry, const std::string& where) {
  const Json* shape = find(entry, "shape");
  if (!shape || !shape->is_array()) return wrong(where, "has no list \"shape\"");
  if (shape->get_array().size() > limits::kWeightRankMax) {
    return wrong(where, concat("has ", shape->get_array().size(), " dimensions; at most ",
                               limits::kWeightRankMax, " are read"));
  }
  Shape extents;
  for (const Json& extent : shape->get_array()) {
    if (!extent.is_int64() || extent.get_int64() < 0) {
      return wrong(where, "has an extent that is no whole number from 0 on");
    }
    extents.push_back(extent.get_int64());
  }
  return extents;
}

struct Range {
  uint64_t begin;
  uint64_t end;
};

Result<Range> read_range(const Json& entry, uint64_t data_bytes, const std::string& where) {
  const Json* offsets = find(entry, "data_offsets");
  if (!offsets || !offsets->is_array() || offsets->get_array().size() != 2) {
    return wrong(where, "has no pair \"data_offsets\"");
  }
  const std::optional<uint64_t> begin = as_count(offsets->get_array()[0]);
  const std::optional<uint64_t> end = as_count(offsets->get_array()[1]);
  if (!begin || !end || *begin > *end) {
    return wrong(where, "has data_offsets that are no range of bytes");
  }
  if (*end > data_bytes) {
    return wrong(where, concat("should end at byte ", *end, " of the data, of which the file has ",
                               data_bytes, "; it is cut short or its header is wrong"));
  }
  return Range{*begin, *end};
}

Result<StoredTensor> read_tensor(std::string_view name, const Json& entry, Bytes data,
                                 const std::string& label) {
  const std::string where = concat(label, ": the tensor \"", shown(name), "\"");
  if (name.size() > limits::kWeightNameMax_bytes) {
    return wrong(where, concat("has a name of ", name.size(), " bytes; at most ",
                               limits::kWeightNameMax_bytes, " are read"));
  }
  if (!entry.is_object()) return wrong(where, "is described by no object");
  const std::string dtype = text_or(entry, "dtype", "");
  const std::optional<StoredType> type = stored_type_from_name(dtype);
  if (!type) return wrong(where, concat("is of the unknown type \"", shown(dtype), "\""));
  Result<Shape> shape = read_shape(entry, where);
  if (!shape.ok()) return shape.error();
  Result<Range> range = read_range(entry, data.size(), where);
  if (!range.ok()) return range.error();
  const std::optional<uint64_t> expected = bytes_of(*type, *shape);
  if (!expected || *expected != range->end - range->begin) {
    return wrong(where, concat("has ", range->end - range->begin, " bytes; ", name_of(*type), " ",
                               to_text(*shape), " takes ",
                               expected ? concat(*expected) : "more than can be counted"));
  }
  return StoredTensor{std::string(name), *type, std::move(*shape),
                      data.subspan(range->begin, range->end - range->begin)};
}

// The format knows neither holes nor overlap: the tensors, in order, are the data.
Result<void> check_cover(std::vector<StoredTensor>& tensors, Bytes data, const std::string& label) {
  std::sort(tensors.begin(), tensors.end(), [](const StoredTensor& a, const StoredTensor& b) {
    return std::pair(a.bytes.data(), a.bytes.size()) < std::pair(b.bytes.data(), b.bytes.size());
  });
  const std::byte* at = data.data();
  for (const StoredTensor& tensor : tensors) {
    if (tensor.bytes.data() != at) {
      return corrupt(label, concat("the tensor \"", shown(tensor.name), "\" begins at byte ",
                                   tensor.bytes.data() - data.data(), " of the data; expected ",
                                   at - data.data()));
    }
    at += tensor.bytes.size();
  }
  if (at != data.data() + data.size()) {
    return corrupt(label, concat("has ", data.data() + data.size() - at,
                                 " bytes after its last tensor that belong to none"));
  }
  return {};
}

Result<std::map<std::string, std::string>> read_metadata(const Json& value,
                                                         const std::string& label) {
  std::map<std::string, std::string> metadata;
  if (!value.is_object()) return corrupt(label, "has a \"__metadata__\" that is no object");
  for (const auto& [key, text] : value.get_object()) {
    if (!text.is_string()) {
      return corrupt(
          label, concat("has metadata \"", shown({key.data(), key.size()}), "\" that is no text"));
    }
    metadata.emplace(key, view(text.get_string()));
  }
  return metadata;
}

}  // namespace

Result<SafetensorsFile> parse_safetensors(Bytes file, const std::string& label) {
  Result<Header> header = split_header(file, label);
  if (!header.ok()) return header.error();
  Result<Json> json = parse_json(header->text);
  if (!json.ok()) return corrupt(label, concat("its header is ", json.error().message));
  if (!json->is_object()) return corrupt(label, "its header is no JSON object");
  if (json->get_object().size() > limits::kWeightTensorsMax) {
    return corrupt(label, concat("has ", json->get_object().size(), " tensors; at most ",
                                 limits::kWeightTensorsMax, " are read"));
  }
  SafetensorsFile result;
  for (const auto& [key, entry] : json->get_object()) {
    const std::string_view name(key.data(), key.size());
    if (name == "__metadata__") {
      auto metadata = read_metadata(entry, label);
      if (!metadata.ok()) return metadata.error();
      result.metadata = std::move(*metadata);
      continue;
    }
    Result<StoredTensor> tensor = read_tensor(name, entry, header->data, label);
    if (!tensor.ok()) return tensor.error();
    result.tensors.push_back(std::move(*tensor));
  }
  Result<void> covered = check_cover(result.tensors, header->data, label);
  if (!covered.ok()) return covered.error();
  return result;
}

}  // namespace plantain::model
