#include "main/models.h"

#include <sys/stat.h>

#include <algorithm>

#include "base/limits.h"
#include "base/text.h"
#include "main/installation.h"
#include "model/library/choice.h"
#include "model/library/library.h"
#include "model/weights/weights.h"
#include "net/hub.h"

namespace plantain {
namespace {

int complain(const cli::World& world, std::string_view verb, const Error& error) {
  world.err(concat("plantain ", verb, ": ", error.message, "\n"));
  return error.code == ErrorCode::kCancelled ? cli::kExitInterrupted : cli::kExitFailed;
}

model::ModelLibrary library_of(const cli::Config& config) {
  return model::ModelLibrary(models_folder(config));
}

// "7.75 GB"
std::string size_text(uint64_t bytes) {
  constexpr std::string_view kUnits[] = {"B", "kB", "MB", "GB", "TB"};
  size_t unit = 0;
  uint64_t hundredths = bytes * 100;
  while (hundredths >= 100'000 && unit + 1 < std::size(kUnits)) {
    hundredths /= 1000;
    ++unit;
  }
  if (unit == 0) return concat(bytes, " B");
  const uint64_t rest = hundredths % 100;
  return concat(hundredths / 100, rest < 10 ? ".0" : ".", rest, " ", kUnits[unit]);
}

// One line for a long piece of work: redrawn on a terminal, elsewhere only its end is written.
class Bar {
 public:
  Bar(const cli::World& world, uint64_t total) : world_(world), total_(total) {}

  void show(uint64_t done, std::string_view what) {
    if (!world_.err_is_terminal) return;
    constexpr int kWidth = 24;
    const int percent = total_ == 0 ? 100 : static_cast<int>(done * 100 / total_);
    const int filled = percent * kWidth / 100;
    std::string line = concat("\r\x1b[K[", std::string(static_cast<size_t>(filled), '='),
                              std::string(static_cast<size_t>(kWidth - filled), ' '), "] ", percent,
                              " %  ", size_text(done), " of ", size_text(total_));
    const size_t room = static_cast<size_t>(std::max(world_.columns, 20));
    if (line.size() + what.size() < room) line += concat("  ", what);
    world_.err(line);
    drawn_ = true;
  }
  void wipe() {
    if (drawn_) world_.err("\r\x1b[K");
    drawn_ = false;
  }

 private:
  const cli::World& world_;
  const uint64_t total_;
  bool drawn_ = false;
};

std::string licence_of(const net::HubModel& model) {
  const bool other = model.licence.empty() || model.licence == "other";
  return other && !model.licence_name.empty() ? model.licence_name : model.licence;
}

// Whether the licence was accepted by its name; else says what it is and how to.
bool accepts(const cli::PullArguments& arguments, const cli::World& world,
             const net::HubModel& model, const std::string& address) {
  const std::string licence = licence_of(model);
  const std::string name = licence.empty() ? "none-named" : licence;
  if (arguments.accepted_licence == name) return true;
  world.err(concat("The licence of ", model.repository, " is: ",
                   licence.empty() ? "not named by its owner" : model::shown(licence), "\n"));
  if (!model.licence_link.empty())
    world.err(concat("Its text: ", model::shown(model.licence_link), "\n"));
  world.err(concat("Its page: ", address, "/", model.repository, "\n"));
  if (model.gated)
    world.err(
        "Its terms must also be accepted on that page, and $HF_TOKEN set to a token of that "
        "account.\n");
  if (!arguments.accepted_licence.empty()) {
    world.err(concat("It is not \"", arguments.accepted_licence, "\", which was accepted.\n"));
  }
  world.err(concat("Read it. If you accept it, say so by its name: --accept-licence ",
                   model::shown(name), "\n"));
  return false;
}

class Puller {
 public:
  Puller(const cli::PullArguments& arguments, const cli::World& world)
      : arguments_(arguments),
        world_(world),
        library_(library_of(arguments.config)),
        abort_(world.catch_interrupts()) {}

  Result<int> run() {
    const net::Hub hub(arguments_.hub, arguments_.token);
    Result<net::HubModel> model = hub.model(arguments_.repository, arguments_.revision, abort_);
    if (!model.ok()) return model.error();
    if (Result<void> chosen = choose(*model); !chosen.ok()) return chosen.error();
    if (!accepts(arguments_, world_, *model, arguments_.hub)) return cli::kExitFailed;
    folder_ = library_.folder_of(model->repository);
    if (Result<void> room = check_room(); !room.ok()) return room.error();
    if (Result<void> fetched = fetch_all(hub, *model); !fetched.ok()) return fetched.error();
    return record(*model);
  }

