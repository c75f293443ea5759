// The models that are installed on this machine: a folder of manifests, each naming the files of
// one model with their sizes and hashes. Weights that were there before stay where they are.
//
//   models/black-forest-labs/FLUX.2-klein-4B/plantain-model.json   the manifest; files beside it
//   models/local/my-model/plantain-model.json                      "path" says where the files are
//
// Threads: any; a manifest is replaced as a whole.
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/files.h"
#include "base/result.h"

namespace plantain::model {

inline constexpr std::string_view kManifestName = "plantain-model.json";

struct InstalledFile {
  std::string path;  // below the model's folder
  uint64_t bytes = 0;
  std::string sha256;  // lower-case hexadecimal
};

struct InstalledModel {
  std::string name;                // "black-forest-labs/FLUX.2-klein-4B", "local/my-model"
  Path folder;                     // where its files are
  std::string revision;            // of the repository it came from; empty: none
  std::string licence;             // as it was accepted; empty: none was named
  std::vector<std::string> parts;  // what it is, for a person: "FLUX.2 transformer, …"
  std::vector<InstalledFile> files;
};

class ModelLibrary {
 public:
  explicit ModelLibrary(Path root) : root_(std::move(root)) {}

  Path folder_of(const std::string& name) const { return root_ / name; }

  // Writes the manifest, over an older one.
  Result<void> save(const InstalledModel& model) const;

  // kNotFound; kCorrupt: a manifest that cannot be read.
  Result<InstalledModel> find(const std::string& name) const;

  // Sorted by name. A library that does not exist yet is empty.
  Result<std::vector<InstalledModel>> list() const;

 private:
  Path root_;
};

// Whether every file is there with its size: what can be told without reading them. kCorrupt names
// the first that is not.
Result<void> check_sizes(const InstalledModel& model);

// What one file is, against its manifest.
enum class FileState { kRight, kMissing, kOtherSize, kOtherContents };
Result<FileState> check_file(const Path& folder, const InstalledFile& file,
                             const std::atomic<bool>* abort);

// Size and hash of a file. kCancelled.
Result<InstalledFile> measure_file(const Path& folder, const std::string& path,
                                   const std::atomic<bool>* abort);

// What the weights in `file_or_folder` are, in words, by their tensors. A diffusers folder: all its
// components. Errors of open_weights() and parts_of().
Result<std::vector<std::string>> describe_weights(const Path& file_or_folder);

}  // namespace plantain::model
