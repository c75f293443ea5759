#include "model/library/library.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/crypto.h"
#include "base/json.h"
#include "base/text.h"
#include "model/weights/model_folder.h"
#include "model/weights/parts.h"

namespace plantain::model {
namespace {

constexpr int kManifestVersion = 1;

JsonObject manifest_of(const InstalledModel& model, bool elsewhere) {
  JsonArray files;
  for (const InstalledFile& file : model.files) {
    files.push_back(
        JsonObject{{"path", file.path}, {"bytes", file.bytes}, {"sha256", file.sha256}});
  }
  JsonArray parts;
  for (const std::string& part : model.parts) parts.push_back(JsonString(part));
  JsonObject manifest{{"version", kManifestVersion}, {"name", model.name},
                      {"revision", model.revision},  {"licence", model.licence},
                      {"parts", std::move(parts)},   {"files", std::move(files)}};
  if (elsewhere) manifest["path"] = model.folder.string();
  return manifest;
}

Result<InstalledModel> read_manifest(const Path& path, const std::string& name) {
  Result<Json> json = read_json_file(path);
  if (!json.ok()) return json.error();
  const auto corrupt = [&](std::string_view what) {
    return Error{ErrorCode::kCorrupt, concat("the manifest of ", name, " ", what)};
  };
  if (int_or(*json, "version", 0) != kManifestVersion) return corrupt("is of another version");
  const std::string elsewhere = text_or(*json, "path", "");
  InstalledModel model{name,
                       elsewhere.empty() ? path.parent_path() : Path(elsewhere),
                       text_or(*json, "revision", ""),
                       text_or(*json, "licence", ""),
                       {},
                       {}};
  const Json* parts = find(*json, "parts");
  const Json* files = find(*json, "files");
  if (!parts || !parts->is_array() || !files || !files->is_array())
    return corrupt("lists no files or parts");
  for (const Json& part : parts->get_array()) {
    if (part.is_string()) model.parts.emplace_back(view(part.get_string()));
  }
  for (const Json& file : files->get_array()) {
    const int64_t bytes = int_or(file, "bytes", -1);
    InstalledFile entry{text_or(file, "path", ""), static_cast<uint64_t>(bytes),
                        text_or(file, "sha256", "")};
    if (entry.path.empty() || bytes < 0 || entry.sha256.size() != 64)
      return corrupt("has a file without size or hash");
    model.files.push_back(std::move(entry));
  }
  return model;
}

bool is_lora(const Weights& weights) {
  return std::any_of(weights.all().begin(), weights.all().end(), [](const StoredTensor& tensor) {
    return tensor.name.find(".lora_") != std::string::npos ||
           tensor.name.find("_lora.") != std::string::npos;
  });
}

Result<std::vector<std::string>> describe_one(const Path& path) {
  Result<Weights> weights = open_weights(path);
  if (!weights.ok()) return weights.error();
  if (is_lora(*weights)) return std::vector<std::string>{"LoRA"};
  Result<std::vector<ModelPart>> parts = parts_of(*weights);
  if (!parts.ok()) return parts.error();
  std::vector<std::string> words;
  for (const ModelPart& part : *parts) words.push_back(part.description);
  return words;
}

}  // namespace

Result<void> ModelLibrary::save(const InstalledModel& model) const {
  const Path folder = folder_of(model.name);
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  if (failed)
    return Error{ErrorCode::kUnavailable,
                 concat("cannot make the folder of ", model.name, ": ", failed.message())};
  const JsonObject manifest = manifest_of(model, model.folder != folder);
  return write_file_durably(folder / kManifestName, write_json(manifest) + "\n", 0644);
}

Result<InstalledModel> ModelLibrary::find(const std::string& name) const {
  for (const std::string& element : split(name, '/')) {
    if (!is_plain_file_name(element))
      return invalid(concat("\"", shown(name), "\" is no name of a model"));
  }
  Result<InstalledModel> model = read_manifest(folder_of(name) / kManifestName, name);
  if (!model.ok() && model.error().code == ErrorCode::kNotFound) {
    return Error{ErrorCode::kNotFound, concat("no model ", name, " is installed")};
  }
  return model;
}

Result<std::vector<InstalledModel>> ModelLibrary::list() const {
  std::vector<InstalledModel> models;
  std::error_code failed;
  for (std::filesystem::recursive_directory_iterator at(root_, failed), end; !failed && at != end;
       at.increment(failed)) {
    if (at.depth() == 2) at.disable_recursion_pending();  // owner/name/manifest
    if (at->path().filename() != kManifestName) continue;
    const std::string name = at->path().parent_path().lexically_relative(root_).generic_string();
    Result<InstalledModel> model = find(name);
    if (!model.ok()) return model.error();
    models.push_back(std::move(*model));
  }
  if (failed && failed != std::errc::no_such_file_or_directory) {
    return Error{ErrorCode::kUnavailable, concat("cannot list the models: ", failed.message())};
  }
  std::sort(models.begin(), models.end(),
            [](const InstalledModel& a, const InstalledModel& b) { return a.name < b.name; });
  return models;
}

Result<void> check_sizes(const InstalledModel& model) {
  for (const InstalledFile& file : model.files) {
    std::error_code failed;
    const uint64_t bytes = std::filesystem::file_size(model.folder / file.path, failed);
    if (!failed && bytes == file.bytes) continue;
    return Error{ErrorCode::kCorrupt,
                 concat(file.path, " of ", model.name, " is ",
                        failed ? "missing" : "of another size than when it was installed")};
  }
  return {};
}

Result<InstalledFile> measure_file(const Path& folder, const std::string& path,
                                   const std::atomic<bool>* abort) {
  const int file = ::open((folder / path).c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) {
    return Error{errno == ENOENT ? ErrorCode::kNotFound : ErrorCode::kUnavailable,
                 concat(path, ": ", std::strerror(errno))};
  }
  InstalledFile measured{path, 0, {}};
  Sha256 hash;
  std::string block(size_t{1} << 20, '\0');
  std::optional<Error> error;
  while (!error) {
    const ssize_t got = ::read(file, block.data(), block.size());
    if (got == 0) break;
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) error = Error{ErrorCode::kUnavailable, concat(path, ": ", std::strerror(errno))};
    if (abort && *abort) error = Error{ErrorCode::kCancelled, "interrupted"};
    if (got < 0) continue;
    measured.bytes += static_cast<uint64_t>(got);
    hash.add({block.data(), static_cast<size_t>(got)});
  }
  ::close(file);
  if (error) return *error;
  measured.sha256 = to_hex(hash.finish());
  return measured;
}