 private:
  Result<void> choose(const net::HubModel& model) {
    std::vector<std::string> paths;
    for (const net::HubFile& file : model.files) paths.push_back(file.path);
    Result<std::vector<size_t>> chosen = model::choose_files(paths, arguments_.files);
    if (!chosen.ok()) return chosen.error();
    for (const size_t i : *chosen) {
      files_.push_back(model.files[i]);
      total_ += model.files[i].size;
    }
    return {};
  }

  // What is here, whole or in part, needs no more room.
  Result<void> check_room() const {
    std::error_code failed;
    std::filesystem::create_directories(folder_, failed);
    if (failed)
      return Error{ErrorCode::kUnavailable,
                   concat("cannot make ", folder_.string(), ": ", failed.message())};
    uint64_t needed = 0;
    for (const net::HubFile& file : files_) {
      const Path whole = folder_ / file.path;
      if (std::filesystem::exists(whole, failed) &&
          std::filesystem::file_size(whole, failed) == file.size)
        continue;
      needed += file.size - std::min(file.size, bytes_on_disk(whole.string() + ".part"));
    }
    Result<uint64_t> free = free_space(folder_);
    if (!free.ok()) return free.error();
    if (needed + limits::kFreeReserve_bytes <= *free) return {};
    return Error{ErrorCode::kStorageFull,
                 concat("needs ", size_text(needed), " and ", size_text(limits::kFreeReserve_bytes),
                        " to spare; the disk has ", size_text(*free), " free")};
  }

  // A file that is being fetched is as long as it will be, with holes.
  static uint64_t bytes_on_disk(const Path& path) {
    struct stat facts {};
    return ::stat(path.c_str(), &facts) == 0 ? static_cast<uint64_t>(facts.st_blocks) * 512 : 0;
  }

  Result<void> fetch_all(const net::Hub& hub, const net::HubModel& model) {
    world_.err(concat("Fetching ", files_.size(), " files, ", size_text(total_), ", into ",
                      folder_.string(), "\n"));
    Bar bar(world_, total_);
    uint64_t before = 0;
    for (const net::HubFile& file : files_) {
      const net::Download download = hub.download_of(model, file, folder_);
      std::error_code failed;
      std::filesystem::create_directories(download.to.parent_path(), failed);
      net::DownloadOptions options;
      options.abort = abort_;
      options.on_progress = [&](uint64_t bytes) { bar.show(before + bytes, file.path); };
      Result<void> done = net::download(download, options);
      bar.wipe();
      if (!done.ok()) return done;
      before += file.size;
    }
    return {};
  }

  Result<int> record(const net::HubModel& model) {
    model::InstalledModel installed{model.repository,  folder_, model.revision,
                                    licence_of(model), {},      {}};
    const bool one_file = arguments_.files.size() == 1;
    Result<std::vector<std::string>> parts =
        model::describe_weights(one_file ? folder_ / arguments_.files[0] : weights_path());
    if (parts.ok()) installed.parts = std::move(*parts);
    for (const net::HubFile& file : files_) {
      if (!file.sha256.empty()) {  // it was compared when the file came
        installed.files.push_back({file.path, file.size, file.sha256});
        continue;
      }
      Result<model::InstalledFile> measured = model::measure_file(folder_, file.path, abort_);
      if (!measured.ok()) return measured.error();
      installed.files.push_back(std::move(*measured));
    }
    if (Result<void> saved = library_.save(installed); !saved.ok()) return saved.error();
    for (const std::string& part : installed.parts) world_.err(part + "\n");
    if (!parts.ok()) world_.err(concat("Fetched, but: ", parts.error().message, "\n"));
    world_.out(folder_.string() + "\n");
    return cli::kExitOk;
  }

  // A diffusers folder, a folder of weights, or its only GGUF file.
  Path weights_path() const {
    for (const net::HubFile& file : files_) {
      if (file.path == "model_index.json") return folder_;
    }
    for (const net::HubFile& file : files_) {
      if (file.path.ends_with(".gguf")) return folder_ / file.path;
    }
    return folder_;
  }

