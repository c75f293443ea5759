#include "model/weights/quantised.h"

#include <bit>
#include <cmath>
#include <map>

#include "base/json.h"
#include "base/text.h"
#include "model/weights/decode.h"

namespace plantain::model {
namespace {

bool is_quantised(StoredType type) {
  return type == StoredType::kF8E4M3 || type == StoredType::kF8E5M2 || type == StoredType::kI8;
}

// "a.b" of "a.b.c", where the last piece is `ending`.
std::optional<std::string> layer_of(const std::string& name, std::string_view ending) {
  if (!name.ends_with(ending) || name.size() <= ending.size()) return std::nullopt;
  if (name[name.size() - ending.size() - 1] != '.') return std::nullopt;
  return name.substr(0, name.size() - ending.size() - 1);
}

std::optional<std::string> layer_of_any(const std::string& name,
                                        std::initializer_list<std::string_view> endings) {
  for (const std::string_view ending : endings) {
    if (std::optional<std::string> layer = layer_of(name, ending)) return layer;
  }
  return std::nullopt;
}

class Scales {
 public:
  Scales(std::vector<StoredTensor>& tensors, const std::string& label) : label_(label) {
    for (StoredTensor& tensor : tensors) {
      if (std::optional<std::string> layer = layer_of(tensor.name, "weight"))
        weights_[*layer] = &tensor;
    }
  }

  Result<void> take_scale(const std::string& layer, const StoredTensor& scale) {
    Result<StoredTensor*> weight = weight_of(layer, scale);
    if (!weight.ok()) return weight.error();
    const uint64_t count = elements_of(scale.shape).value();
    const uint64_t rows = (*weight)->shape.empty() ? 1 : static_cast<uint64_t>((*weight)->shape[0]);
    const bool column = scale.shape.size() <= 1 || (scale.shape.size() == 2 && scale.shape[1] == 1);
    if (!column || (count != 1 && count != rows)) {
      return wrong(scale, concat("is ", to_text(scale.shape), "; one number or one for each of ",
                                 rows, " rows is expected"));
    }
    (*weight)->scales.resize(count);
    read_f32(scale, (*weight)->scales);
    for (const float value : (*weight)->scales) {
      if (!std::isfinite(value) || value <= 0)
        return wrong(scale, concat("holds ", value, "; scales are above 0"));
    }
    return {};
  }

  Result<void> take_format(const std::string& layer, const StoredTensor& text) {
    Result<StoredTensor*> weight = weight_of(layer, text);
    if (!weight.ok()) return weight.error();
    if (text.type != StoredType::kU8) return wrong(text, "is no text");
    Result<Json> json =
        parse_json({reinterpret_cast<const char*>(text.bytes.data()), text.bytes.size()});
    if (!json.ok()) return wrong(text, json.error().message);
    const std::string format = text_or(*json, "format", "");
    const StoredType type = (*weight)->type;
    const bool known = (format == "float8_e4m3fn" && type == StoredType::kF8E4M3) ||
                       (format == "float8_e5m2" && type == StoredType::kF8E5M2) ||
                       (format == "int8_tensorwise" && type == StoredType::kI8);
    if (!known) {
      return invalid(concat(label_, ": the layer \"", shown(layer), "\" is stored as \"",
                            shown(format), "\" in ", name_of(type), ", which is not read"));
    }
    if (!bool_or(*json, "convrot", false)) return {};
    const int64_t group = int_or(*json, "convrot_groupsize", 0);
    const int64_t row = (*weight)->shape.empty() ? 1 : (*weight)->shape.back();
    const bool power_of_4 = group > 1 && std::has_single_bit(static_cast<uint64_t>(group)) &&
                            std::countr_zero(static_cast<uint64_t>(group)) % 2 == 0;
    if (!power_of_4 || group > 1 << 20 || row % group != 0) {
      return wrong(text, concat("rotates groups of ", group, " columns of ", row,
                                "; a power of 4 that divides them is expected"));
    }
    (*weight)->rotation = static_cast<uint32_t>(group);
    return {};
  }

 private:
  Error wrong(const StoredTensor& tensor, const std::string& what) const {
    return Error{ErrorCode::kCorrupt,
                 concat(label_, ": the tensor \"", shown(tensor.name), "\" ", what)};
  }

  Result<StoredTensor*> weight_of(const std::string& layer, const StoredTensor& companion) const {
    const auto found = weights_.find(layer);
    if (found == weights_.end() || !is_quantised(found->second->type)) {
      return wrong(companion, "belongs to a quantised weight that is not there");
    }
    return found->second;
  }

  const std::string& label_;
  std::map<std::string, StoredTensor*> weights_;
};

}  // namespace

Result<std::vector<StoredTensor>> with_scales(std::vector<StoredTensor> tensors,
                                              const std::string& label) {
  Scales scales(tensors, label);
  std::vector<StoredTensor> kept;
  for (const StoredTensor& tensor : tensors) {
    Result<void> taken;
    if (const auto layer = layer_of_any(tensor.name, {"weight_scale", "scale_weight"})) {
      taken = scales.take_scale(*layer, tensor);
    } else if (const auto formatted = layer_of(tensor.name, "comfy_quant")) {
      taken = scales.take_format(*formatted, tensor);
    }
    if (!taken.ok()) return taken.error();
  }
  for (StoredTensor& tensor : tensors) {
    const bool companion = layer_of_any(tensor.name, {"weight_scale", "scale_weight", "comfy_quant",
                                                      "input_scale", "scale_input"}) ||
                           tensor.name == "scaled_fp8" || layer_of(tensor.name, "scaled_fp8");
    if (!companion) kept.push_back(std::move(tensor));
  }
  return kept;
}

}  // namespace plantain::model
