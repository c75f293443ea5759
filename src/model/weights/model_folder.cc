#include "model/weights/model_folder.h"

#include <algorithm>

#include "base/model_limits.h"
#include "base/text.h"
#include "model/weights/mapped_file.h"
#include "model/weights/weights.h"

namespace plantain::model {

bool is_plain_file_name(std::string_view name) {
  if (name.empty() || name.size() > 255 || name.front() == '.' || !is_utf8(name)) return false;
  return std::none_of(name.begin(), name.end(), [](char c) {
    return c == '/' || c == '\\' || static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
  });
}

Result<Json> read_json_file(const Path& path) {
  Result<std::shared_ptr<const MappedFile>> file = MappedFile::open(path);
  if (!file.ok()) return file.error();
  const Bytes bytes = (*file)->bytes();
  const std::string label = path.filename().string();
  if (bytes.size() > limits::kModelConfigMax_bytes) {
    return Error{ErrorCode::kCorrupt, concat(label, ": has ", bytes.size(), " bytes; at most ",
                                             limits::kModelConfigMax_bytes, " are read")};
  }
  Result<Json> json = parse_json({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  if (!json.ok()) return Error{ErrorCode::kCorrupt, concat(label, ": ", json.error().message)};
  return json;
}

const ModelComponent* ModelFolder::find(std::string_view name) const {
  const auto at =
      std::find_if(components.begin(), components.end(),
                   [&](const ModelComponent& component) { return component.name == name; });
  return at == components.end() ? nullptr : &*at;
}

Result<ModelFolder> open_model_folder(const Path& folder) {
  Result<Json> index = read_json_file(folder / "model_index.json");
  if (!index.ok()) return index.error();
  const auto corrupt = [](const std::string& what) {
    return Error{ErrorCode::kCorrupt, concat("model_index.json: ", what)};
  };
  ModelFolder result{folder, text_or(*index, "_class_name", ""), {}, std::move(*index)};
  if (result.class_name.empty()) return corrupt("names no pipeline (\"_class_name\")");
  for (const auto& [key, value] : result.index.get_object()) {
    const std::string name(key.data(), key.size());
    // A component is a pair of names; null stands for one that is left out.
    if (name.starts_with('_') || !value.is_array()) continue;
    const JsonArray& pair = value.get_array();
    if (pair.size() != 2 || !pair[0].is_string() || !pair[1].is_string()) continue;
    if (!is_plain_file_name(name)) {
      return corrupt(concat("the component \"", shown(name), "\" is no plain folder name"));
    }
    std::error_code ignored;
    if (!std::filesystem::is_directory(folder / name, ignored)) {
      return corrupt(concat("the component \"", shown(name), "\" has no folder"));
    }
    result.components.push_back(
        {name, std::string(view(pair[0].get_string())), std::string(view(pair[1].get_string()))});
  }
  return result;
}

}  // namespace plantain::model