  const cli::PullArguments& arguments_;
  const cli::World& world_;
  const model::ModelLibrary library_;
  const std::atomic<bool>* const abort_;
  std::vector<net::HubFile> files_;
  uint64_t total_ = 0;
  Path folder_;
};

// The files of a folder, or the one file, below `folder`.
Result<std::vector<std::string>> files_below(const Path& path, Path& folder) {
  std::error_code failed;
  if (!std::filesystem::is_directory(path, failed)) {
    folder = path.parent_path();
    return std::vector<std::string>{path.filename().string()};
  }
  folder = path;
  std::vector<std::string> files;
  for (std::filesystem::recursive_directory_iterator at(path, failed), end; !failed && at != end;
       at.increment(failed)) {
    if (at->is_regular_file())
      files.push_back(at->path().lexically_relative(path).generic_string());
  }
  if (failed)
    return Error{ErrorCode::kUnavailable,
                 concat("cannot list ", path.string(), ": ", failed.message())};
  std::sort(files.begin(), files.end());
  return files;
}

// A folder's name may have dots of its own; a file's ends with its kind.
std::string default_name(const Path& path) {
  std::error_code ignored;
  const bool folder = std::filesystem::is_directory(path, ignored);
  return (folder ? path.filename() : path.stem()).string();
}

// "OWNER/NAME" as it was given, else "local/NAME".
Result<std::string> name_to_add(const cli::AddModelArguments& arguments, const Path& path) {
  const std::string wanted = arguments.name.empty() ? default_name(path) : arguments.name;
  const std::string name = wanted.find('/') == std::string::npos ? "local/" + wanted : wanted;
  if (net::is_repository_name(name)) return name;
  return invalid(concat("\"", model::shown(wanted),
                        "\" cannot be a model's name: give it one with --name, NAME or OWNER/NAME, "
                        "of letters, digits, dots, dashes and underscores"));
}

Result<std::string> add(const cli::AddModelArguments& arguments, const std::atomic<bool>* abort) {
  std::error_code failed;
  const Path path = std::filesystem::canonical(arguments.path, failed);
  if (failed) return Error{ErrorCode::kNotFound, concat("there is no ", arguments.path.string())};
  Result<std::vector<std::string>> parts = model::describe_weights(path);
  if (!parts.ok()) return parts.error();
  Result<std::string> name = name_to_add(arguments, path);
  if (!name.ok()) return name.error();
  model::InstalledModel installed{std::move(*name), {}, "", "", std::move(*parts), {}};
  Result<std::vector<std::string>> files = files_below(path, installed.folder);
  if (!files.ok()) return files.error();
  for (const std::string& file : *files) {
    Result<model::InstalledFile> measured = model::measure_file(installed.folder, file, abort);
    if (!measured.ok()) return measured.error();
    installed.files.push_back(std::move(*measured));
  }
  const model::ModelLibrary library = library_of(arguments.config);
  Result<model::InstalledModel> before = library.find(installed.name);
  if (before.ok() && before->folder != installed.folder) {
    return Error{ErrorCode::kConflict,
                 concat(installed.name, " is another model already; choose a name with --name")};
  }
  if (!before.ok() && before.error().code != ErrorCode::kNotFound) return before.error();
  if (Result<void> saved = library.save(installed); !saved.ok()) return saved.error();
  return concat(installed.name, ": ", join(installed.parts, "; "), "\n");
}

std::string_view words_of(model::FileState state) {
  switch (state) {
    case model::FileState::kRight:
      return "right";
    case model::FileState::kMissing:
      return "missing";
    case model::FileState::kOtherSize:
      return "of another size than when it was added";
    case model::FileState::kOtherContents:
      return "changed: its SHA-256 is another";
  }
  CHECK(false);
}

Result<int> verify(const cli::VerifyModelsArguments& arguments, const cli::World& world) {
  const std::atomic<bool>* const abort = world.catch_interrupts();
  const model::ModelLibrary library = library_of(arguments.config);
  std::vector<model::InstalledModel> models;
  for (const std::string& name : arguments.names) {
    Result<model::InstalledModel> found = library.find(name);
    if (!found.ok()) return found.error();
    models.push_back(std::move(*found));
  }
  if (arguments.names.empty()) {
    Result<std::vector<model::InstalledModel>> all = library.list();
    if (!all.ok()) return all.error();
    models = std::move(*all);
  }
  int damaged = 0;
  for (const model::InstalledModel& installed : models) {
    int wrong = 0;
    for (const model::InstalledFile& file : installed.files) {
      Result<model::FileState> state = model::check_file(installed.folder, file, abort);
      if (!state.ok()) return state.error();
      if (*state == model::FileState::kRight) continue;
      ++wrong;
      world.out(concat(installed.name, ": ", file.path, " is ", words_of(*state), "\n"));
    }
    if (wrong == 0)
      world.out(concat(installed.name, ": ", installed.files.size(), " files are right\n"));
    damaged += wrong > 0;
  }
  if (models.empty()) world.err("No model is installed.\n");
  return damaged == 0 ? cli::kExitOk : cli::kExitFailed;
}

}  // namespace

int pull(const cli::PullArguments& arguments, const cli::World& world) {
  const Result<int> code = Puller(arguments, world).run();
  return code.ok() ? *code : complain(world, "pull", code.error());
}

int add_model(const cli::AddModelArguments& arguments, const cli::World& world) {
  const Result<std::string> said = add(arguments, world.catch_interrupts());
  if (!said.ok()) return complain(world, "models add", said.error());
  world.out(*said);
  return cli::kExitOk;
}

int verify_models(const cli::VerifyModelsArguments& arguments, const cli::World& world) {
  const Result<int> code = verify(arguments, world);
  return code.ok() ? *code : complain(world, "models verify", code.error());
}

}  // namespace plantain
