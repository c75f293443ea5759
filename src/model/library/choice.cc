#include "model/library/choice.h"

#include <algorithm>

#include "base/text.h"
#include "model/library/library.h"

namespace plantain::model {
namespace {

std::string folder_of(const std::string& path) {
  const size_t slash = path.rfind('/');
  return slash == std::string::npos ? "" : path.substr(0, slash);
}

std::string_view name_of(std::string_view path) { return path.substr(path.rfind('/') + 1); }

bool ends_with_one_of(std::string_view path, std::initializer_list<std::string_view> ends) {
  return std::any_of(ends.begin(), ends.end(),
                     [&](std::string_view end) { return path.ends_with(end); });
}

bool is_weights(const std::string& path) {
  return ends_with_one_of(path, {".safetensors", ".gguf"});
}
bool is_pickled(const std::string& path) {
  return ends_with_one_of(path, {".bin", ".ckpt", ".pt", ".pth", ".pkl"});
}
bool is_description(const std::string& path) {
  const std::string_view name = name_of(path);
  if (name == kManifestName) return false;  // this machine's own, never a stranger's
  return ends_with_one_of(name, {".json", ".txt", ".jinja"}) || name.starts_with("LICENSE") ||
         name == "README.md";
}

// "model.fp16.safetensors" beside "model.safetensors" is the same once more.
bool is_variant_of_another(const std::string& path, std::span<const std::string> paths) {
  const std::string_view name = name_of(path);
  const size_t first = name.find('.');
  const size_t last = name.rfind('.');
  if (first == last || !path.ends_with(".safetensors")) return false;
  const std::string folder = folder_of(path);
  const std::string plain =
      concat(folder.empty() ? "" : folder + "/", name.substr(0, first), ".safetensors");
  const std::string index = plain + ".index.json";
  return std::any_of(paths.begin(), paths.end(),
                     [&](const std::string& other) { return other == plain || other == index; });
}

Result<void> check_only(std::span<const std::string> paths, std::span<const std::string> only) {
  for (const std::string& wanted : only) {
    if (is_pickled(wanted)) {
      return invalid(concat(
          wanted,
          " is a pickled checkpoint, which can run code when it is read; name a .safetensors or "
          ".gguf file"));
    }
    if (std::find(paths.begin(), paths.end(), wanted) == paths.end()) {
      return invalid(concat("there is no file ", wanted, " in the repository"));
    }
  }
  return {};
}

}  // namespace

Result<std::vector<size_t>> choose_files(std::span<const std::string> paths,
                                         std::span<const std::string> only) {
  if (Result<void> right = check_only(paths, only); !right.ok()) return right.error();
  const bool diffusers = std::find(paths.begin(), paths.end(), "model_index.json") != paths.end();
  std::vector<size_t> chosen;
  std::vector<std::string> quantised;
  size_t weights = 0;
  for (size_t i = 0; i < paths.size(); ++i) {
    const std::string& path = paths[i];
    const bool hidden = path.starts_with('.') || path.find("/.") != std::string::npos;
    if (hidden) continue;
    const bool named = std::find(only.begin(), only.end(), path) != only.end();
    bool take = is_description(path) || named;
    if (only.empty() && is_weights(path)) {
      // The same weights lie beside a diffusers folder for programs that want one file.
      const bool second_copy = diffusers && folder_of(path).empty();
      take = !second_copy && !is_variant_of_another(path, paths);
      if (take && path.ends_with(".gguf")) quantised.push_back(path);
    }
    if (!take) continue;
    weights += is_weights(path);
    chosen.push_back(i);
  }
  if (quantised.size() > 1) {
    return invalid(
        concat("the repository has ", quantised.size(),
               " .gguf files; name the one to use with --file: ", join(quantised, ", ")));
  }
  if (weights == 0) return invalid("the repository has no .safetensors or .gguf file to run");
  return chosen;
}

}  // namespace plantain::model
