#include <algorithm>
#include <cstring>
#include <set>

#include "base/json.h"
#include "base/model_limits.h"
#include "base/text.h"
#include "model/weights/gguf.h"
#include "model/weights/model_folder.h"
#include "model/weights/quantised.h"
#include "model/weights/safetensors.h"
#include "model/weights/weights.h"

namespace plantain::model {
namespace {

constexpr std::string_view kIndexEnd = ".safetensors.index.json";
constexpr std::string_view kFileEnd = ".safetensors";

// "transformer/model.safetensors": enough to find it, without telling where the owner keeps things.
std::string label_of(const Path& path) {
  const Path parent = path.parent_path().filename();
  return parent.empty() ? path.filename().string() : (parent / path.filename()).string();
}

bool begins_with(Bytes bytes, std::string_view magic) {
  return bytes.size() >= magic.size() && std::memcmp(bytes.data(), magic.data(), magic.size()) == 0;
}

// torch.save writes a zip with a pickle in it, older versions a bare pickle.
bool is_pickled(Bytes bytes) {
  if (begins_with(bytes, "PK\x03\x04") || begins_with(bytes, "PK\x05\x06")) return true;
  return bytes.size() >= 2 && bytes[0] == std::byte{0x80} && bytes[1] >= std::byte{2} &&
         bytes[1] <= std::byte{5};
}

bool has_pickled_name(const Path& path) {
  static const std::set<std::string> kEnds = {".bin", ".ckpt", ".pt", ".pth", ".pkl"};
  return kEnds.contains(to_lower_ascii(path.extension().string()));
}

Error pickled(const std::string& label) {
  return invalid(
      concat(label,
             ": a pickled checkpoint can run code when it is read, so it is not read; use "
             "the same model as .safetensors or .gguf"));
}

Result<Weights> open_file(const Path& path) {
  const std::string label = label_of(path);
  Result<std::shared_ptr<const MappedFile>> file = MappedFile::open(path);
  if (!file.ok()) return file.error();
  const Bytes bytes = (*file)->bytes();
  if (begins_with(bytes, "GGUF")) {
    Result<GgufFile> gguf = parse_gguf(bytes, label);
    if (!gguf.ok()) return gguf.error();
    return Weights::make(label, std::move(gguf->tensors), std::move(gguf->metadata),
                         {std::move(*file)});
  }
  // A safetensors header of 0x…80 bytes could begin like a pickle; its ninth byte is a brace.
  const bool brace = bytes.size() > 8 && bytes[8] == std::byte{'{'};
  if (is_pickled(bytes) && !brace) return pickled(label);
  Result<SafetensorsFile> parsed = parse_safetensors(bytes, label);
  if (!parsed.ok()) return has_pickled_name(path) ? pickled(label) : parsed.error();
  return Weights::make(label, std::move(parsed->tensors), std::move(parsed->metadata),
                       {std::move(*file)});
}

// Scales are taken in where all tensors are known: a shard may hold a weight and not its scale.
Result<Weights> finished(Result<Weights> raw) {
  if (!raw.ok()) return raw;
  Result<std::vector<StoredTensor>> tensors = with_scales(raw->all(), raw->label());
  if (!tensors.ok()) return tensors.error();
  return Weights::make(raw->label(), std::move(*tensors), raw->metadata(), raw->keepers());
}

// Which file each tensor is said to be in.
Result<std::map<std::string, std::string>> read_index(const Path& path) {
  const std::string label = label_of(path);
  const auto corrupt = [&](const std::string& what) {
    return Error{ErrorCode::kCorrupt, concat(label, ": ", what)};
  };
  Result<Json> json = read_json_file(path);
  if (!json.ok()) return json.error();
  const Json* map = find(*json, "weight_map");
  if (!map || !map->is_object()) return corrupt("has no object \"weight_map\"");
  std::map<std::string, std::string> places;
  for (const auto& [key, value] : map->get_object()) {
    const std::string name(key.data(), key.size());
    const std::string file = value.is_string() ? std::string(view(value.get_string())) : "";
    if (!is_plain_file_name(file) || !file.ends_with(kFileEnd)) {
      return corrupt(concat("the tensor \"", shown(name), "\" is said to be in \"", shown(file),
                            "\", which is no *.safetensors file beside the index"));
    }
    places.emplace(name, file);
  }
  return places;
}

Result<Weights> open_shards(const Path& index) {
  auto places = read_index(index);
  if (!places.ok()) return places.error();
  std::set<std::string> files;
  for (const auto& [name, file] : *places) files.insert(file);
  if (files.empty() || files.size() > limits::kWeightShardsMax) {
    return Error{ErrorCode::kCorrupt,
                 concat(label_of(index), ": names ", files.size(), " files; from 1 to ",
                        limits::kWeightShardsMax, " are read")};
  }
  std::vector<StoredTensor> tensors;
  std::vector<std::shared_ptr<const void>> keepers;
  std::map<std::string, std::string> metadata;
  for (const std::string& file : files) {
    Result<Weights> shard = open_file(index.parent_path() / file);
    if (!shard.ok()) return shard.error();
    for (const StoredTensor& tensor : shard->all()) {
      const auto place = places->find(tensor.name);
      if (place == places->end() || place->second != file) continue;  // the index is what counts
      tensors.push_back(tensor);
      places->erase(place);
    }
    keepers.insert(keepers.end(), shard->keepers().begin(), shard->keepers().end());
    metadata.insert(shard->metadata().begin(), shard->metadata().end());
  }
  if (!places->empty()) {
    const auto& [name, file] = *places->begin();
    return Error{ErrorCode::kCorrupt, concat(label_of(index), ": the tensor \"", shown(name),
                                             "\" should be in ", shown(file), " and is not")};
  }
  return Weights::make(label_of(index), std::move(tensors), std::move(metadata),
                       std::move(keepers));
}

struct FolderFiles {
  std::vector<Path> indexes;
  std::vector<Path> files;
  bool pickled = false;
};

Result<FolderFiles> list(const Path& folder) {
  FolderFiles found;
  std::error_code failed;
  for (std::filesystem::directory_iterator at(folder, failed), end; !failed && at != end;
       at.increment(failed)) {
    const std::string name = at->path().filename().string();
    if (name.starts_with('.')) continue;
    if (name.ends_with(kIndexEnd)) found.indexes.push_back(at->path());
    if (name.ends_with(kFileEnd)) found.files.push_back(at->path());
    found.pickled |= has_pickled_name(at->path());
  }
  if (failed) {
    return Error{ErrorCode::kUnavailable,
                 concat(folder.filename().string(), ": cannot list: ", failed.message())};
  }
  std::sort(found.indexes.begin(), found.indexes.end());
  std::sort(found.files.begin(), found.files.end());
  return found;
}

// The one that has the name the reference gives it, else the only one there is.
Result<Path> choose(const std::vector<Path>& among, std::string_view end,
                    const std::string& label) {
  for (const char* stem : {"diffusion_pytorch_model", "model"}) {
    const auto named = std::find_if(among.begin(), among.end(), [&](const Path& path) {
      return path.filename().string() == concat(stem, end);
    });
    if (named != among.end()) return *named;
  }
  if (among.size() == 1) return among.front();
  std::vector<std::string> names;
  for (const Path& path : among) names.push_back(path.filename().string());
  return invalid(concat(label,
                        ": several weight files and none of the usual name; name the one to use: ",
                        join(names, ", ")));
}

Result<Weights> open_folder(const Path& folder) {
  const std::string label = label_of(folder);
  Result<FolderFiles> found = list(folder);
  if (!found.ok()) return found.error();
  if (!found->indexes.empty()) {
    Result<Path> index = choose(found->indexes, kIndexEnd, label);
    if (!index.ok()) return index.error();
    return open_shards(*index);
  }
  if (!found->files.empty()) {
    Result<Path> file = choose(found->files, kFileEnd, label);
    if (!file.ok()) return file.error();
    return open_file(*file);
  }
  if (found->pickled) return pickled(label);
  return Error{ErrorCode::kNotFound, concat(label, ": no *.safetensors file in this folder")};
}

}  // namespace

Result<Weights> open_weights(const Path& file_or_folder) {
  // "folder/" has no filename of its own.
  const Path path = file_or_folder.has_filename() ? file_or_folder : file_or_folder.parent_path();
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) return finished(open_folder(path));
  if (path.filename().string().ends_with(kIndexEnd)) return finished(open_shards(path));
  return finished(open_file(path));
}

}  // namespace plantain::model