Result<FileState> check_file(const Path& folder, const InstalledFile& file,
                             const std::atomic<bool>* abort) {
  std::error_code failed;
  const uint64_t bytes = std::filesystem::file_size(folder / file.path, failed);
  if (failed) return FileState::kMissing;
  if (bytes != file.bytes) return FileState::kOtherSize;
  Result<InstalledFile> measured = measure_file(folder, file.path, abort);
  if (!measured.ok()) return measured.error();
  return measured->sha256 == file.sha256 ? FileState::kRight : FileState::kOtherContents;
}

Result<std::vector<std::string>> describe_weights(const Path& file_or_folder) {
  std::error_code ignored;
  if (!std::filesystem::exists(file_or_folder / "model_index.json", ignored))
    return describe_one(file_or_folder);
  Result<ModelFolder> folder = open_model_folder(file_or_folder);
  if (!folder.ok()) return folder.error();
  std::vector<std::string> words;
  for (const ModelComponent& component : folder->components) {
    const Path path = folder->path / component.name;
    const bool weightless = component.name.starts_with("tokenizer") ||
                            component.name.starts_with("scheduler") ||
                            component.name.starts_with("feature_extractor");
    if (weightless) continue;
    Result<std::vector<std::string>> parts = describe_one(path);
    if (!parts.ok()) return parts.error();
    words.insert(words.end(), parts->begin(), parts->end());
  }
  return words;
}

}  // namespace plantain::model
