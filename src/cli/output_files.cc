#include "cli/output_files.h"

#include <filesystem>

#include "base/text.h"

namespace plantain::cli {
namespace {

constexpr int kMode = 0644;

}  // namespace

OutputPlace OutputPlace::parse(const std::string& text) {
  std::error_code ignored;
  return {text, text.ends_with('/') || std::filesystem::is_directory(text, ignored)};
}

std::string format_of_name(const Path& name) {
  const std::string ending = to_lower_ascii(name.extension().string());
  if (ending == ".jpg" || ending == ".jpeg") return "jpeg";
  if (ending == ".png" || ending == ".webp") return ending.substr(1);
  return {};
}

std::string extension_of(std::string_view format) {
  if (format.starts_with("image/")) format.remove_prefix(6);
  if (format == "jpeg") return "jpg";
  return format == "png" || format == "webp" ? std::string(format) : "bin";
}

std::vector<Path> output_names(const OutputPlace& place, int count, std::string_view stem,
                               std::string_view extension) {
  Path base = place.is_folder ? place.path / stem : place.path;
  std::string ending = concat(".", extension);
  if (!place.is_folder && base.has_extension()) {
    ending = base.extension().string();
    base.replace_extension();
  }
  std::vector<Path> names;
  for (int i = 1; i <= count; ++i) {
    names.emplace_back(base.string() + (count > 1 ? concat("-", i) : "") + ending);
  }
  return names;
}

Result<void> check_free(const std::vector<Path>& names) {
  std::vector<std::string> taken;
  for (const Path& name : names) {
    std::error_code ignored;
    if (std::filesystem::exists(name, ignored)) taken.push_back(name.string());
  }
  if (taken.empty()) return {};
  return Error{ErrorCode::kConflict,
               concat(join(taken, ", "), taken.size() == 1 ? " exists" : " exist",
                      " already; --force replaces what is there")};
}

Result<void> save_output(const Path& name, std::string_view bytes, bool force) {
  if (name.has_parent_path()) {
    std::error_code failed;
    std::filesystem::create_directories(name.parent_path(), failed);
    if (failed) {
      return Error{
          ErrorCode::kUnavailable,
          concat("cannot make the folder ", name.parent_path().string(), ": ", failed.message())};
    }
  }
  if (force) return write_file_durably(name, bytes, kMode);
  Result<void> created = create_file_exclusively(name, bytes, kMode);
  if (!created.ok() && created.error().code == ErrorCode::kConflict) return check_free({name});
  return created;
}

}  // namespace plantain::cli
